"""`fuelbed analyze --watch`: run again on every save, and say what changed: the verdict, that on each action, and the numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

from fuelbed.cli._terminal import prints_unicode
from fuelbed.cli.common import say
from fuelbed.core.blocks import Answer, Block, Cell, Estimates, Table
from fuelbed.core.reporting import Report

__all__ = ["changes", "watch"]

_PAUSE = 0.3  # seconds between two looks
_MOST = 2000  # files looked at


def watch(path: Path, output: Path | None, run: Callable[[], Report], show: Callable[[Report], None]) -> None:
    """Until Ctrl-C. `run` leaves by SystemExit on a broken save, which is waited out; `show` prints or writes the report."""
    say(f"Watching {path}; stop with Ctrl-C.", err=True)
    seen: dict[Path, tuple[int, int]] | None = None
    before: Report | None = None
    try:
        while True:
            now = _stamps(path, output)
            if now == seen:
                time.sleep(_PAUSE)
                continue
            seen = now
            try:
                report = run()
            except SystemExit:
                say("Waiting for the next save.", err=True)
                continue
            if before is None or output is not None:
                show(report)
            if before is not None:
                lines = "\n".join(changes(before, report))
                say(lines if prints_unicode() else lines.replace("−", "-"))
            before = report
    except KeyboardInterrupt:
        say("\nStopped.", err=True)


def _stamps(path: Path, output: Path | None) -> dict[Path, tuple[int, int]]:
    """Time and size of every file of the case; the report itself and hidden files are none of it."""
    mine = output.resolve() if output is not None else None
    out: dict[Path, tuple[int, int]] = {}
    folder = path if path.is_dir() else path.parent
    for f in sorted(folder.rglob("*"))[:_MOST]:
        try:
            if f.is_file() and not any(p.startswith(".") for p in f.relative_to(folder).parts) and f.resolve() != mine:
                info = f.stat()
                out[f] = (info.st_mtime_ns, info.st_size)
        except OSError:
            continue
    return out


def changes(before: Report, after: Report) -> list[str]:
    """Sentences that went (`-`) and came (`+`), then what changed of each row that carries a verdict and of each headline number."""
    lines = []
    old, new = before.verdict, after.verdict
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            lines += [f"- {x}" for x in old[a:b]] + [f"+ {x}" for x in new[c:d]]
    was, now = _told(before), _told(after)
    lines += [f"- {name}" for name in was if name not in now]
    for name, values in now.items():
        moved = [
            f"{what}{was[name].get(what, 'nothing')} -> {text}" if name in was else f"{what}{text}"
            for what, text in values.items()
            if was.get(name, {}).get(what) != text
        ]
        if moved:
            lines.append(f"{' ' if name in was else '+'} {name}: {'; '.join(moved)}")
    return [line.replace("`", "") for line in lines] or ["The verdict is unchanged."]


def _told(report: Report) -> dict[str, dict[str, str]]:
    """By row of every table of verdicts, and by headline number, what it says: column -> text."""
    out: dict[str, dict[str, str]] = {}
    for s in report.sections:
        for b in s.answer.blocks if isinstance(s.answer, Answer) else ():
            for name, values in _rows(b):
                out.setdefault(name, {}).update(values)
    return out


def _rows(b: Block) -> list[tuple[str, dict[str, str]]]:
    from fuelbed.report.numbers import estimate

    def text(c: Cell) -> str:
        return c.text if c.estimate is None else estimate(c.estimate)

    if isinstance(b, Estimates) and not b.detail:
        return [(i.label, {"": estimate(i.estimate)}) for i in b.items]
    if not isinstance(b, Table) or b.detail or all(c.kind != "verdict" for c in b.columns):
        return []
    kept = [(i, c.label) for i, c in enumerate(b.columns) if c.kind in ("verdict", "estimate")]
    return [(row[0].text, {f"{label}: ": text(row[i]) for i, label in kept}) for row in b.rows]
