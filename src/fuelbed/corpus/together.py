"""Latent conditions that are told together: in more accounts than chance would have it, whatever set the accounts off.

One condition is seldom enough to fail. What comes back in a corpus is a conjunction: two kinds of weakness in the same accounts, under triggers that have nothing in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from fuelbed.corpus.entry import Entry, Told
from fuelbed.text.mechanism import titles
from fuelbed.text.wording import likeness

__all__ = ["Together", "at_least", "together", "unlike"]

_SAME_TRIGGER = 0.5  # likeness from which two triggers are one
_FEW = 3  # accounts that have to tell both
_FALSE = 0.1  # share of false ones among those that are told (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995)


@dataclass(frozen=True, slots=True)
class Together:
    """Two kinds of weakness in the same accounts.

    found      the accounts that tell both, each with what it says of the first and of the second
    triggers   what set them off, each once, with how often
    expected   accounts with both if each kind fell on its accounts at random
    p          chance of as many accounts with both, then (hypergeometric, exact); of `pairs` pairs that were looked at
    """

    kinds: tuple[str, str]
    found: tuple[tuple[Entry, Told, Told], ...]
    triggers: tuple[tuple[str, int], ...]
    expected: float
    p: float
    pairs: int
    of: int


def unlike(entries: Iterable[Entry]) -> tuple[tuple[str, int], ...]:
    """The first trigger of each document; those of like words are one."""
    found: list[tuple[str, int]] = []
    for e in entries:
        if not e.triggers:
            continue
        what = e.triggers[0].what
        at = next((i for i, (other, _) in enumerate(found) if likeness(what, other, {}) >= _SAME_TRIGGER), None)
        if at is None:
            found.append((what, 1))
        else:
            found[at] = (found[at][0], found[at][1] + 1)
    return tuple(sorted(found, key=lambda x: (-x[1], x[0])))


def at_least(both: int, first: int, second: int, of: int) -> float:
    """Chance that `both` or more of `of` accounts have both kinds, where one has `first` and the other `second` of them at random."""
    ways = sum(comb(first, n) * comb(of - first, second - n) for n in range(both, min(first, second) + 1))
    return ways / comb(of, second)


def together(entries: Sequence[Entry]) -> tuple[Together, ...]:
    """Pairs of kinds that are told in the same accounts, at least three, more often than chance explains; those with the most unlike triggers first.

    Every pair of kinds that come back is looked at, and counts against what is told.
    """
    told: dict[str, dict[int, Told]] = {}
    for i, e in enumerate(entries):
        for t in e.weak:
            told.setdefault(t.kind, {}).setdefault(i, t)
    pairs = list(combinations((k for k in titles() if len(told.get(k, ())) > 1), 2))  # in the order of the lexicon
    tried = []
    for a, b in pairs:
        both = sorted(told[a].keys() & told[b].keys())
        p = at_least(len(both), len(told[a]), len(told[b]), len(entries))
        tried.append((p, a, b, both))
    out = []
    for p, a, b, both in _kept(sorted(tried)):
        if len(both) >= _FEW:
            found = tuple((entries[i], told[a][i], told[b][i]) for i in both)
            expected = len(told[a]) * len(told[b]) / len(entries)
            out.append(Together((a, b), found, unlike(e for e, _, _ in found), expected, p, len(pairs), len(entries)))
    return tuple(sorted(out, key=lambda x: (-len(x.triggers), -len(x.found), x.p, x.kinds)))


def _kept(tried: Sequence[tuple[float, str, str, list[int]]]) -> Sequence[tuple[float, str, str, list[int]]]:
    """The step-up procedure over all pairs, from the least p; by hand, as numpy would take longer to load than all the rest here."""
    last = max((i for i, (p, *_) in enumerate(tried, 1) if p <= _FALSE * i / len(tried)), default=0)
    return tried[:last]
