"""Places in a source text: character index -> line and column, and offsets inside a YAML scalar -> place in the file."""

from __future__ import annotations

import bisect
import re

from fuelbed.core.findings import Span

__all__ = ["Source"]

_BREAK = re.compile(r"\r\n|\n|\r")


class Source:
    """A decoded text with its line table. Lines end at LF, CR LF or CR, as in every editor; columns are code points from 1."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self._starts = [0, *(m.end() for m in _BREAK.finditer(text))]

    def _place(self, index: int) -> tuple[int, int]:
        index = min(max(index, 0), len(self.text))
        line = bisect.bisect_right(self._starts, index) - 1
        return line + 1, index - self._starts[line] + 1

    def span(self, start: int, end: int) -> Span:
        line, column = self._place(start)
        end_line, end_column = self._place(max(end, start))
        return Span(self.file, line, column, end_line, end_column)

    def before(self, index: int) -> tuple[int, str]:
        """Line from 0, and the text before the character on that line: an editor counts its column in units of its own (LSP)."""
        line, column = self._place(index)
        start = self._starts[line - 1]
        return line - 1, self.text[start : start + column - 1]

    def line(self, index: int) -> int:
        """The line of a character, from 1."""
        return self._place(index)[0]

    def inside(self, value: str, start: int, end: int, first: int, last: int) -> Span:
        """The place of `value[first:last]`, where `value` is the scalar written at `start..end` of the source.

        Folding drops line breaks and indentation, quotes add characters. The two texts are walked side by side: blanks of the
        value stand for any run of blanks in the source, other characters for themselves. Where that fails (escapes), the
        scalar's start is the answer.
        """
        raw = self.text[start:end]
        if raw.startswith(value):
            return self.span(start + first, start + last)
        at = [self._match(raw, value, n) for n in (first, last)]
        if at[0] is None:
            return self.span(start, end)
        return self.span(start + at[0], start + (at[1] if at[1] is not None else at[0] + 1))

    @staticmethod
    def _match(raw: str, value: str, offset: int) -> int | None:
        """Index in `raw` of `value[offset]` (or of the end), None when the texts do not run side by side."""
        if raw[:1] in "|>":
            i = raw.find("\n") + 1  # the header line of a block scalar
        else:
            i = 1 if raw[:1] in ("'", '"') else 0
        j = 0
        while True:
            if j < len(value) and value[j].isspace():
                if offset == j:
                    return i
                j += 1
                continue
            while i < len(raw) and raw[i].isspace():
                i += 1
            if offset == j:
                return i if i <= len(raw) else None
            if j >= len(value) or i >= len(raw) or raw[i] != value[j]:
                return None
            i, j = i + 1, j + 1
