"""Every control of the case: in what state it was, what it guards, what that rests on, how likely it fails, and what it shares."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fuelbed.core.case import Case, ControlState, Factor
from fuelbed.core.estimates import Estimate
from fuelbed.core.quantities import Quantity
from fuelbed.engines.invariants.evidence import Grounds, grounds_of
from fuelbed.engines.invariants.scene import Scene, happened

__all__ = ["STATES", "Control", "Shared", "controls_of", "on_demand", "shared_by", "unarmed"]

STATES: tuple[ControlState, ...] = ("missing", "bypassed", "failed", "effective")
"""The order in which they are told: what was not there at all comes first."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Controls that have something in common.

    what      in words, with identifiers in backticks; `key` is it in short.
    declared  the common cause of the case that says so of all of them, "" where none does.
    layers    those of them that one minimal cut set holds together, so that their chances are multiplied, with no common cause for them.
    """

    members: tuple[str, ...]
    what: str
    key: str
    declared: str = ""
    layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """One control with what follows for it.

    guards  the lines that name it. cuts: how many minimal cut sets of the failure hold its failure, None where that is not known;
    later   the outcomes whose cut sets hold it, the failure first.
    unarmed why the signal that it needs could not make it act in this incident, "" where it could.
    """

    factor: Factor
    guards: tuple[str, ...]
    cuts: int | None
    later: tuple[str, ...]
    fails: Estimate
    grounds: Grounds
    unarmed: str = ""

    @property
    def name(self) -> str:
        return self.factor.name


def controls_of(scene: Scene) -> tuple[Control, ...]:
    """In the order of `STATES`, then of the file."""
    case = scene.case
    held = {o: {n for k, n in events if k == "control"} for o, events in scene.later.items()}
    out = []
    for f in case.of_kind("control"):
        later = tuple(o for o in held if f.name in held[o])
        cuts = None if scene.cuts is None else scene.cuts.of(f.name)
        out.append(
            Control(
                f, scene.guarded.get(f.name, ()), cuts, later, on_demand(f), grounds_of(case, f, scene.corpus), unarmed(scene, f)
            )
        )
    return tuple(sorted(out, key=lambda c: STATES.index(c.factor.state)))


def on_demand(f: Factor) -> Estimate:
    """P(it does not hold when it is needed) = 1 - (1 - broken)(1 - fails): broken for good, or failing this time.

    `today` is taken for `broken` where the case says it. Ends at the ends: the formula rises with both. Common causes are left out.
    """
    broken, fails = f.today or f.broken or Quantity.unknown(), f.fails or Quantity.unknown()
    low, high = (1 - (1 - b) * (1 - p) for b, p in ((broken.low, fails.low), (broken.high, fails.high)))
    if low >= 1.0:
        return Estimate(1.0, 1.0, 1.0, "probability", method=f"it is {f.state}" if f.state != "effective" else "given")
    if not fails.given and not (broken.given and broken.low > 0):
        return Estimate(None, 0.0, 1.0, "probability", how="assumed", method="not given")
    given = fails.given and broken.given
    value = min(max(1 - (1 - broken.middle) * (1 - fails.middle), low), high) if given else None
    return Estimate(value, low, high, "probability", method="1 - (1 - broken)(1 - fails), at the ends")


def unarmed(scene: Scene, f: Factor) -> str:
    """`which is not there`, `which never shows it` or `which was blind`, of the signal that a control needs."""
    if not f.needs:
        return ""
    signal = scene.case.signals.get(f.needs)
    if signal is None or not signal.installed:
        return "which is not there"
    if signal.misses.is_point and signal.misses.low >= 1:
        return "which never shows it"
    blind = signal.blind_when is not None and happened(scene.case, signal.blind_when, scene.true)
    return "which was blind" if blind else ""


# ---- what layers share -----------------------------------------------------------------------------------------------------------


def shared_by(scene: Scene) -> tuple[Shared, ...]:
    """What controls have in common, the nearest thing first; owners are for a note, not here."""
    case = scene.case
    groups: dict[str, tuple[str, dict[str, None]]] = {}
    for f in case.of_kind("control"):
        for key, what in _needs(case, f):
            groups.setdefault(key, (what, {}))[1][f.name] = None
    out: dict[tuple[str, ...], Shared] = {}
    for key, (what, names) in groups.items():
        members = tuple(names)
        if len(members) > 1 and members not in out:
            out[members] = Shared(members, what, key, _declared(case, members), _layers(scene, members))
    for g in case.common_causes:
        members = tuple(n for n in case.factors if n in g.of)
        if len(members) > 1 and members not in out:
            out[members] = Shared(members, f"the common cause `{g.name}`", g.name, g.name)
    return tuple(out.values())


def _declared(case: Case, members: Collection[str]) -> str:
    return next((g.name for g in case.common_causes if set(members) <= set(g.of)), "")


def _layers(scene: Scene, members: tuple[str, ...]) -> tuple[str, ...]:
    """Those that must fail together in some cut set, and that were there; nothing where a common cause counts them."""
    case, together = scene.case, set[str]()
    there = {n for n in members if case.factors[n].state not in ("missing", "bypassed")}
    for cut in scene.stacked if scene.structure is not None else (frozenset(there),):
        held = there & cut
        if len(held) > 1 and not _declared(case, held):
            together |= held
    return tuple(n for n in members if n in together)


def _needs(case: Case, f: Factor) -> Iterator[tuple[str, str]]:
    """What the control depends on: key -> words, the nearest first."""
    if f.needs:
        yield f.needs, f"`{f.needs}`, which they must see"
        signal = case.signals.get(f.needs)
        if signal is not None and signal.shares:
            yield f"shares {signal.shares}", f"signals of one group, `{signal.shares}`"
        if signal is not None and signal.blind_text:
            yield f"blind {signal.blind_text}", f"what blinds the signals that they need (`{signal.blind_text}`)"
    on = _graph(case)
    starts = [x for x in (f.name, f.layer, str(f.extra.get("zone") or "")) if x in on]
    for name in _reached(on, starts):
        yield f"on {name}", f"`{name}`, which they depend on"


def _graph(case: Case) -> Mapping[str, tuple[str, ...]]:
    """`system.depends_on` as plain names."""
    given = case.system.get("depends_on")
    out: dict[str, tuple[str, ...]] = {}
    for name, on in given.items() if isinstance(given, dict) else ():
        items = on if isinstance(on, list) else [on]
        out[str(name)] = tuple(str(x) for x in items if isinstance(x, str))
    return out


def _reached(on: Mapping[str, tuple[str, ...]], starts: list[str]) -> list[str]:
    """What the starts depend on, near ones first; a start that another one shares counts too."""
    seen: dict[str, None] = dict.fromkeys(starts)
    todo = list(starts)
    while todo:
        for x in on.get(todo.pop(0), ()):
            if x not in seen:
                seen[x] = None
                todo.append(x)
    return list(seen)
