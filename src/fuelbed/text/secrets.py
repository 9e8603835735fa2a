"""Secrets in a text: credentials, addresses of people and of machines, each with its place and never with its content in a message.

The patterns are data (`lexicon/secrets.toml`); here stands what a pattern cannot say: whether a value looks like a credential or like
a placeholder, whether an address is one that documentation uses, where a key of several lines ends. Found on the raw text, because a
secret in code, in a link or in a comment is one all the same. Linear in the text.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from fuelbed.text.lexicon import Entry, lexicon
from fuelbed.text.needles import rarest, small

__all__ = ["Group", "Secret", "secrets"]

Group = Literal["credential", "personal", "public", "private"]

_NEAR = 40  # characters before a match in which `unless` takes it back
_BLOCK = 20_000  # characters of a key of several lines
_ENTROPY = 3.0  # bits a character, of a value that is no word
_LONG = 12  # characters of such a value
_SHOWN = 4  # characters that a message repeats, at most a quarter of them
_HEX = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][\w.\[\]()-]*")
_MAYBE = re.compile(r"[@:=\d]|--|_[A-Za-z]{20}")
_KEY_LINES = re.compile(
    r"(?:(?:[\s>]{0,8}(?:Proc-Type:[^\r\n]{0,80}|DEK-Info:[^\r\n]{0,80}|[A-Za-z0-9+/=\\]{16,}))+(?:(?:\r?\n| )[A-Za-z0-9+/=\\]{1,15}(?!\S))?)?"
)
_LOGIN = re.compile(r"://[^\s/:@]{0,64}:\Z")  # what stands before a password in an address


@dataclass(frozen=True, slots=True)
class Secret:
    """`text[start:end]` of the text that was searched; `kind` in plain words (`GitHub token`)."""

    kind: str
    group: Group
    start: int
    end: int

    def described(self, text: str) -> str:
        """Kind, first characters and length: enough to find it again, too little to use it."""
        n = self.end - self.start
        # a name in backticks is an identifier in every message; a character of the secret must not close them
        head = "".join(c for c in text[self.start : self.start + min(_SHOWN, n // 4)] if c.isprintable() and c != "`")
        return f"{self.kind}, `{head}...`, {n} characters" if head else f"{self.kind}, {n} characters"


@lru_cache(maxsize=32)
def _words(name: str) -> tuple[str, ...]:
    return lexicon("secrets").words[name]


def _has(low: str, *names: str) -> bool:
    """Whether a value, in lower case, holds a word of these lists."""
    return any(word in low for name in names for word in _words(name))


def secrets(text: str) -> tuple[Secret, ...]:
    """Every secret in order of place; of two that overlap, the one found by the earlier pattern of the lexicon."""
    if not _MAYBE.search(text):
        return ()
    found: list[Secret] = []
    low = small(text)
    for e, pieces in _by_pieces():
        if any(piece in low for piece in pieces) if pieces else e.hinted(low):
            found += _of(e, text)
    return tuple(_apart(found))


@lru_cache(maxsize=1)
def _by_pieces() -> tuple[tuple[Entry, tuple[str, ...]], ...]:
    """Each pattern, one without a hint with pieces of text of which a match has one: in a whole text these cost less than to look up its words."""
    return tuple((e, () if e.hint else rarest(e.seek.needs)) for e in lexicon("secrets").entries)


def _apart(found: list[Secret]) -> list[Secret]:
    """Without what overlaps one that was found earlier; sorted."""
    kept: list[Secret] = []
    ranked = sorted(range(len(found)), key=lambda i: (found[i].start, i))
    last: tuple[int, Secret] | None = None
    for i in ranked:
        s = found[i]
        if last is not None and s.start < last[1].end:
            if i > last[0]:
                if s.end <= last[1].end or s.group != "credential":
                    continue
                s = Secret(s.kind, s.group, last[1].end, s.end)  # what reaches beyond is a secret still
            else:
                kept[-1] = Secret(s.kind, s.group, last[1].start, max(s.end, last[1].end))
                last = (i, kept[-1])
                continue
        kept.append(s)
        last = (i, s)
    return kept


def _of(e: Entry, text: str) -> Iterator[Secret]:
    kind = e.id.partition("/")[0]
    for m in e.match.finditer(text):
        named = "secret" in e.match.groupindex and m["secret"] is not None
        start, end = m.span("secret") if named else m.span()
        if e.unless is not None and e.unless.search(text[max(m.start() - _NEAR, 0) : m.end() + _NEAR // 2]):
            continue
        if e.role == "ip":
            group = _network(text[start:end])
            if group is not None:
                yield Secret("public IP address" if group == "public" else "private IP address", group, start, end)
            continue
        if e.role == "block":
            yield Secret(kind, "credential", start, _block_end(text, end))
        elif e.role == "personal":
            if kind != "e-mail" or not (
                _has(text[start:end].lower(), "blanked")
                or _documented(text[start:end].lower())
                or _LOGIN.search(text, max(start - 70, 0), start)
            ):
                yield Secret(kind, "personal", start, end)
        elif _is_credential(e.role, m.groupdict().get("key") or "", text[start:end]):
            yield Secret(kind, "credential", start, _trimmed(text, start, end) if e.role == "assigned" else end)


def _block_end(text: str, after: int) -> int:
    """Where a key of several lines ends: behind its END line, else behind the lines that look like a key."""
    close = text.find("-----END", after, after + _BLOCK)
    if close >= 0:
        tail = text.find("-----", close + 8, close + 80)
        return tail + 5 if tail >= 0 else close + 8
    m = _KEY_LINES.match(text, after, min(after + _BLOCK, len(text)))
    return after + len(m[0].rstrip()) if m else after


def _trimmed(text: str, start: int, end: int) -> int:
    """Without the full stop or bracket of the sentence around it."""
    while end - start > 1 and text[end - 1] in ".,:;!?)]}*_\\":
        end -= 1
    return end


def _is_credential(role: str, key: str, value: str) -> bool:
    low = value.lower()
    if _has(low, "blanked", "masks") or len(set(low)) < 4:
        return False
    if role == "credential":
        return True
    bare = low.strip(".,:;!?*_\\")
    if bare in _words("no_value") or value[:1] in "$%[{(&":
        return False
    if role == "url":
        return True
    return _looks_random(key.lower(), value.rstrip(".,:;!?)]}*_\\"))


def _looks_random(key: str, value: str) -> bool:
    """Of `key = value`: whether the value is a credential, and no name, word, hash of a commit or call of a function."""
    if (_HEX.fullmatch(value) or _UUID.fullmatch(value)) and key not in _words("hash_names"):
        return False
    kinds = sum(any(test(c) for c in value) for test in (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum()))
    is_word = _NAME.fullmatch(value) is not None and not any(c.isdigit() for c in value)
    if key in ("password", "passwd", "passphrase", "pwd"):
        return not is_word and kinds >= 2 and not value.startswith(("/", "./", "-"))
    mixed = any(map(str.isalpha, value)) and (any(map(str.isdigit, value)) or (not key and kinds >= 3))
    return not is_word and mixed and len(value) >= _LONG and _entropy(value) >= _ENTROPY


def _entropy(value: str) -> float:
    """Bits a character, of the characters' own frequencies."""
    n = len(value)
    return -sum(k / n * math.log2(k / n) for k in Counter(value).values())


def _documented(address: str) -> bool:
    """Whether a mail address is nobody's: of an office that is made public to be written to (RFC 2142), or under a domain that is
    reserved for documentation (RFC 2606, RFC 6761)."""
    local, _, domain = address.rpartition("@")
    if local in _words("roles_of_mail") or local.rpartition("-")[2] in _words("roles_of_mail"):  # `geth-announce`
        return True
    ends = (*(f".{d}" for d in _words("documentation_domains")), *_words("documentation_endings"))
    return domain in _words("documentation_domains") or domain.endswith(ends)


def _network(text: str) -> Group | None:
    """Public, private, or None: no address, one of documentation (RFC 5737, RFC 3849), loopback, or known to everybody."""
    import ipaddress

    try:
        a = ipaddress.ip_address(text)
    except ValueError:
        return None
    if text.lower() in _words("known_addresses") or a.is_loopback or a.is_unspecified or a.is_multicast or a.is_link_local:
        return None
    if a.version == 6 and len([g for g in text.split(":") if g]) < 3:
        return None  # `a::b` is more often a name in a program
    if a.is_global:
        return "public"
    private = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
    return "private" if any(a in ipaddress.ip_network(n) for n in private) else None
