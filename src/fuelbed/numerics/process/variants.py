"""Other tapes of the same case: what the incident says of each uncertain state, and lines held true or false from now on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from fuelbed.core.case import Case, Line
from fuelbed.core.expressions import Const
from fuelbed.numerics.process.compile import Compiled, told
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.expectation import expectation, likelihood

__all__ = ["beliefs", "with_line"]


def beliefs(model: Compiled) -> tuple[Compiled, Mapping[str, str]]:
    """The model with a tape of beliefs, and for each uncertain state the stem of its outputs `prior:` and `posterior:`."""
    d = Diagrams(model.case)
    t, space = d.inputs.tape, d.space
    incidence = told(d, d.incidence())
    out: dict[str, int] = {}
    stems = {}
    whole = likelihood(space, incidence) if incidence.arrivals else 0
    for v, name in enumerate(space.names[: space.n_states]):
        if name.endswith(".now"):
            continue
        stems[name] = name
        out[f"prior:{name}"] = prior = d.inputs.belief(name)
        seen = likelihood(space, incidence, d.bdd.variable(v)) if incidence.arrivals else 0
        out[f"posterior:{name}"] = t.div(seen, whole) if incidence.arrivals else prior
    return _with_tape(model, d, out), stems


def with_line(model: Compiled, line: str, held: bool) -> Compiled:
    """The model after `line` is held true or false from now on; the incident is still read by the lines as they are."""
    case = model.case
    lines = {**case.lines, line: Line(line, Const(held), str(held).lower())}
    d = Diagrams(case, after=_changed(case, lines))
    losses = [d.inputs.number(f"{o.name}.loss") for o in case.outcomes]
    out = expectation(d.space, d.demands(), d.standing(), told(d, d.incidence()), losses, case.horizon)
    return _with_tape(model, d, dict(out))


def _changed(case: Case, lines: Mapping[str, Line]) -> Case:
    return dataclasses.replace(case, lines=lines)


def _with_tape(model: Compiled, d: Diagrams, out: dict[str, int]) -> Compiled:
    knobs = {**d.inputs.knobs, **{k: v for k, v in model.knobs.items() if k not in d.inputs.knobs}}
    return dataclasses.replace(model, tape=d.inputs.tape.build(out), defaults=d.inputs.defaults, knobs=knobs)
