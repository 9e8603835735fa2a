"""A minimal reader of Open-PSA fault trees for the golden tests (the product's own reader comes with `fuelbed solve`)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from fuelbed.numerics.boolean.orders import Gate, Network

EVENTS = ("gate", "basic-event", "event")


def read(path: Path) -> tuple[Network, dict[str, float]]:
    """The fault tree and the probabilities of its basic events; a formula inside a formula becomes a gate of its own."""
    root = ET.parse(path).getroot()
    gates: dict[str, Gate] = {}

    def argument(e) -> str:
        if e.tag in EVENTS:
            return e.get("name")
        name = f"formula {len(gates)}"
        gates[name] = Gate("pass", ())  # takes the name
        gates[name] = formula(e)
        return name

    def formula(e) -> Gate:
        if e.tag in EVENTS:
            return Gate("pass", (e.get("name"),))
        return Gate(e.tag, tuple(argument(c) for c in e), int(e.get("min", "0")))

    for g in root.iter("define-gate"):
        gates[g.get("name")] = formula(next(c for c in g if c.tag not in ("label", "attributes")))
    used = {a for g in gates.values() for a in g.args}
    p = {e.get("name"): float(e.find("float").get("value")) for e in root.iter("define-basic-event")}
    return Network(gates, next(g for g in gates if g not in used)), p
