"""The codes of faults in fault-tree files (FB14x), in the shape of `core/codes.py`."""

from __future__ import annotations

from collections.abc import Mapping

from fuelbed.core.codes import Code
from fuelbed.core.findings import Severity

__all__ = ["TREE_CODES"]

_E, _N = Severity.ERROR, Severity.NOTE

TREE_CODES: Mapping[str, Code] = {
    "FB140": Code(
        "not readable as a fault tree",
        _E,
        "The file is not well-formed XML, or not Galileo's text.",
        "Nothing after that place can be understood.",
        "Correct it there, or export the file anew.",
        "<define-gate name='g'> without its end",
        "<define-gate name='g'>...</define-gate>",
    ),
    "FB141": Code(
        "refused in a fault tree",
        _E,
        "The file declares a document type or an entity, is nested too deep, or is too large.",
        "A fault tree may come from a stranger; entities can read other files or fill the memory.",
        "Remove the declaration; give inner formulas names of their own.",
        "<!DOCTYPE opsa-mef [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "<opsa-mef>",
    ),
    "FB142": Code(
        "unknown part of a fault tree",
        _E,
        "An element, a gate or an attribute is none that the format has (or a dynamic gate, which a static tree cannot hold).",
        "What is not understood would change the answer without a word.",
        "Write the name as the format has it.",
        "<nad>...</nad>",
        "<and>...</and>",
    ),
    "FB143": Code(
        "a definition is incomplete",
        _E,
        "A name, a value or an argument is missing, is there twice, or there are too many.",
        "The definition has no single meaning.",
        "Complete it as the message says.",
        '<atleast min="3"> of two events',
        '<atleast min="2"> of two events',
    ),
    "FB144": Code(
        "name not defined",
        _E,
        "A gate, event or parameter is used and nowhere defined.",
        "It is most likely a misspelling.",
        "Define it, or correct the name. A model may lie in several files: give them all.",
        '<gate name="pmup"/>',
        '<gate name="pump"/>',
    ),
    "FB145": Code(
        "a gate depends on itself",
        _E,
        "Gates (or parameters) form a cycle.",
        "A static fault tree has no answer then.",
        "Break the cycle; loops belong into `dynamics` or the lines of a case.",
        "g1 = g2 or a, g2 = g1 and b",
        "g1 = g2 or a, g2 = b",
    ),
    "FB146": Code(
        "not a number",
        _E,
        "A value is no finite number, or no probability.",
        "It has no meaning as one.",
        "Write a plain number.",
        '<float value="1e-3x"/>',
        '<float value="1e-3"/>',
    ),
    "FB147": Code(
        "which gate is the top",
        _E,
        "No gate, or more than one, is referred to by no other.",
        "The top event is the question that is asked.",
        "Name it with `--top-gate`.",
        "two trees in one file",
        "fuelbed solve trees.xml --top-gate cooling",
    ),
    "FB148": Code(
        "a part that is not read",
        _N,
        "The file holds something that a static solver does not use: an event tree, an alignment, a dormancy.",
        "The answer is that of the fault tree without it.",
        "Nothing to do, if the tree alone is what you ask.",
        "<define-event-tree ...>",
        "a file of fault trees only",
    ),
    "FB149": Code(
        "a common-cause group that means nothing",
        _E,
        "The model is none of beta-factor, MGL, alpha-factor and phi-factor, or members, distribution or factors do not fit it.",
        "The members' joint failures would be guessed.",
        "Complete it as the message says.",
        "a beta-factor group with two factors",
        "a beta-factor group with one factor",
    ),
}
