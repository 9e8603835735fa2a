"""Failures by rule: where a formula over a table of metrics is true for long enough, a component failed.

A rule is a formula of `core/temporal.py` without its words of time (comparisons of terms, `and`, `or`, `not`), and at its end perhaps
`for 2 min`. Truth is three-valued (Kleene): a comparison with an empty cell is unknown, and `unknown and false` is false.

Rows that are true one after another are one failure, from the first of them to the row after the last. A row that decides nothing
neither ends nor begins one. Where no row follows within three usual steps, a failure ends one usual step after its last row.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from fuelbed.core.arithmetic import Arith, Call, Measured, Name, Num, walk_arithmetic
from fuelbed.core.evidence import MetricsTable
from fuelbed.core.findings import Severity, Span
from fuelbed.core.numbers import parse_quantity
from fuelbed.core.scanner import Place, TextFault, did_you_mean
from fuelbed.core.temporal import And, Compare, Not, Or, Temporal, columns_in, parse_temporal, walk_temporal
from fuelbed.readers.clock import Clock
from fuelbed.readers.entries import Entry
from fuelbed.readers.fields import Reading
from fuelbed.readers.history_log import Failures
from fuelbed.readers.yaml import Map, Node, Scalar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Truth = NDArray[np.int8]

__all__ = ["RULE_KEYS", "Rule", "asked_by_rules", "failures_by_rule", "parse_rule", "read_rules"]

RULE_KEYS = ("from", "rules", "name", "what", "source")
_FOR = re.compile(r"\sfor\s", re.ASCII)
_GAP = 3.0  # usual steps without a row, from which on nobody knows whether a failure lasted
_FUNCTIONS = ("min", "max", "abs")
_TERMS = frozenset(("neg", "add", "sub", "mul", "div", *_FUNCTIONS))
_FORM = "Write `rules: {api: goodput < 0.9 * load for 2 min}`."


@dataclass(frozen=True, slots=True)
class Rule:
    """`when` it is true for at least `lasts` seconds, the component fails."""

    component: str
    when: Temporal
    lasts: float
    span: Span


def parse_rule(text: str, place: Place | None = None) -> tuple[Temporal, float]:
    """A formula, and how long it has to be true, in seconds. Raises `TextFault`."""
    found = list(_FOR.finditer(text))
    at = found[-1].start() if found else len(text)
    when = parse_temporal(text[:at], place)
    for part in walk_temporal(when):
        if not isinstance(part, And | Or | Not | Compare):
            cure = "Compare columns with `< <= > >=`, join with `and or not`, and end with `for 2 min`."
            raise TextFault("FB161", "a rule looks at one row: words of time are for invariants.", cure, 0, at)
        for side in (part.left, part.right) if isinstance(part, Compare) else ():
            strange = next((e.op for e in walk_arithmetic(side) if isinstance(e, Call) and e.op not in _TERMS), None)
            if strange is not None:
                cure = f"A rule has numbers, columns, `+ - * /` and {', '.join(f'`{f}`' for f in _FUNCTIONS)}."
                raise TextFault("FB161", f"a rule has no `{strange}`.", cure, 0, at)
    return when, _duration(text, found[-1].end()) if found else 0.0


def _duration(text: str, at: int) -> float:
    try:
        q = parse_quantity(text[at:], "time")
    except TextFault as fault:
        raise TextFault(fault.code, fault.message, fault.cure, at + fault.start, at + fault.end) from None
    if q.kind != "point" or not 0 <= q.low < math.inf:
        raise TextFault("FB161", "a rule ends with one length of time.", "Write `for 2 min`.", at, len(text))
    return q.low


def read_rules(
    r: Reading, entry: Entry, metrics: Mapping[str, MetricsTable], declared: Sequence[str]
) -> tuple[MetricsTable | None, list[Rule]]:
    """The table that an entry is made of, and its rules; the table is None after a fault, and where it could not be read itself."""
    f, before = entry.f, len(r.findings)
    r.check_keys(f.node, RULE_KEYS, "an entry of `history` that is made `from` metrics")
    name, rules = f.text("from"), f.section("rules")
    table = metrics.get(name)
    if name and name not in declared:
        cure = did_you_mean(name, declared) or f"Entries are: {', '.join(declared)[:200] or 'none'}."
        r.error("FB161", f.span_of("from"), f"no entry of `evidence.metrics` is called `{name[:60]}`.", cure)
    if rules is None or not rules.entries:
        if "rules" not in f or rules is not None:
            r.error("FB017", entry.span, "an entry made `from` metrics has `rules`.", _FORM)
        return None, []
    out = [x for e in rules.entries.values() if (x := _rule(r, e.key, e.value, table)) is not None]
    bad = any(x.severity is Severity.ERROR for x in r.findings[before:])
    return None if bad else table, out


def _rule(r: Reading, key: Scalar, node: Node, table: MetricsTable | None) -> Rule | None:
    if not isinstance(node, Scalar) or node.value is None:
        r.wrong(node, f"the rule of `{key.text[:60]}` is a formula.", _FORM)
        return None
    try:
        when, lasts = parse_rule(node.text, node.place)
    except TextFault as fault:
        r.findings.append(fault.finding(node.place))
        return None
    for part in walk_temporal(when) if table is not None else ():
        for name in _names(part):
            if table is not None and name.name not in table.columns:
                cure = did_you_mean(name.name, table.columns) or f"Columns are: {', '.join(table.columns)[:200]}."
                r.error("FB161", name.span or node.span, f"`{table.name}` has no column `{name.name[:60]}`.", cure)
    if not columns_in(when):
        r.error("FB161", node.span, "this rule names no column, so it is always true or never.", _FORM)
    return Rule(key.text, when, lasts, node.span)


def _names(part: Temporal) -> list[Name]:
    sides = (part.left, part.right) if isinstance(part, Compare) else ()
    return [e for side in sides for e in walk_arithmetic(side) if isinstance(e, Name)]


def asked_by_rules(entries: list[Node]) -> dict[str, tuple[str, ...]]:
    """Columns that the rules of entries of `evidence.history` name, by entry of metrics; what is at fault is left out."""
    out: dict[str, dict[str, None]] = {}
    for item in entries:
        body = item.entries if isinstance(item, Map) else {}
        name, rules = (body[k].value if k in body else None for k in ("from", "rules"))
        for e in rules.entries.values() if isinstance(rules, Map) and isinstance(name, Scalar) else ():
            if isinstance(name, Scalar) and isinstance(e.value, Scalar) and e.value.value is not None:
                try:
                    out.setdefault(name.text, {}).update(dict.fromkeys(columns_in(parse_rule(e.value.text)[0])))
                except TextFault:
                    continue
    return {name: tuple(columns) for name, columns in out.items()}


def failures_by_rule(r: Reading, table: MetricsTable, rules: list[Rule]) -> Failures:
    """Every rule's failures. seen: from the first row to one usual step after the last; so a component without a failure was watched."""
    zero = table.start or 0.0
    which, starts, ends = array("q"), array("d"), array("d")
    for k, rule in enumerate(rules):
        truth = _truth(rule.when, table)
        unknown = int((truth < 0).sum())
        if unknown:
            message = f"{unknown:,} of {len(table):,} rows of `{table.name}` do not say whether `{rule.component[:60]}` failed: cells are empty."
            cure = "They begin and end no failure. Series with times of their own meet by `every: 1 min`."
            r.warn("FB163", rule.span, message, cure, Severity.NOTE)
        for start, end in _stretches(truth, table):
            if end - start >= rule.lasts * (1 - 1e-9):
                which.append(k)
                starts.append(zero + start)
                ends.append(zero + end)
    clock = Clock("iso" if table.start is not None else "seconds", zoned=table.zoned)
    seen = (zero + table.times[0], zero + table.times[-1] + table.step) if len(table) else (0.0, 0.0)
    return Failures(clock, [rule.component for rule in rules], which, starts, ends, [""] * len(which), seen)


