"""Hand-built pictures of evidence: beliefs, signatures, a timeline with strips, a bow-tie; and a report that holds them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import sample  # type: ignore[import-not-found]  # beside this file, see conftest.py

from fuelbed.core.blocks import Answer, Block, Picture, Sentence
from fuelbed.core.reporting import Report

__all__ = ["PAYLOAD", "PICTURES", "bowtie", "dirty", "holding", "picture", "posterior", "series", "signatures", "timeline"]

PAYLOAD = str(sample.PAYLOAD)
_KEEP = {"kind", "tone", "state", "seen", "zone", "id"}  # words of the format; identifiers join


def posterior() -> dict[str, Any]:
    """Fresh data, so that a test may change it."""

    def row(i: str, label: str, kind: str, before: Any, after: Any, tone: str = "plain", note: str = "") -> dict[str, Any]:
        return {"id": i, "label": label, "prior": before, "posterior": after, "kind": kind, "tone": tone, "note": note}

    return {
        "rows": [
            row("hardware", "Failing hardware in the cluster", "hypothesis", [0.2, 0.05, 0.5], [0.012, 0.001, 0.06], "bad", "tried first"),
            row("traffic", "More traffic than the cluster can bear", "hypothesis", [0.3, 0.1, 0.6], [0.09, 0.02, 0.3], "bad", "tried second"),
            row("reset", "The stored state is bad", "hypothesis", [0.1, None, None], [0.04, 0.0, 0.1], "bad", "tried third"),
            row("streaming", "Streaming contends on one channel", "hypothesis", [0.05, 0.01, 0.2], [0.84, 0.55, 0.97], "good"),
            row("unknown_one", "Something else", "hypothesis", [None, 0.0, 1.0], [None, 0.0, 1.0], "muted", "not known"),
            row("freelist", "`freelist` grows without a bound", "factor", [0.5, 0.2, 0.8], [0.71, 0.4, 0.9]),
            row("telemetry", "Telemetry depends on the cluster it watches", "factor", [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]),
            *(row(f"cs{i}", f"`streaming` and `shared_cluster` and `part_{i}`", "cut_set", [0.02 * i, 0.0, 0.3], [0.07 * i, 0.0, 0.9])
              for i in range(1, 11)),
        ]
    }  # fmt: skip  # one record


def signatures() -> dict[str, Any]:
    """Nine states of seven signals, two of them candidates; three states look the same."""
    signals = [
        ("errors_high", "5xx above 1 % on the dashboard", True, "yes"), ("latency_high", "Latency of key reads above 300 ms", True, "yes"),
        ("cpu_high", "Processor use above 80 %", True, "no"), ("leader_flaps", "The leader changes more than once in ten minutes", True, "unknown"),
        ("disk_slow", "Slow writes on the leader’s disk", True, "yes"), ("file_size", "Size of the feature file", False, "unknown"),
        ("channel_blocked", "Goroutines that wait on one channel", False, "unknown"),
    ]  # fmt: skip  # one table
    states = [
        ("streaming", "Streaming contends", 0.05, 0.5, 0, [0.97, 0.95, 0.1, 0.6, 0.8, 0.02, 0.95]),
        ("freelist", "The freelist is long", 0.1, 0.25, 0, [0.97, 0.95, 0.1, 0.6, 0.8, 0.02, 0.0]),
        ("both", "Streaming contends and the freelist is long", 0.02, 0.12, 0, [0.97, 0.95, 0.1, 0.6, 0.8, 0.02, 0.95]),
        ("hardware", "A machine is slow", 0.2, 0.06, 1, [0.9, 0.9, 0.9, 0.5, 0.95, 0.02, 0.0]),
        ("traffic", "More traffic than usual", 0.3, 0.04, 2, [0.9, 0.9, 0.97, 0.2, 0.1, 0.02, 0.3]),
        ("nothing", "Nothing is wrong", 0.33, 0.0, 3, [0.01, 0.01, 0.02, 0.02, 0.02, 0.02, 0.0]),
    ]  # fmt: skip  # one table
    return {
        "signals": [{"id": i, "label": w, "installed": there, "seen": seen} for i, w, there, seen in signals],
        "states": [{"id": i, "label": w, "prior": [a, a / 2, min(1.0, 2 * a)], "posterior": [b, b / 2, min(1.0, 2 * b)], "group": g, "shows": shows}
                   for i, w, a, b, g, shows in states],
        "rest": 0.03,
    }  # fmt: skip  # one record


def _strip(
    i: str, label: str, formula: str, unit: str, of: Any, broken: list[list[float]], undecided: list[list[float]]
) -> dict[str, Any]:
    points: list[list[float | None]] = []
    for k in range(400):
        t = 86400.0 * k / 400
        hidden = any(a <= t < b for a, b in undecided)
        low, high = of(t)
        points.append([t, None, None] if hidden else [t, low, high])
    worst = min(((p[1], p[0]) for p in points if p[1] is not None), default=None) if broken else None
    return {"id": i, "label": label, "formula": formula, "unit": unit, "points": points, "violations": broken, "undecided": undecided,
            "worst": [worst[1], worst[0]] if worst else None}  # fmt: skip  # one record


def timeline() -> dict[str, Any]:
    """A day that begins on 21 October 2018 at 22:40 UTC: most marks in the first hour."""
    start = 1540161600.0 + 40 * 60 - 3600 + 3600  # 22:40 UTC
    text = [(12, "Optics are replaced; the link between the sites is down for 43 seconds", "plain"),
            (14, "Alerts about faults in many services", "bad"), (22, "Topology of several clusters is unexpected", "plain"),
            (27, "Deployments are locked by hand", "good"), (29, "Site status set to yellow", "plain"), (31, "Site status set to red", "bad"),
            (39, "Webhooks and pages are paused", "good"), (80, "Plan: restore from backups, then resume", "plain"),
            (752, "Primaries are in the east again", "good"), (1003, "Replicas have caught up", "plain"), (1423, "Status green", "good")]  # fmt: skip  # one table
    wave = lambda t: (1.0 + math.sin(t / 4000), 2.0 + math.sin(t / 4000))  # noqa: E731  # short, and used once
    writers = lambda t: (-1.0, -1.0) if 780 <= t < 3180 else (0.0, 0.0)  # noqa: E731  # short, and used once
    lag = lambda t: (300 - min(9000, max(0, t - 1000)) * (1 - t / 86400) ** 2 / 4,) * 2  # noqa: E731  # short, and used once
    return {
        "start": start, "zone": "UTC", "span": [0.0, 86400.0], "trigger": [720.0, 763.0],
        "lanes": [
            {"kind": "text", "label": "", "marks": [{"t": 60.0 * m, "end": None, "label": w, "tone": tone, "source": "postmortem.md:12"} for m, w, tone in text]},
            {"kind": "signals", "label": "", "marks": [{"t": 840.0, "end": 40000.0, "label": "`errors_high` on", "tone": "bad", "source": ""},
                                                      {"t": 30000.0, "end": None, "label": "`writer_alert` looked at, off", "tone": "muted", "source": ""}]},
            {"kind": "controls", "label": "", "marks": [{"t": 765.0, "end": None, "label": "`fencing` missing", "tone": "bad", "source": "case.yaml:40"}]},
        ],
        "strips": [
            _strip("calm", "The queue is short", "queue < 3", "", wave, [], []),
            _strip("one_writer", "One region at a time takes writes", "writers_east + writers_west <= 1", "", writers, [[780.0, 3180.0]], [[80000.0, 86400.0]]),
            _strip("lag_small", "Replicas are near", "lag < 300 s", "s", lag, [[2200.0, 65000.0]], []),
            _strip("recovers", "Latency comes down again within five minutes", "always(latency > 1 s -> eventually[0..5 min] latency < 300 ms)", "s", lambda t: (0.4, 0.7), [], [[0.0, 20000.0]]),
        ],
    }  # fmt: skip  # one record


def bowtie() -> dict[str, Any]:
    """Four threats, four barriers before the event and two after it; two of them share a dependency."""
    controls = {
        "breaker": {"label": "Circuit breaker in every client", "state": "missing", "fails": [1.0, 1.0, 1.0], "shares": []},
        "probes": {"label": "Probes eject sick pods", "state": "failed", "fails": [0.14, 0.05, 0.4], "shares": ["cluster_api"]},
        "canary": {"label": "Canary before the fleet", "state": "bypassed", "fails": None, "shares": []},
        "limits": {"label": "Rate limit at the edge", "state": "effective", "fails": [0.02, 0.01, 0.05], "shares": []},
        "rollback": {"label": "Roll-back", "state": "failed", "fails": [0.5, 0.5, 0.5], "shares": ["cluster_api"]},
        "status": {"label": "Status page from elsewhere", "state": "effective", "fails": [0.1, 0.0, 0.3], "shares": []},
    }  # fmt: skip  # one table
    return {
        "event": {"id": "flags_unavailable", "label": "Feature flags are unavailable"},
        "threats": [
            {"id": "timeout_cut", "label": "Connection timeout cut from 1 s to 300 ms", "barriers": ["canary", "breaker", "probes"]},
            {"id": "ingestion_surge", "label": "Ingestion surge", "barriers": ["limits", "breaker", "probes"]},
            {"id": "deploy_rollout", "label": "Rolling restart of all pods at the same time of day", "barriers": ["breaker", "probes"]},
            {"id": "disk_full", "label": "Disk full", "barriers": []},
        ],
        "consequences": [
            {"id": "long_outage", "label": "Out for more than an hour", "barriers": ["rollback"]},
            {"id": "unheard", "label": "Customers are not told", "barriers": ["status"]},
        ],
        "controls": controls,
    }  # fmt: skip  # one record


def series() -> dict[str, Any]:
    """A queue of 200 rows, five seconds each, that fills up at a push; nothing was measured for a while."""
    rows = []
    for k in range(200):
        t = 5.0 * k + (k % 3)
        middle = 4 + (0 if k < 60 else 380 * (1 - math.exp(-(k - 60) / 25)) if k < 150 else 380 * math.exp(-(k - 150) / 12))
        rows.append([t, middle, 0.8 * middle, 1.3 * middle + 12])
    return {
        "model": "orders", "state": "queue", "label": "Requests that wait", "unit": "", "start": 1540160520.0, "cover": 0.9, "points": rows,
        "trigger": [300.0, 420.0], "aside": [310.0, 316.0],
        "seen": [
            {"id": "latency_p99", "label": "latency_p99", "unit": "seconds", "points": [[t, None if 500 < t < 560 else 0.05 + v / 100] for t, v, _, _ in rows]},
            {"id": "errors", "label": "errors", "unit": "per second", "points": [[t, max(0.0, v - 250) / 10] for t, v, _, _ in rows]},
        ],
    }  # fmt: skip  # one record


def joint() -> dict[str, Any]:
    """Five components in two groups: every mechanism once, a pair that is not surprising, a lift without an upper end."""
    names = ("pg_dump", "disk_snapshots", "wal_archive", "web_frontend", "job_queue", "cache_nodes", "search_index")
    rows = [
        (0, 1, 12, 0.015, [795.0, 459.0, 1290.0], "hidden dependency"), (0, 2, 9, 0.012, [734.0, 383.0, 1280.0], "shared dependency"),
        (3, 4, 9, 0.014, [2.4, 1.3, 4.1], "cascade"), (1, 3, 4, 1.2, [3.3, 1.1, 7.6], "synchronized trigger"), (2, 4, 5, 1.5, [3.3, 1.3, 7.0], "contention"),
        (4, 5, 2, 0.1, [20.0, 3.5, 63.0], "undecided"), (3, 5, 1, 0.0, [None, 0.0, None], "cascade"), (5, 6, 1, 0.4, [2.5, 0.1, 12.0], ""),
    ]  # fmt: skip  # one table
    keys = ("i", "j", "together", "expected", "lift", "mechanism")
    return {
        "components": [{"id": n, "label": n, "onsets": 10 + k} for k, n in enumerate(names)],
        "groups": [list(names[:3]), list(names[3:5])],
        "pairs": [{**dict(zip(keys, r, strict=True)), "of": 10} for r in rows],
        "left": {"components": 2, "quiet": 3, "pairs": 4},
    }  # fmt: skip  # one record


def shared() -> dict[str, Any]:
    """Nine accounts, one more than are drawn, set off by unlike things."""
    accounts = [
        {"date": f"2024-0{i}-01", "trigger": f"Trigger {i}: a list with `one_entry` too many is written by a job that nobody looks at", "label": f"Outage {i}", "told": ["a", "b"]}
        for i in range(1, 10)
    ]  # fmt: skip  # one record
    return {
        "conditions": ["sent to all at once, without stages", "data that is not as expected stops the program"],
        "accounts": accounts,
        "said": "Of 40 accounts these 9 tell both.",
    }


PICTURES = {
    "shared": shared,
    "joint": joint,
    "posterior": posterior,
    "signatures": signatures,
    "timeline": timeline,
    "bowtie": bowtie,
    "series": series,
}


def picture(kind: str, data: dict[str, Any] | None = None) -> Picture:
    titles = {"posterior": "What the signals say of what was so", "signatures": "Which states look the same",
              "timeline": "What happened, and which invariants broke", "bowtie": "Barriers before and after `flags_unavailable`",
              "series": "How many requests waited in `orders`", "joint": "Who fails together with whom", "shared": "9 unlike triggers, the same latent conditions"}  # fmt: skip  # one table
    return Picture(kind, titles[kind], data or PICTURES[kind](), f"The {kind} in words.")


def holding(*blocks: Block) -> Report:
    """The sample report with its sixth and eighth questions answered by the pictures, or the sixth by `blocks`."""
    base: Report = sample.report()
    answers = {
        "observability": Answer("Three states look the same.", blocks or (picture("posterior"), picture("signatures"), picture("series"), Sentence("Seen is not known."))),
        "invariants": Answer("Two invariants broke.", (picture("timeline"), picture("bowtie"))),
    }  # fmt: skip  # one table
    return replace(
        base, sections=tuple(replace(s, answer=answers[s.engine]) if s.engine in answers else s for s in base.sections)
    )


def dirty(x: Any, key: str = "") -> Any:
    """Data with a payload behind every string but the words of the format."""
    if isinstance(x, str):
        return x if key in _KEEP else x + PAYLOAD
    if isinstance(x, dict):
        return {k: dirty(v, k) for k, v in x.items()}
    if key in ("barriers",):
        return x
    return [dirty(v, key) for v in x] if isinstance(x, list) else x
