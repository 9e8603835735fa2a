"""The one table of finding codes: what `fuelbed explain CODE` prints. FB0xx input; FB2xx engine findings.

A file of one table, and so longer than a screen: a code, its text and its two examples must stay together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fuelbed.core.findings import Severity

__all__ = ["CODES", "Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding: `means` what was found, `why` it matters, `cure` what to do; `bad` and `good` are examples."""

    title: str
    severity: Severity
    means: str
    why: str
    cure: str
    bad: str
    good: str


_E = Severity.ERROR


def _e(title: str, means: str, why: str, cure: str, bad: str, good: str) -> Code:
    return Code(title, _E, means, why, cure, bad, good)


CODES: Mapping[str, Code] = {
    "FB001": _e(
        "case not readable",
        "The case file is not there, or is not a regular file inside its folder.",
        "Nothing can be read.",
        "Name a folder with a `case.yaml`, or the file.",
        "fuelbed analyze nowhere/",
        "fuelbed analyze cases/flags/",
    ),
    "FB002": _e(
        "file too large",
        "The file is longer than 2 MB.",
        "A case may come from a stranger; every input has a budget.",
        "Move prose into the narrative and data into evidence files.",
        "a 5 MB case.yaml",
        "case.yaml and metrics.csv",
    ),
    "FB003": _e(
        "not a text file",
        "The file is not UTF-8, or holds a NUL or another control character.",
        "Editors, diffs and reports would show something else than what is read.",
        "Save it as UTF-8 and remove the character.",
        "title: caf\\xe9",
        "title: café",
    ),
    "FB004": _e(
        "nested too deeply",
        "The file is nested deeper than 64 levels, or has more than 1,000,000 nodes.",
        "No case needs that; parsers crash on it.",
        "Flatten it.",
        "[[[[...]]]]",
        "[a, b]",
    ),
    "FB005": _e(
        "not YAML",
        "The YAML parser cannot go on from here.",
        "What follows cannot be read at all.",
        "Check indentation, quotes and colons on this line and the one before.",
        "what: cut: 300 ms",
        "what: 'cut: 300 ms'",
    ),
    "FB006": _e(
        "second document",
        "The file holds more than one YAML document.",
        "Only one can be the case.",
        "Keep one document in a file.",
        "fuelbed: 1\n---\nfuelbed: 1",
        "fuelbed: 1",
    ),
    "FB007": _e(
        "empty file",
        "The file has no content.",
        "There is nothing to read.",
        "Write a case; `fuelbed init` makes one.",
        "# only a comment",
        "fuelbed: 1",
    ),
    "FB008": _e(
        "anchor, alias, tag or merge key",
        "The file uses a feature of YAML that Fuelbed does not read.",
        "Aliases hide copies from the reader, and small files can unfold into huge ones.",
        "Write the value out; share one uncertain number through `numbers`.",
        "fails: &p 0.1",
        "numbers: {p: 0.1}",
    ),
    "FB009": _e("complex key", "A key is a list or a mapping.", "Keys are names.", "Write a name.", "? [a, b]\n: 1", "a: 1"),
    "FB010": _e(
        "doubtful scalar",
        "A number is not finite, too large, or starts with a zero.",
        "`010` is 8 to one reader and 10 to another.",
        "Write the number plainly, or quote it if it is a text.",
        "fails: 010",
        "fails: 0.10",
    ),
    "FB011": _e(
        "duplicate key",
        "The same key is given twice in one mapping.",
        "One of the two would be dropped without a word.",
        "Keep one; the finding names both lines.",
        "rate: daily\nrate: weekly",
        "rate: daily",
    ),
    "FB012": _e(
        "comma in a plain text",
        "A text in `{ }` holds a comma, so that its rest was read as a key.",
        "Half of the text would be lost.",
        "Quote it, or write the entry as a block.",
        "{because: never tried, or rehearsed}",
        "{because: 'never tried, or rehearsed'}",
    ),
    "FB013": _e(
        "wrong shape",
        "A list, mapping or text stands where another shape is needed.",
        "It cannot be read as meant.",
        "Write it in the shape that the finding shows.",
        "factors: [a, b]",
        "factors:\n  a: {kind: trigger}",
    ),
    "FB014": _e(
        "unknown key",
        "The key is not known here.",
        "A misspelt key would change the model without a word.",
        "Correct it; the finding lists what is known.",
        "{kind: trigger, lastes: 1 h}",
        "{kind: trigger, lasts: 1 h}",
    ),
    "FB015": _e(
        "unknown word",
        "The value is not one of the words allowed here.",
        "It has no meaning.",
        "Write one of the words listed.",
        "state: broke",
        "state: failed",
    ),
    "FB016": _e(
        "not an identifier",
        "The name is not snake_case, or is a word of a language inside the case.",
        "Names are used in expressions.",
        "Use lower-case letters, digits and `_`, a letter first.",
        "Retry-Storm: a and b",
        "retry_storm: a and b",
    ),
    "FB017": _e(
        "something is missing",
        "A required entry is not there.",
        "The case has no meaning without it.",
        "Add it.",
        "a: {rate: daily}",
        "a: {kind: trigger, rate: daily}",
    ),
    "FB018": _e(
        "name taken",
        "Two things have the same name.",
        "An expression could mean either.",
        "Rename one.",
        "factors: {a: ...}\nstructure: {a: ...}",
        "structure: {a_fails: ...}",
    ),
    "FB019": _e(
        "unknown format version",
        "`fuelbed:` is not 1.",
        "Another version may mean something else.",
        "Write `fuelbed: 1`.",
        "fuelbed: 2",
        "fuelbed: 1",
    ),
    "FB020": _e(
        "expression not readable",
        "The Boolean expression has a fault here.",
        "The line has no meaning.",
        "Use names, `and`, `or`, `not`, parentheses and the functions.",
        "a && b",
        "a and b",
    ),
    "FB021": _e(
        "function misused",
        "A function is unknown, or has the wrong arguments.",
        "The line has no meaning.",
        "Follow the example.",
        "atleast(a, b)",
        "atleast(2, a, b, c)",
    ),
    "FB022": _e(
        "unknown name",
        "Nothing has this name.",
        "It is misspelt, or missing from the case.",
        "Correct it, or add the entry.",
        "retry_strom and b",
        "retry_storm and b",
    ),
    "FB023": _e(
        "bare control",
        "A control stands in an expression as if it were an event.",
        "It could mean that it holds or that it fails.",
        "Write `fails(control)`.",
        "a and breaker",
        "a and fails(breaker)",
    ),
    "FB024": _e(
        "wrong kind in a function",
        "`fails()` takes a control, `tips()` a trigger.",
        "Only they can fail or tip.",
        "Write the name alone.",
        "fails(retry_storm)",
        "retry_storm",
    ),
    "FB025": _e(
        "cycle through not",
        "Lines depend on their own negation.",
        "Such lines have no least solution.",
        "Break the cycle.",
        "a: not b\nb: a",
        "a: not c\nb: a",
    ),
    "FB026": _e(
        "too long or too deep",
        "The text is over 2,000 characters, or nested deeper than 50.",
        "Every input has a budget.",
        "Give the inner part a line of its own.",
        "((((...))))",
        "inner: ...\nouter: inner and b",
    ),
    "FB027": _e(
        "two momentary triggers",
        "A line needs two triggers at once, and neither lasts.",
        "Two events of no duration never meet.",
        "Give one `lasts`.",
        "a: {kind: trigger}\nb: {kind: trigger}",
        "a: {kind: trigger, lasts: 1 h}",
    ),
    "FB030": _e(
        "outcome is no line",
        "An outcome is not a line of `structure`.",
        "It cannot be computed.",
        "Name a line.",
        "outcomes: {outge: ...}",
        "outcomes: {outage: ...}",
    ),
    "FB031": _e(
        "failure not found",
        "`failure` is not a line, or not among the outcomes.",
        "It is what everything is computed for.",
        "Name a line.",
        "failure: outge",
        "failure: outage",
    ),
    "FB032": _e(
        "onset without dates",
        "`onset` needs `since` and the case's `date`.",
        "The age of the condition cannot be computed.",
        "Add both.",
        "onset: 0.3 per year",
        "onset: 0.3 per year\nsince: 2024-03",
    ),
    "FB033": _e(
        "bad date",
        "This is not a date, or lies after the incident.",
        "The age of a condition is computed from it.",
        "Write `2024-03-05`.",
        "date: 5 March",
        "date: 2024-03-05",
    ),
    "FB034": _e(
        "state and broken disagree",
        "`state` already says whether the control is broken.",
        "Both cannot be meant.",
        "Keep one of them.",
        "{state: missing, broken: 0.2}",
        "{state: failed, broken: 0.2}",
    ),
    "FB035": _e(
        "losses in different units",
        "Two losses do not measure the same.",
        "They cannot be added.",
        "Use one unit.",
        "loss: 5 USD",
        "loss: 5 minutes",
    ),
    "FB036": _e(
        "outcomes out of order",
        "An outcome loses less than the one before it.",
        "Outcomes are ordered end states.",
        "Order them from the mildest to the worst.",
        "first 30 minutes, then 10",
        "first 10 minutes, then 30",
    ),
    "FB037": _e(
        "bad common cause",
        "A common cause joins two or more controls.",
        "Only controls fail together this way.",
        "List at least two controls.",
        "of: [a]",
        "of: [a, b]",
    ),
    "FB038": _e(
        "bad reference",
        "`needs` or `shaped_by` names something of the wrong kind.",
        "It has no meaning.",
        "Name one of the right kind.",
        "shaped_by: [a_trigger]",
        "shaped_by: [a_condition]",
    ),
    "FB040": _e(
        "number not readable",
        "This is not a quantity.",
        "It cannot be computed with.",
        "Use one of the forms listed.",
        "fails: about 5 %",
        "fails: 3..8 %",
    ),
    "FB041": _e(
        "unknown number",
        "The word is neither a number nor an entry of `numbers`.",
        "It is misspelt or missing.",
        "Correct it, or add it under `numbers`.",
        "rate: montly",
        "rate: monthly",
    ),
    "FB042": _e(
        "unit missing or wrong",
        "A rate or duration has no unit of time, or a unit stands where none belongs.",
        "4 a day and 4 a year differ by a factor of 365.",
        "Write the unit.",
        "rate: 4",
        "rate: 4 per year",
    ),
    "FB043": _e(
        "not a probability",
        "A probability lies in 0..1.",
        "It is a share of cases.",
        "Write it in 0..1 or in per cent.",
        "fails: 5",
        "fails: 5 %",
    ),
    "FB044": _e(
        "interval upside down",
        "The lower end is above the upper one.",
        "The interval is empty.",
        "Swap the ends.",
        "0.4..0.1",
        "0.1..0.4",
    ),
    "FB045": _e(
        "not finite",
        "The number is too large or not finite.",
        "Nothing can be computed with it.",
        "Leave the value out if it is unknown.",
        "rate: 1e999 per year",
        "(no rate)",
    ),
    "FB046": _e(
        "not a distribution",
        "The parameters give no distribution.",
        "It cannot be sampled.",
        "A median above 0 and an error factor of at least 1; shapes above 0.",
        "lognormal(0 ef 5)",
        "lognormal(0.02 ef 5)",
    ),
    "FB047": _e(
        "negative",
        "A rate, duration or loss is below 0.",
        "It has no meaning.",
        "Write 0 or more.",
        "rate: -2 per year",
        "rate: 2 per year",
    ),
    "FB048": _e(
        "bad horizon",
        "The horizon is one duration above 0.",
        "Probabilities are computed over it.",
        "Write `horizon: 1 year`.",
        "horizon: 0 days",
        "horizon: 1 year",
    ),
    "FB050": _e(
        "path leaves the case folder",
        "A file name is absolute, climbs with `..`, or follows a link out.",
        "A stranger's case must not read other files.",
        "Copy the file into the case folder.",
        "narrative: ../../etc/passwd",
        "narrative: postmortem.md",
    ),
    "FB051": _e(
        "file not there",
        "A file that the case names is missing or not a regular file.",
        "It cannot be read.",
        "Correct the name or write the file.",
        "narrative: postmortm.md",
        "narrative: postmortem.md",
    ),
    "FB060": _e(
        "not an intervention",
        "The sentence is none of the forms.",
        "The model cannot compute it.",
        "Use one of the forms listed.",
        "does: [improve alerts]",
        "does: [observe writer_saturated]",
    ),
    "FB061": _e(
        "intervention of the wrong kind",
        "The verb does not fit the kind of factor.",
        "A trigger is prevented, a condition removed.",
        "Use the verb that the finding shows.",
        "remove a_trigger",
        "prevent a_trigger",
    ),
    "FB062": _e(
        "no such parameter",
        "`set` names a parameter that this factor does not have.",
        "Nothing would change.",
        "Use one of those listed.",
        "set breaker.rate to 2 per year",
        "set breaker.fails to 0.05",
    ),
    "FB070": Code(
        "section not read",
        Severity.NOTE,
        "No engine reads this section in this version.",
        "It changes no result.",
        "Nothing to do.",
        "invariants: ...",
        "invariants: ...",
    ),
}
