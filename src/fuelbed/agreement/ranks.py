"""Whether threshold and structure rank the same factors alike.

Both numbers are *slope times what is there*: of a linear threshold, `w_i c_i` is what the absence of factor i adds to the margin; the
failures a year are linear in each probability, so the share that goes with factor i is `p_i (d kappa / d p_i) / kappa`. Units differ
and the order can be compared: by pairs, since intervals decide some pairs and leave others open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations

from fuelbed.core.agreement import Ranked, Ranks
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import RiskShares, ThresholdMargins

__all__ = ["common", "ranks"]

_EXACT = 7  # factors of which every order is tried
_SAME = 1e-9


def common(threshold: ThresholdMargins, risk: RiskShares) -> tuple[str, ...]:
    """The factors that both weigh with a number."""
    return tuple(n for n in threshold.pulls if _known(threshold.pulls, n) and _known(risk.share, n))


def _known(of: Mapping[str, Estimate], name: str) -> bool:
    e = of.get(name)
    return e is not None and e.value is not None and e.value == e.value  # a NaN is no number


def ranks(threshold: ThresholdMargins, risk: RiskShares) -> Ranks | None:
    """The two orders beside each other; None where fewer than two factors are weighed by both."""
    names = common(threshold, risk)
    if len(names) < 2:
        return None
    rows = sorted(
        (Ranked(n, threshold.pulls[n], risk.share[n]) for n in names), key=lambda r: (-_middle(r.pull), -_middle(r.share))
    )
    pairs = list(combinations(rows, 2))
    middle = [_sign(_middle(a.pull), _middle(b.pull)) * _sign(_middle(a.share), _middle(b.share)) for a, b in pairs]
    sure = [_surely(a, b) for a, b in pairs]
    same, opposite = middle.count(1), middle.count(-1)
    surely = {s: sure.count(s) for s in (1, -1, 0)}
    n, net, open_ = len(pairs), surely[1] - surely[-1], sure.count(None)
    tau = Estimate(
        (same - opposite) / n,
        (net - open_) / n,
        (net + open_) / n,
        method="Kendall's tau-a; pairs that the intervals leave open counted either way",
    )
    luck = _luck([_middle(r.pull) for r in rows], [_middle(r.share) for r in rows])
    return Ranks(threshold.of, tuple(rows), same, opposite, n - same - opposite, surely[1], surely[-1], surely[0], tau, luck)


def _middle(e: Estimate) -> float:
    assert e.value is not None
    return e.value


def _sign(a: float, b: float) -> int:
    return 0 if abs(a - b) <= _SAME * max(abs(a), abs(b), 1e-300) else 1 if a > b else -1


def _surely(a: Ranked, b: Ranked) -> int | None:
    """1 the same order whatever the numbers, -1 the opposite, 0 surely tied in one of the two, None open."""
    x, y = _certain(a.pull, b.pull), _certain(a.share, b.share)
    if x == 0 or y == 0:
        return 0
    return None if x is None or y is None else x * y


def _certain(a: Estimate, b: Estimate) -> int | None:
    if a.is_point and b.is_point:
        return _sign(a.low, b.low)
    return 1 if a.low > b.high else -1 if b.low > a.high else None


def _luck(x: Sequence[float], y: Sequence[float]) -> float | None:
    """How many of all orders of the second list agree with the first at least as well; every one is tried."""
    if len(x) > _EXACT:
        return None
    pairs = list(combinations(range(len(x)), 2))
    signs = [_sign(x[i], x[j]) for i, j in pairs]

    def agree(of: Sequence[float]) -> int:
        return sum(s * _sign(of[i], of[j]) for s, (i, j) in zip(signs, pairs, strict=True))

    found, least = [agree(p) for p in permutations(y)], agree(y)
    return sum(a >= least for a in found) / len(found)
