"""Secrets: found by every pattern's hits, spared where they are placeholders, redacted always to the same, in linear time."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.strings import replaced, texts
from fuelbed.text.lexicon import lexicon
from fuelbed.text.needles import small
from fuelbed.text.redaction import Redactor
from fuelbed.text.secrets import secrets

ENTRIES = lexicon("secrets").entries
HITS = [(e.id.partition("/")[0], h) for e in ENTRIES for h in e.hits]
SPARED = [
    "AKIA" + "IOSFODNN7EXAMPLE", "ghp_" + "x" * 36, "password=<password>", "password: ********", "password = ${DB_PASSWORD}", "PASSWORD={{ secret }}",
    "password=$(cat /run/secret)", "token: getToken()", "token = os.environ", "password: required", "password=None", "secret: a_long_name_of_a_variable",
    "commit 4f2d9c1b7a3e5d8f6b0c2a4e6d8f0b1c3e5a7d9f", "token: 4f2d9c1b7a3e5d8f6b0c2a4e6d8f0b1c3e5a7d9f", "token: 123e4567-e89b-42d3-a456-426614174000",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "jane@example.com", "jane@mail.example.org", "security@corp.net",
    "192.0.2.7", "198.51.100.1", "203.0.113.9", "2001:db8:1:2::7", "127.0.0.1", "0.0.0.0", "8.8.8.8", "255.255.255.255", "169.254.169.254", "::1",
    "upgraded to version 10.2.3.4", "std::vector", "12:30:45", "00:1a:2b:3c:4d:5e", "https://user:password@host.org", "postgres://app:${PW}@db/x",
    "redis://:<password>@cache", "Authorization: Bearer <token>", "the password was reset", "passwords: see the vault", "call +1 202 555 0123",
]  # fmt: skip  # one list


@pytest.mark.parametrize(("kind", "text"), HITS)
def test_every_hit_of_the_lexicon_is_a_secret(kind: str, text: str) -> None:
    (s,) = secrets(f"We saw {text} in the log")
    assert s.kind == kind or (kind == "IP address" and s.kind.endswith("IP address"))
    value = f"We saw {text} in the log"[s.start : s.end]
    assert value not in s.described(f"We saw {text} in the log")
    assert value not in Redactor()(f"We saw {text} in the log")


HINTED = [e for e in ENTRIES if e.hint]
MIXED = st.lists(
    st.sampled_from(
        [
            "api_key",
            "token",
            "secret-a",
            "=",
            ":",
            "::",
            ".",
            " ",
            '"',
            "10",
            "255",
            "1",
            "ab",
            "f00",
            "-",
            "d4k9Qm2Zr7Tn5Vb8",
            "https://",
            "redis://",
            "@",
        ]
    ),
    max_size=24,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(MIXED)
def test_a_hint_is_found_in_every_match(text: str) -> None:
    assert HINTED
    for e in HINTED:
        for t in (text, *e.hits):
            for m in e.match.finditer(t):
                assert e.hinted(small(m[0])), m[0]


@pytest.mark.parametrize("text", SPARED + [m for e in ENTRIES for m in e.misses])
def test_placeholders_and_documentation_are_spared(text: str) -> None:
    assert secrets(text) == ()
    assert secrets(f"We saw `{text}` in the log.") == ()


def test_a_message_shows_at_most_a_quarter() -> None:
    text = "password=abc123"
    (s,) = secrets(text)
    assert s.described(text) == "password, `a...`, 6 characters"


@pytest.mark.parametrize("ended", [True, False])
def test_a_key_of_several_lines_is_one_and_lines_keep_their_numbers(ended: bool) -> None:
    body = "\n".join(["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA"] * 4)
    text = f"before\n-----BEGIN PRIVATE KEY-----\n{body}\n" + ("-----END PRIVATE KEY-----\n" if ended else "\n") + "\nafter"
    assert len(secrets(text)) == 1
    hidden = Redactor()(text)
    assert "MII" not in hidden
    assert hidden.split("\n").index("after") == text.split("\n").index("after")
    assert hidden.startswith("before\n[redacted: private key 1]")


def test_the_same_secret_is_always_the_same_placeholder() -> None:
    hide = Redactor()
    hide.learn("DB_PASSWORD=d4k9Qm2Zr7 and jane.roe@corp.net")
    said = hide("jane.roe@corp.net wrote d4k9Qm2Zr7 to john@corp.net; Jane's address is jane.roe@corp.net")
    assert said == (
        "[redacted: e-mail 1] wrote [redacted: password 1] to [redacted: e-mail 2]; Jane's address is [redacted: e-mail 1]"
    )
    assert hide(said) == said
    assert hide.told == "1 password and 2 e-mails"
    assert hide.message("it begins with `d4k9Qm2Z`") == "it begins with `[redacted: password 1]`"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.sampled_from([h for _, h in HITS]), st.text(max_size=20)), max_size=6))
def test_redaction_leaves_nothing_to_find_and_no_line_behind(parts: list[str]) -> None:
    text = " \n".join(parts)
    hide = Redactor()
    hidden = hide(text)
    assert secrets(hidden) == ()
    assert len(hidden.split("\n")) == len(text.split("\n"))
    found = secrets(text)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_texts_of_frozen_data_are_replaced_and_the_rest_is_kept() -> None:
    from fuelbed.core.findings import Finding, Severity, Span

    f = Finding("FB001", Severity.NOTE, "jane.roe@corp.net", "", Span("a", 3, 1))
    data = {"a": (f, 1.5), "jane.roe@corp.net": ["x"], "same": (1, "y")}
    new = replaced(data, Redactor())
    assert new["a"][0].message == "[redacted: e-mail 1]"
    assert new["a"][0].span is f.span
    assert new["[redacted: e-mail 1]"] == ["x"]
    assert new["same"] is data["same"]
    assert replaced(data["same"], Redactor()) is data["same"]
    assert ("jane.roe@corp.net", f.span) in list(texts(data))


@pytest.mark.parametrize(
    "unit",
    [
        "a@b.",
        "password=",
        "10.1.2.3.",
        "2a01:",
        "-----BEGIN RSA PRIVATE KEY----- ",
        "token: aB3",
        "x://a:",
        "eyJ" + "a" * 20 + ".",
        "a" * 50 + "-",
    ],
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    def seconds(n: int) -> float:
        text = unit * (n // len(unit))
        start = time.process_time()
        secrets(text)
        return time.process_time() - start

    seconds(1000)
    assert min(seconds(100_000) for _ in range(2)) < 30 * max(seconds(10_000), 0.004)
