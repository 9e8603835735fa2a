"""Formulas as a flat list of operations: written once, run over a batch by NumPy, over one point by a scalar loop (`scalar.py`).

Registers: the inputs, then the constants, then one per operation, in an order in which every argument comes first. Equal operations
are shared, constants are folded, a branch that an option word rules out is dropped, and so is whatever no output needs. Nothing of a
case is ever executed as code. A value of inf or nan says that the point lies outside the domain of a formula.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.arithmetic import Arith, Name, Num
from fuelbed.numerics.maps.operations import ARITY, BOOLEAN, CODES, apply, edge, partial

__all__ = ["Builder", "Program", "formula"]

Array = NDArray[np.float64]
_COMMUTE = frozenset({"add", "mul", "min", "max", "and", "or"})


class Builder:
    """Writes a program. References are opaque integers, in the order in which they were made."""

    def __init__(self, inputs: Sequence[str]) -> None:
        self.inputs = tuple(inputs)
        self._nodes: list[tuple[Any, ...]] = [("input", i) for i in range(len(inputs))]
        self._known: dict[tuple[Any, ...], int] = {}

    def input(self, name: str) -> int:
        return self.inputs.index(name)

    def constant(self, value: float) -> int:
        return self._node(("constant", float(value), math.copysign(1.0, value)))

    def value(self, ref: int) -> float | None:
        """The number of a constant reference, else None."""
        node = self._nodes[ref]
        return float(node[1]) if node[0] == "constant" else None

    def call(self, code: str, *args: int) -> int:
        """One operation; `min` and `max` of several arguments one after the other, `clip` as the least of the greatest."""
        if code == "clip":
            return self.call("min", self.call("max", args[0], args[1]), args[2])
        if len(args) > ARITY[code]:
            return self.call(code, self.call(code, *args[:-1]), args[-1])
        known = [self.value(a) for a in args]
        if None not in known:
            with np.errstate(all="ignore"):
                return self.constant(float(apply(code, [np.float64(k) for k in known])))
        short = self._simpler(code, args, known)
        if short is not None:
            return short
        if code in _COMMUTE and args[0] > args[1]:
            args = (args[1], args[0])
        return self._node((code, *args))

    def _simpler(self, code: str, args: tuple[int, ...], known: list[float | None]) -> int | None:
        if code == "if" and known[0] is not None:
            return args[1] if known[0] > 0 else args[2]
        if code == "add" and 0.0 in known:
            return args[1 - known.index(0.0)]
        if code == "mul" and 0.0 in known:
            return args[known.index(0.0)]
        if code == "mul" and 1.0 in known:
            return args[1 - known.index(1.0)]
        if (code == "sub" and known[1] == 0.0) or (code in ("div", "pow") and known[1] == 1.0):
            return args[0]
        return args[0] if code in ("min", "max") and args[0] == args[1] else None

    def _node(self, node: tuple[Any, ...]) -> int:
        ref = self._known.get(node)
        if ref is None:
            ref = self._known[node] = len(self._nodes)
            self._nodes.append(node)
        return ref

    def tree(self, expr: Arith, names: Mapping[str, int]) -> int:
        """The reference of an expression; `names` says what each name stands for. Iterative, so depth is no danger."""
        done: dict[int, int] = {}
        todo: list[tuple[Arith, bool]] = [(expr, False)]
        while todo:
            e, ready = todo.pop()
            if isinstance(e, Num):
                done[id(e)] = self.constant(e.value)
            elif isinstance(e, Name):
                done[id(e)] = names[e.name]
            elif ready:
                done[id(e)] = self.call(e.op, *(done[id(a)] for a in e.args))
            elif id(e) not in done:
                todo.append((e, True))
                todo.extend((a, False) for a in reversed(e.args))
        return done[id(expr)]

    def finish(self, outputs: Sequence[int]) -> Program:
        """The program of these outputs, without what none of them needs."""
        needed: set[int] = set()
        todo = list(outputs)
        while todo:
            ref = todo.pop()
            if ref not in needed:
                needed.add(ref)
                node = self._nodes[ref]
                if node[0] not in ("input", "constant"):
                    todo.extend(node[1:])
        order = sorted(needed - set(range(len(self.inputs))))
        constants = [r for r in order if self._nodes[r][0] == "constant"]
        calls = [r for r in order if self._nodes[r][0] != "constant"]
        place = {r: i for i, r in enumerate([*range(len(self.inputs)), *constants, *calls])}
        ops = tuple((self._nodes[r][0], tuple(place[a] for a in self._nodes[r][1:])) for r in calls)
        values = tuple(np.float64(self._nodes[r][1]) for r in constants)
        return Program(self.inputs, values, ops, tuple(place[r] for r in outputs))


@dataclass(frozen=True, eq=False)
class Program:
    """A finished program. `inputs` are named; each operation is (code, registers read)."""

    inputs: tuple[str, ...]
    constants: tuple[np.float64, ...]
    ops: tuple[tuple[str, tuple[int, ...]], ...]
    outputs: tuple[int, ...]

    def run(self, columns: Sequence[Any]) -> Array:
        """Outputs at a batch: `columns` holds one array (n,) or number per input; the result is (n, outputs)."""
        with np.errstate(all="ignore"):
            r = self._registers(columns)
        return self._stack([r[o] for o in self.outputs], columns)

    def _registers(self, columns: Sequence[Any]) -> list[Any]:
        r: list[Any] = [*columns, *self.constants]
        for code, args in self.ops:
            r.append(apply(code, [r[a] for a in args]))
        return r

    @staticmethod
    def _stack(values: Sequence[Any], columns: Sequence[Any]) -> Array:
        n = max((np.size(c) for c in columns), default=1)
        out = np.empty((n, len(values)))
        for i, v in enumerate(values):
            out[:, i] = v
        return out

    def derivatives(self, columns: Sequence[Any], wrt: Sequence[int]) -> tuple[Array, Array]:
        """Outputs (n, O) and their exact derivatives (n, O, len(wrt)) by the inputs numbered `wrt`: forward mode, all directions at once."""
        with np.errstate(all="ignore"):
            r = self._registers(columns)
            d: list[Any] = [None] * len(r)
            for k, i in enumerate(wrt):
                d[i] = np.zeros((len(wrt), 1))
                d[i][k] = 1.0
            first = len(self.inputs) + len(self.constants)
            for j, (code, args) in enumerate(self.ops, first):
                d[j] = _chain(code, r[j], [r[a] for a in args], [d[a] for a in args])
        values = self._stack([r[o] for o in self.outputs], columns)
        slopes = np.zeros((len(values), len(self.outputs), len(wrt)))
        for i, o in enumerate(self.outputs):
            if d[o] is not None:
                slopes[:, i, :] = d[o].T
        return values, slopes

    def depends(self, on: Sequence[int]) -> list[bool]:
        """Register by register: does it depend on one of the inputs numbered `on`?"""
        out = [i in on for i in range(len(self.inputs))] + [False] * len(self.constants)
        for _, args in self.ops:
            out.append(any(out[a] for a in args))
        return out

    def kinked(self, columns: Sequence[Any], on: Sequence[int]) -> NDArray[np.bool_]:
        """(n,): does the point sit on an edge of `min max clip abs if` or of a comparison, seen along the inputs numbered `on`?"""
        n = max((np.size(c) for c in columns), default=1)
        out = np.zeros(n, dtype=bool)
        depends = self.depends(on)
        boolean = [False] * (len(self.inputs) + len(self.constants)) + [code in BOOLEAN for code, _ in self.ops]
        with np.errstate(all="ignore"):
            r = self._registers(columns)
            for code, args in self.ops:
                if any(depends[a] for a in args):
                    at = edge(code, [r[a] for a in args], [boolean[a] for a in args])
                    if at is not None:
                        out |= at
        return out

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Array, NDArray[np.int64]]:
        """Codes (m,), arguments (m, 3), constants, output registers: what `scalar.run_scalar` reads."""
        codes = np.array([CODES.index(code) for code, _ in self.ops], dtype=np.int64)
        args = np.zeros((len(self.ops), 3), dtype=np.int64)
        for i, (_, read) in enumerate(self.ops):
            args[i, : len(read)] = read
        return codes, args, np.array(self.constants, dtype=float), np.array(self.outputs, dtype=np.int64)


def _chain(code: str, value: Any, args: Sequence[Any], slopes: Sequence[Any]) -> Any:
    """The chain rule over one operation: (D, n) or (D, 1), None where it depends on none of the directions."""
    if code == "if":
        a, b = slopes[1:]
        if a is None and b is None:
            return None
        return np.where(args[0] > 0.0, 0.0 if a is None else a, 0.0 if b is None else b)
    total = None
    if code in ("add", "sub"):
        a, b = slopes
        if b is None or a is None:
            return a if b is None else (b if code == "add" else -b)
        return a + b if code == "add" else a - b
    if code not in BOOLEAN:
        for place, slope in enumerate(slopes):
            if slope is not None:
                part = partial(code, place, value, args) * slope
                total = part if total is None else total + part
    return total


def formula(inputs: Sequence[str], *exprs: Arith, constants: Mapping[str, float] | None = None) -> Program:
    """The program of some expressions over named inputs: the short way, for tests and for laws without named quantities."""
    b = Builder(inputs)
    names = {name: i for i, name in enumerate(b.inputs)}
    names |= {name: b.constant(v) for name, v in (constants or {}).items()}
    return b.finish([b.tree(e, names) for e in exprs])
