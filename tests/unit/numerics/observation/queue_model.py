"""The single-server queue as a flow: what waits grows by the load and falls by capacity x n / (1 + n), so that it rests at the mean of M/M/1."""

from __future__ import annotations

from fuelbed.core.dynamics import Model
from fuelbed.readers.case import parse_case

__all__ = ["SHOWS", "queue_model"]

SHOWS = {
    "latency": "(waiting + 1) / capacity",
    "goodput": "capacity * waiting / (waiting + 1)",
    "queue": "waiting",
    "load": "load",
}


def queue_model(
    *columns: str, load: float = 60.0, capacity: float = 100.0, pushes: str = "", more: str = "", step: str = "10 ms"
) -> Model:
    shows = "".join(f"      {c}: {SHOWS[c]}\n" for c in columns)
    text = f"""fuelbed: 1
title: a queue
failure: out
factors:
  surge: {{kind: trigger, lasts: 10 s}}
structure:
  out: surge
dynamics:
  q:
    states: {{waiting: {{start: load / (capacity - load), range: 0..1000}}}}
    parameters: {{load: {load!r} per second, capacity: {capacity!r} per second{more}}}
    next: {{waiting: "clip(waiting + 0.01 * (load - capacity * waiting / (waiting + 1)), 0, 1000)"}}
    step: {step}
    failed: waiting > 100
    load: load
    pushes: {{{pushes}}}
    shows:
{shows}"""
    return parse_case(text, "queue.yaml").dynamics["q"]
