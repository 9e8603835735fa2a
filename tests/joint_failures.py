"""A year of failures with declared ground truth, and the case of four backups that counts on them."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from dataclasses import replace

from fuelbed.core.case import Case
from fuelbed.core.history import FailureLog
from fuelbed.readers.case import parse_case

__all__ = ["BACKUPS", "COMPONENTS", "START", "backups", "failure_log", "year"]

START = 1_735_689_600.0  # 2025-01-01
COMPONENTS = ("dump", "snapshot", "wal", "replica", "web", "db", "cache", "queue", "lonely")
BACKUPS = """\
fuelbed: 1
title: Four backups
failure: lost
factors:
  wipe: {kind: trigger, rate: yearly}
  dump: {kind: control, fails: 0.1}
  snapshot: {kind: control, fails: 0.1}
  wal: {kind: control, fails: 0.1}
  replica: {kind: control, fails: 0.05..0.2}
  old: {kind: condition, present: yes}
structure:
  lost: wipe and old and fails(dump) and fails(snapshot) and fails(wal) and fails(replica)
system: {components: [dump, snapshot, wal, replica, web, db, cache, queue, rack, lonely], depends_on: {web: [db], cache: [rack], queue: [rack]}}
actions:
  a1: {what: another backup, does: [add control off_site fails 0.1 on lost]}
"""


def failure_log(
    rows: Sequence[tuple[str, float, float]],
    components: Sequence[str] = COMPONENTS,
    days: float = 365,
    start: float | None = START,
    name: str = "outages",
) -> FailureLog:
    """Rows of (component, start, end) in seconds."""
    ordered = sorted(rows, key=lambda r: r[1])
    return FailureLog(
        name, f"{name}.csv", tuple(components), array("q", [components.index(c) for c, _, _ in ordered]), array("d", [s for _, s, _ in ordered]),
        array("d", [e for _, _, e in ordered]), (0.0, days * 86_400.0), True, start,
    )  # fmt: skip  # in the order of the type


def year(seed: int = 1, together: int = 12) -> list[tuple[str, float, float]]:
    """8 to 15 failures of each by itself; dump and snapshot `together`, with wal mostly; web after db; cache and queue on one rack."""
    r = random.Random(seed)
    rows: list[tuple[str, float, float]] = []

    def down(component: str, t: float) -> None:
        rows.append((component, t, t + 1_800))

    def moment() -> float:
        return r.random() * 364 * 86_400

    for c in COMPONENTS:
        for _ in range(r.randint(8, 15)):
            down(c, moment())
    for k in range(together):
        t = moment()
        down("dump", t)
        down("snapshot", t + 60 * r.random())
        if k % 4:
            down("wal", t + 30)
    for _ in range(9):
        t = moment()
        down("db", t)
        down("web", t + 100)
        t = moment()
        down("cache", t)
        down("queue", t + 100 * r.random())
    return rows


def backups(text: str = BACKUPS, **history: FailureLog) -> Case:
    """The case with a history; by default that year."""
    return replace(parse_case(text, built=("coupling",)), history=history or {"outages": failure_log(year())})
