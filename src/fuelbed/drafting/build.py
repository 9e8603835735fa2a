"""Reading -> draft: factors with names, a first structure, losses, actions as interventions.

The first structure is the plainest that the text supports: any trigger, with every standing condition that the account of the cause
names, with every preventive control failing, is the failure; what bears only on how long it took (alerts, roll-back, access) makes it
worse. Every guess is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from fuelbed.core.document import Document
from fuelbed.core.reading import Mention, Reading
from fuelbed.core.scanner import is_identifier
from fuelbed.core.shown import listed
from fuelbed.drafting.counts import COUNTS
from fuelbed.drafting.dynamics import Forms, model
from fuelbed.drafting.effects import effects
from fuelbed.drafting.model import NO_NAMES, RARE_RATE, USUAL_RATE, Draft, DraftFactor, DraftLine
from fuelbed.text.lexicon import lexicon
from fuelbed.text.wording import identifier, likeness, stems

__all__ = ["draft"]

_MOST = 6  # conditions in one line: more is a list, not a mechanism
_SAME = 0.6  # likeness from which two labels speak of one thing
_TWIN = 0.8  # the same of two kinds, in one sentence
_CAUSES = ("cause", "went_wrong")
_LATE_ROLES = ("detection", "response", "recovery")
_NAMES = {
    "retry_amplification": "unbounded_retry", "crash_loop": "crash_loop", "accumulation": "unbounded_accumulation",
    "self_sustaining_loop": "self_sustaining_loop", "multiplication_loop": "multiplication_of_work", "cascade": "load_moves_to_survivors",
    "propagation_slowdown": "slowness_spreads", "recovery_blocked": "recovery_needs_failed_part", "self_replication": "self_replication",
}  # fmt: skip  # one table
_ONLY_A_DAY = re.compile(r"[\d\s./:-]{4,20}")
_DATED = re.compile(
    r"\bv?\d[\d/.:-]*(?:(?:st|nd|rd|th|min|mins|h|hrs?|s|ms|\s?(?:am|pm))\b)?", re.IGNORECASE
)  # dates, times, versions
_ASIDE = re.compile(r", | [-–—]+ | \(")  # what follows only adds to what is named
_LEAST = 2  # words with content that a name takes
_NEGATED = ("not", "no", "never", "without", "nothing")  # what turns a name into its opposite
_NEEDED = "was every one of these needed? Take out what only made it worse"
_NOTHING = "the text names nothing that stood there before: what let it become a failure? Add it as a condition, and name it here"
_SHARED = "redundancy_lost"
_APART = "what do the copies still share? Each of them fails with it, however many there are"
_OTHER = "Any other event that meets the same conditions"


def draft(reading: Reading, forms: Forms | None = None) -> Draft:
    """A draft that validates as it is, even where the text says next to nothing. With `forms` the feedback is drafted as a dynamic
    model, too."""
    document = reading.document
    taken = {"set_off", "made_worse", *NO_NAMES}
    title = _title(document)
    failure = identifier(_without_frame(title), taken, "failure_of_service", keep=("down", "out", "not", "no"))
    taken.add(failure)
    said, defences = _own(reading)
    came, said = _apart(reading.triggers, said)
    triggers = [(m, _trigger(document, m, taken)) for m in came]
    factors = [f for _, f in triggers]
    factors.append(_other_trigger(taken, alone=not came))
    conditions = [(m, _condition(document, m, taken)) for m in said]
    factors += [f for _, f in conditions]
    amplifier = _amplifier(reading, conditions, taken)
    if isinstance(amplifier, DraftFactor):
        factors.append(amplifier)
    controls = [(m, _control(document, m, taken)) for m in defences]
    factors += [f for _, f in controls]
    early, late = _split(document, conditions, controls)
    if isinstance(amplifier, DraftFactor):
        early.append(amplifier.name)
    lines = _lines(reading, factors, failure, early, late)
    losses = _losses(document, failure, bool(late))
    actions = effects(reading.actions, factors, failure, taken)
    return Draft(
        reading,
        title or "Untitled incident",
        failure,
        tuple(factors),
        lines,
        actions,
        losses,
        document.date.isoformat() if document.date else "",
        amplifier.name if isinstance(amplifier, DraftFactor) else amplifier,
        model(reading, triggers, taken, forms) if forms is not None else None,
    )


def _title(document: Document) -> str:
    """Its title, "" where that says nothing; of one that is only a day, the incident of that day."""
    title = document.title.strip(" .:")
    if title.lower() in lexicon("drafting").words["no_title"]:
        return ""
    return f"Incident of {title}" if _ONLY_A_DAY.fullmatch(title) else document.title


def _without_frame(title: str) -> str:
    """A title without dates and without the words that say what kind of paper it is."""
    return lexicon("drafting").any_word("frame").sub(" ", _DATED.sub(" ", title))


def _own(reading: Reading) -> tuple[list[Mention], list[Mention]]:
    """Conditions and controls that the account itself names. What only an action item asks for is that item's business; where a
    sentence gives a condition and an absent control in the same words they are one thing, and the surer reading is kept."""
    document = reading.document
    asked = {i for a in reading.actions for i in a.item.sentences}
    conditions, controls = _merged(reading.conditions), []
    for m in reading.controls:
        section = document.sections[document.blocks[document.sentences[m.sentence].block].section].role
        if m.sentence in asked or section == "actions":
            continue
        twin = next((c for c in conditions if c.sentence == m.sentence and likeness(c.what, m.what, {}) >= _SAME), None)
        if twin is not None and m.status == "absent" and (twin.sure or not m.sure):
            continue
        if twin is not None:
            conditions.remove(twin)
        controls.append(m)
    return conditions, controls


def _apart(triggers: Iterable[Mention], conditions: Iterable[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Each thing as one kind only: where a sentence gives a trigger and a condition in the same words, the surer reading stays, of two
    as sure the trigger, unless it leaves nothing that stood there. What says less than two words of its own and is a guess is left out."""
    came, stood = [m for m in triggers if _tells(m)], [m for m in conditions if _tells(m)]
    for c in list(stood):
        twin = next((t for t in came if t.sentence == c.sentence and likeness(t.what, c.what, {}) >= _TWIN), None)
        if twin is None:
            continue
        if (c.sure and not twin.sure) or (len(stood) == 1 and len(came) > 1):
            came.remove(twin)
        elif len(stood) > 1:
            stood.remove(c)
    return came, stood


