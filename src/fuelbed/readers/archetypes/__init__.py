"""Archetypes: models whose laws are written once, each in a file of this folder, in the language of the case's own `dynamics`.

Adding one is adding a file. An archetype over the case's dependency graph says `for_each: component`: each entry whose key holds `{c}`
is written out once for each component, and `{sum over dependents: EXPR}` becomes a sum of EXPR with `{d}` replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from fuelbed.core.arithmetic import names_in
from fuelbed.core.dynamics import Parameter
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Severity
from fuelbed.readers.fields import Faults, Fields, Reading
from fuelbed.readers.laws import LAW_KEYS, Laws, Scope, formula, named, read_laws
from fuelbed.readers.parameters import UNITS, Choice, Wanted, fill_parameters
from fuelbed.readers.shows import read_shows
from fuelbed.readers.yaml import Entry, Map, Node, Scalar, Seq, load_yaml

__all__ = ["Archetype", "Graph", "archetype_names", "load_archetype", "needs_graph", "open_parameters", "parse_archetype"]

Graph = tuple[tuple[str, tuple[str, ...]], ...]
"""Components of a case, each with the components that it depends on."""

_KEYS = ("archetype", "what", "kernel", "for_each", "parameters", "options", "shows", *LAW_KEYS)
_SUM = re.compile(r"\{sum over (?P<over>\w+): (?P<expr>(?:[^{}]|\{[cd]\})*)\}")


@dataclass(frozen=True, eq=False)
class Archetype:
    """One file of this folder, checked; `for_each` is "component" where its laws were written out over a dependency graph."""

    name: str
    what: str
    kernel: str
    for_each: str
    parameters: Mapping[str, Wanted]
    options: Mapping[str, Choice]
    laws: Laws


@lru_cache(maxsize=1)
def archetype_names() -> tuple[str, ...]:
    """The archetypes that there are: the names of the files."""
    return tuple(sorted(p.name.removesuffix(".yaml") for p in files(__name__).iterdir() if p.name.endswith(".yaml")))


@lru_cache(maxsize=64)
def needs_graph(name: str) -> bool:
    """Whether the archetype is written over the components of a case."""
    node, _ = load_yaml(_text(name), f"{name}.yaml")
    return isinstance(node, Map) and "for_each" in node.entries


@lru_cache(maxsize=64)
def load_archetype(name: str, graph: Graph = ()) -> Archetype:
    """The archetype, over `graph` where it needs one. Raises `InputError` with every fault of the file."""
    return parse_archetype(_text(name), name, graph)


def open_parameters(name: str) -> tuple[Parameter, ...]:
    """The parameters that the archetype has no default for, empty, each with its question: what a draft has to ask."""
    wanted = load_archetype(name).parameters
    empty = fill_parameters(Reading(f"{name}.yaml"), None, wanted, {}, name)
    return tuple(empty[n] for n, w in wanted.items() if w.default is None)


def _text(name: str) -> str:
    return (files(__name__) / f"{name}.yaml").read_text(encoding="utf-8")


def parse_archetype(text: str, name: str, graph: Graph = ()) -> Archetype:
    """An archetype from its text; the file's name is the archetype's. Raises `InputError`."""
    file = f"{name}.yaml"
    node, faults = load_yaml(text, file)
    r = Reading(file, Faults(faults))
    top = r.mapping(node, "an archetype", "Start with `archetype: name`.")
    found = _read(r, _written_out(r, top, graph), name) if top is not None else None
    if found is None or any(f.severity is Severity.ERROR for f in r.findings):
        raise InputError(r.findings)
    return found


def _read(r: Reading, top: Map, name: str) -> Archetype | None:
    r.check_keys(top, _KEYS, "an archetype")
    f = Fields(r, top)
    said = f.text("archetype")
    if said != name:
        r.error(
            "FB033", f.first, f"the file is called `{name}` and says `archetype: {said[:60]}`.", f"Write `archetype: {name}`."
        )
    for need in ("what", "parameters"):
        if need not in f:
            r.error("FB017", f.first, f"the archetype has no `{need}`.", f"Add `{need}:`.")
    choices = _choices(r, f)
    words = tuple(f"{c.name}_{w}" for c in choices.values() for w in c.choices)
    section = f.section("parameters")
    scope = Scope(dict.fromkeys(section.entries) if section else {}, words)
    wanted = _wanted(r, section, choices, scope) if section else {}
    scope.parameters.update({n: w.dimension for n, w in wanted.items()})
    laws = read_laws(r, f, scope, "the archetype")
    shows = read_shows(r, f, scope, laws.let if laws else {}, plain=True)
    if laws is None:
        return None
    laws = replace(laws, shows=shows)
    return Archetype(name, f.text("what"), f.text("kernel"), f.text("for_each"), wanted, choices, _placeless(laws))


def _placeless(laws: Laws) -> Laws:
    """Without places: findings of a case point into the case, never into this folder."""
    return replace(
        laws,
        states={n: replace(s, span=None) for n, s in laws.states.items()},
        events={n: replace(e, span=None) for n, e in laws.events.items()},
    )


def _choices(r: Reading, f: Fields) -> dict[str, Choice]:
    node = f.section("options")
    out: dict[str, Choice] = {}
    for name, entry in node.entries.items() if node else ():
        named(r, entry.key, "option", ())
        body = r.mapping(entry.value, f"the option `{name}`", "Write `choices:` and `default:` below it.")
        if body is None:
            continue
        r.check_keys(body, ("what", "choices", "default"), f"the option `{name}`")
        o = Fields(r, body)
        words = o.section("choices")
        means = {w: r.text(e.value, w) for w, e in words.entries.items()} if words else {}
        for w, e in words.entries.items() if words else ():
            named(r, replace(e.key, text=f"{name}_{w}"), "option word", ())
        if len(means) < 2:
            r.error("FB017", entry.key.span, f"the option `{name}` needs two `choices`.", "Write `word: what it means`.")
        default = o.choice("default", means, "")
        if "default" not in o:
            r.error("FB017", entry.key.span, f"the option `{name}` has no `default`.", "Add `default: word`.")
        out[name] = Choice(name, means, default, o.text("what"))
    return out


def _wanted(r: Reading, node: Map, choices: Mapping[str, Choice], scope: Scope) -> dict[str, Wanted]:
    out: dict[str, Wanted] = {}
    for name, entry in node.entries.items():
        named(r, entry.key, "parameter", scope.words)
        body = r.mapping(entry.value, f"the parameter `{name}`", "Write `unit:`, `what:` and `question:` below it.")
        if body is None:
            continue
        r.check_keys(body, ("unit", "what", "default", "question", "only_with"), f"the parameter `{name}`")
        p = Fields(r, body)
        for need in ("unit", "what", "question"):
            if need not in p and (need != "question" or "default" not in p):
                r.error("FB017", entry.key.span, f"the parameter `{name}` has no `{need}`.", f"Add `{need}:`.")
        unit = p.choice("unit", UNITS, "plain")
        at = p.node_of("default")
        others = [n for n in scope.fixed() if n != name]
        default = formula(r, at, "default", others) if at is not None else None
        out[name] = Wanted(name, UNITS[unit], p.text("what"), p.text("question"), default, _only_with(r, p, choices))
    _settled(r, node, out)
    return out


def _only_with(r: Reading, p: Fields, choices: Mapping[str, Choice]) -> tuple[tuple[str, str], ...]:
    node = p.section("only_with")
    out = []
    for option, entry in node.entries.items() if node else ():
        if option not in choices:
            r.error("FB022", entry.key.span, f"no option is called `{option}`.", f"Options are: {', '.join(choices)}.")
            continue
        word = r.choice(entry.value, option, choices[option].choices)
        if word:
            out.append((option, word))
    return tuple(out)


def _settled(r: Reading, node: Map, wanted: Mapping[str, Wanted]) -> None:
    """Defaults that are made of one another in a circle have no value."""
    done = {n for n, w in wanted.items() if w.default is None}
    left = {n: w.default for n, w in wanted.items() if w.default is not None}
    while ready := [n for n, e in left.items() if all(x in done or x not in left for x in names_in(e))]:
        for n in ready:
            done.add(n)
            del left[n]
    for n in left:
        r.error("FB092", node.entries[n].key.span, f"the default of `{n}` depends on itself.", "Write a number.")


# ---- over the components of a case -----------------------------------------------------------------------------------------


def _written_out(r: Reading, top: Map, graph: Graph) -> Map:
    """The file with every `{c}` entry once for each component, and every sum written out. Without `for_each`: as it is."""
    if "for_each" not in top.entries:
        return top
    r.choice(top.entries["for_each"].value, "for_each", ("component",))
    depends = dict(graph)
    over: dict[str, Callable[[str], tuple[str, ...]]] = {
        "components": lambda c: tuple(depends),
        "dependencies": lambda c: tuple(x for x in depends.get(c, ()) if x in depends),
        "dependents": lambda c: tuple(x for x, on in depends.items() if c in on),
    }

    def text(s: Scalar, c: str) -> Scalar:
        def total(m: re.Match[str]) -> str:
            if m["over"] not in over:
                r.error("FB022", s.span, f"there is no sum over `{m['over']}`.", f"Sums are over: {', '.join(over)}.")
                return "0"
            return "(" + (" + ".join(f"({m['expr'].replace('{d}', d)})" for d in over[m["over"]](c)) or "0") + ")"

        made = _SUM.sub(total, s.text)
        made = made.replace("{c}", c) if c else made
        return s if made == s.text else replace(s, text=made, value=made if isinstance(s.value, str) else s.value)

    def walk(n: Node, c: str) -> Node:
        if isinstance(n, Scalar):
            return text(n, c)
        if isinstance(n, Seq):
            return Seq([walk(x, c) for x in n.items], n.span)
        if not isinstance(n, Map):
            return n
        out: dict[str, Entry] = {}
        for key, e in n.entries.items():
            for x in depends if "{c}" in key and not c else (c,):
                k = text(e.key, x)
                out[k.text] = Entry(k, walk(e.value, x))
        return Map(out, n.span)

    made = walk(top, "")
    return made if isinstance(made, Map) else top
