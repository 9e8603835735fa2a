"""Archetypes made into models, and the slow, obvious reading of their laws: one point at a time, formulas by `core.evaluation`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from fuelbed.core.dynamics import Model
from fuelbed.core.evaluation import evaluate
from fuelbed.numerics.maps.system import compile_model
from fuelbed.readers.archetypes import Graph, load_archetype, needs_graph
from fuelbed.readers.case import parse_case

__all__ = ["EXAMPLES", "FOLDER", "GRAPH", "Plain", "down_from", "model", "text_of"]

GRAPH: Graph = (("web", ("a", "b", "c")), ("a", ()), ("b", ()), ("c", ()))
_UNIT = {"flow": " per second", "time": " s", "number": ""}


def text_of(archetype: str, options: Mapping[str, str] | None = None, graph: Graph = GRAPH, **given: float) -> str:
    """A case with one model `m` of the archetype."""
    wanted = load_archetype(archetype, graph if needs_graph(archetype) else ()).parameters
    lines = ["fuelbed: 1", "title: a test", "failure: out", "factors:", "  push: {kind: trigger}", "structure:", "  out: push"]
    lines += ["system:", f"  components: [{', '.join(c for c, _ in graph)}]", "  depends_on:"]
    lines += [f"    {c}: [{', '.join(on)}]" for c, on in graph if on]
    lines += ["dynamics:", "  m:", f"    archetype: {archetype}", "    parameters:"]
    lines += [f"      {n}: {v!r}{_UNIT[wanted[n].dimension]}" for n, v in given.items()]
    if options:
        lines += ["    options:", *(f"      {o}: {w}" for o, w in options.items())]
    return "\n".join(lines) + "\n"


def model(archetype: str, options: Mapping[str, str] | None = None, graph: Graph = GRAPH, **given: float) -> Model:
    made = parse_case(text_of(archetype, options, graph, **given), "test.yaml").dynamics["m"]
    assert made.missing == ()
    return made


class Plain:
    """The law by definition: Euler steps of the rates, each state kept in its range."""

    def __init__(self, m: Model) -> None:
        self.m = m
        self.fixed = {n: p.quantity.middle if not p.quantity.is_point else p.quantity.low for n, p in m.parameters.items()}
        self.fixed |= {f"{o.name}_{w}": float(w == o.word) for o in m.options.values() for w in o.choices}

    def values(self, x: Mapping[str, float]) -> dict[str, float]:
        """All names at the point x."""
        v = {**self.fixed, **x}
        for name, expr in self.m.let.items():
            v[name] = evaluate(expr, v)
        return v

    def rates(self, x: Mapping[str, float]) -> dict[str, float]:
        v = self.values(x)
        return {n: evaluate(e.rate, v) for n, e in self.m.events.items()}

    def flow(self, x: Mapping[str, float]) -> dict[str, float]:
        """What each state gains per second."""
        out = dict.fromkeys(self.m.states, 0.0)
        for (_, rate), e in zip(self.rates(x).items(), self.m.events.values(), strict=True):
            for s, by in e.change.items():
                out[s] += rate * by
        return out

    def failed(self, x: Mapping[str, float]) -> bool:
        return evaluate(self.m.failed, self.values(x)) > 0

    def run(self, x: Mapping[str, float], seconds: float) -> dict[str, float]:
        x = dict(x)
        for _ in range(round(seconds / self.m.step)):
            gain = self.flow(x)
            x = {n: min(max(v + self.m.step * gain[n], self.m.states[n].low), self.m.states[n].high) for n, v in x.items()}
        return x


def down_from(m: Model, start: Mapping[str, float], seconds: float, **sweep: object) -> list[bool]:
    """Whether each row of a sweep of parameters has failed `seconds` after `start`; by the compiled system, all rows at once."""
    s = compile_model(m)
    n = max([1, *(np.size(v) for v in sweep.values())])
    p = np.tile(s.today, (n, 1))
    for name, v in sweep.items():
        p[:, s.parameter(name)] = v
    x = np.tile([start[k] for k in s.states], (n, 1)).astype(float)
    for _ in range(round(seconds / s.step_seconds)):
        x = s.step(x, p)
    return [bool(f > 0) for f in s.failed(x, p)]


FOLDER = Path(__file__).parents[3] / "src/fuelbed/readers/archetypes"
EXAMPLES: Mapping[str, Mapping[str, float]] = {
    "retry_service": {"capacity": 100.0, "load": 60.0, "timeout": 1.0, "retries": 3.0},
    "failover_pool": {"nodes": 100.0, "load": 800.0, "node_capacity": 10.0, "dies_after": 30.0, "back_after": 90.0},
    "lookaside_cache": {
        "hit_ratio": 0.9, "entries": 2000.0, "lifetime": 600.0, "database_capacity": 100.0, "fill_timeout": 1.0, "load": 300.0,
    },
    "crash_loop": {"instances": 100.0, "start_time": 10.0, "start_slots": 5.0, "start_limit": 100.0, "lifetime": 1e5},
    "accumulation": {
        "capacity": 100.0, "heap": 256.0, "idle_heap": 40.0, "per_request": 0.5, "collector_cost": 0.5, "timeout": 1.0, "load": 60.0,
    },
    "recovery_blocked": {
        "units": 100.0, "between_failures": 864000.0, "repair_time": 3600.0, "tool_needs": 0.5, "hands": 1.0, "hand_time": 36000.0,
    },
    "cascade": {
        "calls_web": 90.0, "capacity_web": 1000.0, "capacity_a": 40.0, "capacity_b": 40.0, "capacity_c": 40.0, "falls_after": 10.0,
        "back_after": 60.0,
    },
}  # fmt: skip
"""Settings of each archetype that have a normal and a failed state."""
