"""The `dynamics` section: models with declared laws or an archetype's, their parameters and pushes. Every fault at once."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from fuelbed.core.arithmetic import Arith, Num
from fuelbed.core.case import Factor
from fuelbed.core.dynamics import Model, Option, Parameter, State
from fuelbed.core.errors import InputError
from fuelbed.core.evaluation import evaluate
from fuelbed.core.findings import Span
from fuelbed.core.quantities import Quantity
from fuelbed.core.scanner import did_you_mean, is_identifier
from fuelbed.readers.archetypes import Archetype, Graph, archetype_names, load_archetype, needs_graph
from fuelbed.readers.entries import declared_names
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.laws import LAW_KEYS, MAX_STATES, Laws, Scope, StateLaw, read_laws
from fuelbed.readers.parameters import choose_options, declare_parameters, fill_parameters, values
from fuelbed.readers.pushes import check_tips, read_pushes
from fuelbed.readers.references import names_in
from fuelbed.readers.shows import read_shows
from fuelbed.readers.structure import ModelNames, Names
from fuelbed.readers.yaml import Map, Node, Scalar, Seq

__all__ = ["metric_names", "read_dynamics"]

_COMMON = ("what", "parameters", "pushes", "metrics", "shows")
_KEYS = ("archetype", "options", *_COMMON, *LAW_KEYS)


def read_dynamics(r: Reading, f: Fields, factors: Mapping[str, Factor], names: Names) -> dict[str, Model]:
    """Every model; one at fault is left out of it (the case is refused anyway). Fills `names.models`."""
    node = f.section("dynamics")
    out: dict[str, Model] = {}
    for name, entry in node.entries.items() if node else ():
        taken = names.is_known(name) or name in names.groups or name in names.outcomes
        if r.identifier(entry.key, "model") and taken:
            cure = "Give the model another name: `set NAME.PARAMETER` must mean one thing."
            r.error("FB018", entry.key.span, f"`{name}` is taken already.", cure)
        names.models[name] = ModelNames({}, {}, False)
        body = r.mapping(entry.value, f"the model `{name[:60]}`", f"Write `{name[:60]}: {{archetype: ..., parameters: ...}}`.")
        if body is None:
            continue
        model = _Builder(r, f, factors, names, name, entry.key.span, Fields(r, body)).build()
        if model is not None:
            out[name] = model
    check_tips(r, f, out, names)
    return out


class _Builder:
    """One model."""

    def __init__(
        self, r: Reading, case: Fields, factors: Mapping[str, Factor], names: Names, name: str, span: Span, f: Fields
    ) -> None:
        self.r, self.case, self.factors, self.names = r, case, factors, names
        self.name, self.span, self.f = name, span, f
        self.title = f"the model `{name[:60]}`"

    def build(self) -> Model | None:
        f = self.f
        self.r.check_keys(f.node, _KEYS, self.title)
        if "archetype" in f:
            return self._archetype()
        if "options" in f:
            at = f.node.entries["options"].key.span
            self.r.error(
                "FB094", at, "`options` belong to an archetype.", "Name an `archetype`, or make it a parameter of 0 or 1."
            )
        if not any(k in f for k in LAW_KEYS):
            cure = f"Add `archetype:` ({', '.join(archetype_names())}), or `states`, `next` and `failed`."
            self.r.error("FB017", self.span, f"{self.title} has no laws.", cure)
            return None
        return self._declared()

    def _declared(self) -> Model | None:
        f = self.f
        if "states" not in f:
            self.r.error(
                "FB017", self.span, f"{self.title} has no `states`.", "Add `states: {queue: {start: 0, range: 0..100}}`."
            )
        found = declare_parameters(self.r, f.section("parameters"))
        scope = Scope({n: p.quantity.dimension if p is not None else None for n, p in found.items()})
        laws = read_laws(self.r, f, scope, self.title)
        self.names.models[self.name] = ModelNames(scope.parameters, {}, True)
        parameters = {n: p for n, p in found.items() if p is not None}
        return self._model(laws, scope, parameters, {}, None)

    def _archetype(self) -> Model | None:
        f = self.f
        for key in (k for k in LAW_KEYS if k in f):
            at = f.node.entries[key].key.span
            self.r.error("FB094", at, f"`{key}` comes from the archetype.", "Leave it out, or leave `archetype` out.")
        a = self._load()
        if a is None:
            return None
        options = choose_options(self.r, f.section("options"), a.options, a.name)
        parameters = fill_parameters(self.r, f.section("parameters"), a.parameters, options, a.name)
        dimensions = {n: w.dimension for n, w in a.parameters.items()}
        words = {n: tuple(c.choices) for n, c in a.options.items()}
        self.names.models[self.name] = ModelNames(dimensions, words, True)
        flat = tuple(f"{n}_{w}" for n, said in words.items() for w in said)
        states, let = dict.fromkeys(a.laws.states), dict.fromkeys(a.laws.let)
        scope = Scope(dict(dimensions), flat, states, let, dict(a.laws.states))
        return self._model(a.laws, scope, parameters, options, a)

    def _load(self) -> Archetype | None:
        name, node = self.f.text("archetype"), self.f.node_of("archetype")
        if not name or node is None:
            return None
        known = archetype_names()
        if name not in known:
            cure = did_you_mean(name, known) or f"Archetypes are: {', '.join(known)}."
            self.r.error("FB022", node.span, f"no archetype is called `{name[:60]}`.", cure)
            return None
        graph = self._graph(node) if needs_graph(name) else ()
        if graph is None:
            return None
        try:
            return load_archetype(name, graph)
        except InputError as e:  # a file of this package is at fault only over names that the case brings
            first = e.findings[0]
            message = f"`{name}` cannot be written out over the components of this case: {first.message}"
            self.r.error(first.code, node.span, message, "Give the components short names that mean one thing each.")
            return None

    def _graph(self, node: Node) -> Graph | None:
        """The components of `system` with what each depends on; None after a fault."""
        components = list(dict.fromkeys(names_in(self.case, "system.components")))
        if not components:
            cure = "Add `system: {components: [a, b], depends_on: {a: [b]}}`."
            self.r.error("FB017", node.span, "this archetype is written over the components of the case, and it has none.", cure)
            return None
        if len(components) > MAX_STATES:
            message = f"this archetype has one state for each component, and there are {len(components)}."
            self.r.error("FB095", node.span, message, f"Keep the {MAX_STATES} that matter under `system: components`.")
            return None
        bad = [c for c in components if not is_identifier(c)]
        for c in bad:
            self.r.error(
                "FB016",
                node.span,
                f"the component `{c[:60]}` has no snake_case name.",
                "Rename it: its name is used in formulas.",
            )
        return None if bad else tuple((c, _depends_on(self.case, c)) for c in components)

    def _model(
        self, laws: Laws | None, scope: Scope, parameters: dict[str, Parameter], options: dict[str, Option], a: Archetype | None
    ) -> Model | None:
        r, f = self.r, self.f
        have = values(parameters, options)
        states = {n: self._state(s, have) for n, s in scope.found.items()}
        pushes = read_pushes(r, f.section("pushes"), scope, states, self.factors, self.names)
        metrics, what = self._metrics(), f.text("what")
        shows = read_shows(r, f, scope, laws.let if laws else {}, plain=a is not None)
        if laws is None:
            return None
        step = _number(laws.step, have)
        if step <= 0:
            r.error("FB048", self.span, f"one step of {self.title} takes {step:g} s.", "Give the parameters that it is made of.")
        return Model(
            self.name, states, parameters, laws.failed, step, laws.next, laws.events, laws.let, options, pushes, laws.load,
            a.name if a else "", a.kernel if a else "", metrics, what or (a.what if a else ""), self.span, laws.story,
            {**laws.shows, **shows},
        )  # fmt: skip  # in the order of the type

    def _state(self, s: StateLaw, have: Mapping[str, float]) -> State:
        """The state with its ends worked out; nan where they rest on a parameter that is not given."""
        low, high = _number(s.low, have), _number(s.high, have)
        if s.whole and math.isfinite(low) and math.isfinite(high):
            low, high = float(math.ceil(low - 1e-9)), float(math.floor(high + 1e-9))
        start = s.start if isinstance(s.start, Quantity) else _start(s.start, have)
        if low >= high:
            cure = "Check the parameters that its ends are made of."
            self.r.error("FB044", s.span or self.span, f"the range of `{s.name}` runs from {low:g} to {high:g}.", cure)
        fixed = isinstance(s.low, Num) and isinstance(s.high, Num)
        return State(s.name, start, low, high, s.unit, s.what, s.whole, s.span, None if fixed else (s.low, s.high))

    def _metrics(self) -> str:
        node, name = self.f.node_of("metrics"), self.f.text("metrics")
        if not name or node is None:
            return ""
        known = metric_names(self.case)
        if name not in known:
            cure = did_you_mean(name, known) or f"Add it: `evidence: {{metrics: {{{name[:60]}: {{file: metrics.csv}}}}}}`."
            self.r.error("FB022", node.span, f"`evidence.metrics` has no entry `{name[:60]}`.", cure)
        return name


def _number(expr: Arith, have: Mapping[str, float]) -> float:
    """The value of a formula over parameters, nan where one of them is not given."""
    try:
        return evaluate(expr, have)
    except KeyError:
        return math.nan


def _start(expr: Arith, have: Mapping[str, float]) -> Quantity:
    value = _number(expr, have)
    return Quantity.point(value, "number", basis="assumed") if math.isfinite(value) else Quantity.unknown("number")


def _depends_on(case: Fields, component: str) -> tuple[str, ...]:
    system = case.node_of("system")
    depends = system.entries["depends_on"].value if isinstance(system, Map) and "depends_on" in system.entries else None
    on = depends.entries[component].value if isinstance(depends, Map) and component in depends.entries else None
    items = on.items if isinstance(on, Seq) else [on]
    return tuple(dict.fromkeys(x.text for x in items if isinstance(x, Scalar) and x.value is not None))


def metric_names(case: Fields) -> Collection[str]:
    """What the entries of `evidence.metrics` are called."""
    return declared_names(case, "metrics")
