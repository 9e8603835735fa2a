"""One fault tree, everything that `fuelbed solve` says of it: probability, cut sets, importance. Past a budget bounds, and a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fuelbed.core.errors import BudgetError
from fuelbed.core.faulttrees import FaultTree
from fuelbed.core.networks import Network
from fuelbed.core.records import Record
from fuelbed.numerics.boolean.bdd import Bdd
from fuelbed.numerics.boolean.importance import Importance
from fuelbed.numerics.boolean.orders import BUDGETS, simplify
from fuelbed.numerics.static.bounds import bounds
from fuelbed.numerics.static.chances import ChanceError, Values
from fuelbed.numerics.static.groups import split, with_groups
from fuelbed.numerics.static.parts import CutSet, Part, Parts, solved
from fuelbed.numerics.static.truncated import truncated

__all__ = ["CutSets", "Solved", "chances", "solve"]


class CutSets(Record):
    """The minimal cut sets (with NOT: the minimal solutions, read as sets of true events).

    count     of those in `by_order`; `complete` where these are all there are (of at most `limit` events, where a limit was given).
    top       the most probable ones, in falling order; empty where some probability is not given.
    """

    __slots__ = ("by_order", "complete", "count", "limit", "top")

    def __init__(
        self, count: int, by_order: Mapping[int, int], complete: bool, limit: int | None, top: tuple[CutSet, ...]
    ) -> None:
        self.count = count
        self.by_order = by_order
        self.complete = complete
        self.limit = limit
        self.top = top


class Solved(Record):
    """probability  (value, low, high); value is None where it is only enclosed. None as a whole where an event has no probability.
    cut_sets     None past the budget.
    importance   of every event that the top depends on; empty where P is not exact.
    unknown      events without a probability.
    words        what the shared events of common-cause groups stand for.
    notes        what was cut short, each a sentence.
    """

    __slots__ = (
        "chance",
        "cut_sets",
        "importance",
        "listed",
        "network",
        "notes",
        "parts",
        "probability",
        "tree",
        "unknown",
        "words",
    )

    def __init__(
        self,
        tree: FaultTree,
        network: Network,
        chance: Mapping[str, float],
        probability: tuple[float | None, float, float] | None = None,
        cut_sets: CutSets | None = None,
        importance: Mapping[str, Importance] | None = None,
        unknown: tuple[str, ...] = (),
        words: Mapping[str, str] | None = None,
        notes: list[str] | None = None,
        parts: Parts | None = None,
        listed: Parts | None = None,
    ) -> None:
        self.tree = tree
        self.network = network
        self.chance = chance
        self.probability = probability
        self.cut_sets = cut_sets
        self.importance: Mapping[str, Importance] = {} if importance is None else importance
        self.unknown = unknown
        self.words: Mapping[str, str] = {} if words is None else words
        self.notes: list[str] = [] if notes is None else notes
        self.parts = parts
        self.listed = listed  # of which the cut sets are: `parts`, or one part with those up to an order

    def sets(self) -> Iterator[CutSet]:
        """Every cut set that was counted, in no order of probability; those without probabilities as of probability 1."""
        if self.listed is not None and self.cut_sets is not None:
            whole = {e: self.chance.get(e, 1.0) for e in self.network.events()}
            limit = self.cut_sets.limit
            yield from (c for c in self.listed.sets(whole) if limit is None or len(c.events) <= limit)


def chances(tree: FaultTree, time: float) -> tuple[dict[str, float], tuple[str, ...], dict[str, dict[tuple[int, ...], float]]]:
    """The probability of each basic event, those that have none, and of each group its subsets. Raises `ChanceError`."""
    values = Values(tree.parameters, time)
    out: dict[str, float] = {}
    grouped = {m for g in tree.groups for m in g.members}
    for name, c in tree.events.items():
        if c is not None and name not in grouped:
            try:
                out[name] = values.probability(c)
            except ChanceError as e:
                raise ChanceError(f"the probability of `{name}` is none: {e}") from None
    shares = {}
    for g in tree.groups:
        try:
            shares[g.name] = split(g, values.probability(g.chance), [values.of(f) for f in g.factors])
        except ChanceError as e:
            raise ChanceError(f"the group `{g.name}` has no probability: {e}") from None
    return out, tuple(n for n, c in tree.events.items() if c is None and n not in grouped), shares


def solve(
    tree: FaultTree,
    time: float = 8760.0,
    limit: int | None = None,
    top: int = 10,
    budget: int = BUDGETS[-1],
    cut_sets: bool = True,
    fussell_vesely: bool = False,
) -> Solved:
    """Solve `tree`. time: the mission time in the tree's own unit. limit: the greatest order of cut sets to count and list.
    cut_sets: False leaves them out, which takes a part of the time only. fussell_vesely: that measure too, a diagram for every event."""
    chance, unknown, shares = chances(tree, time)
    network, words, shared = with_groups(tree, shares)
    out = Solved(tree, network.pruned(), {**chance, **shared}, unknown=unknown, words=words)
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        out.notes.append(f"`{unknown[0]}`{more} has no probability, so none is given for the top.")
    budgets = [b for b in BUDGETS if b < budget] + [budget]
    try:
        out.parts = solved(network, budgets, cut_sets)
    except BudgetError as e:
        out.notes.append(f"The probability is only enclosed: {e}.")
    _probability(out, budget)
    if cut_sets:
        _cut_sets(out, limit, top, budget)
    else:
        out.notes.append("Minimal cut sets were not asked for.")
    if fussell_vesely:
        _fussell_vesely(out, budget)
    return out


def _fussell_vesely(out: Solved, budget: int) -> None:
    if out.parts is None or not out.parts.complete or out.unknown:
        out.notes.append("Fussell-Vesely rests on every cut set and on an exact probability, and is not given.")
        return
    try:
        share = out.parts.fussell_vesely(out.chance, budget)
    except BudgetError as e:
        out.notes.append(f"Fussell-Vesely does not fit its budget: {e}.")
        return
    out.importance = {e: i.with_fussell_vesely(share.get(e, 0.0)) for e, i in out.importance.items()}


def _probability(out: Solved, budget: int) -> None:
    if out.unknown:
        return
    if out.parts is None:
        small = simplify(out.network)
        out.probability = (None, *bounds(small, out.chance, min(budget, 200_000)))
        return
    total, out.importance = out.parts.importance(out.chance)
    out.probability = (total, total, total)


def _cut_sets(out: Solved, limit: int | None, top: int, budget: int) -> None:
    parts = out.parts
    if parts is not None and parts.complete:
        by_order = {k: n for k, n in parts.count_by_order().items() if limit is None or k <= limit}
        best = [c for c in _best(out, parts, top) if limit is None or len(c.events) <= limit]
        # of the likeliest some may be too large, and then likelier small ones are not among them
        if limit is None or out.unknown or len(best) == min(top, sum(by_order.values())):
            out.listed, out.cut_sets = parts, CutSets(sum(by_order.values()), by_order, True, limit, tuple(best))
            return
    _few_sets(out, limit, top, budget)


def _best(out: Solved, parts: Parts, top: int) -> list[CutSet]:
    return parts.best(out.chance, top) if top and not out.unknown else []


def _few_sets(out: Solved, limit: int | None, top: int, budget: int) -> None:
    """Up to an order: the one asked for, or the greatest that fits."""
    small = simplify(out.network)
    if small.negates():
        out.notes.append("The minimal cut sets do not fit their budget, and with NOT gates no order limit helps.")
        return
    wanted = [limit] if limit is not None else [1, 2, 3, 4, 5, 6]
    for k in wanted:
        try:
            z, root, order = truncated(small, k, budget)
        except BudgetError:
            break
        few = Parts(small, [Part(small.top, order, Bdd(0), 0, z, root)])
        by_order = few.count_by_order()
        out.listed = few
        out.cut_sets = CutSets(sum(by_order.values()), by_order, limit is not None, k, tuple(_best(out, few, top)))
    if limit is None:
        seen = f"those of at most {out.cut_sets.limit} events are counted" if out.cut_sets is not None else "none is counted"
        out.notes.append(f"The minimal cut sets do not fit their budget: {seen}.")
    elif out.cut_sets is None:
        out.notes.append(f"The minimal cut sets of at most {limit} events do not fit their budget.")
