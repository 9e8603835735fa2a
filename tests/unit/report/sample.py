"""A hand-built report: a feature-flag outage of 108 minutes, with every block kind, picture kind and both kinds of silence."""

from __future__ import annotations

import math
from typing import Any

from fuelbed.core.blocks import Answer, Ask, Cell, Column, Estimates, Named, Picture, Quote, Sentence, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.reporting import Report, Section

__all__ = ["GRAPH", "LONG", "ORDER", "REMOVAL", "WHATIF", "hostile", "renamed", "report"]

INF = math.inf


def _row(id: str, what: str, kind: str, v: tuple[float, float, float], breaks: int, note: str = "") -> dict[str, Any]:
    change = v[0] / 2.6 - 1
    wider = 0.0 if change in (0, -1) else 0.3 * (1 + change) * -change
    return {
        "id": id, "label": id, "what": what, "kind": kind, "value": v[0], "low": v[1], "high": v[2], "change": change,
        "change_low": change - wider, "change_high": change + wider, "note": note, "breaks": breaks, "of": 4,
    }  # fmt: skip


REMOVAL: dict[str, Any] = {
    "quantity": "failures a year",
    "baseline": {"value": 2.6, "low": 0.7, "high": 7.9},
    "rows": [
        _row("timeout_cut", "Connection timeout cut from 1 s to 300 ms", "trigger", (2.4, 0.62, 7.4), 1),
        _row("ingestion_surge", "Ingestion surge", "trigger", (1.7, 0.41, 5.6), 2),
        _row("deploy_rollout", "Rolling restart of all pods", "trigger", (2.1, 0.5, 6.6), 1),
        _row("unbounded_retry", "Clients retry without a bound", "condition", (0.12, 0.01, 0.4), 4),
        _row("shared_writer", "Flags and ingestion share one writer", "condition", (0.28, 0.05, 0.9), 3),
        _row("timeouts_hardcoded", "Timeouts are hard-coded", "condition", (2.6, 0.7, 7.9), 0, "shapes `timeout_cut` only"),
        _row("circuit_breaker", "Circuit breaker", "control", (0.0, 0.0, 0.0), 4, "missing today"),
        _row("probes_eject", "Readiness probes eject sick pods", "control", (1.1, 0.08, 3.9), 4),
    ],
}  # fmt: skip

GRAPH: dict[str, Any] = {
    "nodes": [
        {"id": "timeout_cut", "label": "Connection timeout cut from 1 s to 300 ms", "kind": "trigger", "state": ""},
        {"id": "ingestion_surge", "label": "Ingestion surge", "kind": "trigger", "state": ""},
        {"id": "deploy_rollout", "label": "Rolling restart of all pods", "kind": "trigger", "state": ""},
        {"id": "shared_writer", "label": "Flags and ingestion share one writer", "kind": "condition", "state": ""},
        {"id": "unbounded_retry", "label": "Clients retry without a bound", "kind": "condition", "state": ""},
        {"id": "circuit_breaker", "label": "Circuit breaker", "kind": "control", "state": "missing"},
        {"id": "probes_eject", "label": "Readiness probes eject sick pods", "kind": "control", "state": "failed"},
        {"id": "rollback", "label": "Roll-back", "kind": "control", "state": "failed"},
        {"id": "writer_saturated", "label": "writer_saturated", "kind": "line", "state": ""},
        {"id": "retry_storm", "label": "retry_storm", "kind": "line", "state": ""},
        {"id": "flags_unavailable", "label": "flags_unavailable", "kind": "failure", "state": ""},
        {"id": "long_outage", "label": "long_outage", "kind": "line", "state": ""},
    ],
    "edges": [
        ["timeout_cut", "writer_saturated"], ["ingestion_surge", "writer_saturated"], ["shared_writer", "writer_saturated"],
        ["deploy_rollout", "retry_storm"], ["writer_saturated", "retry_storm"], ["unbounded_retry", "retry_storm"],
        ["circuit_breaker", "retry_storm"], ["retry_storm", "writer_saturated"], ["retry_storm", "flags_unavailable"],
        ["probes_eject", "flags_unavailable"], ["flags_unavailable", "long_outage"], ["rollback", "long_outage"],
    ],
    "cut_sets": [
        ["timeout_cut", "shared_writer", "unbounded_retry", "circuit_breaker", "probes_eject"],
        ["ingestion_surge", "shared_writer", "unbounded_retry", "circuit_breaker", "probes_eject"],
        ["timeout_cut", "ingestion_surge", "unbounded_retry", "circuit_breaker", "probes_eject"],
        ["deploy_rollout", "unbounded_retry", "circuit_breaker", "probes_eject"],
    ],
}  # fmt: skip

