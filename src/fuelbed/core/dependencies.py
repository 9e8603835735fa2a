"""Who depends on whom, from everything that a case says of it: `system.depends_on` and each graph of `evidence.traces`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fuelbed.core.case import Case

__all__ = ["ancestors", "depends_on", "edges"]

_DECLARED = "system"


def edges(case: Case) -> dict[tuple[str, str], tuple[str, ...]]:
    """(dependant, what it depends on) -> where that is said: `system` for `system.depends_on`, else names of entries of `traces`.

    In the order of the case; nothing depends on itself. Names are as written: of two that mean one component, the case says so itself
    (`components` of an entry).
    """
    out: dict[tuple[str, str], dict[str, None]] = {}
    declared = case.system.get("depends_on")
    for name, on in declared.items() if isinstance(declared, Mapping) else ():
        for x in on if isinstance(on, list) else [on]:
            if isinstance(x, str | int | float) and not isinstance(x, bool) and str(x) != name:
                out.setdefault((str(name), str(x)), {})[_DECLARED] = None
    for graph in case.dependencies.values():
        for a, b in graph.edges:
            if a != b:
                out.setdefault((a, b), {})[graph.name] = None
    return {edge: tuple(said) for edge, said in out.items()}


def depends_on(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Each dependant with what it depends on, in the order of the pairs (those of `edges`)."""
    out: dict[str, dict[str, None]] = {}
    for a, b in pairs:
        out.setdefault(a, {})[b] = None
    return {a: tuple(on) for a, on in out.items()}


def ancestors(on: Mapping[str, Iterable[str]], component: str) -> list[str]:
    """All that a component depends on, directly or through others, the near ones first. Itself only where it lies on a cycle."""
    found: dict[str, None] = {}
    todo = [component]
    while todo:
        here, todo = todo, []
        for x in here:
            for y in on.get(x, ()):
                if y not in found:
                    found[y] = None
                    todo.append(y)
    return list(found)
