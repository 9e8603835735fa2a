"""What the commands share: reading a case or leaving with code 2, printing, writing, the baseline, the exit code."""

from __future__ import annotations

import os
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from fuelbed.cli._terminal import prints_unicode
from fuelbed.core.errors import FuelbedError, InputError
from fuelbed.core.findings import Finding, Severity
from fuelbed.core.shown import counted

__all__ = ["FAIL_ON", "OUTPUT", "REDACT", "check_action", "cleaned", "deliver", "exit_code", "hidden", "load", "opened_document", "output_option", "read_document",
           "reason", "redactor", "refuse", "refuse_all", "say", "tell", "tell_redacted", "write_bytes", "write_out"]  # fmt: skip  # one list

T = TypeVar("T")
Command = TypeVar("Command", bound="Callable[..., object] | click.Command")

if TYPE_CHECKING:
    from fuelbed.core.case import Case
    from fuelbed.core.document import Document
    from fuelbed.text.redaction import Redactor

_UNPRINTABLE = ("Cc", "Cf", "Cs", "Co", "Cn")
_PROSE = (".md", ".markdown", ".txt", ".rst")  # what somebody gives for a case by mistake
_TOLD = 20  # faults of files that nothing else waited for
FAIL_ON = click.Choice(["note", "warning", "error", "never"])


def output_option(*names: str) -> Callable[[Command], Command]:
    """The file to write to as the parameter `output`; `-` is the terminal, as nothing is."""
    return click.option(
        *names,
        "output",
        type=click.Path(path_type=Path),
        callback=lambda _context, _option, path: None if path == Path("-") else path,
        help="Write to this file instead of the terminal (- is the terminal).",
    )


OUTPUT = output_option("-o", "--output")
REDACT = click.option(
    "--redact", is_flag=True, help="Replace keys, tokens, passwords and addresses in everything that is written."
)


ANSWERS = click.option(
    "--answers",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Read by the answers of a model kept in this folder: a/b.json about a/b.md. Texts that have none are read by words.",
)


def say(text: str, err: bool = False) -> None:
    """Print lines that may hold words of a case or of a path: no control or direction character reaches the terminal."""
    kept = (c if c == "\n" or unicodedata.category(c) not in _UNPRINTABLE else "\ufffd" for c in text)
    line = "".join(kept)
    if not prints_unicode(err):
        line = line.encode("ascii", "replace").decode()
    click.echo(line, err=err)


def redactor(redact: bool) -> Redactor | None:
    """What replaces secrets in everything that this command reads, None where that was not asked for."""
    if not redact:
        return None
    from fuelbed.text.redaction import Redactor

    return Redactor()


def tell_redacted(hide: Redactor | None) -> None:
    """On standard error: what was replaced, by kind."""
    if hide is not None:
        say(f"Redacted: {hide.told or 'nothing was found that looks like a secret'}.", err=True)


def load(path: Path, hide: Redactor | None = None, writes: bool = True) -> Case:
    """The case at `path`, or every fault on standard error and exit code 2. With `hide`, its secrets are replaced in every text, the
    narrative and the headers of evidence files among them, before anybody sees them. `writes`: the command would have written something."""
    from fuelbed.cli._progress import Progress
    from fuelbed.readers.case import read_case

    if path.suffix.lower() in _PROSE and path.is_file():
        refuse(
            f"{path} is a text, no case. `fuelbed review {path}` reads it, `fuelbed draft {path} -o FOLDER` makes a case of it."
        )
    try:
        with Progress() as progress:
            case = read_case(path, progress=progress.read)
    except InputError as e:
        n = sum(f.severity is Severity.ERROR for f in e.findings)
        refuse_all(e, path, hide, f"{counted(n, 'fault')} in {path}." + (" Nothing was written." if writes else ""))
    except (FuelbedError, OSError) as e:
        refuse(str(e))
    return hidden(case, hide)