ORDER: dict[str, Any] = {
    "items": [{"id": f"a{i}", "label": w} for i, w in enumerate(
        ["Circuit breakers with exponential backoff", "Own writer for flags", "Raise the timeout again", "Alert on saturation",
         "Runbook page"], 1)],
    "edges": [["a1", "a3"], ["a2", "a3"], ["a3", "a4"]],
    "classes": [["a4", "a5"]],
}  # fmt: skip

# inputs: 0 rate of the cut, 1 rate of surges, 2 shared writer, 3 retry, 4 breaker fails, 5 probes fail, 6 horizon
WHATIF: dict[str, Any] = {
    "tape": {
        "n_inputs": 7,
        "inputs": [{"name": "timeout_cut.rate", "value": 12.0}, {"name": "ingestion_surge.rate", "value": 9.8},
                   {"name": "shared_writer.present", "value": 0.9}, {"name": "unbounded_retry.present", "value": 0.95},
                   {"name": "circuit_breaker.broken", "value": 1.0}, {"name": "probes_eject.fails", "value": 0.1414},
                   {"name": "horizon", "value": 1.0}],
        "consts": [0.0, 30.0],
        "ops": [["+", 0, 1], ["*", 2, 3], ["*", 10, 4], ["*", 11, 5], ["*", 9, 12], ["*", 13, 6], ["-", 7, 14], ["exp", 15],
                ["~", 16], ["?", 2, 13, 7], ["/", 18, 2], ["min", 19, 13], ["max", 20, 7], ["*", 21, 8]],
    },
    "outputs": [{"id": "hazard", "label": "failures a year", "register": 13, "kind": "rate"},
                {"id": "horizon", "label": "at least one failure within 1 year", "register": 17, "kind": "probability"},
                {"id": "loss", "label": "minutes lost a year", "register": 22, "kind": "loss", "unit": "minutes per year"}],
    "sliders": [
        {"id": "s_cut", "label": "Connection timeout cut: how often", "group": "Triggers", "low": 6.0, "high": 24.0, "value": 12.0,
         "scale": "log", "unit": "per year", "inputs": [0]},
        {"id": "s_surge", "label": "Ingestion surge: how often", "group": "Triggers", "low": 4.0, "high": 24.0, "value": 9.8,
         "scale": "log", "unit": "per year", "inputs": [1]},
        {"id": "s_writer", "label": "Flags and ingestion share one writer", "group": "Conditions", "low": 0.0, "high": 1.0,
         "value": 0.9, "scale": "linear", "unit": "", "inputs": [2]},
        {"id": "s_retry", "label": "Clients retry without a bound", "group": "Conditions", "low": 0.0, "high": 1.0, "value": 0.95,
         "scale": "linear", "unit": "", "inputs": [3]},
        {"id": "s_probes", "label": "Readiness probes fail to eject", "group": "Controls", "low": 0.05, "high": 0.4, "value": 0.1414,
         "scale": "log", "unit": "", "inputs": [5]}],
    "switches": [
        {"id": "a1", "label": "Circuit breakers with exponential backoff", "kind": "action", "set": [[4, 0.05]]},
        {"id": "a2", "label": "Own writer for flags", "kind": "action", "set": [[2, 0.0]]},
        {"id": "a3", "label": "Raise the timeout again", "kind": "action", "set": []},
        {"id": "timeout_cut", "label": "Connection timeout cut", "kind": "factor", "set": [[0, 0.0]]},
        {"id": "unbounded_retry", "label": "Clients retry without a bound", "kind": "factor", "set": [[3, 0.0]]}],
    "reason": "",
}  # fmt: skip


def _e(value: float | None, low: float, high: float, kind: Any = "rate", method: str = "exact at the ends") -> Estimate:
    return Estimate(value, low, high, kind, "", "computed", method)


