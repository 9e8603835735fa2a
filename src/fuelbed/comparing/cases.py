"""Two cases, or two results, compared from end to end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fuelbed.analysis import analyze
from fuelbed.comparing.compare import Compared, Explained, compare
from fuelbed.comparing.told import Told, told
from fuelbed.core.case import Case
from fuelbed.core.edits import Edit
from fuelbed.core.options import Options
from fuelbed.core.reporting import Report
from fuelbed.report.numbers import estimate

__all__ = ["Side", "compare_sides"]


@dataclass(frozen=True, eq=False)
class Side:
    """One version: what it is called, and its case or its result."""

    name: str
    case: Case | None = None
    report: Report | None = None


def compare_sides(
    a: Side, b: Side, edits: Sequence[Edit], options: Options, progress: Callable[[str], None] | None = None
) -> Compared:
    """`edits` are those of the two case files; of results what changed is read off their tables, without places."""
    first, second = (_told(s, options, progress) for s in (a, b))
    if a.case is not None and b.case is not None:
        from fuelbed.comparing.explain import solve

        found = solve(a.case, b.case, edits, options, progress)
        return compare(first, second, (a.name, b.name), found.ratios, found.explained, found.other, "cases", found.notes)
    return compare(first, second, (a.name, b.name), {}, _from_tables(first, second), (), "results")


def _told(s: Side, options: Options, progress: Callable[[str], None] | None) -> Told:
    if s.case is not None:
        return told(analyze(s.case, options, progress))
    assert s.report is not None
    return told(s.report)


def _from_tables(a: Told, b: Told) -> list[Explained]:
    """Factors and given numbers that differ between two results: what changed, though not where, nor what it does by itself."""
    out = []
    for kind, old, new in (
        ("factors", dict(a.factors), dict(b.factors)),
        ("numbers", {k: estimate(e) for k, e in a.numbers.items()}, {k: estimate(e) for k, e in b.numbers.items()}),
    ):
        gone = {k.partition(".")[0] for k in set(a.factors) ^ set(b.factors)} if kind == "numbers" else set()
        for n in dict.fromkeys((*new, *old)):
            was, now = old.get(n, ""), new.get(n, "")
            if was != now and n.partition(".")[0] not in gone:
                e = Edit((kind, n), "changed" if was and now else "added" if now else "removed", was, now)
                out.append(Explained(e.label, (e,), {}))
    return out
