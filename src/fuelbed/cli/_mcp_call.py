"""One call of a tool: a task on standard input, its result on standard output, both JSON. Run by `_mcp_tools.call` as a process."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fuelbed.cli._mcp_tools import MAX_RESULT, MEMORY
from fuelbed.core.errors import FuelbedError, InputError
from fuelbed.core.shown import counted

if TYPE_CHECKING:
    from fuelbed.core.case import Case
    from fuelbed.core.document import Document
    from fuelbed.reviewing.answers import Judged
    from fuelbed.text.redaction import Redactor

__all__ = ["main"]


class _Failed(FuelbedError):
    pass


def main() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    task = json.loads(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    with contextlib.redirect_stdout(io.StringIO()):  # nothing but the result goes out
        text, failed = _run(task)
    if len(text) > MAX_RESULT:
        text = text[:MAX_RESULT] + "\n(cut here)"
    out.write(json.dumps({"text": text, "failed": failed}).encode("ascii"))


def _run(task: Mapping[str, Any]) -> tuple[str, bool]:
    hide = _redactor(task)
    try:
        return _TOOLS[task["tool"]](task, hide), False
    except InputError as e:
        text = "\n".join(f.line() for f in e.findings)
        return hide.message(text) if hide is not None else text, True
    except FuelbedError as e:
        return str(e), True
    except (MemoryError, RecursionError):
        return "This is more than one call may take. Give less text, or a smaller case.", True


def _redactor(task: Mapping[str, Any]) -> Redactor | None:
    if not task["budget"]["redact"]:
        return None
    from fuelbed.text.redaction import Redactor

    hide = Redactor()
    for value in task["given"].values():
        if isinstance(value, str):
            hide.learn(value)
    return hide


def _file(task: Mapping[str, Any]) -> Path:
    """The file that `path` names below the root; never one outside, whatever links there are."""
    from fuelbed.readers.files import FileFault, resolve_inside

    try:
        return resolve_inside(Path(task["budget"]["root"]), task["given"]["path"])
    except (FileFault, OSError, ValueError) as e:
        raise _Failed(f"{e.message} {e.cure}" if isinstance(e, FileFault) else "this path cannot be followed.") from None


def _text(task: Mapping[str, Any]) -> str:
    from fuelbed.readers.postmortem import decode_text, read_text

    if "path" in task["given"]:
        return read_text(_file(task))
    return decode_text(task["given"]["text"].encode("utf-8", "replace"), "text")


def _review(task: Mapping[str, Any], hide: Redactor | None) -> str:
    from fuelbed.reviewing import review
    from fuelbed.reviewing.text import render_review

    return render_review(review(_document(task, hide)), 100, True)


def _document(task: Mapping[str, Any], hide: Redactor | None) -> Document:
    from fuelbed.text.read import read

    text = _text(task)
    return read(hide(text) if hide is not None else text, "text")


def _explain(task: Mapping[str, Any], hide: Redactor | None) -> str:
    import click

    from fuelbed.cli.explain import explain

    page = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="replace")
    failed = False
    with contextlib.redirect_stdout(page), contextlib.redirect_stderr(page):
        try:
            explain.main(["--", task["given"]["code"][:40]], standalone_mode=False)
        except (SystemExit, click.ClickException):
            failed = True
    page.seek(0)
    said = page.read()
    if failed:
        raise _Failed(said.strip().removeprefix("error: ") or "there is no such code.")
    return said


def _case(task: Mapping[str, Any], hide: Redactor | None) -> Case:
    from fuelbed.readers.case import parse_case, read_case

    case = read_case(_file(task)) if "path" in task["given"] else parse_case(task["given"]["case"])
    return case if hide is None else hide.within(case)


def _check(task: Mapping[str, Any], hide: Redactor | None) -> str:
    from fuelbed.cli._doubts import doubts

    case = _case(task, hide)
    counts = (("factor", case.factors), ("line", case.lines), ("action", case.actions))
    said = ", ".join(counted(len(some), word) for word, some in counts)
    return "\n".join([*(f.line() for f in (*case.findings, *doubts(case))), f"{said}. No fault."])


def _analyze(task: Mapping[str, Any], hide: Redactor | None) -> str:
    from fuelbed.analysis import analyze
    from fuelbed.report.terminal import render_text

    return render_text(analyze(_case(task, hide)), 100, full=task["given"].get("full", False))


def _draft_prompt(task: Mapping[str, Any], hide: Redactor | None) -> str:
    from fuelbed.drafting.answer import prompt_text
    from fuelbed.reviewing.answers import document_of

    return prompt_text(document_of(_text(task), "text").source.text)


def _judged(task: Mapping[str, Any]) -> tuple[Document, Judged]:
    """The text as a model sees it, and the answer about it; its faults are the tool's failure."""
    from fuelbed.reviewing.answers import document_of, judge

    document = document_of(_text(task), "text")
    judged = judge(task["given"]["answer"].encode("utf-8", "replace"), "answer", document)
    if judged.findings:
        raise InputError(judged.findings)
    return document, judged


def _validate_draft(task: Mapping[str, Any], hide: Redactor | None) -> str:
    return _judged(task)[1].case


def _review_answer(task: Mapping[str, Any], hide: Redactor | None) -> str:
    from fuelbed.reviewing import review
    from fuelbed.reviewing.answers import tells_something
    from fuelbed.reviewing.text import render_review

    document, judged = _judged(task)
    if not tells_something(document):
        raise _Failed("there is no account of an incident in this text to answer about.")
    shown = _document(task, hide)
    return render_review(review(shown, answered=judged.draft), 100, True, by=("--accept", "answer.json"))


_TOOLS: Mapping[str, Callable[[Mapping[str, Any], Redactor | None], str]] = {
    "review": _review, "explain": _explain, "check": _check, "analyze": _analyze, "draft_prompt": _draft_prompt, "validate_draft": _validate_draft,
    "review_answer": _review_answer,
}  # fmt: skip  # one table

if __name__ == "__main__":
    main()
