"""Other tapes of the same case: what the incident says of each uncertain state, each trigger alone, lines held true or false."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import lru_cache

from fuelbed.core.quantities import Quantity
from fuelbed.numerics.process.compile import RATE_CAP, Compiled, told
from fuelbed.numerics.process.diagrams import Diagrams
from fuelbed.numerics.process.expectation import Space, expectation
from fuelbed.numerics.process.parameters import Knob

__all__ = ["arrival_chances", "beliefs", "diagrams", "lines_held", "with_tape"]


@lru_cache(maxsize=1)
def diagrams(model: Compiled) -> Diagrams:
    """The diagrams of a model's case for further tapes, made once: they hold nothing that one tape could spoil for another."""
    return Diagrams(model.case, model.structure, model.tips.tipping)


def beliefs(model: Compiled) -> tuple[Compiled, Mapping[str, str]]:
    """The model with a tape of beliefs, and for each uncertain state the stem of its outputs `prior:` and `posterior:`."""
    d = diagrams(model)
    drawn = Space(d.bdd, d.space.names, d.space.n_states, d.inputs, as_drawn=True)
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
            out[f"posterior:{name}"] = expectation(drawn, [], x, known, [], model.case.horizon, survive=False)["standing"]
    return with_tape(model, d, out), stems


def arrival_chances(model: Compiled) -> Compiled:
    """The model with a tape of `q:<trigger>`: the chance that one arrival of this trigger fails it, by the belief after the incident."""
    d = diagrams(model)
    known = told(d, d.incidence())
    out = {
        f"q:{x.trigger}": expectation(d.space, [], x.fails, known, [], model.case.horizon, survive=False)["standing"]
        for x in d.demands()
    }
    return with_tape(model, d, out)


def lines_held(model: Compiled, names: Sequence[str]) -> Compiled:
    """The model with a tape of what follows when a line is held false or true from now on, for each of `names`.

    The incident is still read by the lines as they are. Outputs: `left:<line>`, failures a year with the line held false over those
    of today (0 where there are none); with it held true `probability:<line>` and `standing:<line>`.
    """
    d = diagrams(model)
    t, horizon = d.inputs.tape, model.case.horizon
    losses = [d.inputs.number(f"{o.name}.loss") for o in model.case.outcomes]
    known = told(d, d.incidence())
    today = expectation(d.space, d.demands(), d.standing(), known, losses, horizon, survive=False)["hazard"]
    out: dict[str, int] = {}
    try:
        for name in names:
            d.hold(name, False)
            gone = expectation(d.space, d.demands(), d.standing(), known, losses, horizon, survive=False)["hazard"]
            out[f"left:{name}"] = t.div(gone, today)
            d.hold(name, True)
            sure = expectation(d.space, d.demands(), d.standing(), known, losses, horizon)
            out.update({f"{k}:{name}": sure[k] for k in ("probability", "standing")})
    finally:
        d.future = d.structure
    return with_tape(model, d, out)


def with_tape(model: Compiled, d: Diagrams, out: Mapping[str, int]) -> Compiled:
    """`model` with a tape of other outputs, and the numbers that these outputs read; all others stand still at their middle."""
    tape = d.inputs.tape.build(out)
    read = {tape.inputs[a] for op in (*(o[1:] for o in tape.ops if o[0] != "T"), *(t for _, t in tape.tables)) for a in op
            if a < tape.n_inputs} | {tape.inputs[r] for r in tape.outputs.values() if r < tape.n_inputs}  # fmt: skip  # one set
    labels = dict.fromkeys([*model.knobs, *d.inputs.knobs])
    known = {n: k for n in labels if (k := d.inputs.knobs.get(n)) is not None}
    knobs = {n: Knob(n, k.quantity, inputs) for n, k in known.items() if (inputs := [x for x in k.inputs if x in read])}
    idle = {n: Knob(n, Quantity.point(min(k.quantity.middle, RATE_CAP), k.quantity.dimension)) for n, k in known.items()}
    return dataclasses.replace(model, tape=tape, defaults=d.inputs.defaults, knobs={**idle, **knobs})
