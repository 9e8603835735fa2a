"""Exploit and exposure at scale, beside networkx where it computes the same. `./dev bench exposure`.

What is measured, medians, wall time and in brackets that of the processor:
  engine        everything that the engine says of a generated case (variants, bounds of every measure, depth, cut), caches emptied.
  cut, program  the cheapest cut of a cyclic AND/OR graph (30 % AND, 60 controls that guard several nodes each) by the program.
                scattered: the same where controls guard nodes at random, which is hard for any program.
  depth 2       every set of up to two of the 60 controls, to the first that leaves a way (where none does: all sets).
  cut, flow     the cheapest cut where every control guards one node and there is no AND, by maximum flow.
networkx: the minimum cut of the same graph, nodes split, on the sizes that it finishes; AND/OR graphs it does not know.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.beside import Row, tell  # noqa: E402  # the path comes first
from fuelbed.numerics.attack import AndOr, cheapest_cut, depth  # noqa: E402  # the path comes first

__all__ = ["chain_case", "main", "mixed_graph", "or_graph"]


def chain_case(nodes: int, seed: int = 1) -> str:
    """A case of about `nodes` factors and lines: zones one behind the other; the first is entered by exploits of four classes through
    exposures of its own, every later one from the one before by one of eight routes, each through an exposure or two and past a control
    now and then; an exposure and a control of each zone are shared by its routes. Most exposures are certain, as those of a case are that
    was looked into; a dozen are not, and every rate and control is an interval."""
    rng = random.Random(seed)
    routes, unsure = 8, 12
    zones = max(2, round(nodes / (routes * 2.7 + 3)))
    factors: list[str] = []
    lines: list[str] = []

    def exposure(name: str) -> str:
        sure = "yes" if rng.random() > unsure / (zones * routes * 1.2) else "0.3..0.8"
        factors.append(f"  {name}: {{kind: exposure, present: {sure}, cost: {rng.randint(1, 9)}}}")
        return name

    def control(name: str) -> str:
        factors.append(
            f"  {name}: {{kind: control, fails: 0.05..0.3, cost: {rng.randint(1, 9)}, depends_on: [d_{rng.randint(0, 3)}]}}"
        )
        return f"fails({name})"

    for z in range(zones):
        flat, guard = exposure(f"flat_{z}"), control(f"guard_{z}")
        ways = []
        for r in range(routes):
            name = f"z{z}_{r}"
            way = [exposure(f"x_{name}"), flat]
            if z == 0:
                factors.append(f"  e_{r}: {{kind: exploit, class: CWE-{r % 4}, rate: 0.1..2 per year, cost: 1}}")
                way = [f"e_{r}", *way]
            else:
                way = [f"zone_{z - 1}", *way]
            if rng.random() < 0.3:
                way.append(exposure(f"y_{name}"))
            if rng.random() < 0.4:
                way.append(control(f"c_{name}"))
            lines.append(f"  {name}: {' and '.join(way)}")
            ways.append(name)
        lines.append(f"  zone_{z}: ({' or '.join(ways)}) and {guard}")
    unknown = ", ".join(f"CWE-{k}: 0.1..1 per year" for k in range(3))
    head = f"fuelbed: 1\ntitle: zones in a row\nfailure: zone_{zones - 1}\nexposure: {{unknown_variants: {{{unknown}}}}}\n"
    return f"{head}factors:\n{chr(10).join(factors)}\nstructure:\n{chr(10).join(lines)}\n"


def mixed_graph(
    n: int, seed: int = 1, scattered: bool = False
) -> tuple[AndOr, int, list[list[int]], list[float], list[list[int]]]:
    """A cyclic AND/OR graph in 20 zones one behind the other: 30 % AND nodes of two inputs, the others OR nodes of one to four, 5 % of the
    inputs from anywhere in the zone, so cycles. A tenth of each zone is entered from the zone before, and each of three controls of that
    boundary guards a third of those nodes: 60 controls. `scattered`: 60 controls instead guard 70 % of all nodes at random."""
    rng = np.random.default_rng(seed)
    zones = 20
    size = n // zones
    inputs: list[list[int]] = [[] for _ in range(n)]
    ands: list[int] = []
    closings: list[list[int]] = [[] for _ in range(3 * zones)]
    for z in range(zones):
        first = z * size
        for i in range(first, first + size):
            entry = i - first < size // 10
            two = not entry and rng.random() < 0.3
            k = 2 if two else int(rng.integers(1, 5))
            low, high = (first - size, first) if entry else (max(first, i - size // 5), i)
            far = (rng.random(k) < 0.05) & (not entry)
            drawn = np.where(far, rng.integers(first, first + size, k), rng.integers(max(0, low), max(1, high), k))
            inputs[i] = [] if entry and z == 0 else [int(x) for x in dict.fromkeys(drawn.tolist()) if x != i] or [i - 1]
            if two and len(inputs[i]) > 1:
                ands.append(i)
            if entry:
                closings[3 * z + int(rng.integers(0, 3))].append(i)
    if scattered:
        closings = [sorted(x.tolist()) for x in np.array_split(rng.permutation(np.arange(size // 10, n))[: 7 * n // 10], 60)]
    costs = [float(c) for c in rng.integers(1, 20, len(closings))]
    inputs.append(list(range(zones * size - 5, zones * size)))
    return AndOr.of(inputs, ands), len(inputs) - 1, closings, costs, inputs


def with_controls(inputs: list[list[int]], ands: list[int], closings: list[list[int]]) -> tuple[AndOr, list[list[int]]]:
    """The same graph where a guarded node also needs its control to have fallen: an AND over it and a new source."""
    rows, both = [list(x) for x in inputs], list(ands)
    groups = []
    for nodes in closings:
        falls = len(rows)
        rows.append([])
        groups.append([falls])
        for i in nodes:
            moved = len(rows)
            rows.append(rows[i])
            if i in both:
                both.append(moved)
                both.remove(i)
            rows[i] = [moved, falls]
            both.append(i)
    return AndOr.of(rows, both), groups


def or_graph(n: int, seed: int = 1) -> tuple[AndOr, int, list[list[int]], list[float]]:
    """OR nodes with four inputs each, mostly from a little before; a closing for each node but the ends."""
    rng = np.random.default_rng(seed)
    sources = max(20, n // 100)
    inputs: list[list[int]] = [[] for _ in range(n)]
    window = max(30, n // 50)
    for i in range(sources, n):
        inputs[i] = [int(x) for x in np.unique(rng.integers(max(0, i - window), i, 4))]
    goal = len(inputs)
    inputs.append(list(range(n - 40, n)))
    costs = [float(c) for c in rng.integers(1, 20, n - sources)]
    return AndOr.of(inputs, []), goal, [[i] for i in range(sources, n)], costs


def _median(work: Callable[[], object], runs: int) -> str:
    """`wall (processor) s`: on a machine that does other work too, only the second says something."""
    wall, processor = _seconds(work, runs)
    return f"{wall:.3f} ({processor:.3f}) s"


def _seconds(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Medians by the clock and of the processor."""
    rows = []
    for _ in range(runs):
        start, used = time.perf_counter(), time.process_time()
        work()
        rows.append((time.perf_counter() - start, time.process_time() - used))
    wall, processor = (statistics.median(x) for x in zip(*rows, strict=True))
    return wall, processor


