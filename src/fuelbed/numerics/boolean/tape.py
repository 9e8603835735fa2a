"""One tape: a formula as a flat list of operations over named inputs, run over a batch by NumPy and in the page by JavaScript.

Registers 0..n_inputs-1 are the inputs, then the constants, then one register per operation. Operations: `+ - *`, `~` (1-a),
`?` (c*a + (1-c)*b), `exp`, `/` (0 where the divisor is 0), `min`, `max`. Equal operations are shared and constants folded, so
the tape of a decision diagram has one `?` per node. One more operation reads many registers and writes several: a whole table of
states (`table.py`); each of its outputs is a register of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.numerics.boolean.operations import Scatter, pulled, scalar, vector
from fuelbed.numerics.boolean.table import OUTPUTS, Table

__all__ = ["Builder", "Tape"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]
_TABLE = "T"
_DOUBLES = 1 << 17  # of one array of a table's evaluation: fits the second-level cache with room for a few
_BARS = 4_000_000  # of the derivatives of one reverse pass


def _keep_freed_memory() -> None:
    """Free one large array that was never touched.

    The C library of Linux hands freed arrays of over 128 kB back to the system, and fresh pages cost several times the arithmetic
    on them; it keeps those of up to the largest size that was ever freed, within 32 MB.
    """
    np.empty(31 << 20, dtype=np.uint8)


_keep_freed_memory()


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
        if max(args) < 0:
            return self.const(scalar(code, [self._consts[-a - 1] for a in args]))
        if code in ("+", "*", "min", "max") and args[0] > args[1]:
            args = (args[1], args[0])
        key = (code, *args)
        ref = self._op.get(key)
        if ref is None:
            ref = self._op[key] = 2 * len(self._ops) + 1
            self._ops.append(key)
        return ref

    def add(self, a: int, b: int) -> int:
        if a < 0 and self._consts[-a - 1] == 0.0:
            return b
        return a if b < 0 and self._consts[-b - 1] == 0.0 else self._emit("+", a, b)

    def sub(self, a: int, b: int) -> int:
        if a == b:
            return self.const(0.0)
        return a if self.value(b) == 0.0 else self._emit("-", a, b)

    def mul(self, a: int, b: int) -> int:
        for known, other in ((a, b), (b, a)):
            if known < 0:
                value = self._consts[-known - 1]
                if value == 0.0:
                    return known
                if value == 1.0:
                    return other
        return self._emit("*", a, b)

    def complement(self, a: int) -> int:
        return self._emit("~", a)

    def choose(self, c: int, a: int, b: int) -> int:
        """`c*a + (1-c)*b`."""
        if a == b:
            return a
        if min(a, b, c) >= 0:
            return self._emit("?", c, a, b)
        vc, va, vb = self.value(c), self.value(a), self.value(b)
        if vc == 1.0:
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
        needed = bytearray(len(self._ops))
        wide: set[int] = set()

        def need(refs: Iterable[int]) -> None:
            for r in refs:
                if r > 0 and r & 1:
                    needed[r >> 1] = 1

        need(outputs.values())
        for i in range(len(self._ops) - 1, -1, -1):  # an operation stands after what it reads
            if needed[i]:
                op = self._ops[i]
                if op[0] != _TABLE:
                    need(op[1:])
                elif op[1] not in wide:
                    wide.add(op[1])
                    need(self._tables[op[1]][1])
        n_in, n_const = len(self.inputs), len(self._consts)
        place: dict[int, int] = {2 * i: i for i in range(n_in)}
        place.update({-(i + 1): n_in + i for i in range(n_const)})
        ops: list[tuple[Any, ...]] = []
        used: dict[int, int] = {}
        for i in self._by_layer(needed):
            op = self._ops[i]
            place[2 * i + 1] = n_in + n_const + len(ops)
            if op[0] == _TABLE:
                ops.append((_TABLE, used.setdefault(op[1], len(used)), op[2]))
            else:
                ops.append((op[0], *[place[a] for a in op[1:]]))
        tables = tuple((self._tables[t][0], tuple(place[a] for a in self._tables[t][1])) for t in used)
        return Tape(tuple(self.inputs), tuple(self._consts), tuple(ops), {k: place[v] for k, v in outputs.items()}, tables)

    def _by_layer(self, needed: bytearray) -> list[int]:
        """Operations of the same depth and code next to each other: they run as one call, and write neighbouring registers."""
        depth = [0] * len(self._ops)
        of_table: dict[int, int] = {}
        layers: dict[tuple[int, str, int], list[int]] = {}

        def below(args: Sequence[int]) -> int:
            return max([depth[a >> 1] if a > 0 and a & 1 else 0 for a in args], default=0)

        for i, op in enumerate(self._ops):
            if needed[i]:
                table = op[1] if op[0] == _TABLE else -1
                if table >= 0 and table not in of_table:
                    of_table[table] = below(self._tables[table][1])
                d = depth[i] = 1 + (of_table[table] if table >= 0 else below(op[1:]))
                layers.setdefault((d, op[0], table), []).append(i)
        return [i for key in sorted(layers) for i in layers[key]]


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
        self._narrowed: dict[tuple[str, ...], Tape] = {}

    def only(self, outputs: Sequence[str]) -> Tape:
        """The same inputs, and the operations that these outputs need."""
        key = tuple(outputs)
        got = self._narrowed.get(key)
        if got is None:
            if set(key) == set(self.outputs):
                return self
            got = self._narrowed[key] = self._narrow({o: self.outputs[o] for o in key})
        return got

    def _narrow(self, outputs: dict[str, int]) -> Tape:
        first, needed = self.first_op, set(outputs.values())
        for r in range(self.size - 1, first - 1, -1):  # an operation stands after what it reads
            if r in needed:
                op = self.ops[r - first]
                needed.update(self.tables[op[1]][1] if op[0] == _TABLE else op[1:])
        place = {r: r for r in range(first)}
        kept = [r for r in range(first, self.size) if r in needed]
        place.update({r: first + i for i, r in enumerate(kept)})
        old = [self.ops[r - first] for r in kept]
        ops = tuple(op if op[0] == _TABLE else (op[0], *[place[a] for a in op[1:]]) for op in old)
        tables = tuple((t, tuple(place.get(a, 0) for a in args)) for t, args in self.tables)  # one that is not read may lack some
        return Tape(self.inputs, self.consts, ops, {k: place[v] for k, v in outputs.items()}, tables)

    @cached_property
    def _scatter(self) -> list[Scatter]:
        """Where each layer's derivatives go; made when the first gradient is asked for."""
        return [Scatter(args.ravel()) for _, _, args in self._layers]

    @cached_property
    def _layers(self) -> list[tuple[str | int, slice, Index]]:
        """Neighbours of one code that do not read each other run as one NumPy call; outputs of one table (its number for a code) too."""
        plan: list[tuple[str | int, slice, Index]] = []
        begin, now, flat = self.first_op, "", list[int]()

        def close(end: int) -> None:
            if end > begin:
                if isinstance(now, int):
                    plan.append((now, slice(begin, end), np.array(self.tables[now][1], dtype=np.intp)[None, :]))
                else:
                    plan.append((now, slice(begin, end), np.array(flat, dtype=np.intp).reshape(end - begin, -1).T))

        for r, op in enumerate(self.ops, self.first_op):
            code = op[1] if op[0] == _TABLE else op[0]
            if code != now or (op[0] != _TABLE and max(op[1:]) >= begin):
                close(r)
                begin, now, flat = r, code, []
            if op[0] != _TABLE:
                flat += op[1:]
        close(self.size)
        return plan

    def run(self, inputs: Array, space: Array | None = None) -> Array:
        """All registers, shape (size, batch), for `inputs` of shape (n_inputs, batch).

        `space` is memory to write into, (size, at least batch): fresh memory costs more than the arithmetic in long series of runs.
        """
        with np.errstate(all="ignore"):  # numbers at the edge of floats end in 0 or inf, which is what they are
            n = self.size * inputs.shape[1]
            whole = np.empty(n) if space is None else space.reshape(-1)[:n]  # without gaps: to gather rows from others copies all
            return self._run(inputs, whole.reshape(self.size, -1))

    def _run(self, inputs: Array, reg: Array) -> Array:
        reg[: self.n_inputs] = inputs
        reg[self.n_inputs : self.first_op] = np.array(self.consts)[:, None]
        for code, out, args in self._layers:
            if isinstance(code, int):
                table, which = self.tables[code][0], self._which(out)
                for part in _parts(table, inputs.shape[1]):
                    reg[out, part] = table.forward(reg[args[0], part], which)
            else:
                vector(code, [reg.take(a, axis=0) for a in args], reg[out])
        return reg

    def _which(self, out: slice) -> list[int]:
        return [op[2] for op in self.ops[out.start - self.first_op : out.stop - self.first_op]]

    def gradient(self, reg: Array, output: str) -> Array:
        """d output / d inputs, shape (n_inputs, batch), from the registers of `run`: one reverse pass."""
        return np.asarray(self.gradients(reg, (output,))[0])

    def gradients(self, reg: Array, outputs: Sequence[str]) -> Array:
        """d outputs / d inputs, shape (len(outputs), n_inputs, batch): reverse passes that share what does not depend on the output."""
        step = max(1, _BARS // reg.size)
        with np.errstate(all="ignore"):
            parts = [self._gradients(reg, outputs[a : a + step]) for a in range(0, len(outputs), step)]
        return np.asarray(np.concatenate(parts))

    def _gradients(self, reg: Array, outputs: Sequence[str]) -> Array:
        bar = np.zeros((self.size, len(outputs), reg.shape[1]))
        for k, o in enumerate(outputs):
            bar[self.outputs[o], k] = 1.0
        for (code, out, args), scatter in zip(reversed(self._layers), reversed(self._scatter), strict=True):
            g = bar[out]
            if not g.any():
                continue
            if isinstance(code, int):
                scatter.add(bar, self._through_table(code, out, reg[args[0]], g))
            else:
                scatter.add(bar, pulled(code, g, [reg.take(a, axis=0)[:, None] for a in args], reg[out][:, None]))
        return np.ascontiguousarray(bar[: self.n_inputs].swapaxes(0, 1))

    def _through_table(self, code: int, out: slice, args: Array, g: Array) -> Array:
        table = self.tables[code][0]
        full = np.zeros((len(OUTPUTS), *g.shape[1:]))
        full[self._which(out)] = g
        result = np.empty((len(args), *g.shape[1:]))
        for part in _parts(table, g.shape[2]):
            result[:, :, part] = table.adjoints(args[:, part], full[:, :, part])
        return result

    def as_json(self) -> dict[str, Any]:
        """What the page's interpreter reads: a table's operation is `["T", table, output]`."""
        tables = [{**t.as_json(), "args": list(args)} for t, args in self.tables]
        return {"n_inputs": self.n_inputs, "consts": list(self.consts), "ops": [list(op) for op in self.ops], "tables": tables}


def _parts(table: Table, batch: int) -> list[slice]:
    step = max(8, _DOUBLES >> table.n)
    return [slice(a, min(a + step, batch)) for a in range(0, batch, step)]
