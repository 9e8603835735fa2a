"""One tape: a formula as a flat list of operations over named inputs, run over a batch by NumPy and in the page by JavaScript.

Registers 0..n_inputs-1 are the inputs, then the constants, then one register per operation. Operations: `+ - *`, `~` (1-a),
`?` (c*a + (1-c)*b), `exp`, `/` (0 where the divisor is 0), `min`, `max`. Equal operations are shared and constants folded, so
the tape of a decision diagram has one `?` per node. One more operation reads many registers and writes several: a whole table of
states (`table.py`); each of its outputs is a register of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.boolean.table import OUTPUTS, Table

__all__ = ["Builder", "Tape"]

Array = NDArray[np.float64]
_TABLE = "T"
_DOUBLES = 4_000_000  # of one evaluation of a table
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
        self._tables: list[tuple[Table, tuple[int, ...]]] = []

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

    def table(self, table: Table, args: Sequence[int]) -> dict[str, int]:
        """The outputs of a table of states, by name."""
        assert len(args) == table.n_args
        self._tables.append((table, tuple(args)))
        out = {}
        for k, name in enumerate(OUTPUTS):
            out[name] = 2 * len(self._ops) + 1
            self._ops.append((_TABLE, len(self._tables) - 1, k))
        return out

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
                    op = self._ops[r // 2]
                    todo.extend(self._tables[op[1]][1] if op[0] == _TABLE else op[1:])
        n_in, n_const = len(self.inputs), len(self._consts)
        place: dict[int, int] = {2 * i: i for i in range(n_in)}
        place.update({-(i + 1): n_in + i for i in range(n_const)})
        ops: list[tuple[Any, ...]] = []
        used: dict[int, int] = {}
        for i, op in enumerate(self._ops):
            if 2 * i + 1 in needed:
                place[2 * i + 1] = n_in + n_const + len(ops)
                if op[0] == _TABLE:
                    ops.append((_TABLE, used.setdefault(op[1], len(used)), op[2]))
                else:
                    ops.append((op[0], *(place[a] for a in op[1:])))
        tables = tuple((self._tables[t][0], tuple(place[a] for a in self._tables[t][1])) for t in used)
        return Tape(tuple(self.inputs), tuple(self._consts), tuple(ops), {k: place[v] for k, v in outputs.items()}, tables)


class Tape:
    """A frozen tape; `run` evaluates a batch of inputs, `gradient` differentiates one output by all inputs."""

    def __init__(
        self,
        inputs: tuple[str, ...],
        consts: tuple[float, ...],
        ops: tuple[tuple[Any, ...], ...],
        outputs: dict[str, int],
        tables: tuple[tuple[Table, tuple[int, ...]], ...] = (),
    ) -> None:
        self.inputs, self.consts, self.ops, self.outputs, self.tables = inputs, consts, ops, outputs, tables
        self.n_inputs = len(inputs)
        self.first_op = len(inputs) + len(consts)
        self.size = self.first_op + len(ops)
        self.work = self.size + sum(t.columns for t, _ in tables)  # doubles touched by one evaluation, roughly
        self._layers = self._plan()

    @cached_property
    def _scatter(self) -> list[list[_Scatter]]:
        """Where each layer's derivatives go; made when the first gradient is asked for."""
        return [[_Scatter(a) for a in args] for _, _, args in self._layers]

    def _plan(self) -> list[tuple[str | int, NDArray[np.intp], NDArray[np.intp]]]:
        """Operations of the same depth and code run as one NumPy call; the outputs of one table (its number for a code) too."""
        depth = [0] * self.size
        groups: dict[tuple[int, int, str | int], list[int]] = {}
        for i, op in enumerate(self.ops):
            r = self.first_op + i
            args = self.tables[op[1]][1] if op[0] == _TABLE else op[1:]
            depth[r] = 1 + max((depth[a] for a in args), default=0)
            key = (depth[r], 1, op[1]) if op[0] == _TABLE else (depth[r], 0, op[0])
            groups.setdefault(key, []).append(i)
        plan: list[tuple[str | int, NDArray[np.intp], NDArray[np.intp]]] = []
        for (_, is_table, code), members in sorted(groups.items()):
            rows = [self.tables[code][1] if is_table else self.ops[i][1:] for i in members]  # type: ignore[index]  # a table's number
            args_of = np.array(rows[0] if is_table else rows, dtype=np.intp)
            plan.append((code, np.array(members, dtype=np.intp) + self.first_op, args_of[None, :] if is_table else args_of.T))
        return plan

    def run(self, inputs: Array, space: Array | None = None) -> Array:
        """All registers, shape (size, batch), for `inputs` of shape (n_inputs, batch).

        `space` is memory to write into, (size, at least batch): fresh memory costs more than the arithmetic in long series of runs.
        """
        with np.errstate(all="ignore"):  # numbers at the edge of floats end in 0 or inf, which is what they are
            reg = np.empty((self.size, inputs.shape[1])) if space is None else space[:, : inputs.shape[1]]
            return self._run(inputs, reg)

    def _run(self, inputs: Array, reg: Array) -> Array:
        reg[: self.n_inputs] = inputs
        reg[self.n_inputs : self.first_op] = np.array(self.consts)[:, None]
        for code, out, args in self._layers:
            if isinstance(code, int):
                table, which = self.tables[code][0], [self.ops[r - self.first_op][2] for r in out]
                for part in _parts(table, inputs.shape[1]):
                    reg[out, part] = table.forward(reg[args[0], part])[which]
            else:
                reg[out] = _vector(code, [reg[a] for a in args])
        return reg

    def gradient(self, reg: Array, output: str) -> Array:
        """d output / d inputs, shape (n_inputs, batch), from the registers of `run`: one reverse pass."""
        with np.errstate(all="ignore"):
            return self._gradient(reg, output)

    def _gradient(self, reg: Array, output: str) -> Array:
        bar = np.zeros_like(reg)
        bar[self.outputs[output]] = 1.0
        for (code, out, args), scatter in zip(reversed(self._layers), reversed(self._scatter), strict=True):
            g = bar[out]
            if isinstance(code, int):
                if g.any():
                    scatter[0].add(bar, self._through_table(code, out, reg[args[0]], g))
                continue
            for to, part in zip(scatter, _partials(code, [reg[a] for a in args], reg[out]), strict=True):
                to.add(bar, g * part)
        return bar[: self.n_inputs]

    def _through_table(self, code: int, out: NDArray[np.intp], args: Array, g: Array) -> Array:
        table, which = self.tables[code][0], [self.ops[r - self.first_op][2] for r in out]
        full = np.zeros((len(OUTPUTS), g.shape[1]))
        full[which] = g
        result = np.empty_like(args)
        for part in _parts(table, g.shape[1]):
            result[:, part] = table.backward(args[:, part], full[:, part])
        return result

    def as_json(self) -> dict[str, Any]:
        """What the page's interpreter reads: a table's operation is `["T", table, output]`."""
        tables = [{**t.as_json(), "args": list(args)} for t, args in self.tables]
        return {"n_inputs": self.n_inputs, "consts": list(self.consts), "ops": [list(op) for op in self.ops], "tables": tables}


def _parts(table: Table, batch: int) -> list[slice]:
    step = max(1, _DOUBLES // table.columns)
    return [slice(a, min(a + step, batch)) for a in range(0, batch, step)]


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
