"""Generated cases for measurements: 60 factors, 12 of them uncertain and persistent, as the text of a case file."""

from __future__ import annotations

import random

__all__ = ["entangled", "many_actions", "modular"]


def _factors(triggers: int, conditions: int, controls: int, uncertain_conditions: int, uncertain_controls: int) -> list[str]:
    rows = [f"  t{i}: {{kind: trigger, rate: 1..6 per year}}" for i in range(triggers)]
    present = ["0.3..0.7"] * uncertain_conditions + ["yes"] * (conditions - uncertain_conditions)
    rows += [f"  c{i}: {{kind: condition, present: {p}}}" for i, p in enumerate(present)]
    for i in range(controls):
        down = i < uncertain_controls
        state = "failed, broken: 0.2..0.6" if down else "effective"
        rows.append(f"  k{i}: {{kind: control, state: {state}, fails: 0.05..0.3}}")
    return rows


def _case(factors: list[str], lines: dict[str, str], actions: dict[str, str]) -> str:
    out = ["fuelbed: 1", "title: A generated case", "failure: down", "factors:", *factors, "structure:"]
    out += [f"  {n}: {e}" for n, e in lines.items()]
    out.append("actions:")
    out += [f"  {n}: {{does: [{d}]}}" for n, d in actions.items()]
    return "\n".join(out) + "\n"


_ACTIONS = {
    "a1": "prevent t0",
    "a2": "remove c9",
    "a3": "set k5.fails to 0.01",
    "a4": "make k1 perfect",
    "a5": "remove c0",
    "a6": "set t3.rate to 0.5 per year",
}


def _thirty() -> dict[str, str]:
    """Thirty action items of every sort, on factors of `entangled`."""
    does = [f"prevent t{i}" for i in range(5)] + [f"set t{i}.rate to 0.5 per year" for i in range(5, 9)]
    does += [f"remove c{i}" for i in (0, 1, 2, 9, 12, 15, 18)] + [f"set c{i}.present to 0.1..0.3" for i in (3, 4)]
    does += [f"make k{i} perfect" for i in (0, 1, 8, 14)] + [f"set k{i}.fails to 0.01..0.05" for i in (5, 6, 9, 10, 16, 20)]
    does += ["add control new1 fails 0.1 on l6", "add control new2 fails 0.05..0.2 on l9"]
    return {f"a{i}": d for i, d in enumerate(does)}


def many_actions() -> str:
    """`entangled(2, 0)` with thirty action items, two of which add a control."""
    return entangled(2, 0, _thirty())


def modular() -> str:
    """Four subsystems beside each other; the uncertain factors fall into four groups of three."""
    lines = {}
    for i in range(4):
        push = " or ".join(f"t{j}" for j in range(4 * i, 4 * i + 4))
        standing = " and ".join(f"c{j}" for j in range(8 + 5 * i, 13 + 5 * i))
        guards = " and ".join(f"fails(k{j})" for j in range(4 + 3 * i, 7 + 3 * i))
        lines[f"l{i}"] = f"({push}) and {standing} and {guards} and (c{2 * i} or c{2 * i + 1} or fails(k{i}))"
    lines["down"] = " or ".join(lines)
    return _case(_factors(16, 28, 16, 8, 4), lines, _ACTIONS)


def entangled(seed: int, shared: int, actions: dict[str, str] = _ACTIONS) -> str:
    """Twelve lines that build on one another and read `shared` factors of other lines: all uncertain factors hang together."""
    rng = random.Random(seed)
    leaves = [f"c{i}" for i in range(22)] + [f"fails(k{i})" for i in range(24)]
    order = rng.sample(range(46), 46)
    lines: dict[str, str] = {}
    for j in range(12):
        picks = [leaves[order[(4 * j + i) % 46]] for i in range(4)] + rng.sample(leaves, shared)
        rng.shuffle(picks)
        half = len(picks) // 2
        a, b = picks[:half], picks[half:]
        kind = rng.randrange(3)
        e = f"({' or '.join(a)}) and ({' or '.join(b)})" if kind == 0 else f"({' and '.join(a)}) or ({' and '.join(b)})"
        e = f"atleast(2, {', '.join(picks)})" if kind == 2 else e
        lines[f"l{j}"] = f"(l{j - 4} or t{j}) and ({e})" if j > 3 else f"(t{j} or t{j + 8}) and ({e})"
    lines["down"] = " or ".join(f"l{j}" for j in range(6, 12))
    return _case(_factors(14, 22, 24, 6, 6), lines, actions)
