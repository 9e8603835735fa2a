"""Names that point from one entry to another: `needs` and `shaped_by`."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.case import Factor
from fuelbed.core.scanner import did_you_mean
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.structure import Names
from fuelbed.readers.yaml import Map

__all__ = ["check_references"]


def check_references(r: Reading, f: Fields, factors: Mapping[str, Factor], names: Names) -> None:
    """Every `needs` and `shaped_by` names something that is there, and of the right kind."""
    section = f.node_of("factors")
    for x in factors.values():
        body = section.entries[x.name].value if isinstance(section, Map) else None
        if not isinstance(body, Map):
            continue
        entry = Fields(r, body)
        if x.needs:
            _needs(r, entry, x, names)
        if x.shaped_by:
            _shaped_by(r, entry, names)


def _needs(r: Reading, entry: Fields, x: Factor, names: Names) -> None:
    known = [*names.all(), *names.signals]
    if x.needs not in known:
        cure = did_you_mean(x.needs, known) or "Name a line, a factor or a signal."
        r.error("FB022", entry.span_of("needs"), f"no line, factor or signal is called `{x.needs[:60]}`.", cure)
    elif x.needs == x.name:
        r.error("FB038", entry.span_of("needs"), "a control cannot need itself.", "Name what it must see.")


def _shaped_by(r: Reading, entry: Fields, names: Names) -> None:
    conditions = [k for k, v in names.kinds.items() if v in ("condition", None)]
    for s in entry.names("shaped_by"):
        kind = names.kinds.get(s.text)
        if s.text not in names.kinds:
            cure = did_you_mean(s.text, conditions) or "Add the condition under `factors`."
            r.error("FB022", s.span, f"no condition is called `{s.text[:60]}`.", cure)
        elif kind not in ("condition", None):
            r.error("FB038", s.span, f"`{s.text}` is a {kind}, and `shaped_by` names conditions.", "Name a condition.")
