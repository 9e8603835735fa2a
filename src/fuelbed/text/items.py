"""Action items: what a document says will be changed, or was changed so that it does not come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fuelbed.core.document import Block, Item, Section, Sentence

__all__ = ["items"]


def items(blocks: Sequence[Block], sections: Sequence[Section], sentences: Sequence[Sentence]) -> Iterator[Item]:
    """The action items in the order of the text."""
    of: dict[int, list[Sentence]] = {}
    for s in sentences:
        of.setdefault(s.block, []).append(s)
    for i, b in enumerate(blocks):
        if b.kind != "item" or sections[b.section].role != "actions" or i not in of:
            continue
        text = " ".join(s.words for s in of[i])
        layout = "list" if b.done is None else "checkbox"
        yield Item(
            text, b.place, layout, sections[b.section].heading, done=b.done, sentences=tuple(s.index for s in of[i]), block=i
        )  # type: ignore[arg-type]
