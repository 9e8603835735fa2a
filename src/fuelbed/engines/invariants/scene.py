"""What all parts of the answer stand on: the structure of the case with its cut sets, what was so in the incident, and the text as read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from fuelbed.core.case import Case
from fuelbed.core.document import Document
from fuelbed.core.errors import BudgetError
from fuelbed.core.expressions import And, AtLeast, Const, Expr, Fails, Not, Or, Ref, Threshold, Tips, walk
from fuelbed.engines.invariants.corpus import Corpus
from fuelbed.numerics.graphs import components
from fuelbed.numerics.process.structure import Event, Structure
from fuelbed.text.read import read

__all__ = ["LISTED", "Cuts", "Scene", "happened", "narrative_of", "scene_of", "truths"]

_WORDS = 40_000  # of all listed cut sets together
LISTED = 200
"""Cut sets that are looked through one by one; what speaks of all of them is counted without a list."""


@dataclass(frozen=True, eq=False)
class Cuts:
    """The minimal cut sets of the failure: the smallest ones, how many there are, and in how many each factor is."""

    listed: tuple[tuple[Event, ...], ...]
    total: int
    by_name: Mapping[str, int]

    def of(self, name: str) -> int:
        """How many hold the factor, by whichever event of it."""
        return self.by_name.get(name, 0)


@dataclass(frozen=True, eq=False)
class Scene:
    """One case, looked at once.

    structure, cuts  None past the budget: then only what the lines say directly is known.
    later            outcome -> the events of its minimal cut sets, in order; the failure is among them.
    stacked          of every outcome, the controls of each of its smallest cut sets: layers that all must fail.
    guarded          control -> the lines that name it.
    true             line -> whether it was true in the incident; None where the facts leave it open.
    document         the narrative, None where there is none that tells of an incident; corpus: its words, ready to be searched.
    """

    case: Case
    structure: Structure | None
    cuts: Cuts | None
    later: Mapping[str, tuple[Event, ...]]
    stacked: tuple[frozenset[str], ...]
    guarded: Mapping[str, tuple[str, ...]]
    true: Mapping[str, bool | None]
    document: Document | None
    corpus: Corpus


def scene_of(case: Case) -> Scene:
    structure, cuts, later, stacked = None, None, dict[str, tuple[Event, ...]](), dict[frozenset[str], None]()
    try:
        if not case.of_kind("control") and not case.controllers:
            return Scene(case, None, None, {}, (), {}, {}, (document := narrative_of(case)), Corpus.of(document))
        structure = Structure(case)
        limit = _limit(structure)
        for o in dict.fromkeys([case.failure, *(o.name for o in case.outcomes)]):
            f = structure.lines[o]
            smallest, holding = structure.cut_sets(f, limit), structure.holding(f)
            later[o] = tuple(holding)
            for cut in smallest:
                stacked[frozenset(n for k, n in cut if k == "control")] = None
            if o == case.failure:
                by_name: dict[str, int] = {}
                for (_, n), count in holding.items():
                    by_name[n] = max(count, by_name.get(n, 0))
                cuts = Cuts(tuple(smallest), sum(structure.orders(f).values()), by_name)
    except BudgetError:
        pass
    document = narrative_of(case)
    return Scene(
        case, structure, cuts, later, tuple(stacked), _guarded(case), truths(case), document, Corpus.of(document),
    )  # fmt: skip  # in the order of the type


def _limit(s: Structure) -> int:
    """How many cut sets are listed: fewer where each of them is long."""
    return max(LISTED // 20, min(LISTED, _WORDS // max(len(s.events), 1)))


def _guarded(case: Case) -> dict[str, tuple[str, ...]]:
    out: dict[str, dict[str, None]] = {}
    for n, x in case.lines.items():
        for e in walk(x.expr):
            if isinstance(e, Fails):
                out.setdefault(e.name, {})[n] = None
    return {control: tuple(lines) for control, lines in out.items()}


def narrative_of(case: Case) -> Document | None:
    if case.narrative_text is None:
        return None
    document = read(case.narrative_text, str(PurePath(case.file).parent / case.narrative))
    return None if document.is_blank else document


def truths(case: Case) -> dict[str, bool | None]:
    """The lines in this incident, by Kleene's three-valued logic; a cycle from "nothing true" to its least fixpoint."""
    edges = {n: [e.name for e in walk(x.expr) if isinstance(e, Ref) and e.name in case.lines] for n, x in case.lines.items()}
    known: dict[str, bool | None] = dict.fromkeys(case.lines, False)
    for part in components(edges):  # each after those it reads
        for _ in range(len(part) + 1):
            before = [known[n] for n in part]
            for n in part:
                known[n] = happened(case, case.lines[n].expr, known)
            if [known[n] for n in part] == before:
                break
    return known


def happened(case: Case, e: Expr, lines: Mapping[str, bool | None]) -> bool | None:
    """Whether an expression was true in the incident; None where the facts leave it open. Depth is bounded by the grammar."""
    match e:
        case Const(value):
            return value
        case Ref(name) | Fails(name):
            return lines[name] if name in lines else case.factors[name].occurred
        case Tips(name):
            return False if case.factors[name].occurred is False else None
        case Not(arg):
            inner = happened(case, arg, lines)
            return None if inner is None else not inner
        case And(args) | Or(args) | AtLeast(_, args):
            values = [happened(case, x, lines) for x in args]
            need = len(values) if isinstance(e, And) else 1 if isinstance(e, Or) else e.k
            return _enough([(1.0, v) for v in values], need)
        case Threshold(tau, terms):
            return _enough([(w, happened(case, x, lines)) for w, x in terms], tau)


def _enough(terms: list[tuple[float, bool | None]], tau: float) -> bool | None:
    """Whether the weights of what is true reach `tau`, whatever the open ones are."""
    sure = sum(w for w, v in terms if v)
    low, high = (sure + sum(f(w, 0.0) for w, v in terms if v is None) for f in (min, max))
    return True if low >= tau - 1e-12 else False if high < tau - 1e-12 else None
