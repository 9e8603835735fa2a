"""The codes of findings that engines make (FB2xx), in the shape of `core/codes.py`."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.codes import CODES, Code
from fuelbed.core.findings import Severity

__all__ = ["ALL_CODES", "ENGINE_CODES"]

_W, _N = Severity.WARNING, Severity.NOTE

ENGINE_CODES: Mapping[str, Code] = {
    "FB201": Code(
        "incident excluded by its own model",
        _W,
        "By the structure and the `in_incident` facts, the failure could not have happened in this incident.",
        "The belief about conditions and broken controls cannot learn from an incident that the model excludes.",
        "Check which triggers were on and which controls did not hold, or add the cut set that is missing to `structure`.",
        "the only trigger has `in_incident: no`",
        "the trigger that was on has `in_incident: yes`",
    ),
    "FB202": Code(
        "cause depends on the cut of the lines",
        _N,
        "Whether this factor caused the incident changes when structure lines may not be held fixed.",
        "Actual causality (Halpern-Pearl) reads lines as things that happened; a line that is only a name misleads it.",
        "Name as lines only what really happened one after the other.",
        "either_way: a or b",
        "bottle_hit_by_a: a",
    ),
    "FB203": Code(
        "factor without a part",
        _N,
        "The factor is in no line that leads to the failure or an outcome.",
        "It changes no result, and a reader may think that it does.",
        "Use it in a line of `structure`, or take it out.",
        "a condition that no line names",
        "failed: push and that_condition",
    ),
    "FB204": Code(
        "a cut set crosses layers",
        _N,
        "Some minimal cut set holds factors of several layers.",
        "No single layer explains the failure, so an account that names one is too small.",
        "Look for the action that closes a condition in each of them.",
        "root cause: the database",
        "client retries, and one shared writer",
    ),
    "FB205": Code(
        "budget ran out",
        Severity.ERROR,
        "An exact answer would need more diagram nodes than the budget allows.",
        "An answer past a budget would be a guess.",
        "Split the case, or fix uncertain conditions with `today`.",
        "forty uncertain conditions in one line",
        "the same, most of them known",
    ),
    "FB206": Code(
        "long-lasting trigger",
        _N,
        "A trigger that must meet another one stays on for a twentieth of the horizon, or long enough for likely failures.",
        "Failures then come in clusters, so the closed form would overstate the chance of at least one; it is simulated instead.",
        "Nothing to do; the interval holds the sampling error. Failures a year and loss stay exact.",
        "lasts: 3 months, horizon: 1 year",
        "lasts: 3 months, horizon: 10 years",
    ),
    "FB207": Code(
        "the case is a draft",
        _N,
        "The case was read from a text by rules, and nobody has confirmed it yet.",
        "What follows from a draft follows from what the rules understood, guesses included.",
        "Answer each `# ask:` in the case file, correct what is wrong, then delete `status: draft`.",
        "status: draft",
        "status: confirmed",
    ),
    "FB211": Code(
        "boundary is not a single line",
        _W,
        "Some greater push came back although a smaller one stayed down.",
        "A single critical size then says too little: the least one that stays down is reported, and there are holes above it.",
        "Look at the model near there; a breaker or a bounded queue can do this, and so can a law with a mistake.",
        "a push so great that a breaker opens at once",
        "a push that only lengthens a queue",
    ),
    "FB212": Code(
        "model does not tip",
        _W,
        "By the model the push of this incident tips it at no value of its numbers.",
        "A model that cannot do what happened says nothing about what would have prevented it.",
        "Check size and duration of the push and the capacity, or name the loop that is missing.",
        "load: times 1.05 on a service with half of its capacity free",
        "the push as the metrics of the incident show it",
    ),
    "FB213": Code(
        "no running state",
        _W,
        "The model is down with no push at all.",
        "Then no trigger was needed, and the question of the boundary does not arise.",
        "Check load and capacity; if they are right, the system was already failing.",
        "load: 120 per second, capacity: 100 per second",
        "load: 80 per second, capacity: 100 per second",
    ),
}

ALL_CODES: Mapping[str, Code] = {**CODES, **ENGINE_CODES}
