"""Action items: what a document says will be changed, or was changed so that it does not come back.

By form first: list items and rows under a heading of actions, or under a sentence that announces them. Sentences of prose count where they
promise or report a lasting change; outside a section of actions only in a document that has none (`items_told.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fuelbed.core.document import Block, Item, Place, Section, Sentence
from fuelbed.text.details import Details, details, plain_text, without
from fuelbed.text.items_told import FORWARD, REPORTING, told
from fuelbed.text.lexicon import lexicon
from fuelbed.text.paragraphs import paragraph_items
from fuelbed.text.sections import heading_role, names_only
from fuelbed.text.stamps import stamp
from fuelbed.text.tables import is_of_actions, table_item

__all__ = ["items"]

_PROMISING = ("lead_promise", "lead_doing", "lead_state", "lead_actions", "lead_since")
_NEAR = 60  # blocks under a heading that are looked at
_FEW = 3  # words of a list item that may be a heading for its sub-items
_LEAST = 2  # words of an item


def items(blocks: Sequence[Block], sections: Sequence[Section], sentences: Sequence[Sentence], source: str) -> list[Item]:
    """The action items in the order of the text."""
    said: dict[int, list[Sentence]] = {}
    for s in sentences:
        said.setdefault(s.block, []).append(s)
    finder = _Finder(blocks, sections, said, source)
    finder.run()
    return sorted(finder.found, key=lambda i: (i.place.start, i.place.end))


@dataclass(slots=True)
class _Finder:
    blocks: Sequence[Block]
    sections: Sequence[Section]
    said: Mapping[int, Sequence[Sentence]]
    source: str
    found: list[Item] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)  # sections whose heading is the item
    children: dict[int, list[int]] = field(default_factory=dict)

    def run(self) -> None:
        for i, b in enumerate(self.blocks):
            if b.kind == "item" and b.lead >= 0 and self.blocks[b.lead].kind == "item":
                self.children.setdefault(b.lead, []).append(i)
        wanted = [i for i, b in enumerate(self.blocks) if self.sections[b.section].role == "actions"]
        self._headed(wanted)
        headed = bool(self.found)
        self._announced(headed)
        if not self._stated() and not headed:
            for i, spoken, layout in told(self.blocks, self.sections, self.said, {item.block for item in self.found}):
                self._add(i, [spoken], layout, spoken.place())

    # -- under a heading of actions ------------------------------------------------------------------------------------------------------

    def _headed(self, wanted: Sequence[int]) -> None:
        listed = {self.blocks[i].section for i in wanted if self.blocks[i].kind in ("item", "row") and self._text(i)}
        told: dict[int, list[int]] = {}  # section -> its paragraphs
        for i in wanted:
            b = self.blocks[i]
            if b.kind == "heading" and self._within(b.section):
                self._heading(i)
            if b.section in self.taken:
                continue
            if b.kind == "row":
                self._row(i)
            elif b.kind == "item":
                if self._counts(i) and not self._aside(i):
                    self._item(i)
            elif b.kind == "paragraph" and b.depth == 0:
                told.setdefault(b.section, []).append(i)
        for section, paragraphs in told.items():
            if section not in self.taken:
                self._paragraphs(paragraphs, self._beside_lists(section, listed))

    def _beside_lists(self, section: int, listed: set[int]) -> bool:
        """Whether paragraphs of a section only stand around lists of actions: in it, below it, or in another one where it has no plain
        name of its own."""
        own = self.sections[section]
        if not names_only(own.heading, "actions", "lessons") and (listed or "and" in own.heading.split()):
            return True
        return any(k == section or section in self.sections[k].path for k in listed)

    def _within(self, section: int) -> bool:
        """Whether a section is part of another one of actions."""
        return any(self.sections[k].role == "actions" for k in self.sections[section].path)

    def _aside(self, i: int) -> bool:
        """A list item that is no action, though it stands among them: a lack, a standing state, a detail of what its lead says."""
        b = self.blocks[i]
        lex = lexicon("items")
        if b.done is None and lex.first(self._plain(i), "lack", "standing", "advice", "aside") is not None:
            return True
        return (
            b.lead >= 0
            and self.blocks[b.lead].kind == "paragraph"
            and lex.first(self._plain(b.lead)[-200:], "details") is not None
        )

    def _paragraphs(self, paragraphs: Sequence[int], listed: bool) -> None:
        """What the paragraphs of one section of actions promise, report or name. `listed`: there are lists, and only a promise counts."""
        lex = lexicon("items")
        wanted = []
        for i in paragraphs:
            leads = self._list_follows(i) and self._text(i).rstrip().endswith(":")
            if leads and lex.first(self._plain(i)[-200:], "details", "standing") is not None:
                if lex.first(self._plain(i), "standing") is None:
                    self._add(i, self.said[i][-1:], "prose", self.said[i][-1].place())
            elif self.said.get(i) and not leads:
                wanted.append((self.blocks[i], self.said[i]))
        for spoken in paragraph_items(wanted, self.source, listed):
            self._add(spoken[0].block, spoken, "prose", _place(spoken))

    def _text(self, i: int) -> str:
        return " ".join(s.words for s in self.said.get(i, ()))

    def _plain(self, i: int) -> str:
        return " ".join(s.plain for s in self.said.get(i, ()))

    def _counts(self, i: int) -> bool:
        """Whether a list item is an action of its own: not where it only introduces its sub-items, or is one of those that detail it."""
        if self._introduces(i):
            return False
        lead = self.blocks[i].lead
        for _ in range(40):
            if lead < 0 or self.blocks[lead].kind != "item":
                return True
            if not self._introduces(lead):
                return False
            lead = self.blocks[lead].lead
        return False

    def _introduces(self, i: int) -> bool:
        if not self.children.get(i):
            return False
        text = self._text(i).strip()
        if not text or text.endswith(":") or heading_role(text)[0] == "actions":
            return True
        lex = lexicon("items")
        if lex.first(text, "imperative", "past_form", "promise", "report") is not None or self.blocks[i].done is not None:
            return False
        below = [lex.first(self._plain(k), "imperative", "past_form", "promise") is not None for k in self.children[i]]
        return len(text.split()) <= _FEW or (text[-1] not in ".!?" and len(below) > 1 and all(below))

    def _item(self, i: int, sentences: Sequence[Sentence] | None = None) -> None:
        b = self.blocks[i]
        spoken = list(self.said.get(i, ())) if sentences is None else list(sentences)
        self._add(i, spoken, "list" if b.done is None else "checkbox", b.place if sentences is None else _place(spoken))

    def _add(self, i: int, spoken: Sequence[Sentence], layout: str, place: Place) -> None:
        b = self.blocks[i]
        text = " ".join(s.words for s in spoken)
        more = details(text, self.source[place.start : place.end])
        text = without(text)
        if not _says(text):
            return
        heading = self._heading_of(i)
        done = b.done if b.done is not None else more.done
        if done is None and lexicon("items").first(heading, "done") is not None:
            done = True
        if done is None and lexicon("items").first(" ".join(s.plain for s in spoken[:1]), "past_form") is not None:
            done = True
        self._keep(i, text, place, layout, heading, more, done, spoken)

    def _keep(
        self,
        i: int,
        text: str,
        place: Place,
        layout: str,
        heading: str,
        more: Details,
        done: bool | None,
        spoken: Sequence[Sentence],
    ) -> None:
        self.found.append(
            Item(
                text, place, layout, heading, more.owner, more.due, more.ticket, more.priority, done,  # type: ignore[arg-type]  # one of four
                tuple(s.index for s in spoken), i,
            )
        )  # fmt: skip

    def _heading_of(self, i: int) -> str:
        """The words that a block stands under: of the item above it that introduces it, else of its section."""
        lead = self.blocks[i].lead
        if lead >= 0 and self.blocks[lead].kind == "item" and self._text(lead):
            return self._text(lead).rstrip(" :")
        return self.sections[self.blocks[i].section].heading

    def _row(self, i: int) -> None:
        found = table_item(self.blocks, i, self.said.get(i, ()))
        if found is None:
            return
        spoken, more, kind = found
        heading = f"{self._heading_of(i)}: {kind}" if kind else self._heading_of(i)
        text = " ".join(s.words for s in spoken)
        own = details(text, self.source[spoken[0].at[0] : spoken[-1].at[-1] + 1])
        text = without(text)
        if _says(text):
            done = more.done if more.done is not None else own.done
            self._keep(i, text, _place(spoken), "table", heading, more.over(own), done, spoken)

    def _heading(self, i: int) -> None:
        """`### Add circuit breakers` over mere prose is itself the item; so are several headings that name what is to be, over prose."""
        section = self.blocks[i].section
        if not self._over_prose(section, i):
            return
        text = self._plain(i)
        lex = lexicon("items")
        if lex.first(text.lstrip("0123456789.) "), "imperative") is not None and not heading_role(text)[1]:
            self.taken.add(section)
            self._add(i, self.said.get(i, ()), "list", self.blocks[i].place)
            return
        if lex.first(text.strip(), "group") is not None or len(text.split()) < _LEAST or not self._beside(section):
            return
        body = [
            s
            for k in range(i + 1, min(i + _NEAR, len(self.blocks)))
            if self.blocks[k].section == section
            for s in self.said.get(k, ())
        ]
        promised = [s for s in body if lex.first(s.plain, "promise", "report") is not None]
        if body and len(promised) < 2:
            self.taken.add(section)
            spoken = [*self.said.get(i, ()), *(promised or body[:1])]
            self._add(i, spoken, "list", Place(self.blocks[i].place.start, spoken[-1].place().end))

    def _over_prose(self, section: int, i: int) -> bool:
        """Nothing but paragraphs stands under the heading."""
        under = [b for b in self.blocks[i + 1 : i + _NEAR] if b.section == section]
        return not any(b.kind in ("item", "row") for b in under) and not any(
            section in s.path for s in self.sections[section + 1 : section + 20]
        )

    def _beside(self, section: int) -> bool:
        """Another heading stands beside it, under the same one."""
        path = self.sections[section].path
        near = self.sections[max(section - 20, 0) : section + 20]
        return sum(s.path == path and s.role == "actions" for s in near) > 1

    # -- lists that announce themselves ----------------------------------------------------------------------------------------------------

    def _list_follows(self, i: int) -> bool:
        return i + 1 < len(self.blocks) and self.blocks[i + 1].kind in ("item", "row")

    def _announced(self, headed: bool) -> None:
        """Lists under a sentence such as "We will take the following steps:" in sections of other roles."""
        had: set[int] = set()
        for i, b in enumerate(self.blocks):
            if self.sections[b.section].role in ("actions", "background", "timeline", "appendix", "people", "stats", "impact"):
                continue
            if b.kind == "row" and i not in had and is_of_actions(b.heads):
                self._row(i)
            elif b.kind == "paragraph" and self._announces(i, headed):
                for k in self._following(i):
                    had.add(k)
                    if self.blocks[k].kind == "row":
                        self._row(k)
                    elif self._introduces(k):
                        for n in self.children[k]:
                            self._item(n)
                    else:
                        self._item(k)

    def _stated(self) -> bool:
        """List items that say how far they are ("Implemented: ...", "Suggested: ..."), wherever an account goes on to what is done about it; whether
        there are any."""
        had = {item.block for item in self.found}
        before = len(self.found)
        for i, b in enumerate(self.blocks):
            here = self.sections[b.section].role in FORWARD and b.kind == "item" and i not in had and self._counts(i)
            if here and lexicon("items").first(self._plain(i), "state_led") is not None:
                self._item(i)
        return len(self.found) > before

    def _following(self, i: int) -> Iterator[int]:
        """The outer items or rows of the list that stands under a paragraph."""
        for k in range(i + 1, min(i + 200, len(self.blocks))):
            b = self.blocks[k]
            if b.kind not in ("item", "row") or b.section != self.blocks[i].section:
                return
            if b.depth <= 1:
                yield k

    def _announces(self, i: int, headed: bool) -> bool:
        spoken = self.said.get(i, ())
        if not spoken or not self._list_follows(i):
            return False
        last = spoken[-1].plain.rstrip()
        role = self.sections[self.blocks[i].section].role
        lex = lexicon("items")
        if not last.endswith(":"):
            return lex.first(last, "announces") is not None
        hit = lex.first(last, "lead")
        if hit is None or (hit.entry.id == "lead_fixes" and role not in REPORTING):
            return False
        return not headed or hit.entry.id in _PROMISING or lex.first(last, "promise", "report") is not None


def _place(spoken: Sequence[Sentence]) -> Place:
    return Place(spoken[0].place().start, spoken[-1].place().end)


def _says(text: str) -> bool:
    return (
        len(text.split()) >= _LEAST
        and stamp(text, whole=True) is None
        and lexicon("items").first(plain_text(text), "placeholder") is None
    )
