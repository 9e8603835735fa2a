"""Which columns invariants and rules of `history` ask of an entry of `evidence.metrics`: read before the files, so that a header need
not be declared twice."""

from __future__ import annotations

from fuelbed.core.scanner import TextFault
from fuelbed.core.temporal import columns_in, parse_temporal
from fuelbed.readers.entries import entries_of, entry_names
from fuelbed.readers.yaml import Map, Node, Scalar

__all__ = ["asked_columns"]


def asked_columns(invariants: Node | None, metrics: Node | None, history: Node | None = None) -> dict[str, tuple[str, ...]]:
    """Names of columns by entry, in the order of the formulas. What is at fault is left out: it is reported when the section is read."""
    out: dict[str, dict[str, None]] = {}
    names = entry_names("metrics", metrics)
    for entry in invariants.entries.values() if isinstance(invariants, Map) else ():
        body = entry.value.entries if isinstance(entry.value, Map) else {}
        holds, on = (body[k].value if k in body else None for k in ("holds", "on"))
        where = on.text if isinstance(on, Scalar) else names[0] if on is None and len(names) == 1 else ""
        if where in names and isinstance(holds, Scalar) and holds.value is not None:
            try:
                out.setdefault(where, {}).update(dict.fromkeys(columns_in(parse_temporal(holds.text, holds.place))))
            except TextFault:
                continue
    if history is not None:
        from fuelbed.readers.history_rules import asked_by_rules

        for where, columns in asked_by_rules([item for _, _, item in entries_of("history", history)]).items():
            out.setdefault(where, {}).update(dict.fromkeys(columns))
    return {name: tuple(columns) for name, columns in out.items()}
