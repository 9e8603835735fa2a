"""Names of an answer: each once, and everything that refers to one finds it, of the kind that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fuelbed.core.expressions import Expr, Fails, Ref, Threshold, Tips, walk
from fuelbed.core.grammar import parse_expression
from fuelbed.core.scanner import TextFault, did_you_mean
from fuelbed.drafting.answer.accepted import Item
from fuelbed.drafting.answer.faults import Faults, Path
from fuelbed.drafting.answer.shape import VERBS

__all__ = ["Names"]

_KINDS = {
    "triggers": "trigger",
    "conditions": "condition",
    "controls": "control",
    "loops": "condition",
    "lines": "line",
    "actions": "action",
}


@dataclass(slots=True)
class Names:
    """`kinds` maps the names of factors, lines and actions to what they are."""

    fault: Faults
    kinds: dict[str, str] = field(default_factory=dict)

    def run(self, items: Sequence[Item], failure: str) -> None:
        for i in items:
            if i.section in _KINDS:
                self._own(i)
        for i in items:
            if i.section == "lines" and i.text("expression"):
                self._expression((i.section, i.index, "expression"), i.text("expression"))
            elif i.section == "actions":
                self._targets((i.section, i.index, "does"), i.fields.get("does") or ())
        self._failure(failure, [i.name for i in items if i.section == "lines"])

    def _own(self, i: Item) -> None:
        if i.name in self.kinds:
            message = f"`{i.name}` is the name of a {self.kinds[i.name]} already."
            self.fault((i.section, i.index, "name"), "FB197", message, "Give it a name of its own.")
        else:
            self.kinds[i.name] = _KINDS[i.section]

    def _failure(self, failure: str, lines: Sequence[str]) -> None:
        if lines and failure and failure not in lines:
            self.fault(
                ("failure",), "FB197", f"`{failure}` is none of the lines.", did_you_mean(failure, lines) or "Name a line."
            )
        if not lines and failure in self.kinds:
            self.fault(("failure",), "FB197", f"`{failure}` is a factor.", "Give the failure a name of its own.")

    def _expression(self, path: Path, text: str) -> None:
        try:
            tree = parse_expression(text)
        except TextFault as e:
            self.fault(path, "FB197", e.message, e.cure)
            return
        for term in walk(tree):
            self._term(path, term)

    def _term(self, path: Path, term: Expr) -> None:
        if isinstance(term, Threshold | Tips):
            message = "weights, thresholds and tipping points are not taken from a model."
            self.fault(path, "FB196", message, "Write it with and, or, not, any, all, fails.")
        elif isinstance(term, Ref | Fails):
            kind = self.kinds.get(term.name, "action")
            if kind == "action":
                self._unknown(path, term.name)
            elif isinstance(term, Fails) and kind != "control":
                self.fault(path, "FB197", f"`{term.name}` is a {kind}, and only a control fails.", f"Write `{term.name}`.")
            elif isinstance(term, Ref) and kind == "control":
                self.fault(path, "FB197", f"`{term.name}` is a control.", f"Write `fails({term.name})`.")

    def _unknown(self, path: Path, name: str) -> None:
        known = [n for n, k in self.kinds.items() if k != "action"]
        cure = did_you_mean(name[:60], known) or f"Known are: {', '.join(known) or 'none'}."
        self.fault(path, "FB197", f"`{name[:60]}` is no factor and no line.", cure)

    def _targets(self, path: Path, does: Iterable[tuple[str, str]]) -> None:
        for n, (verb, target) in enumerate(does):
            kind, (wanted, _) = self.kinds.get(target, "action"), VERBS[verb]
            if kind == "action":
                self._unknown((*path, n, "target"), target)
            elif wanted and kind != wanted:
                message = f"`{verb}` takes a {wanted}, and `{target}` is a {kind}."
                fit = " or ".join(v for v, (of, _) in VERBS.items() if of in (kind, ""))
                self.fault((*path, n, "target"), "FB197", message, f"Name a {wanted}; a {kind} takes {fit}.")