def _action_table() -> Table:
    columns = (
        Column("action", "Action", "code"), Column("what", "What", "text"), Column("verdict", "Verdict", "verdict"),
        Column("change", "Failures a year", "estimate"), Column("after", "Left", "estimate", brief=False),
        Column("breaks", "Breaks", "text", brief=False),
    )  # fmt: skip
    rows = [
        (
            "a1",
            "Circuit breakers with exponential backoff",
            "control",
            "good",
            (-0.93, -0.95, -0.71),
            (0.18, 0.04, 0.6),
            "4 of 4",
        ),
        ("a2", "Own writer for flags", "structural", "good", (-0.89, -0.94, -0.6), (0.28, 0.05, 0.9), "3 of 4"),
        ("a3", "Raise the timeout again", "trigger only", "bad", (-0.004, -0.02, 0.0), (2.59, 0.7, 7.9), "0 of 4"),
        ("a4", "Alert on writer saturation", "sight only", "muted", (0.0, 0.0, 0.0), (2.6, 0.7, 7.9), "0 of 4"),
        ("a5", "Runbook page for the flags service", "no effect", "bad", (0.0, 0.0, 0.0), (2.6, 0.7, 7.9), "0 of 4"),
    ]
    cells = tuple(
        (Cell(a), Cell(w), Cell(v, tone=t), Cell("", _e(*c, kind="change")), Cell("", _e(*k)), Cell(b))  # type: ignore[arg-type]  # literal tones
        for a, w, v, t, c, k, b in rows
    )
    return Table(
        "actions", "What each action item changes", columns, cells, "Differences are paired: the same numbers on both sides."
    )


def _structure() -> Answer:
    cut_sets = Table(
        "cut_sets", "Minimal cut sets", (Column("n", "No."), Column("of", "Factors", "list"), Column("rate", "A year", "estimate")),
        tuple((Cell(str(i)), Cell("", items=tuple(c)), Cell("", _e(1.9 / i, 0.2, 5.0 / i))) for i, c in enumerate(GRAPH["cut_sets"], 1)),
        detail=True,
    )  # fmt: skip
    return Answer(
        "Removing the trigger `timeout_cut` leaves 92 % of the failures; removing `unbounded_retry` leaves 5 %. Four minimal cut "
        "sets lead to `flags_unavailable`, and all of them need `unbounded_retry`.",
        (
            Picture("removal", "What is left after each is removed", REMOVAL, "Triggers leave nearly everything, conditions do not."),
            Estimates("How near it still is", (
                Named("hazard", "failures a year", _e(2.6, 0.7, 7.9)),
                Named("horizon", "at least one failure within 1 year", _e(0.926, 0.5, 0.9996, "probability")),
                Named("propensity", "the next trigger becomes the failure", _e(0.12, 0.04, 0.29, "probability")),
                Named("loss", "expected loss", Estimate(78, 12, INF, "loss", "minutes per year", "judged", "outer enclosure")),
                Named("unknown", "share of incidents that went unseen", Estimate(None, 0.0, 1.0, "probability", "", "assumed")),
                Named("recovery", "time to recover", Estimate(108 / 525960, 60 / 525960, 0.0005, "duration", "", "measured")),
            )),
            Picture("graph", "The mechanism", GRAPH, "Three triggers reach `retry_storm`, which feeds itself, and then the failure."),
            Sentence("A roll-back was tried and the outage went on: the loop through `retry_storm` sustains itself.", "bad"),
            Quote("We rolled back the change at 14:20, but error rates did not recover.", Span("postmortem.md", 31, 1)),
            cut_sets,
            Table("dup", "Numbers that decide the ranking", (Column("a", "Number", "code"),), (), "", "No disputed number changes it.", True),
            Picture("whatif", "Try it", WHATIF, "Sliders over the disputed numbers, switches for the actions."),
            Sentence("The action order holds over the whole range of `circuit_breaker.fails`.", "muted", True),
        ),
    )  # fmt: skip


