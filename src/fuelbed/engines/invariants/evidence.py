"""What a control's state rests on: its source, the author's reason, the signals that were seen, and the sentences that speak of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fuelbed.core.case import Case, Factor
from fuelbed.core.document import Sentence
from fuelbed.core.expressions import Expr, Fails, Ref, walk
from fuelbed.engines.invariants.corpus import Corpus
from fuelbed.text.lexicon import lexicon

__all__ = ["Grounds", "grounds_of", "speaks_of"]

_MOST = 2  # sentences told of one control


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the case and the text say of one control.

    seen      what signals showed, in words; said: sentences of the text; tried, untried: sentences about it being tested.
    measured  one of its numbers was measured or published.
    """

    source: str = ""
    because: str = ""
    seen: tuple[str, ...] = ()
    said: tuple[Sentence, ...] = ()
    tried: tuple[Sentence, ...] = ()
    untried: tuple[Sentence, ...] = ()
    measured: bool = False

    @property
    def rests(self) -> bool:
        """Whether there is anything but the author's word."""
        return bool(self.source or self.seen or self.said or self.measured)


def grounds_of(case: Case, control: Factor, corpus: Corpus) -> Grounds:
    said = corpus.about(control)
    numbers = [q for q in (control.fails, control.broken, control.today) if q is not None and q.given]
    lex = lexicon("moments")
    return Grounds(
        str(control.extra.get("source") or next((q.source for q in numbers if q.source), "")),
        str(control.extra.get("because") or ""),
        tuple(_seen(case, control)),
        tuple(said[:_MOST]),
        tuple(s for s in said if lex.first(s.plain, "tested") is not None),
        tuple(s for s in said if lex.first(s.plain, "untested") is not None),
        any(q.basis in ("measured", "published") for q in numbers),
    )


def _seen(case: Case, control: Factor) -> Iterator[str]:
    """What was seen of the signals that speak of the control, or that it needs."""
    for name, signal in case.signals.items():
        if not (control.needs == name or speaks_of(signal.sees, control.name)):
            continue
        sighting = case.seen.get(name)
        if sighting is not None and sighting.on is not None:
            yield f"`{name}` was {'on' if sighting.on else 'off'}"


def speaks_of(e: Expr, name: str) -> bool:
    """Whether an expression names the factor."""
    return any(isinstance(x, Fails | Ref) and x.name == name for x in walk(e))
