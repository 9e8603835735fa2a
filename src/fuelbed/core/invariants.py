"""What must always hold, and who keeps it so: invariants over traces, and the control structure (STPA). Read by `readers/invariants.py`.

The words of the control structure are those of the STPA handbook (Leveson and Thomas, 2018): a controller gives control actions to
the process it controls, and knows of it by feedback; each action can be unsafe in four forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fuelbed.core.findings import Span
from fuelbed.core.temporal import Temporal

__all__ = ["FORMS", "Between", "ControlAction", "Controller", "Form", "Invariant", "UnsafeAction"]

Between = Literal["rows", "hold", "linear"]
Form = Literal["not_provided", "provided", "wrong_time", "wrong_duration"]

FORMS: Mapping[Form, str] = {
    "not_provided": "not given when it is needed",
    "provided": "given when it does harm",
    "wrong_time": "too early, too late or out of order",
    "wrong_duration": "stopped too soon or applied too long",
}
"""The four forms in which a control action can be unsafe (STPA handbook 2018, chapter 2)."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """A statement about the columns of a trace that must hold at every time.

    holds    the formula; `text` is it as written.
    on       an entry of `evidence.metrics`, or a model of `dynamics` (then its simulated pushes are the traces); "" where the case
             has no trace to check it on.
    between  what stands between two rows: nothing (`rows`), the last value (`hold`), or the straight line (`linear`).
    every    seconds between two samples with `hold` or `linear`; None: the usual step of the trace.
    gap      seconds without a row after which the trace is not known; None: the default of `between`.
    """

    name: str
    holds: Temporal
    text: str
    what: str = ""
    on: str = ""
    between: Between = "rows"
    every: float | None = None
    gap: float | None = None
    because: str = ""
    source: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class UnsafeAction:
    """One form in which a control action is unsafe: `when` (in words), and the line or factor that it leads to.

    in_incident  whether it happened in this incident; None where nobody knows.
    """

    form: Form
    when: str
    leads_to: str = ""
    in_incident: bool | None = None
    because: str = ""
    source: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ControlAction:
    """What a controller can do to its process. A form that `unsafe` does not hold was not examined: that is not the same as safe."""

    name: str
    what: str = ""
    unsafe: tuple[UnsafeAction, ...] = ()
    span: Span | None = None

    def of_form(self, form: Form) -> tuple[UnsafeAction, ...]:
        return tuple(u for u in self.unsafe if u.form == form)


@dataclass(frozen=True, slots=True)
class Controller:
    """Who or what decides: a program, a team, a person in a role.

    process   what it controls: free words, or a component of `system`.
    feedback  how it knows: signals of the case, or free words.
    """

    name: str
    what: str = ""
    process: str = ""
    feedback: tuple[str, ...] = ()
    actions: Mapping[str, ControlAction] = field(default_factory=dict)
    because: str = ""
    source: str = ""
    span: Span | None = None
