"""The codes of attribution: faults of its section (FB188, FB189), and what the story and the risk say of each other (FB27x)."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.codes import Code
from fuelbed.core.findings import Severity

__all__ = ["ATTRIBUTION_CODES"]

_E, _N = Severity.ERROR, Severity.NOTE

ATTRIBUTION_CODES: Mapping[str, Code] = {
    "FB188": Code(
        "no such factor or owner for attribution",
        _E,
        "`attribution` names a factor or an owner that the case does not have.",
        "Words that are given to nothing change no share.",
        "Write the name as the case has it.",
        "attribution: {story: {retris: [kept retrying]}}",
        "attribution: {story: {retries: [kept retrying]}}",
    ),
    "FB189": Code(
        "words that the narrative does not say",
        _E,
        "`attribution` quotes words or a heading that do not stand in the narrative.",
        "A share of the story rests on its own words.",
        "Copy the words as they stand there.",
        'story: {retries: ["a storm of retries"]}, and the text says "retry storm"',
        'story: {retries: ["retry storm"]}',
    ),
    "FB270": Code(
        "a factor that the text never names",
        _N,
        "The model gives a share of the risk to a factor, and no sentence of the account was found to speak of it.",
        "What nobody tells nobody closes; or it is told in other words than the model's.",
        "Tell it; or say which words speak of it, under `attribution: {story: ...}`; of a trigger that did not come say `in_incident: no`.",
        "shared_writer carries 20 % of the risk, and the text speaks of the deploy",
        "the text says since when all clients share one writer",
    ),
    "FB271": Code(
        "a stated cause that the model lacks",
        _N,
        "The account states a cause that matches no factor of the case by its words.",
        "What the model leaves out has no share of the risk, however large it is.",
        "Add the factor; or say which factor the words speak of, under `attribution: {story: ...}`.",
        "the text blames a missing alert, and no control of the case is an alert",
        "alert: {kind: control, state: missing}",
    ),
    "FB272": Code(
        "more story than risk",
        _N,
        "Whatever the numbers in their intervals, a factor has a larger share of the story than of the risk.",
        "What is told at length is acted on; where the author's team controls it, it was the convenient thing to tell.",
        "Look at what the rest of the risk hangs on, and whether the story leaves it out.",
        "the deploy: 60 % of the story, 5 to 12 % of the risk",
        "the deploy and what made it catastrophic, each with its part",
    ),
    "FB273": Code(
        "more risk than story",
        _N,
        "Whatever the numbers in their intervals, a factor has a larger share of the risk than of the story.",
        "The next incident comes through it, whichever trigger is next.",
        "Tell it, and see which action item closes it.",
        "unbounded retries: 4 % of the story, 25 to 40 % of the risk",
        "a paragraph on the retries, and an item that bounds them",
    ),
}
