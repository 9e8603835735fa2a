"""What every fault-tree format asks: which gate is the top, and does any gate depend on itself?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fuelbed.core.hints import did_you_mean
from fuelbed.core.networks import Gate
from fuelbed.readers.faulttrees.faults import At, Faults

__all__ = ["check_cycles", "top_of"]


def top_of(gates: Mapping[str, Gate], named: Sequence[str], wanted: str, faults: Faults, file: str) -> str:
    """`wanted`, or the only one of the `named` gates that no gate refers to; "" after a fault."""
    if wanted:
        if wanted in gates:
            return wanted
        faults.error(
            "FB147",
            (1, 1, file),
            f"no gate is called `{wanted[:60]}`.",
            did_you_mean(wanted, named) or "Name one of the file's gates.",
        )
        return ""
    used = {a for g in gates.values() for a in g.args}
    tops = [n for n in named if n not in used]
    if len(tops) == 1:
        return tops[0]
    if not named:
        faults.error("FB147", (1, 1, file), "the file defines no gate.", "Define the tree's gates.")
    elif tops:
        shown = ", ".join(f"`{t[:60]}`" for t in tops[:6]) + (f" and {len(tops) - 6} more" if len(tops) > 6 else "")
        faults.error(
            "FB147", (1, 1, file), f"{len(tops)} gates are in no other gate: {shown}.", "Say which with `--top-gate NAME`."
        )
    return tops[0] if tops else ""  # no top at all: every gate is on a cycle or below one, which is said there


def check_cycles(edges: Mapping[str, Sequence[str]], places: Mapping[str, At], faults: Faults, what: str) -> None:
    """One fault for each cycle that a depth-first walk closes."""
    state: dict[str, int] = {}
    for start in edges:
        path: list[str] = []
        todo: list[tuple[str, bool]] = [(start, False)]
        while todo:
            name, leaving = todo.pop()
            if leaving:
                state[name] = 2
                path.pop()
            elif state.get(name, 0) == 1:
                cycle = [*path[path.index(name) :], name]
                shown = " -> ".join(f"`{n[:60]}`" for n in cycle[:6]) + (" -> ..." if len(cycle) > 6 else "")
                at = next((places[n] for n in cycle if n in places), next(iter(places.values())))
                faults.error("FB145", at, f"the {what} depends on itself: {shown}.", "Break the cycle.")
            elif name in edges and name not in state:
                state[name] = 1
                path.append(name)
                todo.append((name, True))
                todo += [(a, False) for a in edges[name]]
