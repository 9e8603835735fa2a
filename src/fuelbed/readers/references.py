"""Names that point from one entry to another: `needs`, `shaped_by`, sources, and what `system` declares."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.case import Factor, Line
from fuelbed.core.findings import Span
from fuelbed.core.scanner import did_you_mean, is_identifier
from fuelbed.core.signals import Signal
from fuelbed.readers.checks import check_needs
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.structure import Names
from fuelbed.readers.yaml import Map, Node, Scalar, Seq

__all__ = ["check_references"]


_DECLARED: Mapping[str, tuple[str, ...]] = {
    "layer": ("system.layers",), "owner": ("system.owners",), "zone": ("system.zones", "zones"),
}  # fmt: skip
"""Field of a factor -> where its words may be declared. Nothing declared: any word will do."""


def check_references(
    r: Reading, f: Fields, factors: Mapping[str, Factor], lines: Mapping[str, Line], names: Names, signals: Mapping[str, Signal]
) -> None:
    """Every name of another entry is there, and of the right kind."""
    section = f.node_of("factors")
    declared = {key: names_in(f, *where) for key, where in _DECLARED.items()}
    places: dict[str, Span | None] = {}
    for name, item in section.entries.items() if isinstance(section, Map) else ():
        if not isinstance(item.value, Map):
            continue
        entry, x = Fields(r, item.value), factors.get(name)
        places[name] = entry.span_of("needs")
        if x is not None and x.needs:
            _needs(r, entry, x, names)
        if x is not None and x.shaped_by:
            _shaped_by(r, entry, names)
        for key, known in declared.items():
            _declared(r, entry, key, known)
    check_needs(r, lines, factors, places, signals)
    _depends_on(r, f)
    _sources(r, f)


def _needs(r: Reading, entry: Fields, x: Factor, names: Names) -> None:
    if not names.is_known(x.needs) and x.needs not in names.signals:
        cure = did_you_mean(x.needs, [*names.all(), *names.signals]) or "Name a line, a factor or a signal."
        r.error("FB022", entry.span_of("needs"), f"no line, factor or signal is called `{x.needs[:60]}`.", cure)
    elif x.needs == x.name:
        r.error("FB038", entry.span_of("needs"), "a control cannot need itself.", "Name what it must see.")


def _shaped_by(r: Reading, entry: Fields, names: Names) -> None:
    node = entry.node_of("shaped_by")
    for s in node.items if isinstance(node, Seq) else ():
        if not isinstance(s, Scalar) or s.value is None:
            continue  # reported where the list was read
        kind = names.kinds.get(s.text)
        if s.text not in names.kinds:
            cure = did_you_mean(s.text, names.of_kind("condition")) or "Add the condition under `factors`."
            r.error("FB022", s.span, f"no condition is called `{s.text[:60]}`.", cure)
        elif kind not in ("condition", None):
            r.error("FB038", s.span, f"`{s.text}` is a {kind}, and `shaped_by` names conditions.", "Name a condition.")


def _list(node: Node | None) -> list[Scalar] | None:
    """The names that a list or mapping declares; None where there is none, or where an entry has no name."""
    if isinstance(node, Map):
        return [e.key for e in node.entries.values()] or None
    if not isinstance(node, Seq) or not node.items:
        return None
    out: list[Scalar] = []
    for item in node.items:
        named = [item.entries[k].value for k in ("name", "id") if k in item.entries] if isinstance(item, Map) else [item]
        if not named or not isinstance(named[0], Scalar) or named[0].value is None:
            return None
        out.append(named[0])
    return out


def names_in(f: Fields, *places: str) -> list[str]:
    """The names declared at `section` or `section.key`, all together."""
    out: list[str] = []
    for place in places:
        section, _, key = place.partition(".")
        node = f.node_of(section)
        if key:
            node = node.entries[key].value if isinstance(node, Map) and key in node.entries else None
        out += [s.text for s in _list(node) or ()]
    return out


def _declared(r: Reading, entry: Fields, key: str, known: list[str]) -> None:
    node = entry.node_of(key)
    if known and isinstance(node, Scalar) and node.value is not None and node.text not in known:
        cure = did_you_mean(node.text, known) or f"Add it under `{_DECLARED[key][0].replace('.', ': ')}`."
        r.error("FB022", node.span, f"no {key} is called `{node.text[:60]}`.", cure)


def _depends_on(r: Reading, f: Fields) -> None:
    """`system.depends_on`, a mapping of names to names, where `system.components` says which there are."""
    known = names_in(f, "system.components")
    system = f.node_of("system")
    depends = system.entries.get("depends_on") if isinstance(system, Map) else None
    if not known or depends is None or not isinstance(depends.value, Map):
        return
    for entry in depends.value.entries.values():
        on = entry.value.items if isinstance(entry.value, Seq) else [entry.value]
        for name in (entry.key, *on):
            if isinstance(name, Scalar) and name.value is not None and name.text not in known:
                cure = did_you_mean(name.text, known) or "Add it under `system: components`."
                r.error("FB022", name.span, f"no component is called `{name.text[:60]}`.", cure)


def _sources(r: Reading, f: Fields) -> None:
    """A source of one word is the id of an entry of `sources`, where the case has such a list; more words are a quote."""
    known = [s.text for s in _list(f.node_of("sources")) or ()]
    for node in r.cited if known else ():
        if is_identifier(node.text) and node.text not in known:
            cure = did_you_mean(node.text, known) or "Add it under `sources`, or quote more than one word."
            r.error("FB022", node.span, f"no source is called `{node.text[:60]}`.", cure)
