"""The answer in sentences: the claim, the depth, the cheapest cut."""

from __future__ import annotations

from fuelbed.core.shown import count, listed, number, per_cent
from fuelbed.engines.exposure.scene import Measure, Scene, Ways
from fuelbed.numerics.attack.closing import CheapestCut
from fuelbed.numerics.attack.depth import Depth
from fuelbed.numerics.process.bounds import Bound

__all__ = ["claim", "cut_sentence", "depth_sentence", "rate", "variants"]

_DID = {"patch": "patch", "close": "close", "mend": "mend"}


def variants(n: int) -> str:
    return f"{count(n)} variant{'' if n == 1 else 's'}"


def used(scene: Scene) -> Measure | None:
    """The patch of the exploit that brought the incident; else the patch that does most."""
    single = [m for m in scene.of("patch") if len(m.names) == 1 and m.row is not None]
    happened = [m for m in single if scene.case.factors[m.names[0]].occurred]
    return min(happened or single, key=_rest, default=None)


def _rest(m: Measure) -> tuple[float, int]:
    assert m.row is not None
    r = m.row["hazard"].ratio
    return (round(r.value if r.value == r.value else r.high, 9), m.left)


def best(scene: Scene, kind: str) -> Measure | None:
    """The measure of a kind after which least is left; of equals the cheaper one."""
    some = [m for m in scene.of(kind) if m.row is not None and len(m.names) == 1]
    return min(some, key=lambda m: (*_rest(m), m.cost.middle if m.cost is not None else float("inf")), default=None)


def claim(scene: Ways) -> str:
    """Three sentences at most, a line each."""
    if not scene.lead:
        return f"No combination of the listed factors reaches `{scene.case.failure}`, by any exploit."
    if isinstance(scene, Scene):
        out = [_first(scene, used(scene), best(scene, "close"))]
    else:
        out = ["The ways are too many to be told one by one, so there are no numbers; what cuts them all can be said."]
    if scene.cut.closings:
        out.append(_short_cut(scene.cut))
    d = scene.layers
    if d.controls:
        out.append(_short_depth(d.nominal, d.effective))
    return "\n".join(out)


def _first(scene: Scene, patch: Measure | None, close: Measure | None) -> str:
    goal = scene.case.failure
    if patch is None:
        return f"{variants(scene.total).capitalize()} reach `{goal}`, none of them by a named exploit."
    was = "which was used" if scene.case.factors[patch.names[0]].occurred else "the patch that does most"
    text = f"patching `{patch.label}`, {was}, leaves {count(patch.left)} of {variants(scene.total)}"
    text += _share(scene, patch)
    if close is None:
        return f"{text[0].upper()}{text[1:]}; the case names no exposure to close."
    text += f"; closing `{close.label}` leaves {_left_words(close.left)}{_share(scene, close) if close.left else ''}"
    lead = "The exposure, more than the exploit" if _rest(close) < _rest(patch) else "Here the exploit mattered"
    if scene.total and patch.left == 0:
        lead = "Here the exploit mattered"
    return f"{lead}: {text}."


def _left_words(n: int) -> str:
    return "none" if n == 0 else count(n)


def _share(scene: Scene, m: Measure) -> str:
    assert m.row is not None
    r = m.row["hazard"].ratio
    if not scene.known and r.low != r.high and not (r.high - r.low < 0.999):
        return ""
    of = "of what listed exploits bring a year" if scene.open_classes else "of the failures a year"
    return f" and {left(r)} {of}"


def left(r: Bound) -> str:
    """What is left of a quantity: `62 % (40 % to 70 %)`."""
    if r.high <= 1e-12:
        return "none"
    if r.high - r.low < 0.005:
        return f"{per_cent(r.value)} %"
    middle = f"{per_cent(r.value)} % " if r.value == r.value else ""
    return f"{middle}({per_cent(r.low)} to {per_cent(r.high)} %)"


