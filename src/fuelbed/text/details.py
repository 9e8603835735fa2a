"""What hangs on an action item: owner, due date, ticket, priority, whether it is done; and its words without all that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fuelbed.text.lexicon import Entry, lexicon

__all__ = ["Details", "details", "plain_text", "without"]

_HANDLE = re.compile(r"(?:\A|(?<=[\s(\[,]))@[A-Za-z0-9][\w-]{0,38}(?![\w/.])")
_LAST_HANDLES = re.compile(r"[\s([{,–—-]*(?:(?:@[A-Za-z0-9][\w-]{0,38})[\s,&/]*){1,6}[)\]}]?[.\s]*\Z")
_FIRST_HANDLE = re.compile(r"[(\[]?(?:@[A-Za-z0-9][\w-]{0,38}[\s,&/]*){1,4}[)\]]?[\s:–—-]*")
_TRACKED = re.compile(
    r"https?://[^\s<>()\[\]]{1,300}?/(?:issues|pull|pulls|merge_requests|browse|ticket|tickets|work_items)/([A-Za-z0-9_-]{1,40})"
)
_STRUCK = re.compile(r"\s*(?:[-*+]|\d+[.)])?\s*~~.*~~\s*", re.DOTALL)
_EMPTY = re.compile(r"\s*[(\[{][\s,;:.|-]{0,20}[)\]}]")
_HELD = re.compile(r"\s*[(\[]([^()\[\]]{1,160})[)\]]")
_LAST_HELD = re.compile(r"\s*\(([^()]{1,120})\)[\s.]*\Z")
_STATE_ENDS = re.compile(r"[:—–]\s*")  # of "Suggested: make it harder"
_COUNT = re.compile(r"\s*\(?\d{1,3}[.)](?:\s+(?=\D)|(?=[A-Za-z]{2}))")
_EDGE = " \t,;:|-–—•·*"
_ROLES = ("owner", "due", "priority", "ticket", "done")
_DATE = re.compile(r"20\d\d-\d\d-\d\d")
_NAME_WORDS = 4  # words of an owner in brackets


@dataclass(frozen=True, slots=True)
class Details:
    """What a table's columns or the item's own words say about it."""

    owner: str = ""
    due: str = ""
    ticket: str = ""
    priority: str = ""
    done: bool | None = None

    def over(self, other: Details) -> Details:
        """These details, and the other's where these say nothing."""
        done = self.done if self.done is not None else other.done
        return Details(
            self.owner or other.owner, self.due or other.due, self.ticket or other.ticket, self.priority or other.priority, done
        )


def _value(e: Entry, text: str) -> str:
    m = e.find(text)
    return "" if m is None else next((v for k, v in m.groupdict().items() if k.startswith("v") and v), m[0])


def _first(text: str, role: str) -> str:
    for e in lexicon("items").possible(text, role):
        if v := _value(e, text):
            return v.strip()
    return ""


def details(text: str, quote: str = "") -> Details:
    """Read from an item's words; `quote` is the source, whose links tell tickets that the words do not."""
    held = _last_held(text)
    owner = _first(text, "owner") or ", ".join(dict.fromkeys(m[0] for m in _HANDLE.finditer(text))) or held.owner
    ticket = _first(text, "ticket") or held.ticket
    if not ticket:
        m = _TRACKED.search(quote)
        ticket = m[0] if m is not None else ""
    done = True if _first(text, "done") or (quote and "~~" in quote and _STRUCK.fullmatch(quote)) else None
    return Details(owner, _first(text, "due") or held.due, ticket, _first(text, "priority"), done)


def _last_held(text: str) -> Details:
    """What a list in brackets at the end says: "(storage team, 2025-09-01, STO-118)". Nothing, where no part of it is a date or a ticket."""
    m = _LAST_HELD.search(text)
    if m is None or "," not in m[1]:
        return Details()
    due = ticket = ""
    rest = []
    for part in (p.strip() for p in m[1].split(",")):
        if not due and (said := part if _DATE.fullmatch(part) else _whole(part, "due")):
            due = said
        elif not ticket and (said := _whole(part, "ticket")):
            ticket = said
        elif not _whole(part, "priority"):
            rest.append(part)
    if not (due or ticket) or len(rest) > 1 or any(len(p.split()) > _NAME_WORDS for p in rest):
        return Details()
    return Details(owner=rest[0] if rest else "", due=due, ticket=ticket)


def _whole(part: str, role: str) -> str:
    """The value of a part that is nothing else."""
    for e in lexicon("items").possible(part, role):
        found = e.find(part)
        if found is not None and not (part[: found.start()] + part[found.end() :]).strip(_EDGE + "."):
            return _value(e, part).strip()
    return ""


def without(text: str) -> str:
    """The words without owner, due date, ticket, priority, state and lone link words at their ends or in brackets."""
    m = _FIRST_HANDLE.match(text)
    text = text[m.end() :] if m is not None else text
    if _last_held(text) != Details():
        text = _LAST_HELD.sub("", text)
    if lexicon("items").first(text, "state_led") is not None:
        text = _STATE_ENDS.split(text, maxsplit=1)[1]
    m = _LAST_HANDLES.search(text[-300:]) if "@" in text else None
    text = text[: len(text) - len(m[0])] if m is not None else text
    for e in lexicon("items").possible(text, *_ROLES, "link_only"):  # what is taken out makes no other one possible
        found = e.find(text)
        if found is not None and _loose(text, found.start(), found.end(), e.role):
            text = text[: found.start()].rstrip() + " " * (found.end() < len(text)) + text[found.end() :].lstrip()
    text = _EMPTY.sub("", _HELD.sub(_held, text))
    m = _COUNT.match(text)
    text = text[m.end() :] if m is not None else text
    return " ".join(text.strip(_EDGE).split())


def _held(m: re.Match[str]) -> str:
    """Nothing, where a bracket holds nothing but owner, due date, ticket and the like."""
    said = _HANDLE.sub("", m[1])
    for e in lexicon("items").entries:
        if e.role in _ROLES:
            said = e.match.sub("", said)
    return "" if said != m[1] and not any(c.isalnum() for c in said) else m[0]


def _loose(text: str, start: int, end: int, role: str) -> bool:
    """Whether what was found may go: it stands in brackets, at an end, or is named ("owner: ...")."""
    if role == "owner" or text[start] in "([" or text[:start].strip(_EDGE) == "" or text[end:].strip(_EDGE + ".") == "":
        return role != "due" or text[start] in "([" or ":" in text[start:end] or text[end:].strip(_EDGE + ".") == ""
    return False


def plain_text(text: str) -> str:
    return text.strip()
