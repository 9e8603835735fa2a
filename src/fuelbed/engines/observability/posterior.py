"""Belief before and after what was seen: hypotheses, factors and cut sets, as one picture; and how much the signals told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuelbed.core.blocks import Picture
from fuelbed.core.shown import per_cent
from fuelbed.engines.observability.view import View, interval
from fuelbed.numerics.observation.information import entropy, given, likelihood, merged

__all__ = ["Belief", "believed", "posterior_picture"]

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
_CUTS, _FACTORS, _LISTED = 6, 12, 200


@dataclass(frozen=True, eq=False)
class Belief:
    """Weights of the worlds (worlds, points) before and after what was seen, and with what was found out later; bits of the mechanism.

    possible   whether what was seen can come about at the middle of every number.
    surprise   P(seen | the failure), (points,).
    """

    before: Array
    after: Array
    later: Array
    bits_before: Array
    bits_after: Array
    bits_later: Array
    surprise: Array

    @property
    def possible(self) -> bool:
        return bool(np.isfinite(self.after[:, 0]).all())


def believed(view: View) -> Belief:
    scene = view.scene
    assert scene is not None
    s = scene
    after, later = given(s, view.seen), given(s, view.seen, found=True)
    n = len(s.engaged)

    def bits(w: Array) -> Array:
        return np.asarray(np.where(np.isfinite(w).all(axis=0), entropy(merged(s.mechanism, np.nan_to_num(w), n)), np.nan))

    surprise = (s.weight * likelihood(s, view.seen)).sum(axis=0)
    return Belief(s.weight, after, later, bits(s.weight), bits(after), bits(later), surprise)


def posterior_picture(view: View, b: Belief) -> Picture:
    """Rows of all three kinds, in the order in which they are told."""
    rows = [*_hypotheses(view, b), *_factors(view, b), *_cut_sets(view, b)]
    told = [f"{r['label']}: {_per_cent(r['prior'][0])} before, {_per_cent(r['posterior'][0])} after" for r in rows[:8]]
    alt = f"What is believed of the incident before and after what was seen. {'; '.join(told) or 'Nothing is uncertain'}."
    return Picture("posterior", "What was seen, and what it leaves likely", {"rows": rows}, alt)


def _per_cent(x: float | None) -> str:
    return "not known" if x is None else f"{per_cent(x)} %"


def _row(view: View, b: Belief, so: Bools, kind: str, id_: str, label: str, note: str = "") -> dict[str, Any]:
    s = view.scene
    assert s is not None
    share = so.astype(float)
    prior = interval(s, share @ b.before, draws=True)
    after = interval(s, share @ b.after, draws=True, seen=view.seen)
    tone = "muted" if after[0] is not None and after[0] < 0.05 else "plain"
    return {"id": id_, "label": label, "prior": list(prior), "posterior": list(after), "kind": kind, "tone": tone, "note": note}


def _hypotheses(view: View, b: Belief) -> Iterator[dict[str, Any]]:
    assert view.scene is not None
    for name, h in view.case.hypotheses.items():
        so = view.scene.says[name]
        note = "" if so.any() else "the model has no way for it"
        yield _row(view, b, so, "hypothesis", name, h.what or name, note)


def _factors(view: View, b: Belief) -> Iterator[dict[str, Any]]:
    """The factors that are uncertain, those that were moved most first."""
    s = view.scene
    assert s is not None
    rows = []
    for v, (kind, name) in enumerate(s.model.structure.events):
        f = view.case.factors.get(name)
        so = s.truth[:, v]
        if f is None or kind != f.kind or so.all() or not so.any():
            continue
        later = "" if f.occurred is None else "found out later: so" if f.occurred else "found out later: not so"
        label = f"{name} does not hold" if kind == "control" else name
        row = _row(view, b, so, "factor", name, label, later)
        shares = so.astype(float) @ b.before[:, 0], so.astype(float) @ np.nan_to_num(b.after[:, 0])
        rows.append((-abs(shares[1] - shares[0]), list(view.case.factors).index(name), row))
    yield from (row for *_, row in sorted(rows, key=lambda r: r[:2])[:_FACTORS])


def _cut_sets(view: View, b: Belief) -> Iterator[dict[str, Any]]:
    """The likeliest cut sets after what was seen, named by what is uncertain in them; of two that are complete together only one."""
    s = view.scene
    assert s is not None
    structure = s.model.structure
    top = structure.without_added(structure.lines[view.case.failure])
    cuts = structure.cut_sets(top, _LISTED)
    sure: list[bool] = np.asarray(s.truth.all(axis=0)).tolist()
    common = {*structure.in_every(top), *(e for e, on in zip(structure.events, sure, strict=True) if on)}
    rows, named = [], set()
    for i, cut in enumerate(cuts):
        so = np.asarray(s.truth[:, [structure.index[e] for e in cut]].all(axis=1))
        told = [e for e in cut if e not in common]
        if not so.any() or frozenset(told) in named:
            continue
        named.add(frozenset(told))
        parts = [f"{n} tips" if k == "tips" else f"{n} fails" if k == "control" else n for k, n in told]
        row = _row(view, b, so, "cut_set", f"cut_{i + 1}", " + ".join(parts) or "what is there in any case")
        rows.append((-float(so.astype(float) @ np.nan_to_num(b.after[:, 0])), i, row))
    yield from (row for *_, row in sorted(rows, key=lambda r: r[:2])[:_CUTS])
