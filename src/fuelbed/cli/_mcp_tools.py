"""The tools that an assistant may call: what each takes, and its call in a process of its own, with limits of time and memory.

Read-only by what they are made of: each turns texts into a text. A file is read only below the root that the server was started with, by
the same function that keeps a case inside its folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["TOOLS", "Budget", "Tool", "call"]

MAX_TEXT = 2_000_000  # characters of one argument
MAX_RESULT = 400_000  # characters of what a tool returns
MEMORY = 4 << 30  # bytes of address space; numpy maps a good part of it before it does anything


@dataclass(frozen=True, slots=True)
class Budget:
    """root: the folder whose files may be read, "" for none. seconds: of one call. redact: whether secrets are replaced in results."""

    root: str = ""
    seconds: int = 60
    redact: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """`takes` maps an argument to its description; `by_path` names the one that a file below the root may stand for."""

    name: str
    what: str
    takes: Mapping[str, str]
    by_path: str = ""
    flags: tuple[str, ...] = ()

    def listed(self, has_root: bool) -> dict[str, Any]:
        properties: dict[str, Any] = {
            k: {"type": "boolean" if k in self.flags else "string", "description": v} for k, v in self.takes.items()
        }
        required = [k for k in self.takes if k not in self.flags]
        if has_root and self.by_path:
            properties["path"] = {"type": "string", "description": f"a file below the server's root, instead of `{self.by_path}`"}
            required.remove(self.by_path)
        return {
            "name": self.name,
            "description": self.what,
            "inputSchema": {"type": "object", "properties": properties, "required": required, "additionalProperties": False},
            "annotations": {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False},
        }

    def wrong(self, given: object, has_root: bool) -> str:
        """What is wrong with the arguments, "" where nothing is."""
        if not isinstance(given, dict):
            return "`arguments` is no object."
        known = [*self.takes, *(["path"] if has_root and self.by_path else [])]
        for key, value in given.items():
            if key not in known:
                return f"there is no argument `{key[:60]}`; the arguments are {', '.join(known)}."
            if not isinstance(value, bool if key in self.flags else str):
                return f"`{key}` is no {'truth value' if key in self.flags else 'text'}."
            if isinstance(value, str) and len(value) > MAX_TEXT:
                return f"`{key}` is longer than {MAX_TEXT // 1_000_000} million characters."
        by = [k for k in (self.by_path, "path") if k in given] if self.by_path else []
        missing = [k for k in self.takes if k not in given and k not in self.flags and not (k == self.by_path and by)]
        if len(by) > 1:
            return f"`{self.by_path}` and `path` are two ways to say it: give one."
        return f"`{missing[0]}` is missing." if missing else ""


_TEXT = "the postmortem, in Markdown"
_CASE = "the text of a case.yaml"
_ANSWER = "the JSON object of the answer, as text"
TOOLS: Mapping[str, Tool] = {
    t.name: t
    for t in (
        Tool("review", "Review a postmortem: what it says, what follows without a number, what it leaves open, findings with lines.", {"text": _TEXT}, "text"),
        Tool("explain", "Say what the code of a finding or rule means, and how to cure it.", {"code": "such as PM501 or FB021"}),
        Tool("check", "Check a case file; every fault at once, with line, column and cure.", {"case": _CASE}, "case"),
        Tool(
            "analyze", "Analyze a case: what is left after each trigger, condition and control is taken out, and what each action item changes.",
            {"case": _CASE, "full": "true for every table and interval"}, "case", ("full",),
        ),
        Tool("draft_prompt", "The instructions, the JSON Schema and the text by which to draft a case from a postmortem.", {"text": _TEXT}),
        Tool(
            "validate_draft", "Check an answer to draft_prompt against the text; the drafted case, or every fault with its place.",
            {"text": _TEXT, "answer": _ANSWER},
        ),
        Tool(
            "review_answer", "Review a postmortem by an answer to draft_prompt instead of by words, or every fault of the answer with its place.",
            {"text": _TEXT, "answer": _ANSWER},
        ),
    )
}  # fmt: skip  # one table


def call(name: str, given: object, budget: Budget) -> tuple[str, bool]:
    """(what the tool says, whether that is a failure)."""
    if said := TOOLS[name].wrong(given, bool(budget.root)):
        return said, True
    task = json.dumps({"tool": name, "given": given, "budget": asdict(budget)}).encode("ascii")
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1"}
    try:
        done = subprocess.run(  # our own module; -P keeps the folder that we were started in off the path
            [sys.executable, "-P", "-m", "fuelbed.cli._mcp_call"],
            input=task,
            capture_output=True,
            timeout=budget.seconds,
            env=env,
        )
    except subprocess.TimeoutExpired:
        return f"This took longer than {budget.seconds} s and was stopped. Give less text, or a smaller case.", True
    except OSError as e:
        return f"The tool could not be started ({e.strerror}).", True
    try:
        result = json.loads(done.stdout)
        return str(result["text"]), bool(result["failed"])
    except (ValueError, KeyError, TypeError):
        return f"The tool ended without an answer (code {done.returncode}): too much memory, or a fault in Fuelbed.", True
