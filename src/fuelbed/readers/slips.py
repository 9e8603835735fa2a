"""The cure for a line that is no YAML, by the slips that are commonest: a text that nobody quoted and that holds a mark of YAML's own.

The parser tells where it could not go on and in which words; which slip it was is seen in the line itself. Both parsers that may
be there (libyaml and PyYAML's own) say `expected ',' or '}'` inside brackets and `mapping values are not allowed` outside.
"""

from __future__ import annotations

import re

__all__ = ["cure_of"]

_ANYTHING = "Check the indentation and the quotes on this line and the one before."
_BLOCK_COLON = "Quote a text that holds `: `, or check the indentation."
_SHARD = re.compile(r",[^,:{}\[\]]*(?=[,}\]]|$)")  # what is left of a text behind a comma: no key of its own
_WORD = re.compile(r"[A-Za-z_]\w*\Z")
_OPENED = re.compile(r"[{\[][^}\]]*\s#")  # a bracket that a comment keeps from being closed


def cure_of(problem: str, text: str, at: int) -> str:
    """What to do about `problem`, which the parser met at `text[at]`."""
    lines = text[: at + 1].splitlines()
    before = lines[-1][:-1] if lines else ""
    rest = text[at : at + 1_000].splitlines()[:1]
    after, above = rest[0] if rest else "", lines[-2] if len(lines) > 1 else ""
    inside = "expected ',' or" in problem
    if inside and (_OPENED.search(above) or _OPENED.search(before)):
        return "Put the text in quotes: behind ` #` it is a comment."
    if after.startswith(":") and (inside or "mapping values" in problem):
        return _of_a_colon(text, before, after) if inside else _of_a_second_colon(before)
    if "cannot start any token" in problem:
        return "Quote the text, and indent with spaces, not tabs."
    return _of_what_closed_too_soon(before) if after.strip() else _ANYTHING


def _of_a_second_colon(before: str) -> str:
    """Outside brackets: a colon that is the first of its line may as well be a key that slipped to the right."""
    return "Put the text in quotes: it holds a colon." if re.search(r":\s", before) else _BLOCK_COLON


def _of_a_colon(text: str, before: str, after: str) -> str:
    """Inside brackets: a text with a colon, or a key with no comma or bracket before it."""
    word = _WORD.search(before)
    if word and word[0] == before.strip():
        return "A `,` or a closing bracket is missing at the end of the line before."
    if word and re.search(rf"(?:^|[{{,])[ \t]*{word[0]}:", text, re.M):  # elsewhere it is a key
        return f"A comma is missing before `{word[0][:60]}`."
    held = "a colon and a comma" if _SHARD.search(after) else "a colon"
    return f"Put the text in quotes: it holds {held}."


def _of_what_closed_too_soon(before: str) -> str:
    """A text that goes on where its quote mark or its bracket had ended it."""
    last = before.rstrip()[-1:]
    if last in ("'", '"'):
        other = "'" if last == '"' else '"'
        return f"The text goes on behind its second `{last}`: put the whole of it between `{other}` and `{other}`."
    return "Put the text in quotes: it begins with a bracket." if last in ("]", "}") and last else _ANYTHING