def _stretches(truth: Truth, table: MetricsTable) -> list[tuple[float, float]]:
    """(start, end) of every failure, in seconds as the table counts them."""
    import numpy as np

    times, step = np.frombuffer(table.times), table.step
    apart = np.diff(times) > _GAP * step
    group = np.concatenate(([0], np.cumsum(apart)))
    row = np.flatnonzero(truth >= 0)
    on, part = truth[row] == 1, group[row]
    same = part[1:] == part[:-1]
    begins = on & np.concatenate(([True], ~(on[:-1] & same)))
    finishes = on & np.concatenate((~(on[1:] & same), [True]))
    after = np.append(np.where(apart, times[:-1] + step, times[1:]), times[-1] + step)
    return list(zip(times[row[begins]].tolist(), after[row[finishes]].tolist(), strict=True)) if len(row) else []


def _truth(f: Temporal, table: MetricsTable) -> Truth:
    """For each row 1 (true), 0 (false) or -1 (nobody knows)."""
    import numpy as np

    if isinstance(f, Not):
        inner = _truth(f.of, table)
        return np.where(inner < 0, inner, 1 - inner).astype(np.int8)
    if isinstance(f, And | Or):
        parts = [_truth(x, table) for x in f.args]
        decided = 0 if isinstance(f, And) else 1  # what one part alone decides
        found, unknown = (np.any([p == x for p in parts], axis=0) for x in (decided, -1))
        return np.where(found, decided, np.where(unknown, -1, 1 - decided)).astype(np.int8)
    assert isinstance(f, Compare)
    left, right = _values(f.left, table), _values(f.right, table)
    if f.op in ("gt", "ge"):
        left, right = right, left
    with np.errstate(invalid="ignore"):
        holds = left < right if f.op in ("lt", "gt") else left <= right
    return np.where(np.isnan(left) | np.isnan(right), -1, holds).astype(np.int8)


def _values(e: Arith, table: MetricsTable) -> Numbers:
    """A term for each row; `nan` where a cell is empty, or where it has no value (0 / 0)."""
    import numpy as np

    if isinstance(e, Num | Measured):
        return np.full(len(table), e.value)
    if isinstance(e, Name):
        return np.frombuffer(table.columns[e.name].values)
    args = [_values(a, table) for a in e.args]
    with np.errstate(all="ignore"):
        match e.op:
            case "neg":
                return -args[0]
            case "add":
                return args[0] + args[1]
            case "sub":
                return args[0] - args[1]
            case "mul":
                return args[0] * args[1]
            case "div":
                return args[0] / args[1]
            case "abs":
                return np.abs(args[0])
            case "min":
                return reduce(np.minimum, args)
            case _:
                return reduce(np.maximum, args)