def _tells(m: Mention) -> bool:
    return m.sure or len(stems(m.what)) > 1


def _merged(mentions: Iterable[Mention]) -> list[Mention]:
    """Each standing thing once: of two with one subject (their first two telling words), the surer, else the first, is kept."""
    kept: dict[tuple[str, ...], Mention] = {}
    for m in mentions:
        words = stems(m.what)
        subject = words[:2] if len(words) > 2 else words
        if subject not in kept or (m.sure and not kept[subject].sure):
            kept[subject] = m
    return sorted(kept.values(), key=lambda m: m.place.start)


def _name(what: str, taken: set[str], fallback: str, keep: tuple[str, ...] = ()) -> str:
    name = identifier(what, taken, fallback, keep=keep)
    if not is_identifier(name):
        name = identifier("", taken, fallback)
    taken.add(name)
    return name


def _core(what: str) -> str:
    """What a label names before it adds to it ("a calibration error, not a script bug"); all of it where that is too little."""
    first = _ASIDE.split(what, maxsplit=1)[0]
    return first if len(stems(first)) >= _LEAST else what


def _trigger(document: Document, m: Mention, taken: set[str]) -> DraftFactor:
    rate = next((h.entry.id for h in lexicon("drafting").find(document.sentences[m.sentence].plain, "rate")), "")
    ask = "how often does such a thing happen?"
    ask += f" The text hints at `{rate}`" if rate else f" `{USUAL_RATE}` is taken because the text does not say"
    fields = {"rate": f"{{value: {rate or USUAL_RATE}, basis: assumed}}"}
    fields["in_incident"] = "yes" if m.sure else "unknown"
    return DraftFactor(_name(_core(m.what), taken, "trigger", _NEGATED), "trigger", m.what, fields, m.place, (ask,), m.sure)