def _engine(nodes: int) -> None:
    from fuelbed.core.facts import Board
    from fuelbed.core.options import Options
    from fuelbed.core.registry import rows_by_id
    from fuelbed.engines.exposure import examine
    from fuelbed.numerics.attack.derived import with_unknown
    from fuelbed.numerics.process.compile import compile_case
    from fuelbed.readers.case import parse_case

    case = parse_case(chain_case(nodes))
    size = len(case.factors) + len(case.lines)
    examine(case, Board().for_engine(rows_by_id()["exposure"].takes), Options())

    def whole() -> None:
        compile_case.cache_clear()
        with_unknown.cache_clear()
        examine(case, Board().for_engine(rows_by_id()["exposure"].takes), Options())

    print(f"engine, case of {size} factors and lines: {_median(whole, 5)}")


def _mixed(n: int, runs: int, scattered: bool = False) -> None:
    graph, goal, closings, costs, inputs = mixed_graph(n, scattered=scattered)
    cut = cheapest_cut(graph, goal, closings, costs)
    seconds = _median(lambda: cheapest_cut(_fresh(graph), goal, closings, costs), runs)
    found = "none" if cut.closings is None else f"cost {cut.cost:g} of {len(cut.closings)}"
    print(
        f"cut, program, {n} nodes, {len(graph.heads)} edges, 60 controls{', scattered' if scattered else ''}: {seconds} ({found}, {'proved' if cut.proved else f'at least {cut.bound:g}'})"
    )
    deep, groups = with_controls(inputs, np.flatnonzero(graph.ands).tolist(), closings)
    got = depth(deep, goal, groups, most=2)
    seconds = _median(lambda: depth(_fresh(deep), goal, groups, most=2), runs)
    print(f"depth 2, {n} nodes, 60 controls: {seconds} ({got.groups if got.groups is not None else 'more than 2'})")


