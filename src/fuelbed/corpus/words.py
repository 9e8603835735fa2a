"""How a corpus names its kinds, accounts and quotes: one way in every section."""

from __future__ import annotations

from fuelbed.core.blocks import Quote
from fuelbed.core.findings import Span
from fuelbed.corpus.entry import Entry, Told
from fuelbed.text.mechanism import titles

__all__ = ["loop_title", "mechanism_title", "name", "quote", "short"]

_LOOPS = {
    "accumulation": "something piles up and feeds back", "retry_amplification": "retries add load", "crash_loop": "crash and restart",
    "self_sustaining_loop": "a loop that sustains itself", "multiplication_loop": "work that multiplies", "propagation_slowdown": "slowness spreads to callers",
    "cascade": "one failure loads the next", "recovery_blocked": "the way back needs what failed", "self_replication": "self-replication",
}  # fmt: skip  # one table


def mechanism_title(kind: str) -> str:
    return titles().get(kind, kind.replace("_", " "))


def loop_title(kind: str) -> str:
    return _LOOPS.get(kind, kind.replace("_", " "))


def quote(e: Entry, told: Told) -> Quote:
    return Quote((told.quote or told.what).replace("`", "'"), Span(told.file or e.file, told.line, 1), detail=True)


def name(e: Entry) -> str:
    return f"{e.title or e.file}{f' ({e.date})' if e.date else ''}".replace("`", "'")


def short(text: str, most: int = 60) -> str:
    plain = " ".join(text.replace("`", "'").split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"
