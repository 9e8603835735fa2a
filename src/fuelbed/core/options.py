"""What a user may choose for a whole analysis; passed to every engine, so that engines read no clock and no environment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

__all__ = ["Options", "Spread"]

T = TypeVar("T")
R = TypeVar("R")


class Spread(Protocol):
    """A `map` that keeps the order: `[fn(x) for x in items]`, wherever it is worked out; `sizes` says how much work each is, roughly.

    `fn` and the items must be importable and picklable. The results do not depend on where they were worked out.
    """

    def __call__(self, fn: Callable[[T], R], items: Sequence[T], sizes: Sequence[float] | None = None) -> list[R]: ...


@dataclass(frozen=True, slots=True)
class Options:
    """seed: of every random draw. target: what the cheapest set of actions must reach, `(output, limit)`: `hazard`,
    `probability` or `loss`, and either an absolute limit or, negative, the share to be taken away (-0.8 = down by 80 %).

    spread: where sweeps are worked out. None: here, one after the other. An engine starts nothing itself; whoever calls it decides.
    """

    seed: int = 20251124
    target: tuple[str, float] | None = None
    spread: Spread | None = field(default=None, compare=False, repr=False)

    def map(self, fn: Callable[[T], R], items: Sequence[T], sizes: Sequence[float] | None = None) -> list[R]:
        """`[fn(x) for x in items]`, spread as chosen."""
        return [fn(x) for x in items] if self.spread is None else self.spread(fn, items, sizes)