def hidden(data: T, hide: Redactor | None) -> T:
    """The same data without its secrets, and a line on standard error that says what they were."""
    if hide is None:
        return data
    without = hide.within(data)
    tell_redacted(hide)
    return without


def cleaned(path: Path, hide: Redactor | None) -> Callable[[str], str]:
    """For messages about what could not be read: what the file holds (of a folder, its files) is learnt first, since a message may show
    a part of it."""
    if hide is None:
        return str
    from fuelbed.readers.files import some_texts

    for text in some_texts(path):
        hide.learn(text)
    return hide.message


def read_document(path: Path, hide: Redactor | None = None) -> Document:
    """The postmortem at `path` as a document, or every fault on standard error and exit code 2."""
    try:
        return opened_document(path, hide)
    except InputError as e:
        refuse_all(e)


def opened_document(path: Path, hide: Redactor | None = None) -> Document:
    """The postmortem at `path` as a document. Raises `InputError`."""
    from fuelbed.readers.postmortem import MAX_BYTES, decode_text, read_text
    from fuelbed.text.read import read

    is_pipe = str(path) == "-"
    text = decode_text(sys.stdin.buffer.read(MAX_BYTES + 1), "stdin") if is_pipe else read_text(path)
    return read(hide(text) if hide is not None else text, "stdin" if is_pipe else str(path))


def refuse_all(e: InputError, path: Path | None = None, hide: Redactor | None = None, last: str = "") -> NoReturn:
    """Every fault on standard error, a last line, exit code 2. With `hide`, without the secrets of `path`, where the faults are."""
    clean = cleaned(path, hide) if path is not None else str
    for f in e.findings:
        say(clean(f.line()), err=True)
    if last:
        say(last, err=True)
    sys.exit(2)


def refuse(message: str) -> NoReturn:
    """One line on standard error, exit code 2."""
    say(f"error: {message}", err=True)
    sys.exit(2)


def reason(e: OSError) -> str:
    """The system's words for an error, in lower case: `no such file or directory`."""
    text = e.strerror or str(e)
    return text[:1].lower() + text[1:]


def check_action(case: Case, name: str, path: Path | str) -> None:
    """Leave with code 2 where no action item of the case is called `name`."""
    from fuelbed.core.hints import did_you_mean, visible

    if name not in case.actions:
        cure = did_you_mean(name, case.actions) or f"There are: {', '.join(case.actions) or 'none'}."
        refuse(f"{path}: no action item is called `{visible(name, 60)}`. {cure}")


def tell(faults: Sequence[Finding]) -> None:
    """Faults of files that nothing else waited for, on standard error."""
    for f in faults[:_TOLD]:
        say(f.line(), err=True)
    if len(faults) > _TOLD:
        say(f"and {counted(len(faults) - _TOLD, 'more fault')}.", err=True)


def exit_code(findings: Iterable[Finding], fail_on: str) -> int:
    """1 when some finding is at or above `fail_on`, else 0."""
    if fail_on == "never":
        return 0
    return int(any(f.severity.rank >= Severity(fail_on).rank for f in findings))


def write_out(text: str, output: Path | None) -> None:
    """To the file (folders that are missing are made), or to standard output."""
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    write_bytes(text.encode("utf-8", "replace"), output)


def deliver(text: str, output: Path | None) -> None:
    """As `write_out`; a line on standard error says that a file was written."""
    write_out(text, output)
    if output is not None:
        say(f"Wrote {output}.", err=True)


def write_bytes(content: bytes, output: Path) -> None:
    """As `write_out`, of bytes."""
    try:
        _write(content, output)
    except OSError as e:
        refuse(f"{output}: cannot be written ({reason(e)}).")


def _write(content: bytes, output: Path) -> None:
    """Through a new file beside it, so that a crash loses nothing; a device or a pipe is written to as it is."""
    try:
        special = not stat.S_ISREG(output.stat().st_mode)
    except FileNotFoundError:
        special = False
    if special:
        output.write_bytes(content)  # a folder says so itself
        return
    output = output.resolve()  # a link stays a link
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.name[:100]}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(output)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
