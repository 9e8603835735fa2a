"""A table of states against its definition, state by state, and its adjoint against central differences."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from fuelbed.numerics.boolean.table import OUTPUTS, Table
from fuelbed.numerics.boolean.tape import Builder


def random_table(seed: int, n: int) -> tuple[Table, np.ndarray]:
    """A table over a random diagram, with random arguments for a batch of three."""
    rng = np.random.default_rng(seed)
    n_leaves = int(rng.integers(2, 7))
    nodes: list[tuple[int, int, int]] = []
    for v in reversed(range(n)):
        below = [-1 - k for k in range(n_leaves)] + [i for i, x in enumerate(nodes) if x[0] > v]
        nodes += [(v, *(int(x) for x in rng.choice(below, size=2))) for _ in range(rng.integers(1, 4))]
    pick = lambda k: tuple(int(x) for x in rng.integers(-n_leaves, len(nodes), size=k))  # noqa: E731  # a one-line draw
    table = Table(n, n_leaves, tuple(nodes), *pick(1), pick(2), pick(3), pick(4), *pick(1), 1.5)
    args = rng.uniform(0.05, 0.95, size=(table.n_args, 3))
    args[1 : 3 * n : 3] = rng.integers(0, 2, size=(n, 1))  # keep is a switch
    return table, args


def by_definition(table: Table, args: np.ndarray) -> np.ndarray:
    """Every pair of a state before and a state after, one at a time."""
    n, a = table.n, 3 * table.n
    leaves = args[a : a + table.n_leaves]
    rest = args[a + table.n_leaves :]
    w, rates, losses = np.split(rest, [len(table.arrivals), len(table.arrivals) + len(table.hazard)])

    def at(ref: int, x: tuple[int, ...]) -> float:
        while ref >= 0:
            v, lo, hi = table.nodes[ref]
            ref = hi if x[v] else lo
        return leaves[-1 - ref]

    out = dict.fromkeys(OUTPUTS, 0.0)
    for x in product((0, 1), repeat=n):
        p = np.prod([args[3 * v] if x[v] else 1 - args[3 * v] for v in range(n)])
        before = {"plain": at(table.facts, x), "likely": sum(c * at(r, x) for c, r in zip(w, table.arrivals, strict=True))}
        for y in product((0, 1), repeat=n):
            step = 1.0
            for v in range(n):
                keep, force = args[3 * v + 1], args[3 * v + 2]
                step *= float(keep * (x[v] == y[v]) + (1 - keep) * (force if y[v] else 1 - force))
            hazard = sum(c * at(r, y) for c, r in zip(rates, table.hazard, strict=True))
            loss = sum(c * at(r, y) for c, r in zip(losses, table.loss, strict=True))
            standing = at(table.standing, y)
            values = {"one": 1.0, "hazard": hazard, "loss": loss, "standing": standing}
            values["survive"] = (1 - standing) * np.exp(-table.horizon * hazard)
            for side, share in before.items():
                for q, value in values.items():
                    out[f"{side}:{q}"] += p * step * share * value
    return np.array([out[k] for k in OUTPUTS])


@pytest.mark.parametrize("seed", range(12))
def test_forward_is_the_definition(seed: int) -> None:
    table, args = random_table(seed, 1 + seed % 4)
    got = table.forward(args)
    for b in range(args.shape[1]):
        assert got[:, b] == pytest.approx(by_definition(table, args[:, b]), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("seed", range(12))
def test_the_adjoint_is_the_derivative(seed: int) -> None:
    table, args = random_table(seed, 1 + seed % 4)
    bar = np.random.default_rng(seed).normal(size=(len(OUTPUTS), args.shape[1]))
    got = table.adjoints(args, bar[:, None])[:, 0]
    h = 1e-6
    for i in range(table.n_args):
        if i < 3 * table.n and i % 3 == 1:
            continue
        up, down = args.copy(), args.copy()
        up[i] += h
        down[i] -= h
        slope = ((table.forward(up) - table.forward(down)) * bar).sum(axis=0) / (2 * h)
        assert got[i] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_on_a_tape_with_its_gradient() -> None:
    """Inside a tape: the same numbers, unused outputs left out, and a gradient through the operations before and after it."""
    table, args = random_table(5, 3)
    t = Builder()
    refs = [t.input(f"x{i}") for i in range(table.n_args)]
    squared = [t.mul(r, r) if i >= 3 * table.n else r for i, r in enumerate(refs)]
    out = t.table(table, squared)
    tape = t.build({"y": t.div(out["likely:survive"], out["plain:one"])})
    assert sum(op[0] == "T" for op in tape.ops) == 2
    raw = args.copy()
    raw[3 * table.n :] **= 0.5
    reg = tape.run(raw)
    forward = dict(zip(OUTPUTS, table.forward(args), strict=True))
    assert reg[tape.outputs["y"]] == pytest.approx(forward["likely:survive"] / forward["plain:one"], rel=1e-12)
    grad = tape.gradient(reg, "y")
    h = 1e-6
    for i in (0, 2, 3 * table.n, table.n_args - 1):
        up, down = raw.copy(), raw.copy()
        up[i] += h
        down[i] -= h
        slope = (tape.run(up)[tape.outputs["y"]] - tape.run(down)[tape.outputs["y"]]) / (2 * h)
        assert grad[i] == pytest.approx(slope, rel=1e-4, abs=1e-8)
