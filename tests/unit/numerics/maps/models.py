"""Small models and trees built by hand, for the tests of maps."""

from __future__ import annotations

from fuelbed.core.arithmetic import Arith, Call, Name, Num
from fuelbed.core.dynamics import Event, Model, Parameter, Part, Push, State
from fuelbed.core.quantities import Quantity


class E:
    """An expression with Python's operators: `(E("r") * E("x")).tree`."""

    def __init__(self, what: object) -> None:
        self.tree: Arith = what.tree if isinstance(what, E) else Name(what) if isinstance(what, str) else Num(float(what))

    @classmethod
    def of(cls, op: str, *args: object) -> E:
        out = cls(0)
        out.tree = Call(op, tuple(E(a).tree for a in args))
        return out

    def __add__(self, o: object) -> E:
        return E.of("add", self, o)

    def __radd__(self, o: object) -> E:
        return E.of("add", o, self)

    def __sub__(self, o: object) -> E:
        return E.of("sub", self, o)

    def __rsub__(self, o: object) -> E:
        return E.of("sub", o, self)

    def __mul__(self, o: object) -> E:
        return E.of("mul", self, o)

    def __rmul__(self, o: object) -> E:
        return E.of("mul", o, self)

    def __truediv__(self, o: object) -> E:
        return E.of("div", self, o)

    def __rtruediv__(self, o: object) -> E:
        return E.of("div", o, self)

    def __pow__(self, o: object) -> E:
        return E.of("pow", self, o)

    def __gt__(self, o: object) -> E:
        return E.of("gt", self, o)


def model(states, parameters, laws=None, *, failed, step=1.0, let=None, events=None, load="", pushes=None, whole=False) -> Model:
    """`states`: name -> (start, low, high); `parameters`: name -> value; laws and lets: name -> E; events: name -> (rate, change)."""
    point = Quantity.point
    return Model(
        "m",
        {k: State(k, point(v[0], "plain"), v[1], v[2], whole=whole) for k, v in states.items()},
        {k: Parameter(k, point(v, "plain")) for k, v in parameters.items()},
        E(failed).tree,
        step,
        next={k: E(v).tree for k, v in (laws or {}).items()},
        let={k: E(v).tree for k, v in (let or {}).items()},
        events={k: Event(k, E(r).tree, c) for k, (r, c) in (events or {}).items()},
        load=load,
        pushes=pushes or {},
    )


def push(trigger: str, lasts: float, **parts: tuple[str, float]) -> Push:
    made = tuple(Part(k, how, Quantity.point(v, "plain")) for k, (how, v) in parts.items())
    return Push(trigger, made, Quantity.point(lasts, "duration"))


def may(h: float = 0.22, dt: float = 0.1) -> Model:
    """R. May, Nature 269, 1977: grazing; down where little is left."""
    x, r, k, s = E("x"), E("r"), E("k"), E("s")
    law = x + dt * (r * x * (1 - x / k) - E("h") * x**2 / (s**2 + x**2))
    return model(
        {"x": (0.8, 0, 1.2)}, {"r": 1, "k": 1, "s": 0.1, "h": h}, {"x": law}, failed=0.2 - x, step=dt, load="h",
        pushes={"drought": push("drought", 5.0, h=("times", 2.0)), "cull": push("cull", 0.0, x=("set", 0.0))},
    )  # fmt: skip


def logistic(r: float = 2.5) -> Model:
    x = E("x")
    return model({"x": (0.3, 0, 1)}, {"r": r}, {"x": E("r") * x * (1 - x)}, failed=x - 2)


def delayed_logistic(r: float = 1.9) -> Model:
    x, y = E("x"), E("y")
    return model({"x": (0.4, 0, 1.5), "y": (0.4, 0, 1.5)}, {"r": r}, {"x": E("r") * x * (1 - y), "y": x}, failed=x - 2)


def ricker(r: float = 1.5) -> Model:
    x = E("x")
    return model({"x": (0.5, 0, 5)}, {"r": r}, {"x": x * E.of("exp", E("r") * (1 - x))}, failed=x - 9)


def budworm(q: float = 6.0, r: float = 0.6, dt: float = 0.1) -> Model:
    """D. Ludwig, D. Jones, C. Holling, J. Animal Ecology 47, 1978, scaled: x' = r x (1 - x/q) - x^2 / (1 + x^2)."""
    x = E("x")
    law = x + dt * (E("r") * x * (1 - x / E("q")) - x**2 / (1 + x**2))
    return model({"x": (0.2, 0, 12)}, {"r": r, "q": q}, {"x": law}, failed=x - 1, step=dt, load="r")


def storm(load: float = 60.0) -> Model:
    """Two states, retries: `queue` waits, `retrying` come back; work that waited longer than the timeout is done for nothing."""
    q, o = E("queue"), E("retrying")
    return model(
        {"queue": (0, 0, 1000), "retrying": (0, 0, 2000)},
        {"load": load, "capacity": 100, "timeout": 1.0, "retries": 3, "step": 0.1, "wait": 1.0},
        {
            "queue": E.of("clip", q + E("step") * (E("arriving") - E("served")), 0, 1000),
            "retrying": E.of("max", o + E("step") * (E("again") - o / E("wait")), 0),
        },
        let={
            "served": E.of("min", E("capacity"), q / E("step") + E("load")),
            "stale": E.of("hill", q / E("capacity"), E("timeout"), 8),
            "again": E("served") * E("stale") * (E("retries") / (E("retries") + 1)),
            "arriving": E("load") + o / E("wait"),
        },
        failed=q - 150, step=0.1, load="load",
        pushes={"surge": push("surge", 10.0, load=("times", 2.0))},
    )  # fmt: skip
