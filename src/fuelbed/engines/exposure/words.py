"""The answer in sentences: the claim, the depth, the cheapest cut."""

from __future__ import annotations

from fuelbed.core.shown import count, listed, number, per_cent
from fuelbed.engines.exposure.scene import Measure, Scene, Ways
from fuelbed.numerics.attack.closing import CheapestCut
from fuelbed.numerics.attack.layers import Layers
from fuelbed.numerics.process.bounds import Bound

__all__ = ["claim", "cut_sentence", "depth_sentence", "rate", "variants"]

_NEXT_TO_NOTHING = 0.02  # of the failures a year
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
    """The measure of a kind that one would take as the example: the cheapest of those that leave next to nothing, else that which leaves
    least (of equals the cheaper)."""
    some = [m for m in scene.of(kind) if m.row is not None and len(m.names) == 1]
    near = [m for m in some if m.left == 0 or _rest(m)[0] <= _NEXT_TO_NOTHING]

    def cost(m: Measure) -> float:
        return m.cost.middle if m.cost is not None else float("inf")

    if near:
        return min(near, key=lambda m: (cost(m), *_rest(m)))
    return min(some, key=lambda m: (*_rest(m), cost(m)), default=None)


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
        out.append(_short_depth(d))
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
    if any(c.kind == "mend" for c in cut.closings):
        what += (
            " (so that it always holds)" if sum(c.kind == "mend" for c in cut.closings) == 1 else " (so that they always hold)"
        )
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
        if cut.also:
            other = listed([f"{_DID[c.kind]} `{c.name}`" for c in cut.also])
            parts.append(f"Another of the same {'size' if cut.counted else 'cost'}: {other}.")
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


def _short_depth(d: Layers) -> str:
    if d.nominal.groups is None and d.effective.groups is None:
        return f"Depth: more than {d.effective.beyond} independent controls must fall."
    shown = d.nominal.words
    if d.nominal.groups == d.effective.groups:
        if d.effective.groups == 0:
            return "Depth 0: on the easiest variant no control stands in the way."
        return f"Depth: {shown} control{'' if shown == '1' else 's'} must fall on the easiest variant."
    return f"Depth: {shown} control{'' if shown == '1' else 's'} as drawn, {d.effective.groups} in truth."


def depth_sentence(scene: Ways) -> str:
    """Nominal against effective depth, and why they differ."""
    d, goal = scene.layers, scene.case.failure
    if not scene.lead:
        return ""
    parts = []
    if not d.controls:
        parts.append(f"No control that stands is on any way to `{goal}`: depth 0.")
    elif d.effective.groups is None and d.nominal.groups is None:
        parts.append(f"On every variant more than {d.effective.beyond} independent controls must fall.")
    elif d.effective.groups == d.nominal.groups == 0:
        parts.append("On the easiest variant no control stands in the way: depth 0.")
    else:
        nominal = d.nominal.words
        parts.append(f"As drawn, {nominal} control{'' if nominal == '1' else 's'} must fall on the easiest variant")
        why = _why_less(scene)
        if d.nominal.groups == d.effective.groups:
            parts[-1] += f", and as many independent ones: depth {d.effective.groups}."
        else:
            parts[-1] += (
                f"; {listed(why)}: depth {d.effective.groups} in truth." if why else f"; depth {d.effective.groups} in truth."
            )
    if d.down:
        names = listed([f"`{n}`" for n in d.down])
        parts.append(f"{names} {'is' if len(d.down) == 1 else 'are'} missing or bypassed, and no layer.")
    return " ".join(parts)


def _why_less(scene: Ways) -> list[str]:
    """What takes layers away: a signal that is blind, then what several hang on."""
    d, case = scene.layers, scene.case
    blind: dict[str, list[str]] = {}
    for n in d.controls:
        signal = case.signals.get(case.factors[n].needs) if n in case.factors else None
        if signal is not None and signal.blind_when is not None:
            blind.setdefault(signal.blind_text, []).append(n)
    out = [
        f"{listed([f'`{n}`' for n in names])} {'sees' if len(names) == 1 else 'see'} nothing while `{what}`"
        for what, names in blind.items()
    ]
    told = {tuple(names) for names in blind.values()}
    joint = [(g, s) for g, s in zip(d.groups, d.shared, strict=True) if len(g) > 1 and g not in told]
    return out + [f"{listed([f'`{n}`' for n in g])} hang on {listed(list(s)) or 'one another'}" for g, s in joint]


def rate(x: float) -> str:
    """`0.5 a year`."""
    return f"{number(x)} a year"
