"""A hand-built `boundary` picture: today with its band, three action items, marks, a spread of loads, a slider; and a report that holds it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sample  # type: ignore[import-not-found]  # beside this file, see conftest.py

from fuelbed.core.blocks import Answer, Block, Picture, Sentence
from fuelbed.core.reporting import Report

__all__ = ["LOADS", "PAYLOAD", "boundary", "dirty", "holding", "picture"]

LOADS = [16.0 + 3.5 * i for i in range(25)]
MOST = 4.0
PAYLOAD = str(sample.PAYLOAD)


def size(load: float, capacity: float = 100.0, wait: float = 1.0) -> float | None:
    """A made-up boundary that falls with load: none beyond `MOST`, no push needed at capacity."""
    y = round(wait * max(0.0, capacity - load) / (0.55 * load), 5)
    return y if y <= MOST else None


def boundary() -> dict[str, Any]:
    """Fresh data, so that a test may change it."""
    values = [0.15 * 2 ** (i / 3) for i in range(7)]
    points = [[x, size(x)] for x in LOADS]
    return {
        "x": {"label": "load", "low": LOADS[0], "high": LOADS[-1], "unit": "per second"},
        "y": {"label": "size of `ingestion_surge` (1 = `load` times 1.6 for 20 seconds)", "low": 0.0, "high": MOST},
        "curves": [
            {"id": "", "label": "today", "points": points,
             "band": [[x, size(x, 96, 0.8), size(x, 104, 1.3)] for x in LOADS[::3]]},
            {"id": "retry_budget", "label": "after `retry_budget`", "points": [[x, size(x, wait=2.1)] for x in LOADS]},
            {"id": "alert_only", "label": "after `alert_only`", "points": [list(p) for p in points]},
            {"id": "drop_stale_work", "label": "after `drop_stale_work`", "points": [[x, None] for x in LOADS]},
            {"id": "own_writer", "label": "after `own_writer`", "points": [[x, size(x, 125)] for x in LOADS]},
        ],
        "marks": [
            {"id": "today", "label": "today, no push", "x": 58.0, "y": 0.0},
            {"id": "push", "label": "`ingestion_surge` as declared", "x": 58.0, "y": 1.0},
        ],
        "spread": [40.0, 76.0],
        "slider": {
            "parameter": "timeout", "label": "how long a client waits", "unit": "seconds", "values": values, "today": values[3],
            "xs": LOADS, "curves": [[size(x, wait=v / values[3]) for x in LOADS] for v in values], "error": 0.034,
        },
        "most": MOST,
    }  # fmt: skip  # one record


def picture(data: dict[str, Any] | None = None) -> Picture:
    title = "How great a push keeps `flags_retry` down, over its load"
    return Picture("boundary", title, data or boundary(), "At a load near 58 it stays down from 1.3 times the push.")


def holding(*blocks: Block) -> Report:
    """The sample report with its second question answered by `blocks`, else by the picture."""
    base: Report = sample.report()
    answer = Answer("The retry loop keeps `flags_retry` down.", blocks or (picture(), Sentence("What keeps it down is a loop.")))
    return replace(base, sections=tuple(replace(s, answer=answer) if s.engine == "dynamics" else s for s in base.sections))


def dirty(x: Any) -> Any:
    """Data with a payload behind every string."""
    if isinstance(x, str):
        return x + PAYLOAD
    if isinstance(x, dict):
        return {k: dirty(v) for k, v in x.items()}
    return [dirty(v) for v in x] if isinstance(x, list) else x
