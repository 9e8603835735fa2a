"""Short-hand for building cases in tests, without YAML."""

from __future__ import annotations

from fuelbed.core.arithmetic import Num
from fuelbed.core.case import Case, Factor, Line, Outcome
from fuelbed.core.dynamics import Model, Push
from fuelbed.core.expressions import And, Expr, Fails, Or, Ref
from fuelbed.core.quantities import Quantity

P = Quantity.point


def number(x: float | tuple[float, float], dimension: str = "probability") -> Quantity:
    return P(x, dimension) if isinstance(x, int | float) else Quantity.interval(*x, dimension)


def trigger(name: str, rate: float | tuple[float, float], lasts: float = 0.0, **more: object) -> Factor:
    return Factor(name, "trigger", rate=number(rate, "rate"), lasts=number(lasts, "duration"), **more)


def condition(name: str, present: float | tuple[float, float] = 1.0, **more: object) -> Factor:
    q = number(present)
    more.setdefault("occurred", True if q.low == 1.0 else None)
    return Factor(name, "condition", present=q, **more)


def control(
    name: str, state: str, fails: float | tuple[float, float], broken: float | tuple[float, float] | None = None, **more: object
) -> Factor:
    default = {"effective": 0.0, "failed": (0.0, 1.0), "missing": 1.0, "bypassed": 1.0}[state]
    q = number(default if broken is None else broken)
    more.setdefault("occurred", None if state == "effective" else True)
    return Factor(name, "control", state=state, fails=number(fails), broken=q, **more)


def case(factors: list[Factor], lines: dict[str, Expr], failure: str = "F", horizon: float = 1.0, **more: object) -> Case:
    more.setdefault("outcomes", (Outcome(failure, P(1.0, "loss")),))
    return Case(
        "a test",
        failure,
        horizon,
        {f.name: f for f in factors},
        {n: Line(n, e, "") for n, e in lines.items()},
        **more,
    )


def both(*xs: Expr) -> Expr:
    return And(xs)


def either(*xs: Expr) -> Expr:
    return Or(xs)


def ref(name: str) -> Expr:
    return Ref(name)


def fails(name: str) -> Expr:
    return Fails(name)


def model(name: str, *triggers: str) -> Model:
    """A dynamic model as the structure sees it: its name, and which triggers push it."""
    return Model(name, {}, {}, Num(0.0), 1.0, pushes={t: Push(t, (), P(1.0, "time")) for t in triggers})
