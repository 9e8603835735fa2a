"""What caused the incident, against rejection sampling of the process and causes listed world by world (60 cases)."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.core.expressions import Not, walk
from fuelbed.numerics.process import worlds
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.incident import examine_incident
from tests.further import kept
from tests.oracle.hitting_sets import minimal_hitting_sets
from tests.oracle.simulate import Process
from tests.oracle.test_simulation import random_case, rich_case

DRAWS = 1200


def parts(process: Process, true: int) -> dict[str, float]:
    """The factors of all minimal causes in one world, with their responsibility: the sets that meet every complete cut set."""
    tables = process.before
    complete = [s for s in tables.minimal[0] if s & true == s]
    sets = [frozenset(name for (_, name), b in tables.bit.items() if s & b) for s in complete]
    out: dict[str, float] = {}
    for h in minimal_hitting_sets(sets):
        for name in h:
            out[name] = max(out.get(name, 0.0), 1 / len(h))
    return out


@pytest.mark.parametrize("drawn", [False, True])
@pytest.mark.parametrize("block", kept(range(3), range(1)))
def test_shares_agree_with_rejection_sampling(block: int, drawn: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, checked, between = [], 0, 0
    if drawn:
        monkeypatch.setattr(worlds, "_STEPS", -1)
    for seed in range(10 * block, 10 * block + 10):
        c = rich_case(seed) if seed % 2 else random_case(seed + 300)
        m = compile_case(c)
        if m.impossible or any(isinstance(e, Not) for line in c.lines.values() for e in walk(line.expr)):
            continue
        rng = np.random.default_rng(seed)
        got = examine_incident(m, rng)
        assert got.exact != drawn
        process = Process(c)
        seen: dict[str, list[float]] = {n: [] for n in c.factors}
        counts, least = [], []
        for _ in range(DRAWS):
            true = process.incident(rng)[2]
            found = parts(process, true)
            for n, values in seen.items():
                values.append(found.get(n, 0.0))
            counts.append(sum(s & true == s for s in process.before.minimal[0]))
            least.append(round(1 / max(found.values())))
        assert got.active is not None
        assert got.least is not None
        if not drawn:
            assert got.active[0] <= min(counts) <= max(counts) <= got.active[1]
            assert got.least[0] <= min(least) <= max(least) <= got.least[1]
        draws = DRAWS if not drawn else 1 / (1 / DRAWS + 1 / got.drawn)
        for n, values in seen.items():
            part = got.parts.get(n)
            share, mean = (part.share[0], part.responsibility[0]) if part is not None and part.share else (0.0, 0.0)
            checked += 1
            between += 0.02 < share < 0.98
            if abs(np.mean(np.array(values) > 0) - share) > 4.8 * np.sqrt(max(share * (1 - share), 1e-3) / draws):
                bad.append(f"seed {seed} {n}: share {share:.4f} against {np.mean(np.array(values) > 0):.4f}")
            if abs(np.mean(values) - mean) > 4.8 * np.sqrt(max(float(np.var(values)), 1e-3) / draws):
                bad.append(f"seed {seed} {n}: responsibility {mean:.4f} against {np.mean(values):.4f}")
    assert checked >= 25
    assert between >= 5
    assert not bad, bad
