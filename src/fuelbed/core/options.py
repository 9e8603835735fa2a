"""What a user may choose for a whole analysis; passed to every engine, so that engines read no clock and no environment."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """seed: of every random draw. target: what the cheapest set of actions must reach, `(output, limit)`: `hazard`,
    `probability` or `loss`, and either an absolute limit or, negative, the share to be taken away (-0.8 = down by 80 %)."""

    seed: int = 20251124
    target: tuple[str, float] | None = None
