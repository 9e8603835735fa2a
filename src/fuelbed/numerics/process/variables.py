"""From basic events to what is really drawn: persistent state, per-demand draws, common causes, signals.

Each basic event of the structure is a small function of *fine* variables. Three kinds of fine variable exist:
`state`   drawn once per horizon and uncertain: they lead the variable order and are summed over exactly;
`switch`  persistent but certain (0 or 1, moved only by interventions): exact inside a probability because it is 0 or 1;
`demand`  drawn anew at every arrival.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fuelbed.core.case import Case, CommonCause, Factor
from fuelbed.core.quantities import Quantity

__all__ = ["Fine", "Group", "Variables"]


@dataclass(slots=True)
class Fine:
    """One fine variable. `prior` is its value or quantity before the incident, `forced` the one after it (None: kept)."""

    name: str
    kind: str  # state | switch | demand
    prior: Quantity | float | None = None
    forced: Quantity | float | None = None

    @property
    def certain(self) -> bool:
        """Whether the belief before the incident leaves no doubt about it."""
        return _is_certain(self.prior)


@dataclass(slots=True)
class Group:
    """A common-cause group as compiled: its members, and which of them count from the start."""

    cause: CommonCause
    members: tuple[str, ...]
    static: tuple[str, ...]
    event: str
    partners: tuple[str, ...] = ()


def _is_certain(q: Quantity | float | None) -> bool:
    if isinstance(q, Quantity):
        return q.is_point and q.low in (0.0, 1.0)
    return q in (0.0, 1.0)


@dataclass(slots=True)
class Variables:
    """All fine variables of a case, in definition order, and for each event the names of its parts."""

    case: Case
    added: dict[str, Quantity | None]
    shares: dict[str, str]
    moved: set[str]  # "x.present" / "x.broken" that some action sets to a value other than 0 or 1
    fine: dict[str, Fine] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    group_of: dict[str, list[Group]] = field(default_factory=dict)
    signals: dict[str, Quantity | None] = field(default_factory=dict)
    windows: list[str] = field(default_factory=list)  # triggers that may be in force now

    def build(self) -> Variables:
        for f in self.case.factors.values():
            if f.kind == "condition":
                self._condition(f)
            elif f.kind == "control":
                self._control(f)
            else:
                self._trigger(f)
        for name in self.added:
            self._persistent(f"{name}.broken", 1.0, None, None)
            self._demand(f"{name}.fails")
        self._common_causes()
        for name in self.windows if len(self.windows) > 1 else ():
            for at in range(len(self.windows)):
                self._demand(f"{name}.covers{at}")
        return self

    def _trigger(self, f: Factor) -> None:
        self._demand(f"{f.name}.on")
        self._demand(f"{f.name}.tips")
        if f.today is not None:
            self._persistent(f"{f.name}.now", 0.0, None, f.today)
            self._demand(f"{f.name}.window")
            self.windows.append(f.name)

    def _persistent(self, name: str, prior: Quantity | float | None, fact: bool | None, today: Quantity | None) -> None:
        """A persistent variable: pinned by a fact, replaced by `today`, else kept as the posterior draws it."""
        forced: Quantity | float | None = today
        if fact is not None:
            prior = float(fact)
        if forced is None and _is_certain(prior):
            forced = prior.low if isinstance(prior, Quantity) else prior
        certain = _is_certain(prior) and _is_certain(forced) and name not in self.moved
        self.fine[name] = Fine(name, "switch" if certain else "state", prior, forced)

    def _demand(self, name: str) -> None:
        self.fine[name] = Fine(name, "demand")

    def _condition(self, f: Factor) -> None:
        prior: Quantity | float | None = f.present
        if f.duty is not None and (f.present is None or not f.present.given):
            prior = 1.0
        if f.onset is not None and f.occurred is None:
            prior = None  # grows with age: compiled on the tape, never certain
        fact = f.occurred if f.duty is None or f.occurred else None
        self._persistent(f"{f.name}.present", prior, fact, f.today)
        if f.duty is not None:
            self._demand(f"{f.name}.duty")

    def _control(self, f: Factor) -> None:
        self._persistent(f"{f.name}.broken", f.broken, None, f.today)
        self._demand(f"{f.name}.fails")
        if f.needs:
            self._signal(f.needs)
            self._switch(f"{f.name}.armed", 1.0)

    def _signal(self, name: str) -> None:
        if name not in self.signals:
            declared = self.case.signals.get(name)
            self.signals[name] = declared.misses if declared is not None and declared.installed else None
            self._demand(f"{name}.missed")

    def _switch(self, name: str, value: float) -> None:
        self.fine[name] = Fine(name, "switch", value, value)

    def _common_causes(self) -> None:
        for cause in self.case.common_causes:
            joined = tuple(n for n, g in self.shares.items() if g == cause.name)
            self._group(cause, (*cause.of, *joined))

    def _group(self, cause: CommonCause, members: tuple[str, ...]) -> None:
        static = tuple(m for m in members if m not in self.added and self.case.factors[m].state not in ("missing", "bypassed"))
        if len(members) < 2:
            return
        event = f"{cause.name}.common"
        group = Group(cause, members, static, event)
        self.groups.append(group)
        if cause.acts_on == "broken":
            self.fine[event] = Fine(event, "state" if len(static) > 1 else "switch", None if len(static) > 1 else 0.0)
        else:
            self._demand(event)
        for m in members:
            self.group_of.setdefault(m, []).append(group)
            self._switch(f"{cause.name}.reaches.{m}", float(m in static))

    def order(self, events: list[tuple[str, str]]) -> list[str]:
        """Fine variables: the uncertain state first, then by the order of the events they belong to."""
        place = {name: i for i, (_, name) in enumerate(events)}
        owner: Callable[[str], int] = lambda n: place.get(n.split(".")[0], len(place))  # noqa: E731  # a one-line key
        names = sorted(self.fine, key=owner)
        return [n for n in names if self.fine[n].kind == "state"] + [n for n in names if self.fine[n].kind != "state"]
