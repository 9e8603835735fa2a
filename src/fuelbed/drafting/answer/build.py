"""What was accepted of an answer -> a draft like any other, with another head, and every item a question.

What is assumed carries no quote, says `basis: assumed` and is asked about; of a condition not even its presence is taken. Numbers that a
draft needs and no text gives are the same published intervals that the draft by rules takes.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Literal, cast

from fuelbed.core.document import Document, Place
from fuelbed.core.document import Item as WrittenItem
from fuelbed.core.reading import ActionClass, ReadAction, Reading
from fuelbed.drafting.answer.accepted import Accepted, Item
from fuelbed.drafting.answer.folding import numbers
from fuelbed.drafting.effects import CLOSED, WORKS
from fuelbed.drafting.model import USUAL_RATE, Draft, DraftAction, DraftFactor, DraftLine
from fuelbed.text.actions import classify_text

__all__ = ["answered_draft"]

_HEAD = (
    "A draft, made from an answer that a model or a person gave. It was checked that every quote stands in the narrative word for word; "
    "whether the words say what is drawn from them was not.",
    "What no quote says is called assumed. Answer each `# ask:`, correct what is wrong, then delete `status: draft`.",
)
_STATES: Mapping[str, Mapping[str, str]] = {
    "missing": {"state": "missing"},
    "bypassed": {"state": "bypassed"},
    "effective": {"state": "effective", "fails": "{value: 0.02..0.3, basis: assumed}", "in_incident": "held"},
    "failed": {"state": "failed", "fails": "{value: 0.1..0.9, basis: assumed}"},
}
_STAYS_FOR = "1..720 h"
_STAYS = f"{{value: {_STAYS_FOR}, basis: assumed}}"
_UNKNOWN = "{value: 0..1, basis: assumed}"
_ASSUMED = "assumed: no words of the text say it. Is it so? Else delete it"


def answered_draft(accepted: Accepted, reading: Reading, staying: Container[str] = ()) -> Draft:
    """The draft; `reading` is that of the same document, for its date and its text. `staying` are triggers that are taken to stay on, for nobody knows
    how long, because another has to meet them."""
    document = reading.document
    factors = (
        *(_trigger(document, i, i.name in staying) for i in accepted.of("triggers")),
        *(
            make(document, i)
            for section, make in (("conditions", _condition), ("loops", _loop), ("controls", _control))
            for i in accepted.of(section)
        ),
    )
    taken = {f.name for f in factors}
    if not accepted.of("triggers"):
        factors = (_no_trigger(taken), *factors)
    lines = tuple(_line(document, i) for i in accepted.of("lines")) or _default_lines(accepted.failure, factors)
    return Draft(
        reading,
        accepted.title or document.title or "Untitled incident",
        accepted.failure,
        factors,
        lines,
        tuple(_action(document, i) for i in accepted.of("actions")),
        date=document.date.isoformat() if document.date else "",
        head=_HEAD,
    )


def _asks(document: Document, i: Item, *more: str) -> tuple[str, ...]:
    """The question that every item carries, then its own."""
    if i.assumed:
        named = sorted(frozenset().union(*(numbers(i.text(k)) for k in ("what", "lasts", "since", "due"))))
        more = (*more, *(f"the number {n} is in no quote: where is it from?" for n in named))
        return (_ASSUMED, *more)
    where = " and ".join(f"line {document.line(p)}" for p in i.places)
    return (f"do the words of {where} say this? That they stand there is all that was checked", *more)


def _first(i: Item) -> Place | None:
    return i.places[0] if i.places else None


def _notes(document: Document, i: Item) -> tuple[str, ...]:
    """The quotes after the first, which is the entry's source."""
    return tuple(f"line {document.line(p)}: {document.quote(p)}" for p in i.places[1:])


def _factor(
    document: Document, i: Item, kind: Literal["trigger", "condition", "control"], fields: Mapping[str, str], *asks: str
) -> DraftFactor:
    own = dict(fields)
    if i.assumed:
        own["note"] = "assumed"
    return DraftFactor(
        i.name, kind, i.text("what"), own, _first(i), _asks(document, i, *asks), not i.assumed, _notes(document, i)
    )


