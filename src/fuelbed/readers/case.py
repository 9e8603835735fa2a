"""`case.yaml` -> `Case`, or an `InputError` with every fault, each with file:line:column and its cure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fuelbed.core.case import Case, Factor
from fuelbed.core.dynamics import Model
from fuelbed.core.errors import InputError
from fuelbed.core.evidence import MetricsTable
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.scanner import did_you_mean, visible
from fuelbed.readers.actions import read_actions
from fuelbed.readers.attachments import ENGINE_SECTIONS, EVIDENCE_ROLES, SYSTEM_KEYS, Attachments
from fuelbed.readers.attribution import read_attribution
from fuelbed.readers.coupling import read_coupling
from fuelbed.readers.dynamics import metric_names, read_dynamics
from fuelbed.readers.exposure import read_exposure
from fuelbed.readers.factors import read_factors
from fuelbed.readers.fields import Faults, Fields, Reading, TooMany
from fuelbed.readers.files import FileFault, Progress, read_bounded, resolve_inside
from fuelbed.readers.invariants import ReadInvariants, Traces, read_invariants
from fuelbed.readers.numbers import read_numbers
from fuelbed.readers.references import check_references
from fuelbed.readers.signals import read_signals
from fuelbed.readers.structure import Names, read_common_causes, read_structure
from fuelbed.readers.threshold import read_sums, read_threshold
from fuelbed.readers.vulnerabilities import read_vulnerabilities
from fuelbed.readers.yaml import MAX_BYTES, Map, Node, Scalar, Seq, load_yaml

__all__ = ["CORE_KEYS", "ENGINE_SECTIONS", "EVIDENCE_ROLES", "SYSTEM_KEYS", "parse_case", "read_case"]

CORE_KEYS = (
    "fuelbed", "title", "failure", "horizon", "date", "narrative", "status", "author_team", "summary", "sources", "factors", "structure",
    "outcomes", "common_causes", "numbers", "actions", "system", "evidence",
)  # fmt: skip
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


def read_case(path: Path, built: Iterable[str] = (), progress: Progress | None = None) -> Case:
    """Read the case in the folder `path`, or the YAML file `path`. `built` names the engine sections that are read.

    `progress` is told how far evidence files are read.

    Raises `InputError` with all findings.
    """
    file = path / "case.yaml" if path.is_dir() else path
    root = file.parent
    try:
        data = read_bounded(resolve_inside(root, file.name), str(file), MAX_BYTES)
    except FileFault as e:
        raise InputError([Finding("FB001", Severity.ERROR, visible(e.message), e.cure, Span(visible(str(file)), 1, 1))]) from None
    return _parse(data, visible(str(file)), root, built, progress)


def parse_case(text: str, file: str = "case.yaml", root: Path | None = None, built: Iterable[str] = ()) -> Case:
    """Read a case from its text; with `root`, its files are looked up there. Raises `InputError` with all findings."""
    return _parse(text, file, root, built)


def _parse(data: str | bytes, file: str, root: Path | None, built: Iterable[str], progress: Progress | None = None) -> Case:
    node, faults = load_yaml(data, file)
    reading = Reading(file, Faults(faults))
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    inputs = {Path(file).name: hashlib.sha256(raw).hexdigest()}
    try:
        case = _Builder(reading, root, frozenset(built), inputs, progress).build(node)
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
    progress: Progress | None = None
    names: Names = field(default_factory=Names)

    def build(self, node: Node) -> Case | None:
        """None where it is no case at all. One list: a field of `Case` a line, and what is read before because others refer to it."""
        top = self.r.mapping(node, "a case", "Start with `fuelbed: 1` and `title: ...`.")
        if top is None:
            return None
        f = Fields(self.r, top)
        self._top_keys(top)
        self._version(f)
        title = self._title(f)
        read_numbers(self.r, f.section("numbers"))
        horizon, horizon_text = self._horizon(f)
        date = self._date(f)
        factors = self._factors(f, date)
        self.names.signals = _signals(f)
        parts = read_structure(self.r, f, factors, self.names)
        groups = read_common_causes(self.r, f.node_of("common_causes"), self.names)
        said = read_signals(self.r, f, self.names)
        check_references(self.r, f, factors, parts.lines, self.names, said.signals)
        models = read_dynamics(self.r, f, factors, self.names)
        sums = read_sums(self.r, f, self.names)
        more = Attachments(self.r, self.root, self.inputs, progress=self.progress)
        return Case(
            title,
            parts.failure,
            horizon,
            factors,
            parts.lines,
            tuple(parts.outcomes),
            groups,
            numbers=dict(self.r.number_meta),
            actions=read_actions(self.r, f.section("actions"), self.names, parts.unit),
            dynamics=models,
            loss_unit=parts.unit,
            horizon_text=horizon_text,
            default_structure="structure" not in f,
            date=date,
            narrative=(narrative := more.narrative(f)),
            narrative_text=(text := more.narrative_text(narrative)),
            author_team=f.text("author_team"),
            draft=(status := self._status(f)) == "draft",
            confirmed=status == "confirmed",
            system=more.system(f),
            evidence=more.evidence(f),
            metrics=(metrics := more.metrics(f)),
            events=(events := more.events(f)),
            signals=said.signals,
            seen=said.seen,
            hypotheses=said.hypotheses,
            invariants=(kept := self._invariants(f, metrics, models, more.event_labels(f, events))).invariants,
            controllers=kept.controllers,
            vulnerabilities=read_vulnerabilities(self.r, f, self.root),
            exposure=read_exposure(self.r, f, factors, self.names),
            history=(history := more.history(f, metrics)),
            incidents=(incidents := more.incidents(f)),
            dependencies=more.dependencies(f),
            coupling=read_coupling(self.r, f, history, metrics, events, self.names),
            threshold=read_threshold(self.r, f, incidents, metrics, self.names, sums),
            attribution=read_attribution(self.r, f, factors, text),
            sections=more.sections(top, self.built),
            unread=tuple(more.unread),
            file=self.r.file,
            inputs=self.inputs,
        )

    def _invariants(
        self, f: Fields, metrics: Mapping[str, MetricsTable], models: Mapping[str, Model], labels: set[str] | None
    ) -> ReadInvariants:
        traces = Traces(metric_names(f), metrics, self.names.models, models, labels)
        return read_invariants(self.r, f, traces, self.names)

    def _top_keys(self, top: Map) -> None:
        for key, entry in top.entries.items():
            if key not in CORE_KEYS and key not in ENGINE_SECTIONS:
                cure = (
                    (f"Write it under `evidence`: `{key}`." if key in EVIDENCE_ROLES else "")
                    or did_you_mean(key, (*CORE_KEYS, *ENGINE_SECTIONS))
                    or f"Sections are: {', '.join((*CORE_KEYS, *ENGINE_SECTIONS))}."
                )
                self.r.error("FB014", entry.key.span, f"no section is called `{key[:60]}`.", cure)

    def _version(self, f: Fields) -> None:
        node = f.node_of("fuelbed")
        if node is None:
            self.r.error("FB017", f.first, "the format version is missing.", "Add `fuelbed: 1` as the first line.")
        elif not (isinstance(node, Scalar) and node.value == 1 and node.text == "1"):
            self.r.wrong(node, "this format version is not known.", "Write `fuelbed: 1`.", "FB019")

    def _title(self, f: Fields) -> str:
        if "title" not in f:
            self.r.error("FB017", f.first, "the case has no `title`.", "Add `title: what happened`.")
        return f.text("title")

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

    def _status(self, f: Fields) -> str:
        node, text = f.node_of("status"), f.text("status")
        if text and node is not None and text not in ("draft", "confirmed"):
            self.r.error("FB033", node.span, f"`{text[:60]}` is no status.", "Write `status: draft` or `status: confirmed`.")
        return text

    def _factors(self, f: Fields, date: dt.date | None) -> dict[str, Factor]:
        node = f.section("factors")
        if node is None:
            self.names.factors_given = False
            if "factors" not in f:
                self.r.error("FB017", f.first, "the case has no `factors`.", "Add the triggers, conditions and controls.")
            return {}
        if not node.entries:
            self.r.error("FB017", node.span, "`factors` is empty.", "Add a trigger, a condition or a control.")
        factors, self.names.kinds = read_factors(self.r, node, date, "date" in f)
        return factors


def _signals(f: Fields) -> list[str]:
    node = f.node_of("signals")
    if isinstance(node, Map):
        return list(node.entries)
    return [s.text for s in node.items if isinstance(s, Scalar)] if isinstance(node, Seq) else []
