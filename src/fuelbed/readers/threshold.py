"""The section `threshold`: which records, which factors, what holds today. Every fault at once, with its place and cure."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.evidence import MetricsTable
from fuelbed.core.findings import Span
from fuelbed.core.history import IncidentTable
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import did_you_mean
from fuelbed.core.threshold import Sum, ThresholdSettings
from fuelbed.readers.entries import declared_names, is_declared
from fuelbed.readers.fields import Fields, Reading, named_entries
from fuelbed.readers.structure import ModelNames, Names
from fuelbed.readers.yaml import Map

__all__ = ["THRESHOLD_KEYS", "read_sums", "read_threshold"]

THRESHOLD_KEYS = ("incidents", "factors", "days", "incident", "today", "line", "sums")
_SUM = ("limit", "terms", "over", "unit", "what", "source")


def read_threshold(
    r: Reading,
    f: Fields,
    incidents: Mapping[str, IncidentTable],
    metrics: Mapping[str, MetricsTable],
    names: Names,
    sums: Mapping[str, Sum],
) -> ThresholdSettings:
    """The section, with the sums that were read before; names are looked up among the entries that the case declares, tables at fault included (they are reported already)."""
    node = f.section("threshold")
    if node is None:
        return ThresholdSettings()
    r.check_keys(node, THRESHOLD_KEYS, "`threshold`")
    body = Fields(r, node)
    known = declared_names(f, "incidents")
    chosen = tuple(
        dict.fromkeys(s.text for s in body.names("incidents") if is_declared(r, "FB175", s.span, s.text, known, "incidents"))
    )
    tables = [t for name, t in incidents.items() if not chosen or name in chosen]
    complete = all(name in incidents for name in known)
    columns = list(dict.fromkeys(c for t in tables for c in t.factors)) if tables and complete else []
    factors = _factors(r, body, columns)
    days = body.text("days")
    if days:
        is_declared(r, "FB175", body.span_of("days"), days, declared_names(f, "metrics"), "metrics")
        if days in metrics:
            _day_columns(r, body.span_of("days"), metrics[days], list(factors) or columns)
    incident = body.text("incident")
    if incident and tables and complete and not any(incident in t.labels for t in tables):
        labels = [x for t in tables for x in t.labels]
        cure = (
            did_you_mean(incident, labels) or f"Records are called, for instance, {', '.join(f'`{x[:40]}`' for x in labels[:3])}."
        )
        r.error("FB176", body.span_of("incident"), f"no record of `evidence.incidents` is called `{incident[:60]}`.", cure)
    today = _today(r, body, list(factors) or columns)
    line = body.text("line")
    if line and line not in names.lines:
        cure = did_you_mean(line, names.lines) or "Name a line of `structure`."
        r.error("FB022", body.span_of("line"), f"no line is called `{line[:60]}`.", cure)
    return ThresholdSettings(chosen, factors, days, incident, today, line, sums, node.span)


def read_sums(r: Reading, case: Fields, names: Names) -> dict[str, Sum]:
    """Limits in plain sight. Read before `actions`, which may set a limit or an amount: it fills `names.models`."""
    section = case.node_of("threshold")
    node = Fields(r, section).section("sums") if isinstance(section, Map) else None
    out: dict[str, Sum] = {}
    for name, at, title, f in named_entries(r, node, "sum", "{limit: 10000, terms: {base: 9000, surge: 500..1500}}"):
        r.check_keys(f.node, _SUM, title)
        if names.is_known(name) or (name in names.models and name not in out):
            r.error("FB018", at, f"`{name[:60]}` is a factor, a line or a model already.", "Give the sum another name.")
        limit, section = f.quantity("limit", "number"), f.section("terms")
        if "limit" not in f or section is None:
            cure = "Write `{limit: 10000, terms: {base: 9000, surge: 500..1500}}`, both in one unit."
            r.error("FB017", at, f"{title} has no `{'terms' if 'limit' in f else 'limit'}`.", cure)
        terms = _terms(r, section)
        unit, what, source = f.text("unit"), f.text("what"), f.source()
        over = f.yes_no("over") if "over" in f else None
        of: dict[str, Dimension | None] = {"limit": "number", **dict.fromkeys(terms, "number")}
        names.models[name] = ModelNames(of, {})
        if limit is not None and terms:
            out[name] = Sum(name, limit, terms, unit, what, source, at, over)
    return out


def _terms(r: Reading, node: Map | None) -> dict[str, Quantity]:
    out: dict[str, Quantity] = {}
    for name, entry in node.entries.items() if node else ():
        if name == "limit":
            r.error(
                "FB018",
                entry.key.span,
                "an amount cannot be called `limit`.",
                "Give it another name: `set SUM.limit` means the limit.",
            )
        r.identifier(entry.key, "amount")
        q = r.quantity(entry.value, name[:60], "number", "Write how much of the limit it takes. ")
        if q is not None and q.low < 0:
            r.error("FB047", entry.value.span, "an amount is not negative.", "Add what makes room to the limit.")
        elif q is not None:
            out[name] = q
    return out


def _factors(r: Reading, body: Fields, columns: list[str]) -> dict[str, str]:
    """`factors: {column: factor}`, or a list of columns that are called as the factors are."""
    node = body.node_of("factors")
    if node is None:
        return {}
    if isinstance(node, Map):
        pairs = [(key, e.key.span, r.text(e.value, key) or key) for key, e in node.entries.items()]
    else:
        pairs = [(s.text, s.span, s.text) for s in body.names("factors")]
    out: dict[str, str] = {}
    for column, span, factor in pairs:
        if columns and column not in columns:
            cure = did_you_mean(column, columns) or f"Columns are: {', '.join(columns)[:200]}."
            r.error("FB177", span, f"the records have no factor `{column[:60]}`.", cure)
        elif factor in out.values():
            r.error("FB018", span, f"two columns stand for `{factor[:60]}`.", "Give each factor one column.")
        out[column] = factor
    return out


def _day_columns(r: Reading, span: Span | None, table: MetricsTable, columns: list[str]) -> None:
    missing = [c for c in columns if c not in table.columns]
    if missing:
        cure = f"Add them to its `columns`, in 0..1 as the records have them: {', '.join(missing)[:200]}."
        r.error("FB178", span, f"the series `{table.name}` has no column for {len(missing)} of the factors.", cure)


def _today(r: Reading, body: Fields, columns: list[str]) -> dict[str, float]:
    node = body.section("today")
    out: dict[str, float] = {}
    for name, entry in node.entries.items() if node else ():
        if columns and name not in columns:
            cure = did_you_mean(name, columns) or f"Columns are: {', '.join(columns)[:200]}."
            r.error("FB177", entry.key.span, f"the records have no factor `{name[:60]}`.", cure)
        q = r.belief(entry.value, name[:60])
        if q is not None and q.kind != "point":
            r.error(
                "FB179",
                entry.value.span,
                f"`today.{name[:60]}` is one number in 0..1.",
                "Write `0.7`; try another by writing another.",
            )
        elif q is not None:
            out[name] = q.low
    return out
