"""Retry storms: one service, clients that time out and resend. Fluid with a delay, single requests, and a Markov chain of one model.

    Retry(capacity=100.0, load=80.0, timeout=0.3, retries=3, ..., stale_work="served", ...)      # numbers or arrays of rows
    Push({"load": ("times", 1.6), "timeout": ("set", 0.3)})                                      # size 1
    stays_down(settings, push, sizes, lasts, settle=None, fast=None) -> bool array               # rows broadcast: after this push, down?
    boundary(settings, push, lasts=10.0, most=4.0, tolerance=1e-3, over="size") -> Boundary      # .critical (inf: none), .monotone, .width
    boundary(settings, push, size=1.0, most=600.0, tolerance=0.1, over="lasts") -> Boundary      # critical duration in seconds
    flow(settings, push, size, lasts, until) -> Flow                                             # one course of the fluid, by time
    simulate(settings, push, size, lasts, until, seed=0, start=None, bin_length=1.0) -> Run      # single requests, counted by time bin
    chance_down(settings, push, size, lasts, ...) -> Chance                                      # simulated until its interval decides
    retry_chain(settings, orbit=None) -> Chain; recovery_and_collapse(chain) -> Times            # what noise alone does, in seconds

`down` means: in the last quarter of the time after the push (`settle` seconds), fewer good answers than half of the first attempts.
Fluid and simulation hold the same meanings (docstring of `Retry`); `fast=None` compiles with numba where that is installed.
"""

from __future__ import annotations

from fuelbed.numerics.retry.boundary import Boundary, boundary
from fuelbed.numerics.retry.chain import Times, late_share, recovery_and_collapse, retry_chain
from fuelbed.numerics.retry.events import Run, simulate
from fuelbed.numerics.retry.fluid import Flow, flow, memory, settle_time, stays_down
from fuelbed.numerics.retry.model import OPTIONS, PARAMETERS, Push, Retry, pushed, resolved
from fuelbed.numerics.retry.replicate import Chance, chance_down

__all__ = [
    "OPTIONS",
    "PARAMETERS",
    "Boundary",
    "Chance",
    "Flow",
    "Push",
    "Retry",
    "Run",
    "Times",
    "boundary",
    "chance_down",
    "flow",
    "late_share",
    "memory",
    "pushed",
    "recovery_and_collapse",
    "resolved",
    "retry_chain",
    "settle_time",
    "simulate",
    "stays_down",
]
