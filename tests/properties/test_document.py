"""Whatever the text, a document is read, and every place in it is exact."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.document import Document, Place
from fuelbed.text.read import read

_WORDS = st.sampled_from(
    ["the", "queue", "failed", "We will add a limit.", "13:05 UTC", "2021-06-22", "e.g.", "v1.2.3", "**bold**", "_it_", "snake_case",
     "`code here`", "``a`b``", "[text](http://a.b/c)", "![pic](x.png)", "<b>", "</b>", "<br>", "&amp;", "&nbsp;", "https://a.b/c?d=e).",
     "[ref]", "[^1]", "\\*", "*", "**", "_", "~~", "`", "[", "](", ")", "<", "|", ":", "é", "e\u0301", "🔥", "\u200b", "\u00a0", "\x00", "日本",
     "T+5m", "@alice", "#12", "(due 4 March)", "Owner: Bob", "done", "TBD", "<nick>", ":fire:", "<!--", "-->", "…", "?", "!", "."]
)  # fmt: skip  # one list
_STARTS = st.sampled_from(
    ["", "", "", "# ", "## ", "### ", "- ", "* ", "1. ", "2) ", "  - ", "    - ", "- [ ] ", "- [x] ", "> ", ">> ", "    ", "\t", "| ", "|---|---|",
     "```", "~~~", "---", "===", "+++", "== ", "h2. ", "Action items:", "**Timeline**", "ROOT CAUSE", "Impact: ", "[ref]: http://x.y/z",
     "[12:03] <nick> ", "13:05 - ", "~13:30-13:45 ", "### 14:35", "<pre>", "</pre>", "<!-- ", "{% tag %}", "title: ", "date: 2021-01-02"]
)  # fmt: skip  # one list
_LINE = st.builds(
    lambda start, words, end: start + " ".join(words) + end,
    _STARTS,
    st.lists(_WORDS, max_size=8),
    st.sampled_from(["", "", "  ", "\\", " |", ":"]),
)
_BREAK = st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\r", "\n\t", "\u2028", "\x0c", "\x85"])
_TEXTS = st.lists(st.tuples(_LINE, _BREAK), max_size=30).map(lambda lines: "".join(a + b for a, b in lines)) | st.text(
    max_size=400
)


def _inside(place: Place, size: int) -> bool:
    return 0 <= place.start <= place.end <= size


def check(d: Document, text: str) -> None:
    """Every invariant of places, indexes and order."""
    assert d.source.text == text
    size = len(text)
    for n, s in enumerate(d.sentences):
        assert s.index == n
        assert 0 < len(s.plain) == len(s.words) == len(s.at)
        assert s.plain[:1].strip()
        assert s.plain[-1:].strip()
        assert all(a < b for a, b in zip(s.at, s.at[1:], strict=False))
        assert s.at[0] >= 0
        assert s.at[-1] < size
        for plain, word, at in zip(s.plain, s.words, s.at, strict=True):
            assert plain in (text[at], " ") or (plain == "x" and word in (text[at], " ")), (plain, word, text[at])
        block = d.blocks[s.block]
        assert block.kind in ("heading", "paragraph", "item", "row")
        assert block.place.start <= s.at[0] <= s.at[-1] < block.place.end
        whole = s.place()
        assert _inside(whole, size)
        assert d.quote(whole)[:1] == text[s.at[0]]
    starts = [s.at[0] for s in d.sentences]
    assert starts == sorted(starts)
    for n, b in enumerate(d.blocks):
        assert _inside(b.place, size)
        assert 0 <= b.section < len(d.sections)
        assert -1 <= b.lead < n
        assert all(_inside(c, size) for c in b.cells)
    for n, part in enumerate(d.sections):
        assert _inside(part.place, size)
        assert all(0 <= k < n for k in part.path)
    for m in d.moments:
        assert _inside(m.place, size)
        assert 0 <= m.block < len(d.blocks)
    for item in d.items:
        assert _inside(item.place, size)
        assert item.text.strip()
        assert 0 <= item.block < len(d.blocks)
        assert all(d.sentences[k].block == item.block for k in item.sentences)


@settings(max_examples=400, deadline=None)
@given(_TEXTS)
def test_reading_never_fails_and_places_are_exact(text: str) -> None:
    check(read(text), text)


@settings(max_examples=150, deadline=None)
@given(_TEXTS)
def test_reading_twice_is_reading_once(text: str) -> None:
    one, two = read(text), read(text)
    assert (one.sections, one.blocks, one.moments, one.items, one.kind) == (
        two.sections,
        two.blocks,
        two.moments,
        two.items,
        two.kind,
    )
    assert [s.plain for s in one.sentences] == [s.plain for s in two.sentences]


@settings(max_examples=150, deadline=None)
@given(_TEXTS.filter(lambda t: "\r" not in t))
def test_line_ends_make_no_difference(text: str) -> None:
    unix, windows = read(text), read(text.replace("\n", "\r\n"))
    assert [s.plain for s in unix.sentences] == [s.plain for s in windows.sentences]
    assert [(i.text, i.layout, i.done) for i in unix.items] == [(i.text, i.layout, i.done) for i in windows.items]
    assert [unix.line(b.place) for b in unix.blocks] == [windows.line(b.place) for b in windows.blocks]
