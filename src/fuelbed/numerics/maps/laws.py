"""From the laws of a model to references in a program: named quantities, flows of events, and each state one step later.

A model of events becomes a map by its mean field: x' = x + step * sum over events of flow * change. A jump that would leave the box
does not happen, so near an edge the flow towards it fades: with d the distance of state i to that edge and O the whole outflow of one
step towards it, the flow is multiplied by ramp(d / 2 O), ramp(u) = u (2 - u) below 1, 1 above. What leaves in one step is then at most
d: the box is never left, x + outflow stays increasing in x, and the derivative has no jump. Further than 2 O from every edge nothing is changed
at all, and nothing anywhere where the rate fades by itself (2 O < d): a share that decays keeps its rate of decay down to 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from fuelbed.core.dynamics import Model
from fuelbed.numerics.maps.program import Builder, Program

__all__ = ["flow_names", "passage_program", "program_of"]

_NONE = 1e-150  # its square is still a number


def flow_names(model: Model) -> tuple[str, ...]:
    """What the flow of each event is called among the named quantities: its own name, with "flow of" where that is taken."""
    taken = {*model.states, *model.parameters, *model.let}
    return tuple(f"flow of {e}" if e in taken else e for e in model.events)


class _Laws:
    """References of all quantities of one model in one builder; `opened` named quantities are inputs of their own."""

    def __init__(self, model: Model, opened: tuple[str, ...] = ()) -> None:
        self.model = model
        self.b = Builder((*model.states, *model.parameters, *opened))
        self.names = {name: i for i, name in enumerate(self.b.inputs)}
        for option in model.options.values():
            for word in option.choices:
                self.names[f"{option.name}_{word}"] = self.b.constant(1.0 if word == option.word else 0.0)
        self.named: dict[str, int] = {}
        for name, expr in model.let.items():
            self.named[name] = self.b.tree(expr, self.names)
            self.names.setdefault(name, self.named[name])
        self.rates = {e.name: self.b.call("pos", self.b.tree(e.rate, self.names)) for e in model.events.values()}
        for name, flow in zip(flow_names(model), self._flows(), strict=True):
            self.named[name] = flow
            self.names.setdefault(name, flow)

    def _flows(self) -> list[int]:
        b, model = self.b, self.model
        stops: dict[tuple[str, bool], tuple[int, int]] = {}
        for s, state in model.states.items():
            for up, end in ((False, state.low), (True, state.high)):
                if math.isinf(end):
                    continue
                out = b.constant(0.0)
                for e in model.events.values():
                    c = e.change.get(s, 0.0)
                    if c != 0 and (c > 0) == up:
                        out = b.call("add", out, b.call("mul", b.constant(2 * abs(c) * model.step), self.rates[e.name]))
                x, edge = b.input(s), b.constant(end)
                stops[s, up] = (b.call("sub", edge, x) if up else b.call("sub", x, edge), out)
        flows = []
        for e in model.events.values():
            flow = self.rates[e.name]
            for s, c in e.change.items():
                if c != 0 and (s, c > 0) in stops:
                    room, out = stops[s, c > 0]
                    # at an edge with no outflow the share is 1, not 0 / 0: the rate's own slope decides there
                    share = b.call("div", b.call("add", room, b.constant(_NONE)), b.call("add", out, b.constant(_NONE)))
                    flow = b.call("mul", flow, b.call("ramp", share))
            flows.append(flow)
        return flows

    def next(self, state: str) -> int:
        if not self.model.events:
            return self.b.tree(self.model.next[state], self.names)
        b, total = self.b, self.b.input(state)
        for e, name in zip(self.model.events.values(), flow_names(self.model), strict=True):
            c = e.change.get(state, 0.0)
            if c != 0:
                total = b.call("add", total, b.call("mul", b.constant(c * self.model.step), self.names[name]))
        return total


def program_of(model: Model, what: str) -> Program:
    """A program over states and parameters. `what`: `next`, `failed`, `rates`, `named`, `shows`, `jumps` (all rates, then failed), or `open`.

    `open` is the program of the influence graph: the named quantities (and flows) are inputs beside states and parameters, and its
    outputs are every state's next value, then every named quantity over what it reads directly.
    """
    opened = (*model.let, *flow_names(model)) if what == "open" else ()
    laws = _Laws(model, opened)
    if what == "failed":
        return laws.b.finish([laws.b.tree(model.failed, laws.names)])
    if what == "rates":
        return laws.b.finish(list(laws.rates.values()))
    if what == "shows":
        return laws.b.finish([laws.b.tree(e, laws.names) for e in model.shows.values()])
    if what == "jumps":
        return laws.b.finish([*laws.rates.values(), laws.b.tree(model.failed, laws.names)])
    following = [laws.next(s) for s in model.states] if what in ("next", "open") else []
    return laws.b.finish(following + (list(laws.named.values()) if what in ("named", "open") else []))


def passage_program(model: Model, low: Sequence[float], high: Sequence[float], failed: bool) -> Program:
    """As `jumps`, but nothing happens any more in the goal: the box low..high (a number per state), failed or not. In the place of failed
    stands whether the goal is still ahead (1 or 0), so that the time "failed" is the time until it was reached."""
    laws = _Laws(model)
    b = laws.b
    inside = b.call("gt", b.tree(model.failed, laws.names), b.constant(0.0))
    inside = inside if failed else b.call("not", inside)
    for s, least, most in zip(model.states, low, high, strict=True):
        x = b.input(s)
        within = b.call("and", b.call("ge", x, b.constant(least)), b.call("le", x, b.constant(most)))
        inside = b.call("and", inside, within)
    ahead = b.call("not", inside)
    return b.finish([*(b.call("if", ahead, r, b.constant(0.0)) for r in laws.rates.values()), ahead])