def _questions() -> tuple[Section, ...]:
    asks = [
        ("dynamics", "How did feedback amplify the push, and where is the stability boundary?", "Which retry policy do the clients use?",
         "loop gain, margin and critical trigger size"),
        ("coupling", "Which parts fail together though they were thought independent?", "Where is a list of past incidents?",
         "joint failures against independence"),
        ("attribution", "Does the written story follow the risk, or what was convenient to record?", "Who owns each factor?",
         "share of the narrative against share of the risk"),
        ("threshold", "How close to failing was it, and which factors pushed it over?", "Which days were near misses?", "the margin"),
        ("observability", "What can the signals not tell apart?", "Which alerts fired, and when?", "ambiguity and the next best sensor"),
        ("lint", "Which well-known misconceptions does the text hold?", "", ""),
        ("invariants", "Which invariants were violated, which controls failed or were absent?", "Which metrics were kept?", "robustness"),
        ("exposure", "Was it the exploit, or the exposure that any exploit would have found?", "Which exploit class?", "depth"),
    ]  # fmt: skip
    lint = Answer(
        "The text stops at the deploy: one cause is named and no condition.",
        (Ask(NotFound("Since when do clients retry without a bound?", "age of the condition")),
         Sentence("The word `root cause` appears 3 times.", "plain")),
    )  # fmt: skip
    return tuple(
        Section(e, f"§{i}", q, lint if e == "lint" else NotFound(ask, unlocks)) for i, (e, q, ask, unlocks) in enumerate(asks, 2)
    )


def report() -> Report:
    """The sample."""
    actions = Answer(
        "Two of five action items change how often this fails; `a3`, `a4` and `a5` do not.",
        (_action_table(), Picture("order", "Whatever the numbers", ORDER, "`a1` and `a2` do at least as much as `a3`.")),
    )
    findings = (
        Finding("FB201", Severity.WARNING, "Three of five action items change no path to failure.",
                "Add one that removes `unbounded_retry`.", Span("postmortem.md", 58, 1)),
        Finding("FB114", Severity.NOTE, "The rate of `timeout_cut` is the published interval for `monthly`.", "Give the measured rate.",
                Span("case.yaml", 11, 5)),
        Finding("FB202", Severity.WARNING, "`rollback` was tried and the failure persisted: look for a sustaining loop.", "",
                Span("postmortem.md", 31, 1)),
    )  # fmt: skip
    return Report(
        "Feature flags down for 108 minutes",
        "flags_unavailable",
        ("The timeout change was the spark: undoing it leaves 92 % of the failures, 2.4 (0.62..7.4) a year.",
         "Two standing conditions carry the risk, `unbounded_retry` and `shared_writer`: without either, at most 0.9 a year are left.",
         "Of five action items, `a1` and `a2` break the paths to failure; the other three leave them as they were."),
        (Section("structure", "§1", "Which triggers and which latent conditions together fail?", _structure()),
         Section("actions", "", "Which of the action items change this?", actions), *_questions()),
        findings,
        {"fuelbed": "0.1.0", "seed": "0", "horizon": "1 year", "case.yaml": "sha256:" + "3f" * 32, "postmortem.md": "sha256:" + "a7" * 32},
        ("The report names the timeout and not the loop through `retry_storm`.", "A record of retries by client would settle it."),
    )  # fmt: skip


LONG = "a_condition_with_a_name_that_goes_on_and_on_for_sixty_letters"


def renamed(old: str = "unbounded_retry", new: str = LONG) -> Report:
    """The sample with one identifier replaced everywhere."""
    from dataclasses import fields, is_dataclass, replace

    def go(x: Any) -> Any:
        if isinstance(x, str):
            return x.replace(old, new)
        if is_dataclass(x) and not isinstance(x, type):
            return replace(x, **{f.name: go(getattr(x, f.name)) for f in fields(x)})
        if isinstance(x, dict):
            return {k: go(v) for k, v in x.items()}
        return type(x)(map(go, x)) if isinstance(x, (tuple, list)) else x

    return go(report())  # type: ignore[no-any-return]  # the shape is kept


PAYLOAD = "</script><img src=x onerror=alert(1)>'\"&`$x`{{7*7}}<!--<script>]]>|[x](javascript:alert(1))"


def hostile(payload: str = PAYLOAD) -> Report:
    """The sample with a payload appended to every string (identifiers that join, kinds and codes of the tape excepted)."""
    from dataclasses import fields, is_dataclass, replace

    keep = {"kind", "scale", "tone", "how", "section", "value", "reason"}

    def dirty(x: Any, key: str = "") -> Any:
        if isinstance(x, str):
            return x if key in keep else x + payload
        if is_dataclass(x) and not isinstance(x, type):
            return replace(x, **{f.name: dirty(getattr(x, f.name), f.name) for f in fields(x)})
        if isinstance(x, dict):
            return {k + payload if key == "provenance" else k: v if k == "ops" else dirty(v, k) for k, v in x.items()}
        if isinstance(x, (tuple, list)):
            return type(x)(dirty(y, key) for y in x)
        return x

    return dirty(report())  # type: ignore[no-any-return]  # the shape is kept
