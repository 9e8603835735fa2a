"""A reading shared out: which sentences, stated causes and action items go to which scope and to which role.

- *text*: every sentence of the account. What is planned, appended, or asked is no account, nor is a line that is only a time.
- *causes*: what the reading takes for a trigger, a condition, a control that was absent or failed, feedback, or the single cause.
- *actions*: the action items.

Each passage counts one, in equal parts where it goes to several; what goes to none is *not classified*, and is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from fuelbed.core.attribution import ROLES, Attribution, Passage, Role
from fuelbed.core.document import Document, SectionRole, Sentence
from fuelbed.core.reading import Mention, ReadAction, Reading
from fuelbed.text.amplification import spread
from fuelbed.text.judging import ENOUGH
from fuelbed.text.lexicon import lexicon
from fuelbed.text.naming import judged
from fuelbed.text.scopes import is_said, scopes_of

__all__ = ["attribute", "left_out"]

_ASIDE: frozenset[SectionRole] = frozenset({"actions", "people", "stats", "appendix", "questions"})
_LEAST = 3  # words of a sentence that tells something
_WORD = re.compile(r"[^\W\d_]{2,}")
_OF_KIND: Mapping[str, Role] = {
    "trigger": "trigger", "condition": "condition", "control": "control", "absent": "control", "failed": "control", "worked": "control",
    "amplification": "feedback",
}  # fmt: skip  # one table
_OF_CLASS: Mapping[str, Role] = {"structural": "condition", "trigger_only": "trigger", "monitoring": "control"}
_SAID: Mapping[str, Role] = {"act_feedback": "feedback", "act_control": "control", "act_trigger": "trigger"}


def attribute(reading: Reading, team: str = "", without: Sequence[str] = ()) -> Attribution:
    """All passages of a reading. `team`: the author's, so that other teams can be told apart; `without`: headings of what is no story."""
    document = reading.document
    if document.kind in ("template", "empty"):
        return Attribution(document)
    gone = left_out(document, without)
    own = (document.title, team)
    passages = (
        *_text(document, team, own, gone),
        *_causes(reading, team, own, gone),
        *(_action(a, team, own) for a in reading.actions),
    )
    return Attribution(document, passages)


def left_out(document: Document, without: Sequence[str]) -> frozenset[int]:
    """The sections under these headings, and those below them."""
    wanted = {_folded(w) for w in without}
    named = {i for i, s in enumerate(document.sections) if _folded(s.heading) in wanted}
    return frozenset(i for i, s in enumerate(document.sections) if i in named or named.intersection(s.path))


def _folded(text: str) -> str:
    return " ".join(re.sub(r"\W+", " ", text).lower().split())


def _told(document: Document, gone: frozenset[int]) -> Iterator[Sentence]:
    for s in document.said():
        block = document.block_of(s)
        if document.role_of(s) in _ASIDE or block.section in gone or s.plain.rstrip().endswith("?"):
            continue
        if len(_WORD.findall(s.plain)) >= _LEAST:
            yield s


def _text(document: Document, team: str, own: Sequence[str], gone: frozenset[int]) -> Iterator[Passage]:
    roles: dict[int, set[Role]] = {}
    for f in judged(document):
        if f.score >= ENOUGH and not f.asked:
            roles.setdefault(f.sentence, set()).add(_OF_KIND[f.kind])
    for i in spread(document):
        roles.setdefault(i, set()).add("feedback")
    for s in _told(document, gone):
        scopes, why = scopes_of(s.plain, team, own)
        mine = roles.get(s.index, ())
        yield Passage("text", s.place(), s.block, (s.index,), scopes, tuple(r for r in ROLES if r in mine), why)


def _causes(reading: Reading, team: str, own: Sequence[str], gone: frozenset[int]) -> Iterator[Passage]:
    """Each stated cause once; of two kinds that rest on the same words it has both roles."""
    d = reading.document
    found: dict[tuple[int, int], tuple[Mention, set[Role]]] = {}
    for m, role in _stated(reading):
        if d.block_of(d.sentences[m.sentence]).section in gone:
            continue
        _, mine = found.setdefault((m.place.start, m.place.end), (m, set()))
        mine |= {role} if role is not None else set()
    for _, (m, mine) in sorted(found.items(), key=lambda x: x[0]):
        s = d.sentences[m.sentence]
        scopes, why = scopes_of(d.quote(m.place), team, own)
        if not is_said(why):  # the rest of its sentence may say it in so many words
            whole, because = scopes_of(s.plain, team, own)
            scopes, why = (whole, because) if not scopes or is_said(because) else (scopes, why)
        yield Passage("causes", m.place, s.block, (m.sentence,), scopes, tuple(r for r in ROLES if r in mine), why, m.sure)


def _stated(reading: Reading) -> Iterator[tuple[Mention, Role | None]]:
    for m in (*reading.triggers, *reading.conditions):
        yield m, _OF_KIND[m.kind]
    for m in reading.controls:
        if m.status != "worked":
            yield m, "control"
    found = reading.amplification
    for m in (*([found.mention] if found.mention is not None else []), *found.others):
        yield m, "feedback"
    if reading.claims.single_cause is not None:
        yield reading.claims.single_cause, None


def _action(a: ReadAction, team: str, own: Sequence[str]) -> Passage:
    """An item's scope is what it is about; one that asks people to write or to act otherwise, and says no more, goes to the organization."""
    text = a.item.text if len(a.item.text.split()) >= _LEAST else f"{a.item.heading} {a.item.text}"
    scopes, why = scopes_of(text, team, own)
    if a.cls in ("process", "doc") and not is_said(why):
        scopes, why = ("organization",), (f"class {a.cls}",)
    said = next((_SAID[h.entry.role] for role in _SAID for h in lexicon("attribution").find(text, role)), None)
    role = said if said is not None and a.cls not in ("trigger_only",) else _OF_CLASS.get(a.cls)
    return Passage("actions", a.item.place, a.item.block, a.item.sentences, scopes, (role,) if role is not None else (), why)
