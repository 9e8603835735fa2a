"""The inputs of the tape: every given number by name, what only interventions move, and the probability of every fine variable.

Two phases share one set of names. `pre` is the incident (interventions do not reach it); `""` is the future.
"""

from __future__ import annotations

from collections.abc import Sequence

from fuelbed.core.case import Case, Factor
from fuelbed.core.quantities import Quantity
from fuelbed.numerics.boolean.tape import Builder
from fuelbed.numerics.process.parameters import Knob, given_numbers
from fuelbed.numerics.process.tips import Tips
from fuelbed.numerics.process.variables import Group, Variables

__all__ = ["Inputs"]

_SETTABLE = ("rate", "lasts", "fails", "broken", "duty", "beta", "tips", "missed")


class Inputs:
    """Writes probabilities of fine variables on the tape, each once, and notes the knobs and defaults they rest on.

    partners   added control -> the controls (itself too) that an assumed sharing would join it with.
    tips       the chances of tipping, and what action items do to them.
    """

    def __init__(self, case: Case, variables: Variables, added: Sequence[str], tips: Tips) -> None:
        self.case, self.vars, self.added, self.tips = case, variables, added, tips
        self.tape = Builder()
        self.numbers = given_numbers(case)
        self.defaults: dict[str, float | str] = {}
        self.knobs: dict[str, Knob] = {}
        self.partners: dict[str, tuple[str, ...]] = {}
        self._memo: dict[tuple[str, str], int] = {}

    # ---- inputs and knobs -------------------------------------------------------------------------------------------------

    def number(self, name: str, phase: str = "") -> int:
        """The input for a given number; in the `pre` phase (the incident) interventions do not reach it."""
        q = self.numbers[name]
        if phase and name.rsplit(".", 1)[1] not in _SETTABLE:
            phase = ""
        knob = self.knobs.setdefault(q.name or name, Knob(q.name or name, q))
        return self._feed(phase + name, knob)

    def _feed(self, name: str, knob: Knob) -> int:
        if name not in self.defaults:
            knob.inputs.append(name)
            self.defaults[name] = knob.label
        return self.tape.input(name)

    def fixed(self, name: str, value: float) -> int:
        """An input that only interventions move."""
        self.defaults.setdefault(name, value)
        return self.tape.input(name)

    def turned(self, name: str, label: str, q: Quantity) -> int:
        """An input fed by a quantity that stands for itself."""
        return self._feed(name, self.knobs.setdefault(q.name or label, Knob(q.name or label, q)))

    # ---- probabilities of fine variables -----------------------------------------------------------------------------------

    def prob(self, name: str, phase: str) -> int:
        key = (phase, name)
        got = self._memo.get(key)
        if got is None:
            got = self._memo[key] = self._prob(name, phase)
        return got

    def _prob(self, name: str, phase: str) -> int:
        t = self.tape
        owner, _, part = name.rpartition(".")
        if part == "share":
            return self._assumed_share(owner)
        fine = self.vars.fine[name]
        if fine.kind == "switch":
            value = fine.forced if phase == "" else fine.prior
            number = value.low if isinstance(value, Quantity) else float(value or 0.0)
            return self.fixed(f"{name}.force", number) if phase == "" else t.const(number)
        if part == "on":
            return self._on(self.case.factors[owner], phase)
        if part == "window":
            return self._slot(self.vars.windows.index(owner))
        if part.startswith("covers"):
            return self._covers(owner, int(part.removeprefix("covers")))
        if part == "tips":
            return self._tips(owner, phase)
        if part == "duty":
            return self.number(name, phase)
        if part == "missed":
            return self._missed(name, owner, phase)
        if part == "common":
            return self.common(next(g for g in self.vars.groups if g.event == name), phase)
        return self._fails(owner, phase)

    def _tips(self, trigger: str, phase: str) -> int:
        """An arrival lands beyond the stability boundary: as today, less what items keep from it, more what they add (`tips.py`)."""
        t, name = self.tape, f"{trigger}.tips"
        self.numbers[name] = self.tips.number(trigger)
        p = self.number(name, phase)
        if phase or not self.tips.moves(trigger):
            return p
        after = t.choose(p, self.fixed(f"{name}_kept", 1.0), self.fixed(f"{name}_raised", 0.0))
        return t.min(t.const(1.0), after)  # reached only where the page moves p out of its interval

    def _on(self, f: Factor, phase: str) -> int:
        """A trigger is on when another one arrives: 1 - exp(-rate x lasts)."""
        t = self.tape
        if phase and f.occurred is not None:
            return t.const(float(f.occurred))
        load = t.mul(self.number(f"{f.name}.rate", phase), self.number(f"{f.name}.lasts", phase))
        return t.complement(t.exp(t.sub(t.const(0.0), load)))

    def _slot(self, at: int) -> int:
        """The arrival falls into slot `at` of the start, none of the earlier: slots end where the windows of triggers in force do."""
        t, ends = self.tape, self._ends()
        if at == 0:
            return ends[0]
        return t.div(t.sub(ends[at], ends[at - 1]), t.complement(ends[at - 1]))

    def _ends(self) -> list[int]:
        """Shares of the horizon for which triggers in force now stay on, sorted on the tape (actions may change their order)."""
        t = self.tape
        out = [self._share_of_horizon(n) for n in self.vars.windows]
        for i in range(len(out)):
            for j in range(len(out) - 1 - i):
                out[j], out[j + 1] = t.min(out[j], out[j + 1]), t.max(out[j], out[j + 1])
        return out

    def _covers(self, trigger: str, at: int) -> int:
        """1 where the trigger's window reaches to the end of slot `at`, else 0 (x / x is 0 at x = 0 on the tape)."""
        t = self.tape
        end = self._ends()[at]
        short = t.sub(end, t.min(end, self._share_of_horizon(trigger)))
        return t.complement(t.div(short, short))

    def _share_of_horizon(self, trigger: str) -> int:
        t = self.tape
        return t.min(t.const(1.0), t.div(self.number(f"{trigger}.lasts"), t.const(self.case.horizon)))

    def _missed(self, name: str, signal: str, phase: str) -> int:
        given = self.vars.signals[signal]
        if given is None:
            return self.tape.const(1.0) if phase else self.fixed(name, 1.0)
        self.numbers[name] = given
        return self.number(name, phase)

    def _fails(self, control: str, phase: str) -> int:
        """The independent per-demand part: p less the shares of its common-cause groups; `live` 0 makes it perfect."""
        t = self.tape
        p = self._member_p(control, "fails", phase)
        for g in self.vars.group_of.get(control, ()):
            if g.cause.acts_on == "fails":
                reach = self.prob(f"{g.cause.name}.reaches.{control}", phase)
                p = t.sub(p, t.mul(reach, self.common(g, phase)))
        for name, partners in self.partners.items():
            if phase == "" and control in partners:
                p = t.sub(p, self._assumed_share(name))
        return p if phase else t.mul(p, self.fixed(f"{control}.live", 1.0))

    def _member_p(self, control: str, which: str, phase: str) -> int:
        name = f"{control}.{which}"
        if control in self.added:
            return self.tape.const(1.0) if phase or which == "broken" else self.fixed(name, 1.0)
        return self.number(name, phase)

    def common(self, g: Group, phase: str) -> int:
        """Q_cc = beta x min p over the members that are there; none with fewer than two of them."""
        t = self.tape
        key = (phase, "Q." + g.event)
        got = self._memo.get(key)
        if got is not None:
            return got
        beta = self.number(f"{g.cause.name}.beta", phase)
        least, none, one = t.const(1.0), t.const(1.0), t.const(0.0)
        for m in g.members:
            there = t.const(1.0) if m in g.static else (t.const(0.0) if phase else self.fixed(f"{g.cause.name}.counts.{m}", 0.0))
            least = t.min(least, t.choose(there, self._member_p(m, g.cause.acts_on, phase), t.const(1.0)))
            one = t.choose(there, none, one)
            none = t.mul(none, t.complement(there))
        two = t.complement(t.add(none, one))
        out = self._memo[key] = t.mul(two, t.mul(beta, least))
        return out

    def _assumed_share(self, added: str) -> int:
        """An added control that was assumed independent, shown also as sharing beta 0.1 with every control that is there."""
        t = self.tape
        key = ("", "share." + added)
        got = self._memo.get(key)
        if got is None:
            least = self._member_p(added, "fails", "")
            for name in self.partners[added]:
                if name != added:
                    least = t.min(least, self.number(f"{name}.fails"))
            got = self._memo[key] = t.mul(self.fixed(f"{added}.beta", 0.0), least)
        return got

    # ---- beliefs about the uncertain persistent state ----------------------------------------------------------------------

    def belief(self, name: str) -> int:
        """The belief about a state variable before the incident."""
        t = self.tape
        owner, _, part = name.rpartition(".")
        prior = self.vars.fine[name].prior
        if part == "common":
            return self.common(next(g for g in self.vars.groups if g.event == name), "pre:")
        if isinstance(prior, float | int):
            return t.const(float(prior))
        p = self.number(name, "pre:")
        if part == "broken":
            for g in self.vars.group_of.get(owner, ()):
                if g.cause.acts_on == "broken" and owner in g.static:
                    p = t.sub(p, self.common(g, "pre:"))
            return p
        f = self.case.factors[owner]
        if f.onset is not None and f.age is not None:
            kept = t.exp(t.sub(t.const(0.0), t.mul(self.number(f"{owner}.onset"), t.const(f.age))))
            p = t.complement(t.mul(t.complement(p) if f.present is not None and f.present.given else t.const(1.0), kept))
        return p

    def forced(self, name: str) -> int:
        """What a state variable becomes where an intervention or `today` overrides what the posterior drew."""
        value = self.vars.fine[name].forced
        if isinstance(value, Quantity) and not value.is_point:
            return self.turned(f"{name}.force", f"{name.rpartition('.')[0]}.today", value)
        return self.fixed(f"{name}.force", value.low if isinstance(value, Quantity) else float(value or 0.0))

    def kept(self, name: str) -> int:
        """1 where a state variable stays as the posterior drew it."""
        return self.fixed(f"{name}.keep", 1.0 if self.vars.fine[name].forced is None else 0.0)
