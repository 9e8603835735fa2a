"""The section `coupling`: which history, which window, what stands for load and for the clock. Every fault at once, with its place and cure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from fuelbed.core.coupling import Coupling
from fuelbed.core.evidence import EventsTable, MetricsTable
from fuelbed.core.history import FailureLog
from fuelbed.core.scanner import did_you_mean
from fuelbed.readers.entries import declared_names, is_declared
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.structure import Names
from fuelbed.readers.yaml import Map, Node, Scalar, Seq

__all__ = ["COUPLING_KEYS", "read_coupling"]

COUPLING_KEYS = ("history", "window", "load", "strata", "cycles", "deploys", "discovery", "components")
_STRATA = 100


def read_coupling(
    r: Reading,
    f: Fields,
    history: Mapping[str, FailureLog],
    metrics: Mapping[str, MetricsTable],
    events: Mapping[str, EventsTable],
    names: Names,
) -> Coupling:
    """The section; entries are looked up among those that the case declares, those at fault included (they are reported already)."""
    node = f.section("coupling")
    if node is None:
        return Coupling()
    r.check_keys(node, COUPLING_KEYS, "`coupling`")
    body, usual = Fields(r, node), Coupling()
    chosen = [
        s for s in body.names("history") if is_declared(r, "FB170", s.span, s.text, declared_names(f, "history"), "history")
    ]
    window = _duration(r, body.node_of("window"), "window")
    load = _load(r, body, declared_names(f, "metrics"), metrics)
    strata = _whole(r, body, "strata", usual.strata)
    cycles: list[float] = [x for n in _items(r, body, "cycles") if (x := _duration(r, n, "cycles")) is not None]
    deploys = [d for s in body.names("deploys") if (d := _deploy(r, s, declared_names(f, "events"), events)) is not None]
    discovery = _share(r, body, usual.discovery)
    parts = _components(r, body, [history[s.text] for s in chosen if s.text in history] or list(history.values()), names)
    return Coupling(
        tuple(dict.fromkeys(s.text for s in chosen)), window, load, strata, tuple(cycles) if "cycles" in body else usual.cycles, tuple(deploys),
        discovery, parts, node.span,
    )  # fmt: skip  # in the order of the type


def _duration(r: Reading, node: Node | None, what: str) -> float | None:
    """Seconds, above 0."""
    if node is None:
        return None
    q = r.quantity(node, what, "time", "Write `5 min`. ")
    if q is None:
        return None
    if q.kind != "point" or q.low <= 0:
        r.error("FB172", node.span, f"`{what}` is one duration above 0.", "Write `5 min`.")
        return None
    return q.low


def _items(r: Reading, body: Fields, key: str) -> Iterable[Node]:
    node = body.node_of(key)
    if node is None:
        return ()
    if not isinstance(node, Seq):
        r.wrong(node, f"`{key}` is a list of durations.", f"Write `{key}: [1 h, 1 day]`.")
        return ()
    return node.items


def _load(r: Reading, body: Fields, known: Collection[str], metrics: Mapping[str, MetricsTable]) -> tuple[str, str] | None:
    """`api.load`: an entry of the metrics and one of its columns."""
    node, text = body.node_of("load"), body.text("load")
    if node is None or not text:
        return None
    entry, dot, column = text.partition(".")
    if not is_declared(r, "FB170", node.span, entry, known, "metrics"):
        return None
    if not dot:
        column = "load"
    table = metrics.get(entry)
    if table is not None and column not in table.columns:
        cure = did_you_mean(column, table.columns) or f"Its columns are: {', '.join(table.columns)[:200]}."
        r.error("FB171", node.span, f"`{entry}` has no column `{column[:60]}`.", cure)
        return None
    return entry, column


def _deploy(r: Reading, s: Scalar, known: Collection[str], events: Mapping[str, EventsTable]) -> tuple[str, str] | None:
    """`releases` (every event of it) or `releases.deploy` (those of that name)."""
    entry, _, label = s.text.partition(".")
    if not is_declared(r, "FB170", s.span, entry, known, "events"):
        return None
    table = events.get(entry)
    if label and table is not None and label not in table.labels:
        cure = did_you_mean(label, sorted(set(table.labels))) or f"Its events are: {', '.join(sorted(set(table.labels)))[:200]}."
        r.error("FB171", s.span, f"`{entry}` has no event `{label[:60]}`.", cure)
        return None
    return entry, label


def _whole(r: Reading, body: Fields, key: str, usual: int) -> int:
    q = body.quantity(key, "plain")
    if q is None:
        return usual
    if q.kind != "point" or q.low != int(q.low) or not 2 <= q.low <= _STRATA:
        r.error("FB173", body.span_of(key), f"`{key}` is a whole number from 2 to {_STRATA}.", f"Write `{key}: 10`.")
        return usual
    return int(q.low)


def _share(r: Reading, body: Fields, usual: float) -> float:
    q = body.quantity("discovery", "probability")
    if q is None:
        return usual
    if q.kind != "point" or not 0 < q.low <= 0.5:
        r.error("FB173", body.span_of("discovery"), "`discovery` is one share above 0 and up to 0.5.", "Write `discovery: 0.05`.")
        return usual
    return q.low


def _components(r: Reading, body: Fields, logs: Collection[FailureLog], names: Names) -> dict[str, str]:
    """`components: {outside: factor}`: whose failures are which control or condition of the case."""
    node = body.node_of("components")
    section = r.mapping(node, "`components`", "Write `components: {pg-main: database}`.") if node is not None else None
    parts = sorted({c for t in logs for c in t.components})
    out: dict[str, str] = {}
    for name, entry in section.entries.items() if isinstance(section, Map) else ():
        if parts and name not in parts:
            cure = did_you_mean(name, parts) or f"Components are: {', '.join(parts)[:200]}."
            r.error("FB174", entry.key.span, f"no component of the history is called `{name[:60]}`.", cure)
        factor = r.text(entry.value, name[:60])
        if factor and names.factors_given and factor not in names.kinds:
            cure = did_you_mean(factor, names.kinds) or "Name a factor of the case."
            r.error("FB174", entry.value.span, f"no factor is called `{factor[:60]}`.", cure)
        elif factor in out.values():
            r.error("FB174", entry.value.span, f"two components stand for `{factor[:60]}`.", "Give each factor one component.")
        elif factor:
            out[name] = factor
    return out
