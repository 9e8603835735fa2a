"""Which statements of the narrative no signal supports: the symptom in x, not the mechanism in z.

What the text says of triggers, conditions and controls (`fuelbed.text`) is matched with the factors of the case *by words*: the stems that
a mention shares with the name and the `what` of a factor. A match may be wrong, so the words are quoted and the match is named as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np

from fuelbed.core.blocks import Block, Quote, Sentence
from fuelbed.core.case import Factor
from fuelbed.core.document import Document
from fuelbed.core.findings import Span
from fuelbed.core.reading import Mention
from fuelbed.core.shown import named, number
from fuelbed.engines.observability.view import View
from fuelbed.numerics.observation.information import WIDE, entropy, information
from fuelbed.numerics.observation.sensors import NOTHING
from fuelbed.text.factors import conditions, controls, triggers
from fuelbed.text.lexicon import lexicon
from fuelbed.text.read import read
from fuelbed.text.wording import likeness, rarity, stems

__all__ = ["stated"]

_SHARED = 2  # stems that a match needs at least
_SHARE = 0.5  # and this much of the shorter of the two
_OPEN = 0.05  # bits below which nothing is uncertain about a factor
_BRIEF, _MOST = 2, 8
_QUOTED = 200


@dataclass(frozen=True, slots=True)
class _Stated:
    """A factor that the text states, with the bits there are about it and those that the installed signals give."""

    factor: Factor
    mention: Mention
    fact: bool
    open: float
    given: float
    by: tuple[str, ...]


def stated(view: View) -> list[Block]:
    """A sentence and a quote for each stated factor that is uncertain before the signals are read, the least supported first."""
    case = view.case
    if view.scene is None or case.narrative_text is None or not view.installed:
        return []
    document = read(case.narrative_text, str(PurePath(case.file).parent / case.narrative))
    if document.is_blank:
        return []
    found = sorted(_found(view, document), key=lambda x: (x.given / x.open, -x.open))[:_MOST]
    out: list[Block] = []
    for k, x in enumerate(found):
        out.append(Sentence(_told(x), detail=k >= _BRIEF))
        out.append(
            Quote(_words(document, x.mention), replace(_span(document, x.mention), file=case.narrative), detail=k >= _BRIEF)
        )
    return out


def _found(view: View, document: Document) -> Iterator[_Stated]:
    weight = rarity(f"{f.name.replace('_', ' ')} {f.what}" for f in view.case.factors.values())
    best: dict[str, tuple[float, Mention]] = {}
    told = (*triggers(document), *conditions(document))
    for kinds, mentions in ((("trigger", "condition"), told), (("control",), controls(document))):
        mine = [f for f in view.case.factors.values() if f.kind in kinds]
        for m in mentions:
            score, f = max(((_alike(m, f, weight), f) for f in mine), key=lambda x: x[0], default=(0.0, None))
            if f is not None and score > best.get(f.name, (0.0, m))[0]:
                best[f.name] = (score, m)
    for name, (_, m) in best.items():
        x = _support(view, view.case.factors[name], m, _is_fact(document, m))
        if x is not None:
            yield x


def _alike(m: Mention, f: Factor, weight: Mapping[str, float]) -> float:
    """The share of telling words that a mention and a factor have in common; 0 where they are too few."""
    theirs = f"{f.name.replace('_', ' ')} {f.what}"
    both = set(stems(m.what)) & set(stems(theirs))
    share = likeness(m.what, theirs, weight)
    return share if len(both) >= _SHARED and share >= _SHARE else 0.0


def _is_fact(document: Document, m: Mention) -> bool:
    text = document.sentences[m.sentence].plain
    return lexicon("lint").first(text, "hedged") is None and not text.rstrip().endswith("?")


def _support(view: View, f: Factor, m: Mention, fact: bool) -> _Stated | None:
    """None where the factor is as certain before any reading as it is after."""
    s = view.scene
    assert s is not None
    at = s.model.structure.index.get((f.kind, f.name))
    if at is None or s.truth[:, at].all() or not s.truth[:, at].any():
        return None
    so = s.truth[:, at].astype(np.intp)
    middle = replace(s, weight=s.weight[:, :1], numbers={k: v[:1] for k, v in s.numbers.items()}, stand_ins=s.stand_ins[:1])
    before = float(entropy(np.stack([s.weight[so == k, 0].sum() for k in (0, 1)]))[()])
    if before < _OPEN:
        return None
    after = float(information(middle, so, view.installed[:WIDE], {})[1][0])
    by = [i for i in view.installed if before - float(information(middle, so, (i,), {})[1][0]) > NOTHING]
    return _Stated(f, m, fact, before, max(0.0, before - after), tuple(s.sensors[i].name for i in by))


def _told(x: _Stated) -> str:
    as_fact = "as a fact" if x.fact else "with a word of doubt"
    control = f"that `{x.factor.name}` did not hold" if x.factor.kind == "control" else f"`{x.factor.name}`"
    head = f"The text states {control} {as_fact} (matched by words)"
    whole = number(round(x.open, 2))
    of = f"{number(round(x.given, 2))} of the {whole} bit{'s' if whole != '1' else ''} there {'are' if whole != '1' else 'is'} about it"
    if not x.by or x.given <= NOTHING:
        return f"{head}, and no installed signal sees it: given the failure, all of them together tell {of}."
    names = named(x.by[:3])
    if x.given < x.open / 2:
        return f"{head}, and the installed signals hardly see it: {names} and the rest give {of}."
    return f"{head}; the installed signals see it: {names} give{'s' if len(x.by) == 1 else ''} {of}."


def _words(document: Document, m: Mention) -> str:
    text = " ".join(document.sentences[m.sentence].words.replace("`", "'").split())
    return text if len(text) <= _QUOTED else text[: _QUOTED - 3] + "..."


def _span(document: Document, m: Mention) -> Span:
    return document.span(document.sentences[m.sentence].place())