def _other_trigger(taken: set[str], alone: bool) -> DraftFactor:
    ask = (
        "the text names no trigger: what set it off?"
        if alone
        else "what else could have set it off? Delete this where nothing could"
    )
    fields = {"rate": f"{{value: {USUAL_RATE if alone else RARE_RATE}, basis: assumed}}", "in_incident": "yes" if alone else "no"}
    what = "What set it off" if alone else _OTHER
    name = next(
        n
        for n in ("unnamed_trigger" if alone else "other_trigger", "some_other_trigger", "yet_another_trigger")
        if n not in taken
    )
    taken.add(name)
    return DraftFactor(name, "trigger", what, fields, None, (ask,))


def _condition(document: Document, m: Mention, taken: set[str]) -> DraftFactor:
    fields = {"present": "yes"}
    since = re.search(r"(?<!\d)since (?:[A-Z][a-z]+ )?(20\d\d)(?!\d)", document.quote(m.place))
    if since:
        fields["since"] = since[1]
    if m.layer:
        fields["layer"] = m.layer
    asks = () if m.sure else ("was this so before the trigger came, and is it still?",)
    if m.why == _SHARED:
        fields["scope"] = "architecture"
        asks = (*asks, _APART)
        return DraftFactor(_name(m.why.replace("_", " "), taken, "condition"), "condition", m.what, fields, m.place, asks, m.sure)
    return DraftFactor(_name(_core(m.what), taken, "condition", _NEGATED), "condition", m.what, fields, m.place, asks, m.sure)


def _control(document: Document, m: Mention, taken: set[str]) -> DraftFactor:
    fields: dict[str, str] = {}
    asks: tuple[str, ...] = ()
    if m.status == "absent":
        fields["state"] = "missing"
    elif m.status == "worked":
        fields.update(state="effective", fails="{value: 0.02..0.3, basis: assumed}", in_incident="held")
        asks = ("it held in this incident; how often does it not?",)
    else:
        fields.update(state="failed", fails="{value: 0.1..0.9, basis: assumed}")
        asks = ("was it down for good, or did it lose this one time? How often does it?",)
    if m.layer:
        fields["layer"] = m.layer
    return DraftFactor(_name(m.what, taken, "control"), "control", m.what, fields, m.place, asks, m.sure)


def _amplifier(reading: Reading, conditions: list[tuple[Mention, DraftFactor]], taken: set[str]) -> DraftFactor | str:
    """The condition that stands for the feedback: one that the text names already, or one of its own; "" without feedback."""
    found = reading.amplification
    if not found.present or found.mention is None:
        return ""
    m = found.mention
    told = {x.sentence for x in (m, *found.others)}
    topic = set(stems(found.kind.replace("_", " ")))
    named = [f.name for c, f in conditions if c.sentence in told or likeness(c.what, m.what, {}) >= _SAME]
    named += [f.name for c, f in conditions if topic & set(stems(c.what))]
    if named:
        return named[0]
    name = _NAMES.get(found.kind, "feedback")
    fields = {"present": "yes", "scope": "architecture"}
    ask = "what keeps this loop going, and what would stop it?"
    return DraftFactor(_name(name.replace("_", " "), taken, "feedback"), "condition", m.what, fields, m.place, (ask,), m.sure)


def _late(document: Document, m: Mention) -> bool:
    """Whether it bears on how long it took rather than on whether it failed."""
    section = document.sections[document.blocks[document.sentences[m.sentence].block].section].role
    return section in _LATE_ROLES or bool(lexicon("drafting").any_word("sight", "response").search(m.what))


def _is_listed(document: Document, m: Mention) -> bool:
    """Whether it is an item of a list in the account of the cause, and its words say that it stood there, too."""
    block = document.block_of(document.sentences[m.sentence])
    by_place = m.why.startswith(("section ", "likely"))
    return block.kind == "item" and document.sections[block.section].role in _CAUSES and not by_place