def _short_cut(cut: CheapestCut) -> str:
    assert cut.closings is not None
    what = listed([f"{_DID[c.kind]} `{c.name}`" for c in cut.closings])
    if cut.counted:
        n = len(cut.closings)
        return f"The fewest measures that leave no way are {n}: {what}." if n > 1 else f"One measure leaves no way: {what}."
    return f"The cheapest cut is to {what}, at a cost of {_cost(cut)}."


def _cost(cut: CheapestCut) -> str:
    if cut.high - cut.low <= 1e-9 * max(1.0, cut.high):
        return number(cut.cost)
    return f"{number(cut.cost)} ({number(cut.low)} to {number(cut.high)})"


def cut_sentence(scene: Ways) -> str:
    """The cheapest cut with its cost, its proof, and how far it depends on the costs."""
    cut = scene.cut
    if not scene.closings:
        return "There is nothing to close: no exploit, exposure or control that the goal reads can be changed."
    if cut.closings is None:
        return (
            "No set of measures that have a cost leaves the attacker no way: what would be needed has none. "
            "Give a cost to closing the exposures."
        )
    if not cut.closings:
        return "Nothing needs to be cut: no way leads to the goal as the case stands."
    parts = [_short_cut(cut)]
    if cut.proved:
        parts.append("No cheaper set cuts." if not cut.counted else "No smaller set cuts.")
    else:
        parts.append(f"No set that costs less than {number(cut.bound)} cuts; whether one between does was not settled in time.")
    if cut.counted:
        parts.append("No measure has a cost, so each counts 1.")
    elif any(c.cost is None for c in scene.closings):
        bare = [f"`{c.name}`" for c in scene.closings if c.cost is None]
        shown = listed(bare[:4]) if len(bare) <= 4 else f"{', '.join(bare[:4])} and {len(bare) - 4} more"
        parts.append(f"Left out, for want of a cost: {shown}.")
    if cut.moves:
        parts.append("Within the range of the costs another set may be the cheapest.")
    return " ".join(parts)


def _short_depth(nominal: Depth, effective: Depth) -> str:
    if nominal.groups is None and effective.groups is None:
        return f"Depth: more than {effective.beyond} independent controls must fall."
    shown = "more than " + str(nominal.beyond) if nominal.groups is None else str(nominal.groups)
    if effective.groups == 0:
        return "Depth 0: on the easiest variant no control stands in the way."
    if nominal.groups == effective.groups:
        return f"Depth: {shown} control{'' if nominal.groups == 1 else 's'} must fall on the easiest variant."
    return f"Depth: {shown} controls are drawn on the easiest variant, but they count as {effective.groups}."


def depth_sentence(scene: Ways) -> str:
    """Nominal against effective depth, and why they differ."""
    d, goal = scene.layers, scene.case.failure
    parts = []
    if not scene.lead:
        return ""
    if not d.controls:
        parts.append(f"No control that stands is on any way to `{goal}`: depth 0.")
    elif d.effective.groups is None and d.nominal.groups is None:
        parts.append(f"On every variant more than {d.effective.beyond} independent controls must fall.")
    elif d.effective.groups == 0:
        parts.append("On the easiest variant no control stands in the way: depth 0.")
    else:
        nominal = f"more than {d.nominal.beyond}" if d.nominal.groups is None else str(d.nominal.groups)
        parts.append(f"On the easiest variant {nominal} control{'' if nominal == '1' else 's'} must fall as drawn")
        joint = [(g, s) for g, s in zip(d.groups, d.shared, strict=True) if len(g) > 1]
        if d.nominal.groups == d.effective.groups or not joint:
            parts[-1] += f", and as many independent ones: depth {d.effective.groups}."
        else:
            why = listed([f"{listed([f'`{n}`' for n in g])} hang on {listed(list(s)) or 'one another'}" for g, s in joint])
            parts[-1] += f"; {why}: depth {d.effective.groups}."
    if d.down:
        names = listed([f"`{n}`" for n in d.down])
        parts.append(f"{names} {'is' if len(d.down) == 1 else 'are'} missing or bypassed, and no layer.")
    return " ".join(parts)


def rate(x: float) -> str:
    """`0.5 a year`."""
    return f"{number(x)} a year"
