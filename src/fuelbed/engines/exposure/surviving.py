"""The matrix of variants against measures: which way to the goal survives which patch, closing or mending.

A variant is a cut set: it ends with a measure exactly where it holds one of the measure's factors (a patched exploit never comes, a closed
exposure is never there, a mended control never falls), and survives it else.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from fuelbed.core.blocks import Picture
from fuelbed.core.shown import count, counted, listed
from fuelbed.engines.exposure.scene import Measure, Scene
from fuelbed.numerics.process.structure import Event

__all__ = ["surviving"]

_ROWS, _COLUMNS = 12, 12
_KINDS = ("patch", "close", "mend")
Cut = tuple[Event, ...]


def surviving(scene: Scene) -> Picture | None:
    """None where no variant or no measure is there to be drawn."""
    cuts, measures = _chosen(scene), _columns(scene.measures)
    if not cuts or not measures:
        return None
    rows = [
        {
            "exploit": scene.exploits(cut),
            "new": scene.is_new(cut),
            "through": [n for k, n in cut if k == "condition"],
            "past": [n for k, n in cut if k == "control"],
            "tips": [n for k, n in cut if k == "tips"],
            "ended": [any(n in m.names for _, n in cut) for m in measures],
        }
        for cut in cuts
    ]
    data = {
        "goal": scene.case.failure,
        "measures": [{"kind": m.kind, "label": m.label, "left": m.left, "of": scene.total} for m in measures],
        "variants": rows,
        "left": {"variants": scene.total - len(cuts), "measures": len(scene.measures) - len(measures)},
    }
    return Picture("surviving", "Which variants survive which measure", data, _alt(scene))


def _exploits(scene: Scene, cut: Cut) -> tuple[bool, tuple[str, ...]]:
    """Known exploits before those in no list yet."""
    return scene.is_new(cut), tuple(n for k, n in cut if k == "trigger")


def _chosen(scene: Scene) -> list[Cut]:
    """The smallest variants of every exploit in turn, so that none is hidden by another's many; then by exploit."""
    groups: dict[tuple[bool, tuple[str, ...]], list[Cut]] = {}
    for cut in scene.variants:
        groups.setdefault(_exploits(scene, cut), []).append(cut)
    turns = [c for turn in zip_longest(*groups.values()) for c in turn if c is not None]
    kept = set(turns[:_ROWS])
    return [c for g in sorted(groups) for c in groups[g] if c in kept]


def _columns(measures: Sequence[Measure]) -> list[Measure]:
    """Those that leave least of every kind in turn; then patches, closings, mended controls."""
    kinds = [sorted((m for m in measures if m.kind == k), key=lambda m: m.left) for k in _KINDS]
    turns = [m for turn in zip_longest(*kinds) for m in turn if m is not None]
    kept = {id(m) for m in turns[:_COLUMNS]}
    return [m for ms in kinds for m in ms if id(m) in kept]


def _alt(scene: Scene) -> str:
    """`Of 9 variants, the patch that ends most leaves 4, the closing 0, the mending 3.`"""
    words = {
        "patch": "the patch that ends most",
        "close": "the closing that ends most",
        "mend": "the mended control that ends most",
    }
    least = [(words[k], min((m.left for m in scene.of(k)), default=None)) for k in _KINDS]
    said = [f"{w} leaves {count(n) if n else 'none'}" for w, n in least if n is not None]
    return f"Of {counted(scene.total, 'variant')}, {listed(said)}."
