"""Galileo's text format of fault trees, its static gates: `and`, `or`, `KofN`; basic events by `prob=`, `lambda=` or a Weibull.

K. Sullivan, J. B. Dugan, D. Coppit, "The Galileo fault tree analysis tool", FTCS 1999. Dynamic gates (PAND, SPARE, FDEP, SEQ) speak of
an order of events, which a static tree has not: each is an error, none is read as something else.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from os.path import basename, splitext

from fuelbed.core.errors import InputError
from fuelbed.core.faulttrees import Chance, FaultTree, number
from fuelbed.core.hints import did_you_mean
from fuelbed.core.networks import Gate, Network
from fuelbed.readers.faulttrees.faults import At, Faults
from fuelbed.readers.faulttrees.tops import check_cycles, top_of

__all__ = ["parse_galileo"]

_TOKEN = re.compile(
    r"(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|\"(?P<quoted>[^\"\n]{1,1000})\"|(?P<word>[^\s;=\"]{1,1000})|(?P<mark>[;=])", re.DOTALL
)
_VOTE = re.compile(r"([0-9]{1,7})of([0-9]{1,7})\Z", re.IGNORECASE)
_VOTING = re.compile(r"vot([0-9]{1,7})\Z", re.IGNORECASE)
_DYNAMIC = ("pand", "pand_incl", "pand_excl", "por", "spare", "wsp", "csp", "hsp", "fdep", "pdep", "seq", "seqand", "mutex")
_USED = ("prob", "lambda", "rate", "shape")
_MAX_BYTES = 20_000_000  # half a million gates; in memory each takes thirty times what it takes here
_IGNORED = ("dorm", "repl", "cov", "res", "mean", "stddev", "failsafe", "interval", "phases", "repair")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    quoted: bool
    at: At


def parse_galileo(data: bytes, file: str, top: str = "") -> FaultTree:
    """The tree of a Galileo file. Raises `InputError` with every fault."""
    faults = Faults()
    if len(data) > _MAX_BYTES:
        faults.error("FB141", (1, 1, file), f"the file is larger than {_MAX_BYTES // 1_000_000} MB.", "Cut it to one tree.")
        raise InputError(faults.found)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        faults.error("FB140", (data[: e.start].count(b"\n") + 1, 1, file), "this is not UTF-8 text.", "Save it as UTF-8.")
        raise InputError(faults.found) from None
    return _Reader(faults, file).read(_statements(text, file, faults), top)


def _statements(text: str, file: str, faults: Faults) -> list[list[_Token]]:
    out: list[list[_Token]] = []
    now: list[_Token] = []
    at, line, begin = 0, 1, 0
    while at < len(text):
        m = _TOKEN.match(text, at)
        place = (line, at - begin + 1, file)
        if m is None:
            faults.error(
                "FB140", place, "this is neither a name nor a sign of the format.", "Names stand in double quotes, on one line."
            )
            raise InputError(faults.found)
        if m["mark"] == ";":
            out.append(now)
            now = []
        elif m["skip"] is None:
            now.append(_Token(m["quoted"] or m["word"] or m["mark"], m["quoted"] is not None, place))
        line += m[0].count("\n")
        begin = at + m[0].rfind("\n") + 1 if "\n" in m[0] else begin
        at = m.end()
    if now:
        faults.error("FB140", now[0].at, "the last line has no `;` at its end.", "Add it.")
    return [s for s in out if s]


class _Reader:
    def __init__(self, faults: Faults, file: str) -> None:
        self.faults, self.file = faults, file
        self.gates: dict[str, Gate] = {}
        self.events: dict[str, Chance | None] = {}
        self.places: dict[str, At] = {}
        self.named: list[str] = []
        self.top = ""
        self.ignored: set[str] = set()

    def read(self, statements: list[list[_Token]], top: str) -> FaultTree:
        for s in statements:
            self._statement(s)
        for g in list(self.gates.values()):
            for a in g.args:
                if a not in self.gates and a not in self.events:
                    near = did_you_mean(a, [*self.gates, *self.events]) if self.faults.hints else ""
                    cure = near or "Define it, or give it a probability."
                    self.faults.error("FB144", self.places.get(a, (1, 1, self.file)), f"`{a[:60]}` is not defined.", cure)
                    self.events[a] = None
        check_cycles({n: g.args for n, g in self.gates.items()}, self.places, self.faults, "gate")
        named = top_of(self.gates, self.named, top or self.top, self.faults, self.file)
        findings = self.faults.end()
        network = Network(self.gates, named).pruned()
        used = set(network.events())
        events = {n: c for n, c in self.events.items() if n in used}
        return FaultTree(splitext(basename(self.file))[0], network, events, findings=findings, file=self.file)

    def _statement(self, s: list[_Token]) -> None:
        first = s[0]
        if first.text.lower() == "toplevel" and not first.quoted:
            if len(s) != 2 or self.top:
                self.faults.error("FB143", first.at, "one gate is the top.", 'Write `toplevel "name";` once.')
            self.top = self.top or (s[1].text if len(s) > 1 else "")
            return
        if first.text in self.places and (first.text in self.gates or first.text in self.events):
            self.faults.error("FB143", first.at, f"`{first.text[:60]}` is defined twice.", "Rename one, or remove it.")
            return
        self.places[first.text] = first.at
        if len(s) > 2 and s[2].text == "=":
            self._event(first, s[1:])
        elif len(s) > 1:
            self._gate(first, s[1], s[2:])
        else:
            self.events[first.text] = None

    def _gate(self, name: _Token, kind: _Token, args: list[_Token]) -> None:
        word = kind.text.lower()
        inputs = tuple(t.text for t in args)
        for t in args:
            self.places.setdefault(t.text, t.at)
        self.named.append(name.text)
        self.gates[name.text] = Gate("or", inputs)
        vote, voting = _VOTE.match(word), _VOTING.match(word)
        if word in _DYNAMIC:
            cure = "Only static gates are solved here: and, or, KofN."
            self.faults.error("FB142", kind.at, f"`{word}` is a dynamic gate: it speaks of an order of events.", cure)
        elif not args:
            self.faults.error("FB143", kind.at, f"the gate `{name.text[:60]}` reads nothing.", "Name its inputs.")
        elif word in ("and", "or") or (word in ("not", "xor") and len(args) == (1 if word == "not" else 2)):
            self.gates[name.text] = Gate(word, inputs)
        elif vote or voting:
            k = int(vote[1] if vote else voting[1] if voting else 0)
            if not 1 <= k <= len(args) or (vote and int(vote[2]) != len(args)):
                self.faults.error(
                    "FB143", kind.at, f"`{word}` reads {len(args)} inputs.", f"Write `{min(max(k, 1), len(args))}of{len(args)}`."
                )
            self.gates[name.text] = Gate("atleast", inputs, min(max(k, 1), len(args)))
        else:
            self.faults.error(
                "FB142",
                kind.at,
                f"`{kind.text[:60]}` is no gate.",
                did_you_mean(word, ("and", "or", "2of3", "not", "xor")) or "Write and, or, or KofN such as 2of3.",
            )

    def _event(self, name: _Token, rest: list[_Token]) -> None:
        given: dict[str, float] = {}
        for i in range(0, len(rest), 3):
            part = rest[i : i + 3]
            key = part[0].text.lower()
            if len(part) < 3 or part[1].text != "=":
                self.faults.error("FB143", part[0].at, f"`{part[0].text[:60]}` has no value.", "Write `prob=0.1`.")
                return
            try:
                value = float(part[2].text)
                if not math.isfinite(value) or value < 0:
                    raise ValueError
            except ValueError:
                if key in _USED:
                    self.faults.error(
                        "FB146", part[2].at, f"`{part[2].text[:60]}` is no number of 0 or more.", "Write a plain number."
                    )
                    return
                value = 0.0
            if key in _IGNORED:
                if key not in self.ignored:
                    self.faults.note(
                        "FB148", part[0].at, f"`{key}` is not read.", "A static tree has no dormancy, repair or coverage."
                    )
                self.ignored.add(key)
            elif key in _USED:
                given[key] = value
            else:
                self.faults.error(
                    "FB142",
                    part[0].at,
                    f"a basic event has no `{key[:60]}`.",
                    did_you_mean(key, (*_USED, *_IGNORED)) or "Write `prob=` or `lambda=`.",
                )
        self.events[name.text] = self._chance(name, given)

    def _chance(self, name: _Token, given: dict[str, float]) -> Chance | None:
        if "prob" in given:
            if given["prob"] > 1:
                self.faults.error(
                    "FB146", name.at, f"the probability of `{name.text[:60]}` is {given['prob']:g}.", "It lies in 0..1."
                )
            return number(given["prob"])
        rate = given.get("lambda", given.get("rate"))
        if rate is None:
            return None
        if "shape" in given:
            if rate == 0 or given["shape"] == 0:
                self.faults.error(
                    "FB146", name.at, f"the Weibull of `{name.text[:60]}` has a 0.", "Its rate and its shape are above 0."
                )
                return None
            return Chance("weibull", (number(1.0 / rate), number(given["shape"]), number(0.0), Chance("time")))
        return Chance("exponential", (number(rate), Chance("time")))
