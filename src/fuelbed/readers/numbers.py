"""The `numbers` section: uncertain numbers that several places share by name."""

from __future__ import annotations

from dataclasses import replace

from fuelbed.core.numbers import RATE_WORDS, YEARS, Raw, parse_raw, resolve
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import TextFault
from fuelbed.readers.fields import Reading
from fuelbed.readers.yaml import Map, Node, Scalar

__all__ = ["read_numbers"]


def read_numbers(r: Reading, node: Map | None) -> None:
    """Fill `r.numbers` and `r.number_meta`; an entry at fault is there as None, so that its users say nothing more."""
    for name, entry in (node.entries if node else {}).items():
        r.numbers[name] = None
        if r.identifier(entry.key, "number") and name in RATE_WORDS:
            r.error("FB016", entry.key.span, f"`{name}` is a rate word already.", "Give the number another name.")
        _number(r, name, entry.value)


def _number(r: Reading, name: str, node: Node) -> None:
    """One entry: its dimension follows from its unit, and is checked again where the name is used."""
    value = node
    if isinstance(node, Map):
        r.check_keys(node, ("value", "source", "basis"), f"the number `{name[:60]}`")
        if "value" not in node.entries:
            r.error("FB017", node.span, f"the number `{name[:60]}` has no `value`.", "Write `{value: 0.05, source: ...}`.")
            r.with_basis(node, None)
            return
        value = node.entries["value"].value
    q = _value(r, name, value)
    told = r.with_basis(node, q) if isinstance(node, Map) else q
    if told is not None:
        r.number_meta[name] = told


def _value(r: Reading, name: str, value: Node) -> Quantity | None:
    if not isinstance(value, Scalar) or value.value is None:
        r.wrong(value, f"`{name[:60]}` is a number.", "Write `0.05`, `0.01..0.2` or `4 per year`.")
        return None
    try:
        raw = parse_raw(value.text)
        q = _resolved(raw, len(value.text))
    except TextFault as fault:
        r.findings.append(fault.finding(value.place))
        return None
    r.numbers[name] = raw
    return replace(q, name=name, span=value.span)


def _resolved(raw: Raw, length: int) -> Quantity:
    """In canonical units; a rate past what the Boolean core counts in is one of `dynamics` (`100 per second`)."""
    try:
        return resolve(raw, _dimension(raw), length)
    except TextFault:
        if not raw.per:
            raise
        return resolve(raw, "flow", length)


def _dimension(raw: Raw) -> Dimension:
    """What an entry of `numbers` measures, by its unit; a bare number in 0..1 is taken for a probability."""
    if raw.per:
        return "rate"
    if raw.unit:
        return "duration" if raw.unit in YEARS else "loss"
    if raw.percent or raw.kind == "beta":
        return "probability"
    high = raw.a * raw.b if raw.kind == "lognormal" else raw.b
    return "probability" if raw.a >= 0 and high <= 1 else "plain"
