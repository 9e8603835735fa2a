"""A case with a record whose hidden truth is known: a retry service simulated event by event, seen through noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fuelbed.core.case import Case
from fuelbed.numerics.maps.jumps import Jumps
from fuelbed.numerics.maps.system import compile_model
from fuelbed.readers.case import parse_case, read_case

__all__ = ["CASE", "ROWS", "record", "seen_case"]

ROWS, FROM, TO, TIMES = 100, 40, 60, 3.0
CASE = """fuelbed: 1
title: A retry storm that was recorded
failure: out
factors:
  surge: {kind: trigger, rate: monthly, lasts: 20 s, in_incident: yes}
  slow: {kind: trigger, rate: monthly, lasts: 20 s, in_incident: no}
structure:
  out: surge or slow
evidence:
  metrics:
    db:
      file: db.csv
      time: t
      columns: {COLUMNS}
      trigger: {start: 40, end: 60}
dynamics:
  svc:
    archetype: retry_service
    metrics: db
    parameters: {capacity: 20 per second, load: 10 per second, timeout: 1 s, retries: 3, queue: 200}
    pushes:
      slow: {capacity: times 0.5}
      surge: {load: times 3}
"""


def record(seed: int) -> dict[str, np.ndarray]:
    """Truth (`waiting`, `resending`) and columns, a row a second; the load is three times as great from 40 s to 60 s."""
    text = CASE.replace("    metrics: db\n", "").replace(CASE[CASE.index("evidence:") : CASE.index("dynamics:")], "")
    s = compile_model(parse_case(text).dynamics["svc"])
    jumps, x, rows, params = Jumps(s), s.start.copy(), [s.start.copy()], [s.today]
    for t in range(1, ROWS):
        p = s.today.copy()
        p[s.parameter("load")] *= TIMES if FROM < t <= TO else 1.0
        x = jumps.simulate(p, x, until=1.0, seed=1000 * seed + t).state.astype(float)
        rows.append(x)
        params.append(p)
    truth, rng = np.array(rows), np.random.default_rng(seed)
    shown = dict(zip(s.shown, s.show(truth, np.array(params)).T, strict=True))
    out = {n: truth[:, i] for i, n in enumerate(s.states)}
    out["latency"] = shown["latency"] * np.exp(0.2 * rng.normal(size=ROWS))
    out["goodput"] = np.maximum(shown["goodput"] + 1.5 * rng.normal(size=ROWS), 0.0)
    out["load"] = shown["load"]
    return out


def seen_case(folder: Path, columns: dict[str, np.ndarray], case: str = CASE) -> Case:
    """The case with these columns as its record."""
    names = ", ".join(f"{c}: {c}" for c in columns)
    (folder / "case.yaml").write_text(case.replace("COLUMNS", names).replace("{{", "{").replace("}}", "}"), encoding="utf-8")
    lines = [
        ",".join(["t", *columns]),
        *(",".join(map(repr, map(float, (t, *row)))) for t, row in enumerate(zip(*columns.values(), strict=True))),
    ]
    (folder / "db.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_case(folder)
