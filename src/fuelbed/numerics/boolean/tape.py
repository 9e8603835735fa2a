"""One tape: a formula as a flat list of operations over named inputs, run over a batch by NumPy and in the page by JavaScript.

Registers 0..n_inputs-1 are the inputs, then the constants, then one register per operation. Operations: `+ - *`, `~` (1-a),
`?` (c*a + (1-c)*b), `exp`, `/` (0 where the divisor is 0), `min`, `max`. Equal operations are shared and constants folded, so
the tape of a decision diagram has one `?` per node.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Builder", "Tape"]

Array = NDArray[np.float64]
_ARITY = {"+": 2, "-": 2, "*": 2, "~": 1, "?": 3, "exp": 1, "/": 2, "min": 2, "max": 2}


class Builder:
    """Writes a tape. References are opaque integers: >= 0 an input or operation, < 0 a constant."""

    def __init__(self) -> None:
        self.inputs: list[str] = []
        self._input: dict[str, int] = {}
        self._consts: list[float] = []
        self._const: dict[float, int] = {}
        self._ops: list[tuple[Any, ...]] = []
        self._op: dict[tuple[Any, ...], int] = {}

    def input(self, name: str) -> int:
        """The input called `name`, made on first use."""
        ref = self._input.get(name)
        if ref is None:
            ref = self._input[name] = 2 * len(self.inputs)
            self.inputs.append(name)
        return ref

    def has_input(self, name: str) -> bool:
        return name in self._input

    def const(self, value: float) -> int:
        ref = self._const.get(value)
        if ref is None:
            self._consts.append(value)
            ref = self._const[value] = -len(self._consts)
        return ref

    def value(self, ref: int) -> float | None:
        """The value of a constant reference, else None."""
        return self._consts[-ref - 1] if ref < 0 else None

    def _emit(self, code: str, *args: int) -> int:
        known = [self.value(a) for a in args]
        if all(k is not None for k in known):
            return self.const(_scalar(code, [k for k in known if k is not None]))
        if code in ("+", "*", "min", "max") and args[0] > args[1]:
            args = (args[1], args[0])
        key = (code, *args)
        ref = self._op.get(key)
        if ref is None:
            ref = self._op[key] = 2 * len(self._ops) + 1
            self._ops.append(key)
        return ref

    def add(self, a: int, b: int) -> int:
        if self.value(a) == 0.0:
            return b
        return a if self.value(b) == 0.0 else self._emit("+", a, b)

    def sub(self, a: int, b: int) -> int:
        if a == b:
            return self.const(0.0)
        return a if self.value(b) == 0.0 else self._emit("-", a, b)

    def mul(self, a: int, b: int) -> int:
        va, vb = self.value(a), self.value(b)
        if va == 0.0 or vb == 0.0:
            return self.const(0.0)
        if va == 1.0:
            return b
        return a if vb == 1.0 else self._emit("*", a, b)

    def complement(self, a: int) -> int:
        return self._emit("~", a)

    def choose(self, c: int, a: int, b: int) -> int:
        """`c*a + (1-c)*b`."""
        vc, va, vb = self.value(c), self.value(a), self.value(b)
        if a == b or vc == 1.0:
            return a
        if vc == 0.0:
            return b
        if va == 1.0 and vb == 0.0:
            return c
        if va == 0.0 and vb == 1.0:
            return self.complement(c)
        if vb == 0.0:
            return self.mul(c, a)
        return self._emit("?", c, a, b)

    def exp(self, a: int) -> int:
        return self._emit("exp", a)

    def div(self, a: int, b: int) -> int:
        return a if self.value(b) == 1.0 else self._emit("/", a, b)

    def min(self, a: int, b: int) -> int:
        return a if a == b else self._emit("min", a, b)

    def max(self, a: int, b: int) -> int:
        return a if a == b else self._emit("max", a, b)

    def sum(self, refs: Sequence[int]) -> int:
        """Added up in pairs, so that a long sum is few layers deep."""
        return self._pairwise(self.add, list(refs), 0.0)

    def product(self, refs: Sequence[int]) -> int:
        return self._pairwise(self.mul, list(refs), 1.0)

    def _pairwise(self, join: Callable[[int, int], int], refs: list[int], empty: float) -> int:
        while len(refs) > 1:
            odd = refs[-1:] if len(refs) % 2 else []
            refs = [join(a, b) for a, b in zip(refs[::2], refs[1::2], strict=False)] + odd
        return refs[0] if refs else self.const(empty)

    def build(self, outputs: Mapping[str, int]) -> Tape:
        """Freeze, keeping only what the outputs need."""
        needed: set[int] = set()
        todo = list(outputs.values())
        while todo:
            r = todo.pop()
            if r not in needed:
                needed.add(r)
                if r >= 0 and r % 2:
                    todo.extend(self._ops[r // 2][1:])
        n_in, n_const = len(self.inputs), len(self._consts)
        place: dict[int, int] = {2 * i: i for i in range(n_in)}
        place.update({-(i + 1): n_in + i for i in range(n_const)})
        ops: list[tuple[Any, ...]] = []
        for i, op in enumerate(self._ops):
            if 2 * i + 1 in needed:
                place[2 * i + 1] = n_in + n_const + len(ops)
                ops.append((op[0], *(place[a] for a in op[1:])))
        return Tape(tuple(self.inputs), tuple(self._consts), tuple(ops), {k: place[v] for k, v in outputs.items()})


class Tape:
    """A frozen tape; `run` evaluates a batch of inputs, `gradient` differentiates one output by all inputs."""

    def __init__(
        self, inputs: tuple[str, ...], consts: tuple[float, ...], ops: tuple[tuple[Any, ...], ...], outputs: dict[str, int]
    ) -> None:
        self.inputs, self.consts, self.ops, self.outputs = inputs, consts, ops, outputs
        self.n_inputs = len(inputs)
        self.first_op = len(inputs) + len(consts)
        self.size = self.first_op + len(ops)
        self._layers = self._plan()
        self._scatter = [[_Scatter(a) for a in args] for _, _, args in self._layers]

    def _plan(self) -> list[tuple[str, NDArray[np.intp], NDArray[np.intp]]]:
        """Operations of the same depth and code run as one NumPy call."""
        depth = [0] * self.size
        groups: dict[tuple[int, str], list[int]] = {}
        for i, op in enumerate(self.ops):
            r = self.first_op + i
            depth[r] = 1 + max(depth[a] for a in op[1:])
            groups.setdefault((depth[r], op[0]), []).append(i)
        plan = []
        for (_, code), members in sorted(groups.items()):
            args = np.array([self.ops[i][1:] for i in members], dtype=np.intp).T
            plan.append((code, np.array(members, dtype=np.intp) + self.first_op, args))
        return plan

    def run(self, inputs: Array) -> Array:
        """All registers, shape (size, batch), for `inputs` of shape (n_inputs, batch)."""
        reg = np.empty((self.size, inputs.shape[1]))
        reg[: self.n_inputs] = inputs
        reg[self.n_inputs : self.first_op] = np.array(self.consts)[:, None]
        for code, out, args in self._layers:
            reg[out] = _vector(code, [reg[a] for a in args])
        return reg

    def gradient(self, reg: Array, output: str) -> Array:
        """d output / d inputs, shape (n_inputs, batch), from the registers of `run`: one reverse pass."""
        bar = np.zeros_like(reg)
        bar[self.outputs[output]] = 1.0
        for (code, out, args), scatter in zip(reversed(self._layers), reversed(self._scatter), strict=True):
            g = bar[out]
            for to, part in zip(scatter, _partials(code, [reg[a] for a in args], reg[out]), strict=True):
                to.add(bar, g * part)
        return bar[: self.n_inputs]

    def as_json(self) -> dict[str, Any]:
        """What the page's interpreter reads."""
        return {"n_inputs": self.n_inputs, "consts": list(self.consts), "ops": [list(op) for op in self.ops]}


