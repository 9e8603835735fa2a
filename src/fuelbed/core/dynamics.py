"""Dynamic models as a case declares them: states, parameters, laws, pushes. Built by `readers/dynamics.py`.

A law is given in one of two forms. `next` is a map: the value of each state one step later. `events` are jumps, each with a rate and
a change of the states: from these follow the fluid (mean field) map, the Markov chain and the simulation of single events, so that
three levels of one model can check each other. An archetype is a model whose laws are written once, in a file of its own, in this
same language (`readers/archetypes/`).

Units inside a model: seconds, per second, plain counts. (The Boolean core counts in years.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fuelbed.core.arithmetic import Arith
from fuelbed.core.findings import Span
from fuelbed.core.quantities import Quantity

__all__ = ["Event", "Model", "Option", "Parameter", "Part", "Push", "State"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the model.

    quantity  in seconds, per second or plain; `given` is False where the case says nothing and no default stands in.
    unit      "per second", "seconds" or "" (a plain number), or the word that the case wrote after it.
    varies    the interval is the spread of the real system (drawn anew at every arrival of a trigger), not our ignorance of it.
    question  what to ask the team where it is not given.
    default   the archetype's own value stands (basis `assumed`).
    """

    name: str
    quantity: Quantity
    unit: str = ""
    what: str = ""
    varies: bool = False
    question: str = ""
    default: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A state variable. `low..high` is the box that is searched (and, with events, never left); `whole` counts in ones.

    ends      the box as formulas over parameters where it is not two numbers; `low` and `high` are their values at the middles of
              the parameters, nan where one of those is not given.
    """

    name: str
    start: Quantity
    low: float
    high: float
    unit: str = ""
    what: str = ""
    whole: bool = False
    span: Span | None = None
    ends: tuple[Arith, Arith] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A jump: at `rate` (per second) each state changes by `change`. A jump that would leave the box does not happen."""

    name: str
    rate: Arith
    change: Mapping[str, float]
    what: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What a push does to one parameter (while it lasts) or one state (at once): times, plus, or set to a value."""

    target: str
    how: Literal["times", "plus", "set"]
    value: Quantity
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """How one trigger of the case pushes the model. Size 1 is this push, 0 none, 2 twice as far (`times 1.6` becomes `times 2.2`).

    lasts   seconds; the trigger's own `lasts` where the push does not say.
    """

    trigger: str
    parts: tuple[Part, ...]
    lasts: Quantity
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A named choice of semantics that decides how the system behaves (whether stale work is served ...), never hidden."""

    name: str
    word: str
    choices: Mapping[str, str]  # word -> what it means
    what: str = ""
    default: bool = False
    span: Span | None = None


@dataclass(frozen=True, eq=False)
class Model:
    """One dynamic model of a case.

    archetype   the name of the file whose laws these are, "" for laws declared in the case.
    kernel      "" or the name of a finer simulation that knows this archetype (`retry`: single requests with their timeouts).
    options     chosen semantics; in an expression `OPTION_WORD` is 1 where that word is chosen, else 0.
    let         named quantities, in order, each over states, parameters and earlier ones.
    next        state -> its value one `step` later; empty where `events` are given, and the other way round.
    failed      above 0 where the system is down (what a customer would call down, not the trigger).
    step        seconds of one step of the map (of the fluid map, where events are given); nan where it is made of a parameter that is
                not given.
    load        the parameter that is the load, "" where there is none.
    pushes      by trigger of the case.
    story       words for the names that a loop is told by: `too_late: attempts come too late`.
    shows       column of metrics (a role, or a name of its own) -> what it shows, over states, parameters and named quantities.
    metrics     the name of the `evidence.metrics` entry that shows this part, "" for none.
    """

    name: str
    states: Mapping[str, State]
    parameters: Mapping[str, Parameter]
    failed: Arith
    step: float
    next: Mapping[str, Arith] = field(default_factory=dict)
    events: Mapping[str, Event] = field(default_factory=dict)
    let: Mapping[str, Arith] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)
    pushes: Mapping[str, Push] = field(default_factory=dict)
    load: str = ""
    archetype: str = ""
    kernel: str = ""
    metrics: str = ""
    what: str = ""
    span: Span | None = None
    story: Mapping[str, str] = field(default_factory=dict)
    shows: Mapping[str, Arith] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[Parameter, ...]:
        """The parameters that nobody gave and that have no default: the model cannot be computed before they are known."""
        return tuple(p for p in self.parameters.values() if not p.quantity.given)