def _fresh(graph: AndOr) -> AndOr:
    return AndOr(graph.ands, graph.heads, graph.tails)


def _flow(n: int, runs: int, peer: bool) -> None:
    graph, goal, closings, costs = or_graph(n)
    cut = cheapest_cut(graph, goal, closings, costs)
    wall, processor = _seconds(lambda: cheapest_cut(_fresh(graph), goal, closings, costs), runs)
    beside = ""
    if peer:
        start = time.process_time()
        value = _networkx(graph, goal, closings, costs)
        theirs = time.process_time() - start
        tell(Row(f"cheapest cut of a graph of {n:,} nodes and {len(graph.heads):,} edges, a control for each", "s", processor, "networkx", theirs,
                 sides=f"the value of the cut, {'equal' if abs(value - cut.cost) < 1e-6 else 'NOT equal'}; processor time; ours also the cut; networkx one run"))  # fmt: skip
        beside = f"; networkx {theirs:.2f} s of the processor, value {'equal' if abs(value - cut.cost) < 1e-6 else f'{value} NOT equal'}"
    print(
        f"cut, flow, {n} nodes, {len(graph.heads)} edges: {wall:.3f} ({processor:.3f}) s (cost {cut.cost:g} of {len(cut.closings or ())}){beside}"
    )


def _networkx(graph: AndOr, goal: int, closings: list[list[int]], costs: list[float]) -> float:
    import networkx as nx  # type: ignore[import-untyped]  # it has no types

    g = nx.DiGraph()
    cost = {c[0]: w for c, w in zip(closings, costs, strict=True)}
    for i in range(graph.n):
        g.add_edge((i, 0), (i, 1), **({"capacity": cost[i]} if i in cost else {}))
    for h, t in zip(graph.heads.tolist(), graph.tails.tolist(), strict=True):
        g.add_edge((t, 1), (h, 0))
    for i in np.flatnonzero(graph.sources).tolist():
        g.add_edge("s", (i, 0))
    return float(nx.minimum_cut_value(g, "s", (goal, 1)))


def main() -> None:
    try:
        import networkx  # noqa: F401  # the peer

        peer = True
    except ImportError:
        peer = False
        print("networkx is not there: our side only")
    _engine(300)
    for n in (1_000, 10_000):
        _mixed(n, 3)
    _mixed(1_000, 1, scattered=True)
    for n in (1_000, 10_000, 100_000):
        _flow(n, 3, peer and n <= 10_000)


if __name__ == "__main__":
    main()