def _trigger(document: Document, i: Item, stays: bool) -> DraftFactor:
    rate = i.text("rate")
    fields = {"rate": f"{{value: {rate or USUAL_RATE}, basis: assumed}}"}
    asks = [] if rate else [f"how often does such a thing happen? `{USUAL_RATE}` is taken because no quote says"]
    if rate:
        asks.append(f"is `{rate}` how often it happens?")
    if lasts := i.text("lasts"):
        fields["lasts"] = f"{{value: {lasts}, basis: assumed}}" if i.assumed else lasts
    elif stays:
        fields["lasts"] = _STAYS
        asks.append(f"how long did it stay on? {_STAYS_FOR} is taken because it stands beside another trigger, and no quote says")
    if i.fields.get("human"):
        fields["human"] = "yes"
        asks.append("what made the action sensible to the person who took it? Name it under `shaped_by`")
    fields["in_incident"] = "unknown" if i.assumed else "yes"
    return _factor(document, i, "trigger", fields, *asks)


def _condition(document: Document, i: Item) -> DraftFactor:
    fields = {"present": _UNKNOWN if i.assumed else "yes"}
    for key in ("since", "layer", "owner"):
        if said := i.text(key):
            fields[key] = said if key == "since" else f'"{_plain(said)}"'
    return _factor(document, i, "condition", fields)


def _loop(document: Document, i: Item) -> DraftFactor:
    fields = {"present": _UNKNOWN if i.assumed else "yes", "scope": "architecture"}
    kind = i.text("kind").replace("_", " ")
    return _factor(document, i, "condition", fields, f"is it {kind}? What keeps this loop going, and what would stop it?")


def _control(document: Document, i: Item) -> DraftFactor:
    state = i.text("state")
    fields = dict(_STATES[state])
    if i.assumed and state in ("missing", "bypassed"):
        fields = {"state": "failed", "fails": _UNKNOWN}
    if layer := i.text("layer"):
        fields["layer"] = f'"{_plain(layer)}"'
    asks = () if state in ("missing", "bypassed") else ("how often does it fail?",)
    return _factor(document, i, "control", fields, *asks)


def _plain(text: str) -> str:
    """Inside double quotes of YAML."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _no_trigger(taken: set[str]) -> DraftFactor:
    name = next(n for n in ("unnamed_trigger", "some_trigger", "a_trigger") if n not in taken)
    fields = {"rate": f"{{value: {USUAL_RATE}, basis: assumed}}", "in_incident": "yes"}
    return DraftFactor(name, "trigger", "What set it off", fields, None, ("the answer names no trigger: what set it off?",))


def _line(document: Document, i: Item) -> DraftLine:
    notes = tuple(f"line {document.line(p)}: {document.quote(p)}" for p in i.places)
    return DraftLine(i.name, i.text("expression"), _asks(document, i), notes)


def _default_lines(failure: str, factors: Iterable[DraftFactor]) -> tuple[DraftLine, ...]:
    """Any trigger, with all conditions, with all controls failing."""
    of = {k: [f.name for f in factors if f.kind == k] for k in ("trigger", "condition", "control")}
    off = of["trigger"][0] if len(of["trigger"]) == 1 else f"any({', '.join(of['trigger'])})"
    terms = [off, *of["condition"], *(f"fails({c})" for c in of["control"])]
    ask = "the answer gives no structure, so everything is taken as needed: was every one of these? Take out what only made it worse"
    return (DraftLine(failure, " and ".join(terms), (ask,)),)


def _action(document: Document, i: Item) -> DraftAction:
    told = tuple(i.fields.get("does") or ())
    does = tuple(_does(verb, target) for verb, target in told)
    targets = tuple(target for verb, target in told if verb != "observe")
    asks = _asks(document, i, *(() if does else ("what in this model does it change?",)))
    if any(verb == "observe" for verb, _ in told):
        asks = (*asks, "which control acts on what it shows? An alert that arms none changes no risk")
    place = _first(i) or Place(0, 0)
    item = WrittenItem(i.text("what"), place, "prose", owner=i.text("owner"), due=i.text("due"))
    note = "assumed, no words of the text say it" if i.assumed else f"line {document.line(place)}: {document.quote(place)}"
    cls = cast(ActionClass, i.text("class")) or classify_text(item.text).cls
    return DraftAction(i.name, ReadAction(item, cls), does, asks, note, targets)


def _does(verb: str, target: str) -> str:
    if verb == "mend":
        return f"{{set: {target}.fails, to: {WORKS}}}"
    if verb == "reduce":
        return f"{{set: {target}.present, to: {CLOSED}}}"
    return f"{verb} {target}"
