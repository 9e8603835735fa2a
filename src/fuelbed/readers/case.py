"""`case.yaml` -> `Case`, or an `InputError` with every fault, each with file:line:column and its cure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fuelbed.core.case import Case, CommonCause, Factor, Line, Outcome
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.numbers import RATE_WORDS, Raw, parse_raw, resolve
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import TextFault, did_you_mean
from fuelbed.readers.actions import read_actions
from fuelbed.readers.checks import check_momentary, check_stratified
from fuelbed.readers.factors import read_factors
from fuelbed.readers.fields import Faults, Fields, Reading, TooMany
from fuelbed.readers.files import FileFault, check_relative, digest, read_bounded, resolve_inside
from fuelbed.readers.structure import Names, default_line, read_common_causes, read_lines, read_outcomes
from fuelbed.readers.yaml import MAX_BYTES, Map, Node, Scalar, Seq, load_yaml, plain

__all__ = ["CORE_KEYS", "ENGINE_SECTIONS", "EVIDENCE_ROLES", "SYSTEM_KEYS", "parse_case", "read_case"]

CORE_KEYS = (
    "fuelbed", "title", "failure", "horizon", "date", "narrative", "author_team", "summary", "sources", "factors", "structure",
    "outcomes", "common_causes", "numbers", "actions", "system", "evidence",
)  # fmt: skip
ENGINE_SECTIONS = (
    "dynamics", "signals", "seen", "hypotheses", "invariants", "control_structure", "coupling", "history", "threshold", "lint",
    "exposure", "assets", "zones", "attribution",
)  # fmt: skip
"""Top-level sections that engines own."""
SYSTEM_KEYS = ("components", "layers", "zones", "owners", "depends_on")
EVIDENCE_ROLES = ("metrics", "history", "events", "traces")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


def read_case(path: Path, built: Iterable[str] = ()) -> Case:
    """Read the case in the folder `path`, or the YAML file `path`. `built` names the engine sections that are read.

    Raises `InputError` with all findings.
    """
    file = path / "case.yaml" if path.is_dir() else path
    root = file.parent
    try:
        data = read_bounded(resolve_inside(root, file.name), str(file), MAX_BYTES)
    except FileFault as e:
        raise InputError([Finding("FB001", Severity.ERROR, e.message, e.cure, Span(str(file), 1, 1))]) from None
    return _parse(data, str(file), root, built)


def parse_case(text: str, file: str = "case.yaml", root: Path | None = None, built: Iterable[str] = ()) -> Case:
    """Read a case from its text; with `root`, its files are looked up there. Raises `InputError` with all findings."""
    return _parse(text, file, root, built)


def _parse(data: str | bytes, file: str, root: Path | None, built: Iterable[str]) -> Case:
    node, faults = load_yaml(data, file)
    reading = Reading(file, Faults(faults))
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    inputs = {Path(file).name: hashlib.sha256(raw).hexdigest()}
    try:
        case = _Builder(reading, root, frozenset(built), inputs).build(node)
    except TooMany:
        raise InputError(reading.findings) from None
    if case is None or any(f.severity is Severity.ERROR for f in reading.findings):
        raise InputError(reading.findings)
    return replace(case, findings=tuple(sorted(reading.findings, key=lambda f: f.sort_key)))


@dataclass(slots=True)
class _Builder:
    """One pass over the sections in the order in which they need each other."""

    r: Reading
    root: Path | None
    built: frozenset[str]
    inputs: dict[str, str]
    names: Names = field(default_factory=Names)

    def build(self, node: Node) -> Case | None:
        top = self.r.mapping(node, "a case", "Start with `fuelbed: 1` and `title: ...`.")
        if top is None:
            return None
        f = Fields(self.r, top)
        self._top_keys(top)
        self._version(f, top)
        title = self._required_text(f, top, "title", "Add `title: what happened`.")
        self._numbers(f)
        horizon, horizon_text = self._horizon(f)
        date = self._date(f)
        factors = self._factors(f, top, date)
        self.names.signals = self._signals(f)
        lines, outcomes, unit, failure = self._structure(f, top, factors)
        groups = self._common_causes(f)
        self._references(f, factors)
        actions_node = self._section(f, "actions")
        actions = read_actions(self.r, actions_node, self.names, unit) if actions_node else {}
        narrative = self._file(f.node_of("narrative"), "narrative") if "narrative" in f else ""
        sections, unread = self._sections(top)
        return Case(
            title,
            failure,
            horizon,
            factors,
            lines,
            tuple(outcomes),
            tuple(groups),
            numbers=dict(self.r.number_meta),
            actions=actions,
            loss_unit=unit,
            horizon_text=horizon_text,
            default_structure="structure" not in f,
            date=date,
            narrative=narrative,
            author_team=f.text("author_team"),
            system=self._system(f),
            evidence=self._evidence(f),
            sections=sections,
            unread=unread,
            file=self.r.file,
            inputs=self.inputs,
        )

    # -- the head

    def _top_keys(self, top: Map) -> None:
        for key, entry in top.entries.items():
            if key not in CORE_KEYS and key not in ENGINE_SECTIONS:
                cure = (
                    did_you_mean(key, (*CORE_KEYS, *ENGINE_SECTIONS))
                    or f"Sections are: {', '.join((*CORE_KEYS, *ENGINE_SECTIONS))}."
                )
                self.r.error("FB014", entry.key.span, f"no section is called `{key[:60]}`.", cure)

    def _version(self, f: Fields, top: Map) -> None:
        node = f.node_of("fuelbed")
        if node is None:
            self.r.error("FB017", _first(top), "the format version is missing.", "Add `fuelbed: 1` as the first line.")
        elif not (isinstance(node, Scalar) and node.value == 1 and node.text == "1"):
            self.r.wrong(node, "this format version is not known.", "Write `fuelbed: 1`.", "FB019")

    def _required_text(self, f: Fields, top: Map, key: str, cure: str) -> str:
        if key not in f:
            self.r.error("FB017", _first(top), f"the case has no `{key}`.", cure)
        return f.text(key)

    def _section(self, f: Fields, key: str) -> Map | None:
        node = f.node_of(key)
        return self.r.mapping(node, f"`{key}`", f"Write `{key}:` and its entries below, indented.") if node is not None else None

    def _horizon(self, f: Fields) -> tuple[float, str]:
        q = f.quantity("horizon", "duration")
        node = f.node_of("horizon")
        if q is None:
            return 1.0, "1 year"
        if q.kind != "point" or q.low <= 0:
            self.r.error("FB048", node.span if node else None, "the horizon is one duration above 0.", "Write `horizon: 1 year`.")
        return q.low, q.text.strip()

    def _date(self, f: Fields) -> dt.date | None:
        node = f.node_of("date")
        text = f.text("date")
        if not text or node is None:
            return None
        try:
            if not _DATE.match(text):
                raise ValueError
            return dt.date.fromisoformat(text)
        except ValueError:
            self.r.error("FB033", node.span, f"`{text[:60]}` is not a date.", "Write `date: YYYY-MM-DD`.")
            return None

    # -- numbers

    def _numbers(self, f: Fields) -> None:
        node = self._section(f, "numbers")
        for name, entry in (node.entries if node else {}).items():
            self.r.numbers[name] = None
            if self.r.identifier(entry.key, "number") and name in RATE_WORDS:
                self.r.error("FB016", entry.key.span, f"`{name}` is a rate word already.", "Give the number another name.")
            self._number(name, entry.value)

    def _number(self, name: str, node: Node) -> None:
        """One entry: its dimension follows from its unit, and is checked again where the name is used."""
        value = node
        if isinstance(node, Map):
            self.r.check_keys(node, ("value", "source", "basis"), f"the number `{name[:60]}`")
            if "value" not in node.entries:
                self.r.error(
                    "FB017", node.span, f"the number `{name[:60]}` has no `value`.", "Write `{value: 0.05, source: ...}`."
                )
                return
            value = node.entries["value"].value
        if not isinstance(value, Scalar) or value.value is None:
            self.r.wrong(value, f"`{name[:60]}` is a number.", "Write `0.05`, `0.01..0.2` or `4 per year`.")
            return
        try:
            raw = parse_raw(value.text)
            q = resolve(raw, _dimension(raw), len(value.text))
        except TextFault as fault:
            self.r.findings.append(fault.finding(value.place))
            return
        q = replace(q, name=name, span=value.span)
        told = self.r.with_basis(node, q) if isinstance(node, Map) else q
        self.r.numbers[name] = raw
        self.r.number_meta[name] = told or q

    # -- factors, structure

    def _factors(self, f: Fields, top: Map, date: dt.date | None) -> dict[str, Factor]:
        node = self._section(f, "factors")
        if node is None:
            self.names.factors_given = False
            if "factors" not in f:
                self.r.error("FB017", _first(top), "the case has no `factors`.", "Add the triggers, conditions and controls.")
            return {}
        if not node.entries:
            self.r.error("FB017", node.span, "`factors` is empty.", "Add a trigger, a condition or a control.")
        factors, self.names.kinds = read_factors(self.r, node, date, "date" in f)
        return factors

    def _signals(self, f: Fields) -> list[str]:
        node = f.node_of("signals")
        if isinstance(node, Map):
            return list(node.entries)
        return [s.text for s in node.items if isinstance(s, Scalar)] if isinstance(node, Seq) else []

    def _structure(self, f: Fields, top: Map, factors: Mapping[str, Factor]) -> tuple[dict[str, Line], list[Outcome], str, str]:
        node = self._section(f, "structure")
        said = "structure" in f
        lines = read_lines(self.r, node, self.names) if node else {}
        failure = f.text("failure")
        outs = self._section(f, "outcomes")
        if not said:
            failure = failure or next(iter(outs.entries if outs else ()), "")
            self._default_failure(f, failure)
            if factors and failure:
                lines = {failure: default_line(failure, factors)}
        outcomes, unit = read_outcomes(self.r, outs, self.names, not said or node is not None) if outs else ([], "failures")
        failure = self._failure(f, top, failure, outs, node is not None)
        if not outs:
            self.names.outcomes = [failure]
            outcomes = [Outcome(failure, Quantity.point(1.0, "loss", unit="failures", basis="assumed"))]
        if len(lines) == len(self.names.lines):  # a line at fault hides what the others mean
            check_stratified(self.r, lines)
            if len(factors) == len(self.names.kinds):
                check_momentary(self.r, lines, factors)
        return lines, outcomes, unit, failure

    def _default_failure(self, f: Fields, failure: str) -> None:
        node = f.node_of("failure")
        if not failure:
            return
        if isinstance(node, Scalar) and self.r.identifier(node, "failure") and failure in self.names.kinds:
            self.r.error("FB018", node.span, f"`{failure}` is a factor already.", "Give the failure another name.")
        self.names.lines[failure] = node.span if node is not None else Span(self.r.file, 1, 1)

    def _failure(self, f: Fields, top: Map, failure: str, outs: Map | None, has_structure: bool) -> str:
        node = f.node_of("failure")
        if node is None:
            if outs is not None and outs.entries:
                return next(iter(outs.entries))
            if "outcomes" not in f:
                self.r.error(
                    "FB017", _first(top), "the case has no `failure`.", "Add `failure:` with the line that is the failure."
                )
            return ""
        if not failure:
            return ""
        if outs is not None and any(n not in self.names.lines for n in outs.entries):
            return failure  # an outcome is misspelt, and is reported already
        if has_structure and failure not in self.names.lines:
            cure = did_you_mean(failure, self.names.lines) or "The failure is a line of `structure`."
            self.r.error("FB031", node.span, f"no line is called `{failure[:60]}`.", cure)
        elif outs is not None and failure not in outs.entries:
            self.r.error(
                "FB031",
                node.span,
                f"`{failure[:60]}` is not among the outcomes.",
                "Add it to `outcomes`, or leave `failure` out.",
            )
        return failure

    def _common_causes(self, f: Fields) -> list[CommonCause]:
        node = f.node_of("common_causes")
        return read_common_causes(self.r, node, self.names) if node is not None else []

    def _references(self, f: Fields, factors: Mapping[str, Factor]) -> None:
        """`needs` and `shaped_by`, which name other entries."""
        section = self._section_quiet(f)
        for x in factors.values():
            body = section.entries[x.name].value if section else None
            if not isinstance(body, Map):
                continue
            entry = Fields(self.r, body)
            if x.needs:
                known = [*self.names.all(), *self.names.signals]
                if x.needs not in known:
                    cure = did_you_mean(x.needs, known) or "Name a line, a factor or a signal."
                    self._at(entry, "needs", "FB022", f"no line, factor or signal is called `{x.needs[:60]}`.", cure)
                elif x.needs == x.name:
                    self._at(entry, "needs", "FB038", "a control cannot need itself.", "Name what it must see.")
            for s in entry.names("shaped_by") if x.shaped_by else ():
                kind = self.names.kinds.get(s.text)
                conditions = [k for k, v in self.names.kinds.items() if v in ("condition", None)]
                if s.text not in self.names.kinds:
                    cure = did_you_mean(s.text, conditions) or "Add the condition under `factors`."
                    self.r.error("FB022", s.span, f"no condition is called `{s.text[:60]}`.", cure)
                elif kind not in ("condition", None):
                    self.r.error(
                        "FB038", s.span, f"`{s.text}` is a {kind}, and `shaped_by` names conditions.", "Name a condition."
                    )

    @staticmethod
    def _section_quiet(f: Fields) -> Map | None:
        node = f.node_of("factors")
        return node if isinstance(node, Map) else None

    def _at(self, f: Fields, key: str, code: str, message: str, cure: str) -> None:
        node = f.node_of(key)
        self.r.error(code, node.span if node is not None else None, message, cure)

    # -- files and the sections of others

    def _file(self, node: Node | None, what: str) -> str:
        if node is None:
            return ""
        text = self.r.text(node, what)
        if not text:
            return ""
        try:
            check_relative(text)
            if self.root is not None:
                self.inputs[text] = digest(resolve_inside(self.root, text), text)
        except FileFault as e:
            self.r.error(e.code, node.span, e.message, e.cure)
        return text

    def _evidence(self, f: Fields) -> dict[str, Any]:
        section = self._section(f, "evidence")
        if section is None:
            return {}
        self.r.check_keys(section, EVIDENCE_ROLES, "`evidence`")
        for role, entry in section.entries.items():
            for item in entry.value.items if isinstance(entry.value, Seq) else [entry.value]:
                if isinstance(item, Map):
                    if "file" in item.entries:
                        self._file(item.entries["file"].value, "file")
                    else:
                        self.r.error(
                            "FB017", item.span, f"this `{role[:60]}` evidence has no `file`.", "Add `file: metrics.csv`."
                        )
                else:
                    self._file(item, role)
        return {k: plain(e.value) for k, e in section.entries.items()}

    def _system(self, f: Fields) -> dict[str, Any]:
        section = self._section(f, "system")
        if section is None:
            return {}
        self.r.check_keys(section, SYSTEM_KEYS, "`system`")
        return {k: plain(e.value) for k, e in section.entries.items()}

    def _sources(self, node: Node) -> None:
        if not isinstance(node, Seq):
            self.r.wrong(node, "`sources` is a list.", "Write `- {id: s1, address: ..., what: ...}`.")
            return
        for item in node.items:
            body = self.r.mapping(item, "a source", "Write `{id: s1, address: ..., what: ...}`.")
            if body is not None:
                self.r.check_keys(body, ("id", "address", "what"), "a source")
                source = Fields(self.r, body)
                for key in ("id", "address", "what"):
                    source.text(key)

    def _sections(self, top: Map) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Plain data of what core does not read itself; `sources` and `summary` travel with it."""
        out: dict[str, Any] = {}
        unread: list[str] = []
        for key, entry in top.entries.items():
            if key == "sources":
                self._sources(entry.value)
            elif key == "summary":
                self.r.text(entry.value, "summary")
            elif key not in ENGINE_SECTIONS:
                continue
            elif key not in self.built:
                unread.append(key)
                message, cure = f"no engine reads `{key}` in this version yet.", "It is kept, and changes no result."
                self.r.warn("FB070", entry.key.span, message, cure, Severity.NOTE)
            out[key] = plain(entry.value)
        return out, tuple(unread)


def _first(top: Map) -> Span:
    """Where something is missing from the top level: its first line."""
    return next(iter(top.entries.values())).key.span if top.entries else top.span


def _dimension(raw: Raw) -> Dimension:
    """What an entry of `numbers` measures, by its unit; a bare number in 0..1 is taken for a probability."""
    if raw.per:
        return "rate"
    if raw.unit:
        from fuelbed.core.numbers import YEARS

        return "duration" if raw.unit in YEARS else "loss"
    if raw.percent or raw.kind == "beta":
        return "probability"
    high = raw.a * raw.b if raw.kind == "lognormal" else raw.b
    return "probability" if raw.a >= 0 and high <= 1 else "plain"
