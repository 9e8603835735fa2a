"""Open-PSA Model Exchange Format 2.0d: fault trees, basic and house events, parameters, common-cause groups.

S. Epstein, A. Rauzy, "Open-PSA Model Exchange Format", version 2.0d. Formulas may be nested, names may be private to a tree or a
component. Event trees, sequences, alignments and substitutions are not read, and a note says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from os.path import basename, splitext

from fuelbed.core.faulttrees import Chance, FaultTree, Group
from fuelbed.core.hints import did_you_mean
from fuelbed.core.networks import Gate, Network
from fuelbed.core.records import Record
from fuelbed.readers.faulttrees.expressions import EXPRESSIONS, Expressions
from fuelbed.readers.faulttrees.faults import Faults
from fuelbed.readers.faulttrees.formulas import FORMULAS, Formulas
from fuelbed.readers.faulttrees.tops import check_cycles, top_of
from fuelbed.readers.faulttrees.xml import Element, parse

__all__ = ["parse_openpsa"]

_DEFINES = {
    "define-gate": "gate", "define-basic-event": "basic-event", "define-house-event": "house-event", "define-parameter": "parameter",
}  # fmt: skip  # one table
_BESIDE = ("label", "attributes")
_ELSEWHERE = ("define-event-tree", "define-initiating-event", "define-sequence", "define-functional-event", "define-rule",
              "define-alignment", "define-substitution", "define-extern-library", "define-extern-function",
              "define-event-tree-group", "define-consequence", "define-consequence-group")  # fmt: skip  # one list
_MODELS = {"beta-factor": "beta", "MGL": "mgl", "alpha-factor": "alpha", "phi-factor": "phi"}
_EVENT = ("gate", "basic-event", "house-event")


class _Defined(Record):
    """One definition: `path` is what it stands in, `name` its own."""

    __slots__ = ("element", "full", "kind", "name", "path")

    def __init__(self, kind: str, name: str, full: str, path: tuple[str, ...], element: Element) -> None:
        self.kind = kind
        self.name = name
        self.full = full
        self.path = path
        self.element = element


class _Names(Record):
    """Definitions by full name. Public ones are found from anywhere by their own name, private ones from inside their container."""

    __slots__ = (
        "all",
        "public",
    )

    def __init__(
        self, all: dict[tuple[str, str], _Defined] | None = None, public: dict[tuple[str, str], str] | None = None
    ) -> None:
        self.all: dict[tuple[str, str], _Defined] = {} if all is None else all
        self.public: dict[tuple[str, str], str] = {} if public is None else public

    def find(self, space: str, name: str, path: tuple[str, ...]) -> str | None:
        for depth in range(len(path), -1, -1):
            full = ".".join((*path[:depth], name))
            if (space, full) in self.all:
                return full
        return self.public.get((space, name))

    def known(self, space: str) -> list[str]:
        return [d.name for (s, _), d in self.all.items() if s == space]


def parse_openpsa(files: Sequence[tuple[str, bytes]], top: str = "") -> FaultTree:
    """The tree below the gate `top`; left out, below the only gate that no other refers to. One model may lie in several files,
    given as (name, content). Raises `InputError` with every fault."""
    faults = Faults()
    roots = [parse(data, name, faults) for name, data in files]
    for root in roots:
        if root.tag != "opsa-mef":
            faults.error(
                "FB142", root.at, f"the file begins with `{root.tag[:60]}`.", "An Open-PSA model begins with `<opsa-mef>`."
            )
    faults.end()
    return _Reader(faults, files[0][0]).read(roots, top)


def _space(kind: str) -> str:
    return "parameter" if kind == "parameter" else "event"


class _Reader:
    def __init__(self, faults: Faults, file: str) -> None:
        self.faults, self.file = faults, file
        self.names = _Names()
        self.groups: list[tuple[Element, tuple[str, ...]]] = []
        self.implicit: dict[str, None] = {}  # basic events that are only referred to
        self.labels: dict[str, str] = {}
        self.passed: set[str] = set()

    def read(self, roots: Sequence[Element], top: str) -> FaultTree:
        for root in roots:
            self._declare(root, (), private=False)
        self._declare_members()
        formulas = Formulas(self.faults, self._event)
        expressions = Expressions(self.faults, self._parameter)
        events: dict[str, Chance | None] = {}
        parameters: dict[str, Chance] = {}
        for d in self.names.all.values():
            if d.kind == "gate":
                formulas.define(d.full, d.element, d.path)
            elif d.kind == "house-event":
                formulas.gates[d.full] = self._house(d)
            else:
                found = self._expression(d, expressions)
                if d.kind == "basic-event":
                    events[d.full] = found
                elif found is not None:
                    parameters[d.full] = found
        groups = [g for e, path in self.groups if (g := self._group(e, path, events, expressions)) is not None]
        events.update({n: None for n in self.implicit if n not in events})
        places = {d.full: d.element.at for d in self.names.all.values()}
        check_cycles({n: g.args for n, g in formulas.gates.items()}, places, self.faults, "gate")
        check_cycles({n: _parameters_in(c) for n, c in parameters.items()}, places, self.faults, "parameter")
        named = top_of(formulas.gates, [d.full for d in self.names.all.values() if d.kind == "gate"], top, self.faults, self.file)
        findings = self.faults.end()
        network = Network(formulas.gates, named).pruned()
        used = set(network.events())
        events = {n: c for n, c in events.items() if n in used}
        return FaultTree(
            roots[0].get("name") or splitext(basename(self.file))[0],
            network,
            events,
            parameters,
            tuple(groups),
            self.labels,
            findings,
            self.file,
        )

    # ---- declarations ----

    def _declare(self, e: Element, path: tuple[str, ...], private: bool) -> None:
        for c in e.children:
            if c.tag in _DEFINES:
                self._define(c, path, private)
            elif c.tag in ("define-fault-tree", "define-component"):
                name = self._name(c)
                self._declare(c, (*path, name) if name else path, {"private": True, "public": False}.get(c.get("role"), private))
            elif c.tag == "model-data":
                self._declare(c, path, private)
            elif c.tag == "define-CCF-group":
                self.groups.append((c, path))
            elif c.tag in _ELSEWHERE:
                if c.tag not in self.passed:
                    self.passed.add(c.tag)
                    self.faults.note("FB148", c.at, f"`{c.tag}` is not read.", "Only fault trees are solved.")
            elif c.tag not in _BESIDE:
                known = (*_DEFINES, "define-fault-tree", "define-component", "model-data", "define-CCF-group")
                cure = did_you_mean(c.tag, known) or f"It may hold: {', '.join(known)}."
                self.faults.error("FB142", c.at, f"`{e.tag}` holds no `{c.tag[:60]}`.", cure)

    def _declare_members(self) -> None:
        """A member of a common-cause group may be defined by being listed there."""
        for e, path in self.groups:
            listed = e.first("members")
            for x in listed.children if listed is not None else ():
                name = x.get("name").strip()
                if name and self.names.find("event", name, path) is None:
                    self.names.all["event", name] = _Defined("basic-event", name, name, path, x)
                    self.names.public["event", name] = name

    def _name(self, e: Element) -> str:
        name = e.get("name").strip()
        if not name:
            self.faults.error("FB143", e.at, f"this `{e.tag}` has no name.", 'Add `name="..."`.')
        return name

    def _define(self, e: Element, path: tuple[str, ...], private: bool) -> None:
        name, kind = self._name(e), _DEFINES[e.tag]
        if not name:
            return
        private = {"private": True, "public": False}.get(e.get("role"), private)
        full = ".".join((*path, name)) if private else name
        space = _space(kind)
        old = self.names.all.get((space, full))
        if old is not None:
            where = f"line {old.element.at[0]}"
            self.faults.error("FB143", e.at, f"`{full[:60]}` is defined twice, first in {where}.", "Rename one, or remove it.")
            return
        self.names.all[space, full] = _Defined(kind, name, full, path, e)
        if not private:
            self.names.public[space, name] = full
            if path:  # also by its whole path
                self.names.public[space, ".".join((*path, name))] = full
        label = e.first("label")
        if label is not None and label.text.strip():
            self.labels[full] = " ".join(label.text.split())

    # ---- references ----

    def _event(self, e: Element, path: tuple[str, ...]) -> str | None:
        name = e.get("name").strip()
        kind = e.tag if e.tag != "event" else e.get("type")
        full = self.names.find("event", name, path) if name else None
        if full is not None:
            real = self.names.all["event", full].kind
            if kind in _EVENT and kind != real:
                self.faults.error("FB144", e.at, f"`{name[:60]}` is a {real}, not a {kind}.", f"Write `<{real} name=...>`.")
                return None
            return full
        if not name:
            self.faults.error("FB143", e.at, f"this `{e.tag}` has no name.", 'Add `name="..."`.')
        elif kind == "basic-event":
            self.implicit[name] = None
            return name
        else:
            cure = self._near(name, "event") or "Define it, or write `<basic-event name=...>`."
            self.faults.error("FB144", e.at, f"no event or gate is called `{name[:60]}`.", cure)
        return None

    def _parameter(self, e: Element, path: tuple[str, ...]) -> str | None:
        name = e.get("name").strip()
        full = self.names.find("parameter", name, path)
        if full is None:
            cure = self._near(name, "parameter") or "Define it with `define-parameter`."
            self.faults.error("FB144", e.at, f"no parameter is called `{name[:60]}`.", cure)
        return full

    def _near(self, name: str, what: str) -> str:
        return did_you_mean(name, self.names.known(what)) if self.faults.hints else ""

    # ---- bodies ----

    def _body(self, d: _Defined) -> Element | None:
        """The one element beside label and attributes."""
        inner = [c for c in d.element.children if c.tag not in _BESIDE]
        if len(inner) > 1:
            self.faults.error("FB143", inner[1].at, f"`{d.name[:60]}` is defined by more than one element.", "Keep one of them.")
        return inner[0] if inner else None

    def _house(self, d: _Defined) -> Gate:
        e = self._body(d)
        value = e.get("value").lower() if e is not None and e.tag == "constant" else ""
        if value not in ("true", "false"):
            at = e.at if e is not None else d.element.at
            self.faults.error(
                "FB143", at, f"the house event `{d.name[:60]}` has no value.", 'Write `<constant value="true"/>` in it.'
            )
        return Gate("and" if value == "true" else "or", ())

    def _expression(self, d: _Defined, expressions: Expressions) -> Chance | None:
        e = self._body(d)
        if e is not None:
            return expressions.read(e, d.path)
        if d.kind == "parameter":
            self.faults.error(
                "FB143", d.element.at, f"the parameter `{d.name[:60]}` has no value.", 'Write `<float value="0.1"/>` in it.'
            )
        return None

    def _group(
        self, e: Element, path: tuple[str, ...], events: dict[str, Chance | None], expressions: Expressions
    ) -> Group | None:
        name, model = self._name(e), _MODELS.get(e.get("model"))
        if model is None:
            cure = did_you_mean(e.get("model"), _MODELS) or f"Models are: {', '.join(_MODELS)}."
            self.faults.error("FB149", e.at, f"`{e.get('model')[:60]}` is no common-cause model.", cure)
        listed = e.first("members")
        members = [x.get("name").strip() for x in listed.children if x.tag == "basic-event"] if listed else []
        if len(set(members)) < 2 or len(set(members)) != len(members):
            self.faults.error(
                "FB149",
                (listed or e).at,
                f"the group `{name[:60]}` has not two members or more, each once.",
                "List them in `<members>`.",
            )
        full = [self.names.find("event", m, path) or m for m in members]
        chance = self._one(e.first("distribution"), e, f"the group `{name[:60]}` has no `distribution`.", path, expressions)
        given = sorted((x for x in _factors(e)), key=lambda x: x.get("level"))
        factors = [c for x in given if (c := self._one(x, x, "this factor is empty.", path, expressions)) is not None]
        if model == "beta" and len(factors) != 1:
            self.faults.error("FB149", e.at, "a beta-factor group has one factor.", 'Write `<factor level="2">` once.')
        if any(events.get(m) is not None for m in full):
            self.faults.error(
                "FB149",
                e.at,
                f"a member of `{name[:60]}` has a probability of its own too.",
                "The group's `distribution` gives it: remove the other.",
            )
        if model is None or chance is None or not factors:
            if not factors:
                self.faults.error(
                    "FB149", e.at, f"the group `{name[:60]}` has no factors.", 'Write `<factor level="2">...</factor>`.'
                )
            return None
        return Group(name, model, tuple(full), chance, tuple(factors))

    def _one(
        self, e: Element | None, owner: Element, missing: str, path: tuple[str, ...], expressions: Expressions
    ) -> Chance | None:
        if e is None or not e.children:
            self.faults.error("FB149", owner.at, missing, "Write an expression in it.")
            return None
        return expressions.read(e.children[0], path)


def _factors(e: Element) -> list[Element]:
    inner = e.first("factors")
    return [c for c in (inner.children if inner is not None else e.children) if c.tag == "factor"]


def _parameters_in(c: Chance) -> tuple[str, ...]:
    out: list[str] = []
    todo = [c]
    while todo:
        x = todo.pop()
        todo += x.args
        if x.op == "parameter":
            out.append(x.name)
    return tuple(out)


assert FORMULAS.isdisjoint(EXPRESSIONS - {"and", "or", "not"})  # two languages that share three words
