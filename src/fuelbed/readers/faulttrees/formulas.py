"""Formulas of Open-PSA gates: nested elements -> gates of the solver, inner formulas named after their gate."""

from __future__ import annotations

from collections.abc import Callable

from fuelbed.core.hints import did_you_mean
from fuelbed.core.networks import Gate
from fuelbed.readers.faulttrees.faults import Faults
from fuelbed.readers.faulttrees.xml import Element

__all__ = ["FORMULAS", "Formulas"]

_LEAVES = ("event", "gate", "basic-event", "house-event")
_COUNTS = {"not": (1, 1), "iff": (2, 2), "imply": (2, 2), "xor": (2, 1_000)}
FORMULAS = frozenset(("and", "or", "not", "xor", "nand", "nor", "iff", "imply", "atleast", "cardinality", "constant", *_LEAVES))
"""The elements that are read as formulas."""


class Formulas:
    """The gates so far; `resolve` gives the full name of what a leaf refers to, or None after it has said what is wrong."""

    def __init__(self, faults: Faults, resolve: Callable[[Element, tuple[str, ...]], str | None]) -> None:
        self.faults, self.resolve = faults, resolve
        self.gates: dict[str, Gate] = {}

    def define(self, name: str, e: Element, path: tuple[str, ...]) -> None:
        """The gate `name`, whose formula is the one element of `e` beside label and attributes."""
        inner = [c for c in e.children if c.tag not in ("label", "attributes")]
        if len(inner) != 1:
            self.faults.error(
                "FB143", e.at, f"the gate `{name[:60]}` has {len(inner)} formulas.", "Give it one, such as `<and>...</and>`."
            )
        self.gates[name] = self._gate(name, inner[0], path) if inner else Gate("or", ())

    def _gate(self, name: str, e: Element, path: tuple[str, ...]) -> Gate:
        if e.tag in _LEAVES:
            full = self.resolve(e, path)
            return Gate("pass", (full,)) if full is not None else Gate("or", ())
        if e.tag == "constant":
            return self._constant(e)
        if e.tag not in FORMULAS:
            cure = did_you_mean(e.tag, FORMULAS) or f"Formulas are: {', '.join(sorted(FORMULAS))}."
            self.faults.error("FB142", e.at, f"`{e.tag[:60]}` is not a formula.", cure)
            return Gate("or", ())
        least, most = _COUNTS.get(e.tag, (1, 1_000_000))
        if not least <= len(e.children) <= most:
            wanted = f"{least}" if least == most else f"{least} or more"
            self.faults.error("FB143", e.at, f"`{e.tag}` has {len(e.children)} arguments.", f"Give it {wanted}.")
            return Gate("or", ())
        args = [self._argument(f"{name}/{k}", c, path) for k, c in enumerate(e.children, 1)]
        return self._operation(name, e, tuple(a for a in args if a is not None))

    def _argument(self, name: str, e: Element, path: tuple[str, ...]) -> str | None:
        if e.tag in _LEAVES:
            return self.resolve(e, path)
        self.gates[name] = self._gate(name, e, path)
        return name

    def _constant(self, e: Element) -> Gate:
        value = e.get("value").lower()
        if value not in ("true", "false"):
            self.faults.error("FB143", e.at, "a constant is true or false.", 'Write `<constant value="true"/>`.')
        return Gate("and" if value == "true" else "or", ())

    def _operation(self, name: str, e: Element, args: tuple[str, ...]) -> Gate:
        if e.tag in ("and", "or", "not"):
            return Gate(e.tag, args)
        if e.tag in ("nand", "nor"):
            return self._not(name, Gate(e.tag[1:], args))
        if e.tag == "imply":
            return Gate("or", (self._add(f"{name}/if", Gate("not", args[:1])), *args[1:]))
        if e.tag in ("xor", "iff"):
            return self._parity(name, args, odd=e.tag == "xor")
        if e.tag == "atleast":
            return self._at_least(name, e, args, self._whole(e, "min", 1, len(e.children)))
        low, high = self._whole(e, "min", 0, len(e.children)), self._whole(e, "max", 0, len(e.children))
        if high >= len(args):
            return self._at_least(name, e, args, low)
        few = self._not(f"{name}/most", self._at_least(name, e, args, high + 1))
        return Gate("and", (self._add(f"{name}/min", self._at_least(name, e, args, low)), self._add(f"{name}/max", few)))

    def _at_least(self, name: str, e: Element, args: tuple[str, ...], k: int) -> Gate:
        del name, e
        return Gate("atleast", args, k) if k > 0 else Gate("and", ())

    def _parity(self, name: str, args: tuple[str, ...], odd: bool) -> Gate:
        out = args[0] if args else ""
        for k, a in enumerate(args[1:-1], 1):
            out = self._add(f"{name}/xor{k}", Gate("xor", (out, a)))
        last = Gate("xor", (out, args[-1])) if len(args) > 1 else Gate("pass", args)
        return last if odd else self._not(name, last)

    def _not(self, name: str, gate: Gate) -> Gate:
        return Gate("not", (self._add(f"{name}/not", gate),))

    def _add(self, name: str, gate: Gate) -> str:
        self.gates[name] = gate
        return name

    def _whole(self, e: Element, key: str, least: int, most: int) -> int:
        text = e.get(key)
        if text.isascii() and text.isdigit() and len(text) < 8 and least <= int(text) <= most:
            return int(text)
        shown = f'`{key}="{text[:20]}"`' if text else f"no `{key}`"
        self.faults.error(
            "FB143", e.at, f"`{e.tag}` has {shown}, with {most} arguments.", f"Write a whole number from {least} to {most}."
        )
        return least
