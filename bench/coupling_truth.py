"""How well coupling is told, on histories whose truth is known: `./dev bench coupling_truth [--histories 200] [--pairs 2000] [--processes 2] [trap | mechanisms ...]`.

`trap`: two components under one daily load cycle, 30 days of minutes, independent given the load or with some failures shared. Load is 1 + 0.9 sin, the rate
goes with its cube, at a mean share of failed minutes of 0.0037: mean raw lift 2.23 by the formula E[f^2] / E[f]^2. *Hypergeometric*: the plain test of coincident
minutes, one-sided. *Raw*, *adjusted*: `study`'s p without and with strata, within one minute. Shares of pairs with p <= 0.05; where nothing is shared that is the
share of false positives. Load is measured truly, with log-normal noise, hours late, or not at all (then only the time of day is held equal).

`bursts`: two components whose failures come in bursts, also on the same bad days or at the same hours, 180 days; independent or with the beginnings of some
bursts shared. *Days moved whole*: p by block permutation alone. *Held back*: left undecided because of it, whatever p says.

`mechanisms`: generated histories of 24 components (276 pairs, five of them coupled, one in each way), told as `fuelbed analyze` does. *Recall*: of the pairs
coupled in that way, those told with that word. *Precision*: of the pairs told with that word, those coupled so. Wilson 90 % intervals.
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

from fuelbed.core.dependencies import ancestors, depends_on
from fuelbed.numerics.joint.bins import onsets
from fuelbed.numerics.joint.cover import Strata, quantiles
from fuelbed.numerics.joint.generate import MECHANISMS, Recipe, Simulated, generate
from fuelbed.numerics.joint.shifts import within
from fuelbed.numerics.joint.study import Context, Study, clusters, study
from fuelbed.numerics.wilson import Z90, wilson

DAY, MINUTE = 86_400.0, 60.0
COUPLED = ("hidden dependency", "shared dependency", "cascade")
CYCLES = {"the minute of the hour": 3_600.0, "the minute of the day": DAY, "the minute of the week": 7 * DAY}  # as of the product
STRATA = 10  # as of the product, where a case does not say

# ---- the trap --------------------------------------------------------------------------------------------------------------------


class Trap(NamedTuple):
    """shares: of each component's failures, those that are common. varies: of the log of a day's load. noise, late: of what is measured."""

    shares: float = 0.0
    measured: bool = True
    noise: float = 0.0
    late: float = 0.0
    varies: float = 0.0
    days: int = 30
    rate: float = 0.0037


TRAPS = {
    "true load": Trap(),
    "noise 0.5": Trap(noise=0.5),
    "noise 1.0": Trap(noise=1.0),
    "2 h late": Trap(late=2.0),
    "no load measured": Trap(measured=False),
    "days differ, true load": Trap(varies=0.25),
    "days differ, noise 0.5": Trap(varies=0.25, noise=0.5),
    "days differ, no load measured": Trap(varies=0.25, measured=False),
    "failed share 0.002, noise 0.5": Trap(noise=0.5, rate=0.002),
    "failed share 0.006, noise 0.5": Trap(noise=0.5, rate=0.006),
}
SHARES = (0.02, 0.05, 0.1, 0.2)


class Tried(NamedTuple):
    lift: float
    hypergeometric: float
    raw: float
    adjusted: float
    coupled: bool


def trapped(t: Trap, seed: int) -> Tried:
    rng = np.random.default_rng([seed, 11])
    m = np.arange(t.days * 1440)
    by_day = np.exp(t.varies * rng.standard_normal(t.days))[m // 1440]
    load = (1 + 0.9 * np.sin(2 * np.pi * m / 1440)) * by_day
    chance = np.minimum(t.rate * load**3 / (load**3).mean(), 1.0)
    down = [rng.random(len(m)) < (1 - t.shares) * chance for _ in range(2)]
    common = rng.random(len(m)) < t.shares * chance
    a, b = (np.flatnonzero(x | common) for x in down)
    both = len(np.intersect1d(a, b))
    shown = np.roll(load, round(t.late * 60)) * np.exp(t.noise * rng.standard_normal(len(m)))
    window = (0.0, len(m) * MINUTE)
    strata = quantiles("the load", window, MINUTE, m * MINUTE, shown, STRATA) if t.measured else None
    starts, which = np.r_[a, b] * MINUTE, np.repeat([0, 1], [len(a), len(b)])
    s = study(["a", "b"], which, starts, starts + MINUTE, window, MINUTE, Context(strata, CYCLES))
    lift = both * len(m) / (len(a) * len(b))
    if not s.pairs:
        return Tried(lift, _hypergeometric(both, len(a), len(b), len(m)), 1.0, 1.0, False)
    p = s.pairs[0]
    told = p.mechanism in COUPLED
    return Tried(lift, _hypergeometric(both, len(a), len(b), len(m)), p.p_raw, p.p, told)


def _hypergeometric(both: int, a: int, b: int, n: int) -> float:
    from scipy.stats import hypergeom

    return float(hypergeom.sf(both - 1, n, a, b))


def _share(hits: list[bool]) -> str:
    low, high = wilson(sum(hits), len(hits), Z90)
    return f"{100 * np.mean(hits):.1f} ({100 * low:.1f}..{100 * high:.1f})"


def trap(pool: ProcessPoolExecutor, pairs: int) -> bool:
    fine = True
    print(
        "| load | mean raw lift | hypergeometric, % | raw, % | adjusted, % | told as coupled, % |\n|---|---|---|---|---|---|---|"
    )
    for name, t in TRAPS.items():
        seen = list(pool.map(trapped, [t] * pairs, range(pairs), chunksize=50))
        fine &= ("no load" in name and t.varies > 0) or float(np.mean([x.adjusted <= 0.05 for x in seen])) <= 0.06
        columns = [_share([getattr(x, c) <= 0.05 for x in seen]) for c in ("hypergeometric", "raw", "adjusted")]
        print(
            f"| {name} | {np.mean([x.lift for x in seen]):.2f} | {' | '.join(columns)} | {_share([x.coupled for x in seen])} |",
            flush=True,
        )
    print("\n| failures shared | load | raw finds, % | adjusted finds, % | told as coupled, % |\n|---|---|---|---|---|")
    for share in SHARES:
        for name in ("true load", "noise 0.5", "no load measured"):
            n = max(pairs // 4, 100)
            seen = list(pool.map(trapped, [TRAPS[name]._replace(shares=share)] * n, range(n), chunksize=50))
            columns = [_share([getattr(x, c) <= 0.05 for x in seen]) for c in ("raw", "adjusted")]
            print(f"| {100 * share:g} % | {name} | {' | '.join(columns)} | {_share([x.coupled for x in seen])} |", flush=True)
    return fine


# ---- bursts ----------------------------------------------------------------------------------------------------------------------


class Bursts(NamedTuple):
    """Of each component in `days` days: a day has a burst with the chance `bad` / 2, on one bad day in ten (for both) nine times that; a burst has about `size`
    failures, `gap` seconds apart on average, and begins at any time of day, or (night) between 0 and 4 h. shares: of the bursts, those that take both."""

    gap: float = 1_200.0
    size: int = 8
    same_days: bool = False
    night: bool = False
    shares: float = 0.0
    days: int = 180
    bad: float = 0.4


BURSTS = {
    "failures one by one": Bursts(size=1, bad=1.6),
    "20 minutes apart": Bursts(),
    "20 minutes apart, same bad days": Bursts(same_days=True),
    "20 minutes apart, at night": Bursts(night=True),
    "an hour apart": Bursts(gap=3_600.0),
    "an hour apart, same bad days": Bursts(gap=3_600.0, same_days=True),
    "2 hours apart, same bad days": Bursts(gap=7_200.0, same_days=True),
    "an hour apart, same bad days, at night": Bursts(gap=3_600.0, same_days=True, night=True),
    "20 at a time, an hour apart, same bad days": Bursts(gap=3_600.0, size=20, same_days=True),
    "40 at a time, 20 minutes apart, same bad days": Bursts(size=40, same_days=True),
}
BURSTS_SHARED = (0.1, 0.2)


class Burst(NamedTuple):
    raw: float
    adjusted: float
    whole: float
    withheld: bool
    coupled: bool


def burst(b: Bursts, seed: int) -> Burst:
    rng = np.random.default_rng([seed, 13])
    bad = rng.random(b.days) < 0.1
    chance = b.bad / 2 * (np.where(bad, 5.0, 5 / 9) if b.same_days else np.ones(b.days))
    common = rng.random(b.days) < b.shares * chance
    first, hours = rng.random(b.days), DAY / 6 if b.night else DAY
    starts: list[float] = []
    which: list[int] = []
    for c in range(2):
        for own, at in ((rng.random(b.days) < (1 - b.shares) * chance, rng.random(b.days)), (common, first)):
            for d in np.flatnonzero(own):
                gaps = rng.exponential(b.gap, rng.geometric(1 / b.size) - 1)
                # of a common burst only the beginning is: what follows it is each one's own
                times = d * DAY + at[d] * hours + rng.uniform(0, MINUTE) + np.append(0.0, np.cumsum(gaps))
                starts += times[times < b.days * DAY].tolist()
                which += [c] * int((times < b.days * DAY).sum())
    window, reach = (0.0, b.days * DAY), 300.0
    t, w = np.array(starts), np.array(which)
    s = study(["a", "b"], w, t, t + MINUTE, window, reach, Context(None, CYCLES))
    o = clusters(onsets(w, t, t + MINUTE, 2, window), reach)
    whole = within(o.of(0), o.of(1), window, -reach, reach, DAY, 1_152).p
    if not s.pairs:
        return Burst(1.0, 1.0, whole, False, False)
    p = s.pairs[0]
    return Burst(p.p_raw, p.p, whole, p.why.startswith("Both come in bursts"), p.mechanism in COUPLED)


def in_bursts(pool: ProcessPoolExecutor, pairs: int) -> None:
    print(
        "\n| failures | shared, % | raw, % | adjusted, % | days moved whole, % | held back by it, % | told as coupled, % |\n|---|---|---|---|---|---|---|"
    )
    shared = [(n, b._replace(shares=x)) for x in BURSTS_SHARED for n, b in BURSTS.items()]
    for name, b in [*BURSTS.items(), *shared]:
        n = max(pairs // 4, 100) if b.shares else pairs
        seen = list(pool.map(burst, [b] * n, range(n), chunksize=20))
        columns = [_share([getattr(x, c) <= 0.05 for x in seen]) for c in ("raw", "adjusted", "whole")]
        columns += [_share([x.withheld for x in seen]), _share([x.coupled for x in seen])]
        print(f"| {name} | {100 * b.shares:g} | {' | '.join(columns)} |", flush=True)


# ---- mechanisms ------------------------------------------------------------------------------------------------------------------


class Condition(NamedTuple):
    recipe: Recipe
    measured: bool = True


CONDITIONS = {
    **{f"{d} days": Condition(Recipe(d)) for d in (30, 90, 365)},
    **{f"{d} days, noise 0.5": Condition(Recipe(d, load_noise=0.5)) for d in (30, 90, 365)},
    **{f"{d} days, no load": Condition(Recipe(d), False) for d in (30, 90, 365)},
    "365 days, all follow the load": Condition(Recipe(365, follows=2.0)),
    "365 days, all follow it, noise 0.5": Condition(Recipe(365, follows=2.0, load_noise=0.5)),
    "365 days, all follow it, no load": Condition(Recipe(365, follows=2.0), False),
    "365 days, three times the failures": Condition(Recipe(365, alone=0.3)),
}


class Told(NamedTuple):
    """right, wrong, undecided, missed: of the coupled, by mechanism; said: by word, whether so (None: by chance only); few: by (together, right)."""

    of: list[tuple[str, str]]
    said: list[tuple[str, bool, int]]


def studied(s: Simulated, measured: bool, reach: float = 300.0) -> Study:
    """As the product does it."""
    strata: Strata | None = None
    if measured:
        strata = quantiles("the load", s.window, max(reach / 2, s.window[1] / 500_000), s.times, s.load, STRATA)
    direct = depends_on(s.depends_on)
    above = {c: frozenset(x) for c in s.names if (x := ancestors(direct, c))}
    context = Context(strata, CYCLES, {"the time after `deploy`": s.deploys.tolist()}, above)
    return study(s.names, s.which, s.starts, s.ends, s.window, reach, context)


def told(name: str, seed: int) -> Told:
    c = CONDITIONS[name]
    s = generate(c.recipe, np.random.default_rng([seed, 12]))
    found = {(p.a, p.b): p for p in studied(s, c.measured).surprising}
    truth = {(x.a, x.b): x.mechanism for x in s.truth}
    of = [(m, found[pair].mechanism if pair in found else "") for pair, m in truth.items()]
    follows = c.recipe.follows > 0
    said = [
        (p.mechanism, truth.get(k, "contention" if follows else "") == p.mechanism, p.together)
        for k, p in found.items()
        if p.mechanism != "undecided"
    ]
    return Told(of, said)


def mechanisms(pool: ProcessPoolExecutor, histories: int, names: list[str]) -> None:
    words = list(MECHANISMS.values())
    print(f"\n| history | {' | '.join(words)} | told besides, a history |\n|{'---|' * (len(words) + 2)}")
    few: Counter[tuple[int, bool]] = Counter()
    instead: Counter[tuple[str, str]] = Counter()
    for name in names:
        seen = list(pool.map(told, [name] * histories, range(histories), chunksize=5))
        cells = []
        for w in words:
            hits = [t == w for x in seen for m, t in x.of if m == w]
            right = [ok for x in seen for t, ok, _ in x.said if t == w]
            cells.append(f"{_short(hits)}, {_short(right)}")
        wrong = sum(not ok for x in seen for _, ok, _ in x.said) / histories
        print(f"| {name} | {' | '.join(cells)} | {wrong:.2f} |", flush=True)
        few.update((min(k, 5), ok) for x in seen for _, ok, k in x.said)
        instead.update((m, t or "not found") for x in seen for m, t in x.of if m != t)
    print(
        "\nright, by how many coincide (5: and more): "
        + ", ".join(f"{k}: {few[k, True]} of {few[k, True] + few[k, False]}" for k in range(1, 6))
    )
    for (m, t), n in instead.most_common():
        print(f"  {m} told as {t}: {n}")


def _short(hits: list[bool]) -> str:
    if not hits:
        return "-"
    low, high = wilson(sum(hits), len(hits), Z90)
    return f"{100 * np.mean(hits):.0f} ({100 * low:.0f}..{100 * high:.0f})"


def main(words: list[str]) -> int:
    """1 where the adjusted test has more than 6 % false positives in the trap."""
    options = argparse.ArgumentParser(prog="./dev bench coupling_truth", description="coupling against a known truth")
    options.add_argument("--histories", type=int, default=200)
    options.add_argument("--pairs", type=int, default=2_000)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("parts", nargs="*", help=f"trap, bursts, mechanisms, or of: {'; '.join(CONDITIONS)}")
    asked = options.parse_args(words)
    parts = asked.parts or ["trap", "bursts", "mechanisms"]
    fine = True
    with ProcessPoolExecutor(asked.processes) as pool:
        if "trap" in parts:
            fine = trap(pool, asked.pairs)
        if "bursts" in parts:
            in_bursts(pool, asked.pairs)
        names = [p for p in parts if p in CONDITIONS] or (list(CONDITIONS) if "mechanisms" in parts else [])
        if names:
            mechanisms(pool, asked.histories, names)
    return 0 if fine else 1
