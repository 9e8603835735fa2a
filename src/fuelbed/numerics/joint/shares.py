"""What share of failures takes all of some components at once: the beta of a common cause that acts on all its members."""

from __future__ import annotations

from collections.abc import Sequence

from fuelbed.numerics.joint.bins import Onsets
from fuelbed.numerics.joint.groups import PRIOR, Factor, joint_events

__all__ = ["shared", "taking_all"]


def taking_all(o: Onsets, members: Sequence[int], reach: float) -> int:
    """Events in which every member began to fail; an event holds all onsets within `reach` of its first."""
    return int(joint_events(o, members, reach)[-1])


def shared(o: Onsets, members: Sequence[int], reach: float, by_chance: float = 0.0) -> Factor:
    """Of the failures of the member that fails least, the share that took all members at once: mean and 90 % interval.

    A common cause of the case fails all its members together with the probability beta x min p, so beta = P(all) / min p. With n_all events
    that took all of them, `by_chance` of which independence explains, out of n failures of the rarest: Beta(n_all - by_chance + 1/2,
    n - n_all + by_chance + 1/2), Jeffreys' posterior. For two members that fail equally often it is the beta of the alpha factors,
    2 n_2 / (n_1 + 2 n_2); unequal rates, which those average over, it leaves as they are.
    """
    rarest = min(len(o.of(c)) for c in members)
    together = max(taking_all(o, members, reach) - by_chance, 0.0)
    return Factor.of_shape(together + PRIOR, rarest - together + PRIOR)
