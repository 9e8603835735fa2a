"""Which answer of a model each text is read by: one that is given, one that is kept in a folder, or one that is asked for now."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fuelbed.cli.common import reason, refuse, say, write_out
from fuelbed.core.shown import counted

if TYPE_CHECKING:
    from fuelbed.cli._review_files import Found
    from fuelbed.cli._wire import Endpoint
    from fuelbed.core.document import Document
    from fuelbed.core.findings import Finding
    from fuelbed.core.settings import ReviewSettings
    from fuelbed.drafting import Draft
    from fuelbed.reviewing.answers import Judged, Keeps, Kept

__all__ = ["Answering", "answer_bytes", "answers_in", "kept_by", "stop_at_faults", "tell_faults"]

_TOLD = 5  # faults of one answer that are told, of many


def answer_bytes(path: Path) -> bytes:
    """An answer's file, `-` for standard input; leaves with code 2 where it cannot be read."""
    from fuelbed.drafting.answer import MAX_BYTES
    from fuelbed.readers.files import FileFault, read_bounded

    if str(path) == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        return read_bounded(path.resolve(), str(path), MAX_BYTES)
    except FileFault as e:
        refuse(f"{e.message} {e.cure}")
    except (OSError, RuntimeError, ValueError) as e:
        refuse(f"{path}: cannot be read ({reason(e) if isinstance(e, OSError) else 'it cannot be followed'}).")


def stop_at_faults(judged: Judged) -> None:
    """Every fault on standard error, and code 2."""
    if judged.findings:
        for f in judged.findings:
            say(f.line(), err=True)
        say(f"{counted(len(judged.findings), 'fault')} in the answer. Nothing was written.", err=True)
        sys.exit(2)


def tell_faults(faults: Sequence[Finding], file: str) -> None:
    """Of an answer that is one of many: the first of its faults, and what its text is read by."""
    for f in faults[:_TOLD]:
        say(f.line(), err=True)
    more = f" and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
    say(f"{file}: {counted(min(len(faults), _TOLD), 'fault')}{more} in its answer, so it is read by words instead.", err=True)


def answers_in(folder: Path | None, made: bool = False) -> Path | None:
    """The folder that answers are kept in; `made` where it may still have to be."""
    if folder is not None and folder.exists() and not folder.is_dir():
        refuse(f"{folder} is a file. --answers takes the folder that answers are kept in.")
    if folder is not None and not made and not folder.exists():
        refuse(f"{folder}: no such folder. --answers takes the folder that answers are kept in.")
    return folder


def kept_by(answers: Path | None) -> Keeps:
    """Of a text and what was named to find it: where the answer about it is kept. In the folder that is given, else in the one that its settings name."""
    folder = answers_in(answers)
    if folder is not None:
        return lambda text, named: _in_folder(folder, text, named)
    from fuelbed.cli._review_files import Settings, seen_from
    from fuelbed.engines.lint import all_rules

    settings = Settings([r.code for r in all_rules()])

    def kept(text: Path, _: Path) -> Kept | None:
        s = settings.of(text)
        return _by_settings(s, seen_from(text, s))

    return kept


def _in_folder(folder: Path, text: Path, named: Path) -> Kept:
    from fuelbed.reviewing.answers import Kept, below

    return Kept(folder, below(text, named))


def _by_settings(s: ReviewSettings, text: str) -> Kept | None:
    """The place that settings name for the answer about a text, told as it is seen from here."""
    if not s.answers:
        return None
    from fuelbed.reviewing.answers import Kept

    kept = Kept.by_settings(s, text)
    return None if kept is None else replace(kept, folder=Path(os.path.relpath(kept.folder)))


@dataclass(eq=False)
class Answering:
    """accept: the answer about the one text. answers: the folder of those about many; without it the settings may say. model, to: what is asked about a
    text that has none, and where. words: whatever there is, texts are read by words. faulty: texts whose answers had faults, which were told."""

    accept: Path | None = None
    answers: Path | None = None
    model: str = ""
    to: Endpoint | None = None
    words: bool = False
    faulty: list[Path] = field(default_factory=list)
    _added: int = 0
    _by: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def by(self, file: str) -> tuple[str, ...]:
        """The options of `draft` that read a text by the same answer, () where it was read by words."""
        return self._by.get(file, ())

    def of(self, found: Found) -> Draft | None:
        """The draft of the answer about a text; None where it is read by words."""
        document, kept = found.document, self._kept(found)
        if self.accept is None and kept is None and self.to is None:
            return None
        from fuelbed.reviewing.answers import tells_something

        if not tells_something(document):
            if self.accept is not None:
                refuse(f"{document.source.file}: there is no account of an incident in it to answer about.")
            return None
        judged = self._judged(document, kept)
        if judged is None:
            return None
        if judged.draft is None:
            tell_faults(judged.findings, document.source.file)
            self.faulty.append(found.file)
            return None
        file = self.accept or (kept.file if kept is not None else None)
        self._by[document.source.file] = ("--accept", str(file)) if file is not None else ("--model", self.model, "--send")
        return judged.draft

    def _kept(self, found: Found) -> Kept | None:
        """The place for the answer about a text, where answers are kept."""
        if self.words or self.accept is not None or str(found.file) == "-":
            return None
        if self.answers is not None:
            return _in_folder(self.answers, found.file, found.named)
        return _by_settings(found.settings, found.path)

    def tell_unused(self) -> None:
        """A folder that was named and has no answer about any of the texts."""
        if self.answers is not None and not self._by and not self.faulty and self.to is None:
            say(
                f"{self.answers} has no answer about any of the texts (a/b.json is about a/b.md), so all are read by words.",
                err=True,
            )

    def unanswered(self, founds: Iterable[Found]) -> list[Document]:
        """What would be asked about, as the model would see it."""
        from fuelbed.reviewing.answers import as_seen, tells_something

        some = [f for f in founds if tells_something(f.document)]
        return [as_seen(f.document) for f in some if (kept := self._kept(f)) is None or not kept.file.exists()]

    def _judged(self, document: Document, kept: Kept | None) -> Judged | None:
        from fuelbed.reviewing.answers import as_seen, judge

        if self.accept is not None:
            if str(self.accept) == "-" and document.source.file == "stdin":
                refuse("POSTMORTEM and ANSWER cannot both be standard input.")
            shown = str(self.accept) if str(self.accept) != "-" else "stdin"
            judged = judge(answer_bytes(self.accept), shown, as_seen(document))
            stop_at_faults(judged)
            return judged
        known = kept.judged(document) if kept is not None else None
        return self._ask(self.to, as_seen(document), kept) if known is None and self.to is not None else known

    def _ask(self, to: Endpoint, seen: Document, kept: Kept | None) -> Judged:
        """One text's answer, which is kept where there is a folder for it. A server that says no ends the command: what was answered stays."""
        from fuelbed.cli._model import converse
        from fuelbed.cli._wire import Refused

        try:
            judged, tries, content = converse(to, self.model, seen, "postmortem.md")
        except Refused as e:
            so_far = f" {counted(self._added, 'answer')} before it: {kept.folder}." if kept and self._added else ""
            refuse(f"{seen.source.file}: {e}.{so_far}")
        say(f"{seen.source.file}: {self.model} at {to.host} was asked {counted(tries, 'time')}.", err=True)
        if kept is not None and not judged.findings:
            write_out(content.rstrip() + "\n", kept.file)
            self._added += 1
        return judged
