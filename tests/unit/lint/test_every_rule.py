"""What holds of every rule, the next one too: spans quote the source, edits elsewhere move them and nothing else, time grows with length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.document import DocumentKind
from fuelbed.core.findings import Finding
from fuelbed.core.reading import Reading
from fuelbed.engines.lint import Known, Rule, all_rules, check
from fuelbed.text.lexicon import lexicon
from fuelbed.text.read import read
from fuelbed.text.understand import understand
from tests.unit.lint.examples import FOUND

EXAMPLES = [(code, text) for code, texts in FOUND.items() for text in texts]
PLAIN = st.text(st.characters(categories=("Ll", "Lo", "So"), exclude_characters="\u2028\u2029"), min_size=1, max_size=12)
PARAGRAPHS = st.lists(st.lists(PLAIN, min_size=1, max_size=5).map(" ".join), max_size=3)


def kind(code: str) -> DocumentKind:
    return "security" if code.startswith("PM9") else "reliability"


def find(code: str, text: str) -> tuple[Finding, ...]:
    return check(understand(read(text, "a.md", kind(code))), select=[code])


def slice_of(text: str, f: Finding) -> str:
    """The source's characters at a span, by counting lines and columns only."""
    assert f.span is not None
    lines = text.replace("\r\n", "\n").split("\n")[f.span.line - 1 : f.span.end_line]
    lines[-1] = lines[-1][: f.span.end_column - 1]
    lines[0] = lines[0][f.span.column - 1 :]
    return "\n".join(lines)


def folded(text: str) -> str:
    return " ".join(text.replace("*", "").replace("`", "").split())


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(EXAMPLES), PARAGRAPHS, st.booleans())
def test_spans_quote_the_source_wherever_the_text_stands(example: tuple[str, str], before: list[str], crlf: bool) -> None:
    code, text = example
    head, body = text.split("\n", 1)
    added = "".join(f"\n<!-- {p} -->\n" for p in before)
    longer = f"{head}\n{added}{body}"
    if crlf:
        longer = longer.replace("\n", "\r\n")
    plain, moved = find(code, text), find(code, longer)
    assert [f.message for f in moved] == [f.message for f in plain] != []
    down = added.count("\n")
    for one, two in zip(plain, moved, strict=True):
        piece = slice_of(text, one)
        assert piece
        assert piece == piece.strip()
        assert slice_of(longer, two) == piece
        assert one.span is not None
        assert two.span is not None
        assert two.span.line - one.span.line == (down if one.span.line > 1 else 0)
        if one.message.startswith("“") and "...”" not in one.message:  # what it quotes first is what it points to
            quoted = folded(one.message[1 : one.message.index("”")])
            assert quoted in folded(piece) or folded(piece) in quoted


@pytest.mark.parametrize(
    "text", ["", "\n\n", "\x00" * 500, "".join(chr(i % 256) for i in range(0, 4000, 3)), "%PDF-1.7\n\x00\x01\x02" * 200, "\ufeff"]
)
def test_nothing_in_an_empty_or_binary_file(text: str) -> None:
    for k in ("reliability", "security", None):
        reading = understand(read(text, "a.md", k))  # type: ignore[arg-type]  # None: as detected
        found = check(reading, select=["PM"], known=Known(words="nothing"))
        assert found == () or reading.document.kind not in ("empty", "template")
    assert check(understand(read(text, "a.md")), select=["PM"]) == ()


def adversarial(size: int) -> str:
    """Every sentence that any rule's words look for, again and again, with the headings and lists of a postmortem between them."""
    said = [h for e in lexicon("lint").entries for h in e.hits]
    unit = "\n\n".join(
        f"## {title}\n\n{' '.join(said[i::5])}\n\n" + "\n".join(f"- {s}" for s in said[i::23])
        for i, title in enumerate(("Summary", "Root cause", "Contributing factors", "Action items", "Lessons learned"))
    )
    times = "\n".join(f"- 2024-05-03 {h:02d}:{m:02d} UTC the alert fired, it began" for h in range(24) for m in (0, 30))
    one = f"{unit}\n\n## Timeline\n\n{times}\n\n"
    return "# A\n\n" + (one * (size // len(one) + 1))[:size]


@pytest.fixture(scope="module")
def readings() -> dict[tuple[DocumentKind, int], Reading]:
    sizes: tuple[int, int] = (10_000, 100_000)
    kinds: tuple[DocumentKind, ...] = ("reliability", "security")
    return {(k, n): understand(read(adversarial(n), "a.md", k)) for k in kinds for n in sizes}


@pytest.mark.parametrize("r", all_rules(), ids=lambda r: r.code)
def test_time_of_each_rule_grows_with_the_length(r: Rule, readings: dict[tuple[DocumentKind, int], Reading]) -> None:
    """Ten times the text in at most thirty times the time: a quadratic rule would take a hundred."""
    known = Known()

    def seconds(reading: Reading) -> float:
        start = time.process_time()
        list(r.beside(reading, known) if r.beside is not None else r.check(reading))
        return time.process_time() - start

    small, large = readings[kind(r.code), 10_000], readings[kind(r.code), 100_000]
    seconds(small)
    first = seconds(small)
    took, most = seconds(large), 30 * max(first, 0.004)
    if took >= most:  # a busy machine takes a moment away, a quadratic rule takes it each time
        took = min(seconds(large) for _ in range(3))
    assert took < most