def _split(
    document: Document, conditions: list[tuple[Mention, DraftFactor]], controls: list[tuple[Mention, DraftFactor]]
) -> tuple[list[str], list[str]]:
    """Terms of the failure's own line, and terms of what made it worse. Without a condition that is sure or listed as a cause the others stand in."""
    whether = [(m, f) for m, f in conditions if not _late(document, m)]
    chosen = [f for m, f in whether if m.sure or _is_listed(document, m)] or [f for _, f in whether]
    early = [f.name for f in chosen[:_MOST]]
    late = [f.name for _, f in conditions if f.name not in early]
    for m, f in controls:
        # one that held cannot have been needed to fail: by its own model the incident would not have happened
        (late if _late(document, m) or m.status == "worked" else early).append(f"fails({f.name})")
    held = {f"fails({f.name})" for m, f in controls if m.status == "worked"}
    if not early and (first := next((t for t in late if t not in held), "")):
        early = [first]
        late.remove(first)
    return early, late


def _joint(reading: Reading) -> bool:
    """Whether a sentence says that the triggers were needed together."""
    own = {m.sentence for m in reading.triggers}
    doc = reading.document
    return len(reading.triggers) > 1 and any(lexicon("drafting").first(doc.sentences[i].plain, "together") for i in own)


def _lines(
    reading: Reading, factors: Sequence[DraftFactor], failure: str, early: list[str], late: list[str]
) -> tuple[DraftLine, ...]:
    triggers = [f.name for f in factors if f.kind == "trigger"]
    if len(triggers) == 1:
        off = triggers[0]
        ask: tuple[str, ...] = ()
    else:
        off = f"any({', '.join(triggers)})"
        ask = ("does each of these alone set it off?",)
        if _joint(reading):
            ask = ("the text says that some of these came together: is one enough? If not, write `and` and give one a `lasts`",)
    lines = [
        DraftLine("set_off", off, ask),
        DraftLine(failure, " and ".join(["set_off", *early]), (_NEEDED if early else _NOTHING,)),
    ]
    if late:
        worse = late[0] if len(late) == 1 else f"any({', '.join(late)})"
        held = [f"`{f.name}`" for f in factors if f.fields.get("in_incident") == "held" and f"fails({f.name})" in late]
        asks = (
            "did these make it longer or wider?",
            *([f"{listed(held)} held: would it have been longer or wider without?"] if held else ()),
        )
        lines.append(DraftLine("made_worse", f"{failure} and {worse}", asks))
    return tuple(lines)


def _losses(document: Document, failure: str, worse: bool) -> Mapping[str, str]:
    """Losses in minutes of outage where the text gives its length; else in a unit of its own, assumed."""
    minutes = _minutes(document)
    if not worse:
        return {failure: f"{minutes} minutes"} if minutes else {}
    if minutes:
        return {
            failure: f"{{value: {max(minutes // 4, 1)}..{minutes} minutes, basis: assumed}}",
            "made_worse": f"{minutes} minutes",
        }
    return {failure: "{value: 1 outages, basis: assumed}", "made_worse": "{value: 1..4 outages, basis: assumed}"}


def _minutes(document: Document) -> int:
    """The length of the outage as a sentence states it, 0 where none does."""
    for s in document.sentences:
        hit = lexicon("drafting").first(s.plain, "duration")
        m = hit.entry.match.search(s.plain) if hit else None
        if m is not None:
            return _in_minutes(m["value"])
    return 0


_AMOUNTS = {"half an?": 0.5, "an?": 1.0, **COUNTS}


def _in_minutes(text: str) -> int:
    words = lexicon("drafting").words
    size = {
        **dict.fromkeys(words["units_minute"], 1),
        **dict.fromkeys(words["units_hour"], 60),
        **dict.fromkeys(words["units_day"], 1440),
    }
    text = text.lower()
    for word, n in _AMOUNTS.items():
        text = re.sub(rf"\b{word}(?=\s)", str(n), text)
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([a-z]+)", text)
    return round(sum(float(n) * size.get(unit, 0) for n, unit in parts))
