"""Quotes and numbers of an answer against the text: what an item rests on, and that no number of it comes from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fuelbed.core.document import Document, Place
from fuelbed.drafting.answer.faults import Faults, Path
from fuelbed.drafting.answer.folding import LEAST_WORDS, MOST_PLACES, Folded, fold, numbers, unfolded
from fuelbed.text.lexicon import lexicon

__all__ = ["NOT_A_PROBABILITY", "Quotes", "spaced"]

NOT_A_PROBABILITY = "Leave it out: a draft takes the interval that a published word stands for, or asks."
_BEGINS = re.compile(r"[^\w\[\]]*(?:\[[ xX]\])?[^\w\[\]]*(?:\d{1,3}[.)])?[^\w]*")  # what stands before the words of a list item
_NAME = re.compile(r"[A-Za-z_]\w*")
_SINCE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?\Z", re.ASCII)
_LASTS = re.compile(
    r"\d{1,9}(?:\.\d{1,3})?(?:\.\.\d{1,9}(?:\.\d{1,3})?)? ?(?:ms|s|min|h|d|seconds?|minutes?|hours?|days?|weeks?|months?)\Z",
    re.ASCII,
)
_WORD = re.compile(r"\w{1,30}")
_COUNTER = re.compile(r"_[1-9]\Z")  # of a name that needed one
_UNITS = {
    "ms": r"ms|millis\w*", "s": r"s|secs?|seconds?", "m": r"m|mins?|minutes?", "h": r"h|hrs?|hours?", "d": r"d|days?", "w": r"w|weeks?", "mo": r"months?",
}  # fmt: skip  # how a text writes them
_WITH_NUMBERS = ("name", "what", "lasts", "since", "owner", "due", "expression")


@dataclass(frozen=True, slots=True)
class Quotes:
    """`folded` is the document's text as quotes are looked for in it."""

    document: Document
    folded: Folded
    fault: Faults

    def evidence(self, path: Path, given: object, read: Callable[[Path, dict[str, Any]], dict[str, Any]]) -> list[Place]:
        """The places of the quotes that stand in the text; `read` reads the fields of one entry."""
        if given is None:
            return []
        if not isinstance(given, list):
            self.fault(path, "FB191", "`evidence` is no list.", "Write a list of objects with a `quote`.")
            return []
        most = 8
        if len(given) > most:
            self.fault(
                path, "FB191", f"`evidence` has {len(given)} entries; the limit is {most}.", "Keep the quotes that say it."
            )
        found = []
        for n, raw in enumerate(given[:most]):
            if not isinstance(raw, dict):
                self.fault((*path, n), "FB191", "this is no object.", 'Write {"quote": "..."}.')
                continue
            fields = read((*path, n), raw)
            if "quote" in fields and (place := self._place((*path, n), fields)) is not None:
                found.append(place)
        return found

    def _place(self, path: Path, fields: Mapping[str, Any]) -> Place | None:
        """The one place where the quote stands."""
        quote = str(fields["quote"])
        at = (*path, "quote")
        places = self._places(quote)
        if fold(quote).words < LEAST_WORDS:
            whole = [p for p in places if self._is_line(p)]
            if not whole:
                message = f"the quote has fewer than {LEAST_WORDS} words, and is no whole line or cell of a table."
                self.fault(at, "FB193", message, "Quote more of the sentence.")
                return None
            places = whole
        if not places:
            self.fault(
                at,
                "FB192",
                "the quote is not in the text word for word.",
                self._nearest(quote) + 'Copy it from the text, or write "assumed": true without it.',
            )
            return None
        return self._chosen(path, fields, places)

    def _chosen(self, path: Path, fields: Mapping[str, Any], places: Sequence[Place]) -> Place | None:
        """Of the places where the quote stands (at least one) that which the answer means."""
        start, end = fields.get("start"), fields.get("end")
        if start is not None or end is not None:
            fit = [p for p in places if (start is None or p.start == start) and (end is None or p.end == end)]
            if len(fit) == 1:
                return fit[0]
            where = ", ".join(f"{p.start} (line {self.document.line(p)})" for p in places[:5])
            self.fault(
                (*path, "start") if start is not None else (*path, "end"),
                "FB194",
                f"the quote does not stand there; it begins at {where}.",
                "Correct the offset, or leave it out where the quote is there once.",
            )
            return None
        if len(places) > 1:
            where = ", ".join(f"{p.start} (line {self.document.line(p)})" for p in places[:5])
            self.fault(
                (*path, "quote"),
                "FB194",
                f"the quote stands in the text {len(places)} times{' or more' if len(places) == MOST_PLACES else ''}, at {where}.",
                "Say which by `start`, or quote more of the sentence.",
            )
            return None
        return places[0]

    def _is_line(self, place: Place) -> bool:
        """Whether a place is all that its line, its list item or its cell says: a few words that stand for themselves."""
        text = self.document.source.text
        first = text.rfind("\n", 0, place.start) + 1
        last = (text.find("\n", place.end) + 1 or len(text) + 1) - 1
        before, after = text[first : place.start].rpartition("|")[2], text[place.end : last].partition("|")[0]
        return _BEGINS.fullmatch(before) is not None and not any(map(str.isalnum, after))

    def _nearest(self, quote: str) -> str:
        """How far the quote goes along with the text, and the one word of the text that follows: more of it than a word never goes back to a model outside
        its fence, where it might read as an instruction."""
        folded = fold(quote).plain
        if folded in self.folded.plain:
            return "It begins or ends inside a word or a number of the text. "
        words = folded.split(" ")
        for n in range(len(words) - 1, LEAST_WORDS - 2, -1):
            begun = " ".join(words[:n])
            at = self.folded.plain.find(begun)
            if at >= 0:
                follows = _WORD.search(self.folded.plain, at + len(begun))
                told = f"`{follows[0]}`" if follows is not None else "nothing"
                return f"After `{' '.join(words[max(n - 3, 0) : n])}` the text has {told}. "
        return ""

    def _places(self, quote: str) -> list[Place]:
        """As it is written where that is one place: the marks of a quote can tell two places apart, and one may end within a mark. Else as it is folded."""
        written = unfolded(self.document.source.text).find_written(quote.strip())
        return written if len(written) == 1 else self.folded.find(quote) or written

    def numbers(self, path: Path, fields: Mapping[str, Any], quotes: list[str]) -> None:
        """Every number of an item is in one of its quotes; a word for a rate is what one of them says."""
        if not quotes:
            return  # their own faults are told
        quotes = [fold(q).plain for q in quotes]  # what a reader sees: no number of a link's target
        known = frozenset().union(*map(numbers, quotes))
        for key in _WITH_NUMBERS:
            said = str(fields.get(key) or "")
            said = _NAME.sub("", said) if key == "expression" else _COUNTER.sub("", said) if key == "name" else said
            for n in sorted(numbers(said) - known):
                self.fault(
                    (*path, key),
                    "FB195",
                    f"the number {n} is in none of its quotes.",
                    "Quote the words that hold it, leave it out, or call the item assumed.",
                )
        lasts = str(fields.get("lasts") or "")
        if _LASTS.match(lasts) and numbers(lasts) <= known and not _is_said(lasts, quotes):
            message = f"no quote says `{lasts}`: its number stands there with another unit, or with none."
            self.fault((*path, "lasts"), "FB195", message, "Quote the words that say how long, or leave it out.")
        rate = fields.get("rate")
        if rate and not any(h.entry.id == rate for q in quotes for h in lexicon("drafting").find(" ".join(q.split()), "rate")):
            self.fault(
                (*path, "rate"), "FB196", f"no quote says `{rate}`, and a rate is never taken from a model.", NOT_A_PROBABILITY
            )

    def numbers_of_text(self, top: Mapping[str, Any]) -> None:
        """Title and failure rest on the text as a whole: their numbers stand somewhere in it."""
        known = numbers(self.folded.plain)
        for key in ("title", "failure"):
            for n in sorted(numbers(_COUNTER.sub("", str(top.get(key) or ""))) - known):
                self.fault((key,), "FB195", f"the number {n} is nowhere in the text.", "Leave it out.")

    def moments(self, path: Path, fields: Mapping[str, Any], assumed: bool) -> None:
        if assumed and fields.get("rate"):
            self.fault(
                (*path, "rate"), "FB196", "the item is assumed, and a rate is never taken from a model.", NOT_A_PROBABILITY
            )
        if (since := fields.get("since")) and not _SINCE.match(since):
            self.fault((*path, "since"), "FB191", f"`{since}` is no year or month.", "Write YYYY or YYYY-MM.")
        if (lasts := fields.get("lasts")) and not _LASTS.match(lasts):
            self.fault(
                (*path, "lasts"),
                "FB191",
                f"`{lasts}` is no duration.",
                "Write a number and a unit, such as 2 h or 6 days (s, min, h, days, weeks, months).",
            )


def spaced(lasts: str) -> str:
    """A duration with a blank before its unit, as a case writes it: a text may not."""
    return re.sub(r"(?<=\d)(?=[a-z])", " ", lasts)


def _is_said(lasts: str, quotes: list[str]) -> bool:
    """Whether some quote writes the duration's last number with its unit behind it."""
    number, unit = spaced(lasts.rpartition("..")[2]).split()
    key = "ms" if unit == "ms" else "mo" if unit.startswith("mo") else unit[0]
    said = re.compile(rf"(?<![\d.,]){re.escape(number)}[\s-]?(?:{_UNITS[key]})\b", re.IGNORECASE)
    return any(said.search(q) for q in quotes)
