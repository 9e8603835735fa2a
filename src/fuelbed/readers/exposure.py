"""The sections `exposure`, `assets` and `zones`, and what factors carry for them. Every fault at once, with its place and cure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fuelbed.core.case import Factor
from fuelbed.core.exposure import Asset, Boundary, Exposure, Traits, Zone
from fuelbed.core.quantities import Quantity
from fuelbed.core.scanner import did_you_mean, is_identifier
from fuelbed.readers.fields import Fields, Reading, named_entries
from fuelbed.readers.references import names_in
from fuelbed.readers.structure import Names
from fuelbed.readers.yaml import Map

__all__ = ["read_exposure", "read_traits"]

_EXPOSURE = ("goal", "unknown_variants")
_ASSET = ("zone", "what", "gained")
_ZONE = ("what",)


def read_traits(f: Fields) -> Traits:
    """What one factor says of class, vulnerability, boundary, vector, cost and dependencies; the names are looked up later."""
    words = {key: f.text(key) for key in ("class", "cve", "vector")}
    depends = tuple(dict.fromkeys(s.text for s in f.names("depends_on")))
    cost = f.quantity("cost", "plain")
    if cost is not None and cost.low < 0:
        f.r.error("FB047", f.span_of("cost"), "a cost is not negative.", "Write 0 or more.")
    return Traits(words["class"], words["cve"], _boundary(f), words["vector"], cost, depends)


def _boundary(f: Fields) -> Boundary | None:
    """`internet -> portal_zone`."""
    node, text = f.node_of("boundary"), f.text("boundary")
    if node is None or not text:
        return None
    source, arrow, target = (x.strip() for x in text.partition("->"))
    if arrow and is_identifier(source) and is_identifier(target) and source != target:
        return Boundary(source, target, node.span)
    message = "`boundary` names two zones and the way between them."
    if arrow and source == target:
        message = "a boundary lies between two zones."
    f.r.error("FB130", node.span, message, "Write `boundary: internet -> portal_zone`.")
    return None


def read_exposure(r: Reading, f: Fields, factors: Mapping[str, Factor], names: Names) -> Exposure:
    """The three sections; an entry at fault is left out (the case is refused anyway)."""
    declared = names_in(f, "zones", "system.zones")
    zones = _zones(r, f.section("zones"))
    assets = _assets(r, f.section("assets"), declared, names)
    for x in factors.values():
        b = x.traits.boundary
        for zone in (b.source, b.target) if b is not None and declared else ():
            if zone not in declared:
                cure = did_you_mean(zone, declared) or "Add it under `zones`."
                r.error("FB022", b.span if b else None, f"no zone is called `{zone[:60]}`.", cure)
    node = f.section("exposure")
    if node is None:
        return Exposure(assets=assets, zones=zones)
    r.check_keys(node, _EXPOSURE, "`exposure`")
    body = Fields(r, node)
    unknown = _unknown(r, body.section("unknown_variants"), factors, names)
    return Exposure(_goal(r, body, names), unknown, assets, zones, node.span)


def _goal(r: Reading, f: Fields, names: Names) -> str:
    node, goal = f.node_of("goal"), f.text("goal")
    if node is not None and goal and goal not in names.lines:
        cure = did_you_mean(goal, names.lines) or "Name a line of `structure`."
        if goal in names.kinds:
            cure = "A factor is no goal: name the line that says that the attacker has what it wants."
        r.error("FB022", node.span, f"no line is called `{goal[:60]}`.", cure)
    return goal


def _unknown(r: Reading, node: Map | None, factors: Mapping[str, Factor], names: Names) -> dict[str, Quantity]:
    """By class, the rate of the unknown variant. The class must be one that an exploit of the case has."""
    classes = {x.traits.class_ for x in factors.values() if x.role == "exploit" and x.traits.class_}
    complete = names.factors_given and all(k is not None for k in names.kinds.values())
    out: dict[str, Quantity] = {}
    for name, entry in node.entries.items() if node else ():
        if complete and name not in classes:
            cure = did_you_mean(name, sorted(classes)) or "Give the exploits of that kind `class: ...`, in the same words."
            r.error("FB131", entry.key.span, f"no exploit of this case has the class `{name[:60]}`.", cure)
        q = r.quantity(entry.value, name[:60], "rate", "Write how often a year: `0.1..3 per year`. ")
        if q is not None:
            out[name] = q
    return out


def _zones(r: Reading, node: Map | None) -> dict[str, Zone]:
    out: dict[str, Zone] = {}
    for name, span, title, f in named_entries(r, node, "zone", "{what: in words}"):
        r.check_keys(f.node, _ZONE, title)
        out[name] = Zone(name, f.text("what"), span)
    return out


def _assets(r: Reading, node: Map | None, zones: Iterable[str], names: Names) -> dict[str, Asset]:
    known = list(zones)
    out: dict[str, Asset] = {}
    taken: dict[str, str] = {}
    for name, span, title, f in named_entries(r, node, "asset", "{zone: a_zone, gained: a_line}"):
        r.check_keys(f.node, _ASSET, title)
        zone, gained = f.text("zone"), f.text("gained")
        if zone and known and zone not in known:
            r.error(
                "FB022",
                f.span_of("zone"),
                f"no zone is called `{zone[:60]}`.",
                did_you_mean(zone, known) or "Add it under `zones`.",
            )
        if gained and gained not in names.lines:
            cure = did_you_mean(gained, names.lines) or "Name a line of `structure`."
            r.error("FB022", f.span_of("gained"), f"no line is called `{gained[:60]}`.", cure)
        elif gained and gained in taken:
            message = f"`{gained[:60]}` says already that an attacker has `{taken[gained][:60]}`."
            r.error("FB132", f.span_of("gained"), message, "Give each asset a line of its own.")
        elif gained:
            taken[gained] = name
        out[name] = Asset(name, zone, f.text("what"), gained, span)
    return out
