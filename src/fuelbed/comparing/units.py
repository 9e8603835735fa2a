"""What differs between two cases, in units that can be changed one at a time; and the case in between, with some of them changed.

A unit is the smallest set of elements that leaves a valid case behind: a line that reads a new factor changes together with it, factors that
share a changed number change together. So a comparison is a list of interventions of its own, and each can be solved for alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from fuelbed.core.case import Case
from fuelbed.core.expressions import Fails, Ref, Tips, walk
from fuelbed.core.facts import Tipping
from fuelbed.core.quantities import Quantity

__all__ = ["WORDS", "Key", "Unit", "between", "units"]

Key = tuple[str, str]
"""What an element is: (`factor`, name), (`line`, name), (`cause`, name), (`model`, name), (`signal`, name), (`number`, name), (`tips`, trigger), or one of
`outcomes`, `horizon`, `failure`, `exposure` with no name."""

WORDS = frozenset(
    (
        "span", "text", "source", "what", "because", "owner", "scope", "layer", "extra", "note", "basis", "since", "human", "shaped_by", "where",
        "zone",
    )
)  # fmt: skip  # one list
"""Fields of an element that move no number of it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Elements that change together, in the order of the new case."""

    keys: tuple[Key, ...]


def units(before: Case, after: Case, tips: tuple[Tipping | None, Tipping | None]) -> tuple[Unit, ...]:
    """Every difference that can move a number of the verdict."""
    a, b = _elements(before, tips[0]), _elements(after, tips[1])
    changed = [k for k in {**b, **a} if k not in a or k not in b or _bare(a[k]) != _bare(b[k])]
    join = _Joined(changed)
    for case, elements, other in ((before, a, b), (after, b, a)):
        for k in changed:
            if k in elements:
                for need in _needs(case, k, elements[k]):
                    if need in join and (need not in other or need not in elements or _kind(a.get(need)) != _kind(b.get(need))):
                        join.unite(k, need)
    _shared_numbers(join, a, b)
    for k in changed:
        for other_kind in ("factor", "line"):
            if k[0] in ("factor", "line") and (other_kind, k[1]) in join:
                join.unite(k, (other_kind, k[1]))
        if k[0] == "tips":
            for need in (("factor", k[1]), *(("model", m.name) for m in after.dynamics.values())):
                if need in join:
                    join.unite(k, need)
    if ("outcomes", "") in join and ("failure", "") in join:
        join.unite(("outcomes", ""), ("failure", ""))
    return tuple(Unit(tuple(keys)) for keys in join.groups())


def between(
    before: Case, after: Case, tips: tuple[Tipping | None, Tipping | None], chosen: Iterable[Key]
) -> tuple[Case, Tipping | None]:
    """The old case with the chosen elements as they are in the new one, and its chances of tipping; without action items."""
    keys = set(chosen)

    def mixed(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        out = {n: (new.get(n) if (kind, n) in keys else x) for n, x in old.items()}
        out.update({n: x for n, x in new.items() if n not in old and (kind, n) in keys})
        return {n: x for n, x in out.items() if x is not None}

    causes = mixed("cause", *({g.name: g for g in c.common_causes} for c in (before, after)))
    outcomes = after if ("outcomes", "") in keys else before
    horizon = after if ("horizon", "") in keys else before
    case = replace(
        before,
        failure=(after if ("failure", "") in keys else before).failure,
        horizon=horizon.horizon,
        horizon_text=horizon.horizon_text,
        factors=mixed("factor", before.factors, after.factors),
        lines=mixed("line", before.lines, after.lines),
        outcomes=outcomes.outcomes,
        loss_unit=outcomes.loss_unit,
        common_causes=tuple(causes.values()),
        dynamics=mixed("model", before.dynamics, after.dynamics),
        signals=mixed("signal", before.signals, after.signals),
        exposure=(after if ("exposure", "") in keys else before).exposure,
        actions={},
    )
    chances = mixed("tips", *((t.probability if t is not None else {}) for t in tips))
    return case, Tipping(chances, {}, {}, tips[0].source if tips[0] is not None else "") if chances else None


def _elements(case: Case, tips: Tipping | None) -> dict[Key, Any]:
    out: dict[Key, Any] = {("factor", n): f for n, f in case.factors.items()}
    out.update({("line", n): x.expr for n, x in case.lines.items()})
    out.update({("cause", g.name): g for g in case.common_causes})
    out.update({("model", n): m for n, m in case.dynamics.items()})
    out.update({("signal", n): s for n, s in case.signals.items()})
    out.update({("tips", n): (e.value, e.low, e.high) for n, e in (tips.probability if tips is not None else {}).items()})
    out.update({("number", n): q for n, q in case.numbers.items()})
    out["outcomes", ""] = (case.loss_unit, case.outcomes)
    out["horizon", ""] = case.horizon
    out["failure", ""] = case.failure
    out["exposure", ""] = case.exposure
    return out


def _bare(x: Any) -> Any:
    """What a number can depend on: without places and words."""
    if is_dataclass(x) and not isinstance(x, type):
        return (type(x).__name__, *(_bare(getattr(x, f.name)) for f in fields(x) if f.name not in WORDS))
    if isinstance(x, Mapping):
        return tuple((k, _bare(v)) for k, v in x.items())
    return tuple(_bare(v) for v in x) if isinstance(x, tuple | list) else x


def _kind(x: Any) -> str:
    return getattr(x, "kind", "") if x is not None else ""


def _needs(case: Case, key: Key, x: Any) -> Iterator[Key]:
    """What an element names: each in the forms that it may have."""
    kind, _ = key
    names: list[str] = []
    if kind == "line":
        names = [e.name for e in walk(x) if isinstance(e, Ref | Fails | Tips)]
        yield from (("tips", e.name) for e in walk(x) if isinstance(e, Tips))
    elif kind == "cause":
        names = list(x.of)
    elif kind == "outcomes":
        names = [o.name for o in case.outcomes]
    elif kind == "failure":
        names = [x]
    elif kind == "factor" and x.needs:
        names = [x.needs]
        yield ("signal", x.needs)
    elif kind == "signal":
        names = [
            e.name for tree in (x.sees, x.blind_when) if tree is not None for e in walk(tree) if isinstance(e, Ref | Fails | Tips)
        ]
    for n in names:
        yield from (("factor", n), ("line", n))


def _shared_numbers(join: _Joined, *sides: Mapping[Key, Any]) -> None:
    """A number with a name that changed changes wherever it stands."""
    for elements in sides:
        for k, x in elements.items():
            if k in join and k[0] != "number":
                for n in _named(x):
                    if ("number", n) in join:
                        join.unite(k, ("number", n))


def _named(x: Any) -> Iterator[str]:
    """Names of `numbers` that the quantities of an element stand for."""
    if isinstance(x, Quantity):
        yield from (x.name,) if x.name else ()
    elif is_dataclass(x) and not isinstance(x, type):
        for f in fields(x):
            yield from _named(getattr(x, f.name))
    elif isinstance(x, Mapping):
        for v in x.values():
            yield from _named(v)
    elif isinstance(x, tuple):
        for v in x:
            yield from _named(v)


class _Joined:
    """Disjoint sets of keys, in the order in which the first of each came."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._up: dict[Key, Key] = {k: k for k in keys}

    def __contains__(self, key: Key) -> bool:
        return key in self._up

    def _root(self, k: Key) -> Key:
        while self._up[k] != k:
            self._up[k] = k = self._up[self._up[k]]
        return k

    def unite(self, a: Key, b: Key) -> None:
        self._up[self._root(b)] = self._root(a)

    def groups(self) -> list[list[Key]]:
        out: dict[Key, list[Key]] = {}
        for k in self._up:
            out.setdefault(self._root(k), []).append(k)
        return list(out.values())
