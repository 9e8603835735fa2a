"""An answer against the text: what may be taken from it, and every fault at once, each with where it stands in the answer.

The contract: an item rests on quotes that are verbatim in the text, or says that it is assumed; a number is in one of its quotes; a
probability is never taken; names are names; nothing else is read. Nothing of the answer is executed, and no text of it is longer than its
field allows. A quote that is found proves that the words are there, not that they say what the item says: that is asked of a person.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fuelbed.core.document import Document
from fuelbed.core.scanner import did_you_mean, is_identifier
from fuelbed.drafting.answer.accepted import Accepted, Item
from fuelbed.drafting.answer.faults import Fault, Faults, Path, TooMany
from fuelbed.drafting.answer.folding import fold
from fuelbed.drafting.answer.names import Names
from fuelbed.drafting.answer.quotes import NOT_A_PROBABILITY, Quotes, spaced
from fuelbed.drafting.answer.shape import EVIDENCE, FORBIDDEN, ITEMS, TOP, VERBS, VERSION, Field
from fuelbed.drafting.model import NO_NAMES

__all__ = ["check_answer"]

_FACTORS = ("triggers", "conditions", "controls", "loops")
_MOST_DOES = 8


def check_answer(answer: object, document: Document) -> tuple[Accepted | None, tuple[Fault, ...]]:
    """What is accepted, or None and the faults. `answer` is plain data, as a JSON parser gives it."""
    faults = Faults()
    accepted = None
    with contextlib.suppress(TooMany):
        accepted = _Checking(faults, Quotes(document, fold(document.source.text), faults)).run(answer)
    return (None, tuple(faults.found)) if faults.found else (accepted, ())


@dataclass(slots=True)
class _Checking:
    fault: Faults
    quotes: Quotes

    def run(self, answer: object) -> Accepted | None:
        if not isinstance(answer, dict):
            self.fault((), "FB191", "the answer is no object.", "Write one object, as the schema says.")
            return None
        version = answer.get("fuelbed_answer")
        if version != VERSION or isinstance(version, bool):
            message = "the version of the format is missing or not known."
            self.fault(("fuelbed_answer",), "FB191", message, f'Write "fuelbed_answer": {VERSION}.')
        self._unknown((), answer, ("fuelbed_answer", *TOP, *ITEMS))
        top = self._fields((), answer, TOP)
        items = tuple(i for section in ITEMS for i in self._section(section, answer.get(section)))
        failure = str(top.get("failure") or "")
        self.quotes.numbers_of_text(top)
        Names(self.fault).run(items, failure)
        if not any(answer.get(s) for s in _FACTORS):
            self.fault((), "FB191", "the answer names no trigger, condition, control or loop.", "Name at least one.")
        return Accepted(failure, str(top.get("title") or ""), items, isinstance(answer.get("claims"), list))

    def _unknown(self, path: Path, value: Mapping[str, Any], known: Iterable[str]) -> None:
        names = list(known)
        for key in value:
            if key in names:
                continue
            if key.lower() in FORBIDDEN or (key.lower() == "rate" and path):
                self.fault(
                    (*path, key),
                    "FB196",
                    f"`{key}` states a probability, a rate or a weight, and none is taken from a model.",
                    NOT_A_PROBABILITY,
                )
            else:
                self.fault(
                    (*path, key),
                    "FB191",
                    f"there is no field `{key[:60]}` here.",
                    did_you_mean(key[:60], names) or f"Fields are: {', '.join(names)}.",
                )

    def _fields(self, path: Path, value: Mapping[str, Any], known: Mapping[str, Field]) -> dict[str, Any]:
        """The fields that are there and well formed; null is as if left out."""
        out: dict[str, Any] = {}
        for key, f in known.items():
            if f.kind in ("evidence", "does"):
                continue
            given = value.get(key)
            if given is None:
                if f.needed:
                    self.fault((*path, key) if key in value else path, "FB191", f"`{key}` is missing.", f"It is {f.what}.")
            elif self._is_well_formed((*path, key), key, f, given):
                out[key] = given
        return out

    def _quote(self, path: Path, raw: dict[str, Any]) -> dict[str, Any]:
        self._unknown(path, raw, EVIDENCE)
        return self._fields(path, raw, EVIDENCE)

    def _is_well_formed(self, path: Path, key: str, f: Field, given: object) -> bool:
        before = len(self.fault.found)
        if f.kind == "flag" and not isinstance(given, bool):
            self.fault(path, "FB191", f"`{key}` is neither true nor false.", "Write true, false or null.")
        elif f.kind == "int" and (not isinstance(given, int) or isinstance(given, bool) or given < 0):
            self.fault(path, "FB191", f"`{key}` is no offset.", "Write a whole number from 0, or null.")
        elif f.kind in ("text", "name", "word", "quote") and not isinstance(given, str):
            code, cure = ("FB196", NOT_A_PROBABILITY) if key == "rate" else ("FB191", f"It is {f.what}.")
            self.fault(path, code, f"`{key}` is no text.", cure)
        elif isinstance(given, str):
            self._string(path, key, f, given)
        return len(self.fault.found) == before

    def _string(self, path: Path, key: str, f: Field, given: str) -> None:
        if f.kind == "word" and given not in f.words:
            code, cure = ("FB196", NOT_A_PROBABILITY) if key == "rate" else ("FB191", f"It is one of: {', '.join(f.words)}.")
            self.fault(path, code, f"`{given[:60]}` is no `{key}`.", cure)
        elif f.kind == "name":
            if len(given) > f.most or not is_identifier(given) or given in NO_NAMES:
                self.fault(
                    path,
                    "FB197",
                    f"`{given[:60]}` is no name.",
                    f"Names are snake_case, at most {f.most} characters, and no word of the language.",
                )
        elif f.kind in ("text", "quote"):
            if len(given) > f.most:
                self.fault(path, "FB191", f"`{key}` has {len(given)} characters; the limit is {f.most}.", "Shorten it.")
            elif not given.strip():
                self.fault(path, "FB191", f"`{key}` is empty.", "Write it, or null.")
            elif f.kind == "text" and not given.isprintable():
                self.fault(path, "FB191", f"`{key}` holds a control character or a line break.", "Remove it.")

    def _section(self, section: str, given: object) -> list[Item]:
        most, _, known = ITEMS[section]
        if given is None:
            return []
        if not isinstance(given, list):
            self.fault((section,), "FB191", f"`{section}` is no list.", "Write a list of objects.")
            return []
        if len(given) > most:
            self.fault(
                (section,), "FB191", f"`{section}` has {len(given)} entries; the limit is {most}.", "Keep those that matter."
            )
        return [i for n, raw in enumerate(given[:most]) if (i := self._item(section, (section, n), raw, known)) is not None]

    def _item(self, section: str, path: Path, raw: object, known: Mapping[str, Field]) -> Item | None:
        if not isinstance(raw, dict):
            self.fault(path, "FB191", "this is no object.", "Write an object with the fields of the schema.")
            return None
        self._unknown(path, raw, known)
        fields = self._fields(path, raw, known)
        if "does" in known:
            fields["does"] = self._does((*path, "does"), raw.get("does"))
        assumed = fields.get("assumed") is True
        quotes = self.quotes.evidence((*path, "evidence"), raw.get("evidence"), self._quote)
        given = raw.get("evidence") not in (None, [])
        if assumed and given:
            self.fault(
                (*path, "assumed"),
                "FB198",
                "it is assumed, and has quotes.",
                "Drop one of the two: what the text says is not assumed.",
            )
        if not assumed and not given:
            self.fault(
                path, "FB198", "no quote says this, and it is not called assumed.", 'Add `evidence`, or write "assumed": true.'
            )
        if not assumed and given:
            self.quotes.numbers(path, fields, [self.quotes.document.quote(p) for p in quotes])
        self.quotes.moments(path, fields, assumed)
        if "lasts" in fields:
            fields["lasts"] = spaced(fields["lasts"])
        key = "claim" if section == "claims" else "name"
        return Item(section, int(path[1]), fields, () if assumed else tuple(quotes)) if key in fields else None

    def _does(self, path: Path, given: object) -> list[tuple[str, str]]:
        if given is None:
            return []
        if not isinstance(given, list) or len(given) > _MOST_DOES:
            self.fault(path, "FB191", "`does` is no list of at most 8 entries.", 'Write a list of {"verb": ..., "target": ...}.')
            return []
        out = []
        for n, raw in enumerate(given):
            if not isinstance(raw, dict):
                self.fault(
                    (*path, n), "FB191", "this is no object.", 'Write {"verb": "remove", "target": "name_of_a_condition"}.'
                )
                continue
            self._unknown((*path, n), raw, ("verb", "target"))
            verb, target = raw.get("verb"), raw.get("target")
            if not isinstance(verb, str) or verb not in VERBS:
                self.fault((*path, n), "FB191", f"`{str(verb)[:40]}` is no verb.", f"Verbs are: {', '.join(VERBS)}.")
            elif not isinstance(target, str):
                self.fault((*path, n), "FB191", "`target` is missing or no text.", "Name a factor.")
            else:
                out.append((verb, target))
        return out
