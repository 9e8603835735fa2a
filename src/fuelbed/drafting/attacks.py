"""Attack flow -> the parts of a draft case: which steps set the attack off, what let each step work, where it ends.

A flow is one observed chain. What it says is drafted as it stands: an action that nothing leads to is an exploit (a trigger), every other
action is a line over what led to it, AND and OR are lines, a condition that nothing leads to is an exposure. What it does not say is asked
for: behind every action an exposure is drafted under a working name, because something let the step work.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fuelbed.core.attackflow import AttackFlow, FlowEdge, FlowNode
from fuelbed.core.scanner import is_identifier
from fuelbed.drafting.model import NO_NAMES, USUAL_RATE, DraftLine
from fuelbed.text.wording import identifier

__all__ = ["AttackDraft", "AttackFactor", "attack_parts"]

_CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b", re.ASCII | re.IGNORECASE)
_OUTSIDE = ("TA0042", "TA0043")  # resource development, reconnaissance
_GOALS = ("TA0010", "TA0040")  # exfiltration, impact
_WIDE = 25  # names in one expression
_ASK = "which exposure let this step work, and which control stood behind it?"


@dataclass(frozen=True, slots=True)
class AttackFactor:
    """An exploit or an exposure; `fields` are written in order, `remarks` and `asks` above it."""

    name: str
    kind: str
    what: str
    fields: Mapping[str, str]
    asks: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class AttackDraft:
    """`assets` maps a name to (what, the line that says that it is gained)."""

    flow: AttackFlow
    failure: str
    factors: tuple[AttackFactor, ...]
    lines: tuple[DraftLine, ...]
    assets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def attack_parts(flow: AttackFlow) -> AttackDraft:
    """The parts of the draft of a flow with at least one action."""
    return _Drafting(flow).parts()


@dataclass(slots=True)
class _Drafting:
    flow: AttackFlow
    node: dict[str, FlowNode] = field(default_factory=dict)
    before: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # node -> (what leads to it, by which branch)
    back: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)
    beside: dict[str, dict[str, None]] = field(default_factory=dict)  # node -> what some edge joins it with
    taken: set[str] = field(default_factory=set)
    name: dict[str, str] = field(default_factory=dict)  # of the node's own line or factor
    starts: set[str] = field(default_factory=set)
    factors: list[AttackFactor] = field(default_factory=list)
    lines: list[DraftLine] = field(default_factory=list)
    is_branching: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)  # actions, and what some action leads to

    def __post_init__(self) -> None:
        self.node = {n.id: n for n in self.flow.nodes}
        self.taken = {"attack_succeeded", *NO_NAMES}
        for e in self.flow.edges:
            self.beside.setdefault(e.source, {})[e.target] = None
            self.beside.setdefault(e.target, {})[e.source] = None
        for e in self._grounded():
            self.before.setdefault(e.target, []).append((e.source, e.via))
            self.back.setdefault(e.target, []).append(e.source)
            self.after.setdefault(e.source, []).append(e.target)
            if e.via == "false":
                self.is_branching.add(e.source)
        self.moved = self._reach(n.id for n in self.flow.of("action"))
        self.starts = self._starts()

    def parts(self) -> AttackDraft:
        for n in self.flow.of("action", "condition", "and", "or"):
            if n.kind in ("and", "or"):
                self.name[n.id] = self._fresh_whole("joined" if n.kind == "and" else "either")
            else:
                self.name[n.id] = self._fresh(
                    (n.description or n.name) if n.kind == "condition" else (n.name or n.description), n.kind
                )
        exploits = {n.id for n in self.flow.of("action") if n.id in self.starts or self._cve(n)}
        for n in self.flow.of("action"):
            self._action(n, n.id in exploits, len(exploits) > 1)
        for n in self.flow.of("condition"):
            self._condition(n)
        for n in self.flow.of("and", "or"):
            self._operator(n)
        assets = self._assets()
        self._failure()
        return AttackDraft(self.flow, "attack_succeeded", tuple(self.factors), tuple(self.lines), assets, self._remarks())

    def _grounded(self) -> list[FlowEdge]:
        """The edges of the attack without those of operators into which nothing leads but such operators."""
        run = self.flow.run()
        after: dict[str, list[str]] = {}
        for e in run:
            after.setdefault(e.source, []).append(e.target)
        kept = _reach(after, (n.id for n in self.flow.of("action", "condition")))
        return [e for e in run if e.source in kept]

    def _fresh(self, text: str, fallback: str) -> str:
        """A name of these words; the lines that are called after it are free, too."""
        name = identifier(text, self.taken, fallback)
        name = name if is_identifier(name) else fallback
        unique, i = name, 2
        while self.taken & {unique, f"did_{unique}", f"reached_{unique}"}:
            unique, i = f"{name}_{i}", i + 1
        self.taken |= {unique, f"did_{unique}", f"reached_{unique}"}
        return unique

    def _starts(self) -> set[str]:
        """Actions that set it off: nothing leads to them, or only standing conditions do; of a cycle that none leads into, the first."""
        actions = [n.id for n in self.flow.of("action")]
        starts = {a for a in actions if not self._actions_before(a)}
        reached = self._reach(starts)
        for a in actions:
            if a not in reached and self._actions_before(a) <= (round_it := self._reach({a})):
                starts.add(a)
                reached |= round_it
        return starts

    def _reach(self, start: Iterable[str]) -> set[str]:
        return _reach(self.after, start)

    def _actions_before(self, action: str) -> set[str]:
        """The actions from which an attack comes to this one; itself where it lies on a cycle."""
        return {n for n in _reach(self.back, self.back.get(action, ())) if self.node[n].kind == "action"}

    def _cve(self, n: FlowNode) -> str:
        """The one CVE that an action, or a vulnerability beside it, names; "" for none and for several."""
        told = [n.name, n.description]
        for other in self._beside(n):
            if other.type == "vulnerability":
                told += [other.name, other.description]
        found = {c.upper() for text in told for c in _CVE.findall(text)}
        return found.pop() if len(found) == 1 else ""

    def _beside(self, n: FlowNode) -> list[FlowNode]:
        """Assets and other objects on an edge with it, in either direction."""
        return [self.node[i] for i in self.beside.get(n.id, ()) if self.node[i].kind in ("asset", "object")]

    def _done(self, own: str) -> str:
        return f"did_{self.name[own]}"

    def _term(self, own: str, via: str) -> str:
        n = self.node[own]
        name = self.name[own]
        if n.kind == "action":
            return self._done(own)
        if n.kind != "condition":
            return name
        if not self.before.get(own):
            return f"not {name}" if via == "false" else name
        if own in self.is_branching:
            return f"(reached_{name} and {'not ' if via == 'false' else ''}{name})"
        return name

    def _terms(self, own: str) -> tuple[list[str], list[str]]:
        """What leads to a node: steps, and what only stands there (no action leads to it). A standing condition does nothing by itself: where
        a node has both and is no AND, one of each is needed."""
        led: tuple[list[str], list[str]] = ([], [])
        for s, via in self.before.get(own, ()):
            terms = led[s not in self.moved]
            if (term := self._term(s, via)) not in terms:
                terms.append(term)
        return led

    def _led(self, own: str) -> str:
        """The same as an expression without brackets around it, "" where nothing leads to it."""
        steps, standing = self._terms(own)
        name = self.name[own]
        if self.node[own].kind == "and" or not (steps and standing):
            return self._join("and" if self.node[own].kind == "and" else "or", [*steps, *standing], name)
        return f"{self._any(steps, name)} and {self._any(standing, name)}"

    def _join(self, word: str, terms: Sequence[str], base: str) -> str:
        """One expression; of very many terms, some are gathered into lines of their own."""
        terms = list(terms)
        while len(terms) > _WIDE:
            name = self._fresh(f"{base}_part", "part")
            self.lines.append(DraftLine(name, f" {word} ".join(terms[:_WIDE])))
            terms = [*terms[_WIDE:], name]
        return f" {word} ".join(terms)

    def _any(self, terms: Sequence[str], base: str) -> str:
        return terms[0] if len(terms) == 1 else f"({self._join('or', terms, base)})"

    def _knows_exposure(self, own: str) -> bool:
        """Whether a standing condition that the flow draws leads to it, itself or through an AND."""

        def stands(s: str, via: str) -> bool:
            return self.node[s].kind == "condition" and not self.before.get(s) and via == "true"

        return any(
            stands(s, via) or (self.node[s].kind == "and" and any(stands(*b) for b in self.before.get(s, ())))
            for s, via in self.before.get(own, ())
        )

    def _action(self, n: FlowNode, is_exploit: bool, lasts: bool) -> None:
        name = self.name[n.id]
        steps, standing = self._terms(n.id)
        what = n.name or n.description or "A step without a name"
        if is_exploit:
            self._exploit(n, what, lasts)
        if n.id in self.starts and steps:  # on a cycle: either way
            parts = [self._any([name, *steps], name)]
        else:
            parts = [*([name] if is_exploit else []), *([self._any(steps, name)] if steps else [])]
        parts += [self._any(standing, name)] if standing else []
        asks: tuple[str, ...] = ()
        if n.tactic in _OUTSIDE:
            asks = ("this happens outside your systems: no exposure of yours is drafted for it. Is there one after all?",)
        elif self._knows_exposure(n.id):
            asks = (f"{_ASK} The flow draws a condition before it: is that all?",)
        else:
            parts.append(self._opening(n, what))
        self.lines.append(DraftLine(self._done(n.id), " and ".join(parts), asks))

    def _exploit(self, n: FlowNode, what: str, lasts: bool) -> None:
        fields = {"class": n.technique, "cve": self._cve(n), "rate": f"{{value: {USUAL_RATE}, basis: assumed}}"}
        asks = [f"how often is this tried against you, by anybody? `{USUAL_RATE}` is taken because a flow does not say"]
        if lasts:
            fields["lasts"] = "{value: 1..7 days, basis: assumed}"
            asks.append("for how long does it stay open to the attacker, for other steps to meet it?")
        fields["in_incident"] = "yes" if self.flow.scope in ("incident", "campaign") else "unknown"
        self._factor(n, self.name[n.id], "exploit", what, fields, asks)

    def _opening(self, n: FlowNode, what: str) -> str:
        name = self._fresh_whole(f"open_to_{self.name[n.id]}")
        given = {"class": n.technique, "present": "yes"}
        self.factors.append(
            AttackFactor(name, "exposure", f"What lets this work: {what}", _said(given), (_ASK,), self._about(n), n.description)
        )
        return name

    def _fresh_whole(self, name: str) -> str:
        unique, i = name, 2
        while unique in self.taken:
            unique, i = f"{name}_{i}", i + 1
        self.taken.add(unique)
        return unique

    def _factor(self, n: FlowNode, name: str, kind: str, what: str, fields: Mapping[str, str], asks: Iterable[str]) -> None:
        note = n.description if n.description != what else ""
        self.factors.append(AttackFactor(name, kind, what, _said(fields), tuple(asks), self._about(n), note))

    def _about(self, n: FlowNode) -> tuple[str, ...]:
        """What the flow says beside a step, each on a line."""
        out = [" ".join(w for w in (n.technique, n.tactic and f"({n.tactic})", n.name) if w)] if n.technique or n.tactic else []
        if n.confidence is not None:
            out.append(f"confidence of who drew it: {n.confidence} of 100")
        for o in self._beside(n):
            words = o.name or o.description or o.more.get("content", "") or o.more.get("abstract", "")
            out.append(f"{o.type.removeprefix('attack-')}: {_short(words)}")
        return tuple(out)

    def _condition(self, n: FlowNode) -> None:
        name = self.name[n.id]
        what = n.description or n.name or "A condition without words"
        led = self._led(n.id)
        if not led:
            ask = "was this so before the attack, and is it still? Which control should have seen it?"
            self._factor(n, name, "exposure", what, {"present": "yes"}, (ask,))
        elif n.id in self.is_branching:
            fields = {"present": "{value: 0.2..0.8, basis: assumed}", "in_incident": "unknown"}
            self._factor(n, name, "condition", what, fields, ("the flow goes on either way: how often is it so?",))
            self.lines.append(DraftLine(f"reached_{name}", led))
        else:
            ask = f"{_short(what)}: does it follow whenever the step before it works?"
            self.lines.append(DraftLine(name, led, (ask,)))

    def _operator(self, n: FlowNode) -> None:
        if led := self._led(n.id):
            self.lines.append(DraftLine(self.name[n.id], led))

    def _assets(self) -> Mapping[str, tuple[str, str]]:
        out: dict[str, tuple[str, str]] = {}
        for n in self.flow.of("asset"):
            touching = [self._done(e.source) for e in self.flow.edges if e.target == n.id and e.via == "asset"]
            name = self._fresh(n.name or n.description, "asset")
            gained = ""
            if touching:  # a line of its own, even over one step: two assets may be gained by it
                gained = self._fresh_whole(f"gained_{name}")
                asks = ("does each of these give it away?",) if len(set(touching)) > 1 else ()
                self.lines.append(DraftLine(gained, self._join("or", list(dict.fromkeys(touching)), name), asks))
            out[name] = (n.name or n.description or "An asset without a name", gained)
        return out

    def _failure(self) -> None:
        """The ends of the chain: the last of those that exfiltrate or destroy, else every step that nothing follows."""
        ends = [n for n in self.flow.of("action") if not self.after.get(n.id)]
        harm = [n for n in self.flow.of("action") if n.tactic in _GOALS]
        last = [n for n in self.flow.of("condition", "and", "or") if not self.after.get(n.id) and n.id in self.moved]
        if harm:
            terms = [self._done(n.id) for n in harm if not self._leads_to(n, harm)] or [self._done(n.id) for n in harm]
        else:
            terms = [self._done(n.id) for n in ends] + [self._reached(n) for n in last]
        terms = terms or [self._done(self.flow.of("action")[-1].id)]
        ask = "which of these is the harm? Take out what was only a step, or a side way"
        self.lines.append(DraftLine("attack_succeeded", self._join("or", terms, "attack_end"), (ask,) if len(terms) > 1 else ()))

    def _reached(self, n: FlowNode) -> str:
        return f"reached_{self.name[n.id]}" if n.id in self.is_branching else self.name[n.id]

    def _leads_to(self, n: FlowNode, others: Sequence[FlowNode]) -> bool:
        return bool((self._reach({n.id}) - {n.id}) & {o.id for o in others})

    def _remarks(self) -> tuple[str, ...]:
        """Notes that hang on no step."""
        return tuple(
            f"{o.type}: {_short(o.more.get('content', '') or o.description or o.name or o.more.get('abstract', ''))}"
            for o in self.flow.of("object")
            if not any(o.id in (e.source, e.target) for e in self.flow.edges)
        )


def _reach(after: Mapping[str, Sequence[str]], start: Iterable[str]) -> set[str]:
    """`start` and all that it leads to."""
    todo = list(start)
    seen = set(todo)
    while todo:
        for n in after.get(todo.pop(), ()):
            if n not in seen:
                seen.add(n)
                todo.append(n)
    return seen


def _said(fields: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in fields.items() if v}


def _short(text: str, most: int = 200) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 3] + "..."
