"""A history as a case folder: log, load, deploys and the case that names them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

__all__ = ["history_case", "table", "truth_json"]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV; no cell of them holds a comma, a quote or a line end."""
    return "\n".join([",".join(head), *(",".join(map(str, r)) for r in rows)]) + "\n"


def truth_json(made: Mapping[str, object], coupled: Sequence[Mapping[str, str]]) -> str:
    """How the history was made, and which pairs are coupled: every other pair is not."""
    return json.dumps({"made": made, "coupled": list(coupled)}, indent=2, ensure_ascii=False) + "\n"


def history_case(
    names: Sequence[str],
    depends_on: Iterable[tuple[str, str]],
    doubled: Sequence[tuple[str, str]],
    begin: datetime,
    days: int,
    seed: int,
) -> str:
    """case.yaml of a simulated history. One template.

    names: the components that are watched; depends_on: (dependant, what it depends on), whatever is declared, also of things in no log.
    doubled: pairs that the structure takes for redundant; without any, the first two components.
    """
    pairs = doubled or [(names[0], names[1])]
    on: dict[str, list[str]] = {}
    for dependant, what in depends_on:
        on.setdefault(dependant, []).append(what)
    every = sorted({*names, *(w for some in on.values() for w in some)})
    declared = [f"    {a}: [{', '.join(sorted(on[a]))}]" for a in sorted(on)]
    observed = f"{{start: {begin:%Y-%m-%d}, end: {begin + timedelta(days=days):%Y-%m-%d}}}"
    lines = [
        "# A simulated history, for practice: truth.json says which pairs are coupled, and how. Look at it last.",
        "fuelbed: 1",
        f"title: Simulated history of {len(names)} components over {days} days (seed {seed})",
        "failure: out",
        f"date: {begin + timedelta(days=days - 1):%Y-%m-%d}",
        "factors:",
        "  rush: {kind: trigger, rate: monthly, in_incident: yes}",
        *(f"  {c}: {{kind: control, in_incident: not_held, fails: 0.02..0.1}}" for p in pairs for c in p),
        "structure:",
        f"  out: rush and ({' or '.join(f'(fails({a}) and fails({b}))' for a, b in pairs)})",
        "system:",
        f"  components: [{', '.join(every)}]",
        *(["  depends_on:", *declared] if declared else []),
        "evidence:",
        "  metrics:",
        "    traffic: {file: load.csv, columns: {load: load}}",
        "  events:",
        "    releases: {file: deploys.csv}",
        "  history:",
        "    outages:",
        "      file: outages.csv",
        f"      observed: {observed}",
        f"      watched: [{', '.join(sorted(names))}]",
        "coupling:",
        "  history: [outages]",
        "  window: 5 min",
        "  load: traffic.load",
        "  deploys: [releases.deploy]",
    ]
    return "\n".join(lines) + "\n"
