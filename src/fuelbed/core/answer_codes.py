"""The codes of faults in an answer that a draft is to be made from (FB19x), in the shape of `core/codes.py`."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.codes import Code
from fuelbed.core.findings import Severity

__all__ = ["ANSWER_CODES"]

_E = Severity.ERROR

ANSWER_CODES: Mapping[str, Code] = {
    "FB190": Code(
        "answer not readable",
        _E,
        "The answer is no JSON, is cut short, is too large, or has a key twice.",
        "Nothing after that place can be understood.",
        "Have it answered again; keep the JSON alone, without words around it.",
        '{"triggers": [{"name": "dep',
        '{"fuelbed_answer": 1, "failure": "page_down", "triggers": []}',
    ),
    "FB191": Code(
        "answer of another shape",
        _E,
        "A field is missing, unknown, of another type, too long, or holds a control character.",
        "What is not in the schema is not read, so that nothing gets into a case unnoticed.",
        "Follow the schema that `fuelbed draft FILE --prompt` prints.",
        '"triggers": "the deploy"',
        '"triggers": [{"name": "deploy", "what": "Build 42 was deployed", "evidence": [{"quote": "build 42 was deployed at ten"}]}]',
    ),
    "FB192": Code(
        "quote not in the text",
        _E,
        "The quote does not stand in the text word for word (white space, Unicode composition and Markdown marks apart).",
        "A model writes quotes that nobody said; one changed word can turn the meaning.",
        "Copy the words from the text, or call the item assumed.",
        '"quote": "the queue never had a limit" where the text says: the queue had no limit',
        '"quote": "the queue had no limit"',
    ),
    "FB193": Code(
        "quote too short",
        _E,
        "The quote has fewer than four words, and is no whole list item, line or cell.",
        "Two or three words stand in any text and show nothing.",
        "Quote more of the sentence.",
        '"quote": "no limit"',
        '"quote": "the queue had no limit"',
    ),
    "FB194": Code(
        "quote in several places",
        _E,
        "The quote stands in the text more than once, or not at the offset that is given.",
        "Which sentence the item rests on would be a guess.",
        "Quote more of the sentence, or give `start`, the offset in characters from 0.",
        '{"quote": "the queue had no limit"}, which stands there twice',
        '{"quote": "the queue had no limit", "start": 412}',
    ),
    "FB195": Code(
        "number that no quote holds",
        _E,
        "An item that rests on quotes states a number that is in none of them.",
        "A number from a model looks like a measurement.",
        "Quote the words that hold the number, leave it out, or call the item assumed; then it is asked about.",
        '"what": "The pool of 50 connections was full", quoting: the pool was full for an hour',
        '"what": "The pool was full"',
    ),
    "FB196": Code(
        "probability or rate from a model",
        _E,
        "The answer states a probability, a rate in figures, a confidence or a weight, or a word for a rate that no quote says.",
        "Such a number would come from nothing, and everything that is computed would rest on it.",
        "Leave it out. A draft takes published intervals and asks.",
        '"probability": 0.2',
        '"rate": "weekly", quoting: the job that runs every week',
    ),
    "FB197": Code(
        "name that cannot be used",
        _E,
        "A name is not snake_case, is taken, or refers to nothing of that kind; or an expression cannot be read.",
        "Names tie the parts of a case together.",
        "Name each item once, and refer to it by that name.",
        '"expression": "deploy and No-Limit"',
        '"expression": "deploy and no_limit"',
    ),
    "FB198": Code(
        "neither quoted nor assumed",
        _E,
        "An item has no quote and is not called assumed, or is both.",
        "What the text says and what somebody thinks must not look alike.",
        'Add `evidence`, or write "assumed": true.',
        '{"name": "no_limit", "what": "The queue had no limit"}',
        '{"name": "no_limit", "what": "The queue had no limit", "assumed": true}',
    ),
    "FB199": Code(
        "no valid case follows",
        _E,
        "Each part of the answer is well formed, and the case that follows is not: the message says why.",
        "A draft is a case like any other, and is checked like one.",
        "Correct the lines or the factors that the message names.",
        '{"name": "down", "expression": "deploy and not down"}',
        '{"name": "down", "expression": "deploy and no_limit"}',
    ),
}
