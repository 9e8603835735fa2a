"""Other tapes of the same case: what the incident says of each uncertain state, and lines held true or false from now on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from fuelbed.numerics.process.compile import Compiled, told
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.expectation import expectation

__all__ = ["beliefs", "lines_held"]


def beliefs(model: Compiled) -> tuple[Compiled, Mapping[str, str]]:
    """The model with a tape of beliefs, and for each uncertain state the stem of its outputs `prior:` and `posterior:`."""
    d = Diagrams(model.case)
    d.space.as_drawn = True
    known = told(d, d.incidence())
    out: dict[str, int] = {}
    stems = {}
    for v, name in enumerate(d.space.names[: d.space.n_states]):
        if name.endswith(".now"):
            continue
        stems[name] = name
        out[f"prior:{name}"] = out[f"posterior:{name}"] = d.inputs.belief(name)
        if known.arrivals:
            x = d.bdd.variable(v)
            out[f"posterior:{name}"] = expectation(d.space, [], x, known, [], model.case.horizon, survive=False)["standing"]
    return _with_tape(model, d, out), stems


def lines_held(model: Compiled, names: Sequence[str]) -> Compiled:
    """The model with a tape of what follows when a line is held false or true from now on, for each of `names`.

    The incident is still read by the lines as they are. Outputs: `left:<line>`, failures a year with the line held false over those
    of today (0 where there are none); with it held true `probability:<line>` and `standing:<line>`.
    """
    d = Diagrams(model.case)
    t, horizon = d.inputs.tape, model.case.horizon
    losses = [d.inputs.number(f"{o.name}.loss") for o in model.case.outcomes]
    known = told(d, d.incidence())
    today = expectation(d.space, d.demands(), d.standing(), known, losses, horizon, survive=False)["hazard"]
    out: dict[str, int] = {}
    for name in names:
        d.hold(name, False)
        gone = expectation(d.space, d.demands(), d.standing(), known, losses, horizon, survive=False)["hazard"]
        out[f"left:{name}"] = t.div(gone, today)
        d.hold(name, True)
        sure = expectation(d.space, d.demands(), d.standing(), known, losses, horizon)
        out.update({f"{k}:{name}": sure[k] for k in ("probability", "standing")})
    return _with_tape(model, d, out)


def _with_tape(model: Compiled, d: Diagrams, out: dict[str, int]) -> Compiled:
    knobs = {**d.inputs.knobs, **{k: v for k, v in model.knobs.items() if k not in d.inputs.knobs}}
    return dataclasses.replace(model, tape=d.inputs.tape.build(out), defaults=d.inputs.defaults, knobs=knobs)