class _Scatter:
    """Adds rows to registers that may occur several times: sorted once, then summed by runs (far faster than `np.add.at`)."""

    def __init__(self, at: NDArray[np.intp]) -> None:
        self.order = np.argsort(at, kind="stable")
        self.unique, self.starts = np.unique(at[self.order], return_index=True)

    def add(self, bar: Array, rows: Array) -> None:
        bar[self.unique] += np.add.reduceat(rows[self.order], self.starts, axis=0)


def _scalar(code: str, v: list[float]) -> float:
    return float(_vector(code, [np.array([x]) for x in v])[0])


def _vector(code: str, v: list[Array]) -> Array:
    if code == "+":
        return v[0] + v[1]
    if code == "*":
        return v[0] * v[1]
    if code == "?":
        return v[0] * v[1] + (1.0 - v[0]) * v[2]
    if code == "~":
        return 1.0 - v[0]
    if code == "-":
        return v[0] - v[1]
    if code == "exp":
        return np.exp(v[0])
    if code == "/":
        safe = np.where(v[1] == 0.0, 1.0, v[1])
        return np.where(v[1] == 0.0, 0.0, v[0] / safe)
    return np.minimum(v[0], v[1]) if code == "min" else np.maximum(v[0], v[1])


def _partials(code: str, v: list[Array], out: Array) -> list[Array]:
    one = np.ones_like(out)
    if code == "+":
        return [one, one]
    if code == "-":
        return [one, -one]
    if code == "*":
        return [v[1], v[0]]
    if code == "~":
        return [-one]
    if code == "?":
        return [v[1] - v[2], v[0], 1.0 - v[0]]
    if code == "exp":
        return [out]
    if code == "/":
        safe = np.where(v[1] == 0.0, math.inf, v[1])
        return [1.0 / safe, -out / safe]
    first = v[0] <= v[1] if code == "min" else v[0] >= v[1]
    return [first.astype(float), (~first).astype(float)]
