"""`fuelbed draft POSTMORTEM`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fuelbed.cli.common import REDACT, hidden, read_document, redactor, refuse, refuse_all, say, tell_redacted, write_out

if TYPE_CHECKING:
    from fuelbed.drafting import Form

__all__ = ["draft", "form_of"]

_SCHEMA = "case.schema.json"
_NARRATIVE = "postmortem.md"
_MOST_STEPS = 4_000


@click.command(short_help="Draft a case from a postmortem.")
@click.argument("postmortem", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The folder of the new case; without it, the draft is printed."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="json: what was read, as data.",
)
@click.option("--prompt", is_flag=True, help="Print what to ask a model of your choice: prompt, JSON Schema and the text.")
@click.option(
    "--accept", metavar="ANSWER", type=click.Path(path_type=Path), help="Draft from this answer (JSON, - for standard input)."
)
@click.option("--model", metavar="NAME", help="Ask this model at OPENAI_BASE_URL with OPENAI_API_KEY; only with --send.")
@click.option("--send", is_flag=True, help="With --model: really send the text; without it, what would be sent is printed.")
@REDACT
def draft(
    postmortem: Path,
    output: Path | None,
    form: str,
    prompt: bool,
    accept: Path | None,
    model: str | None,
    send: bool,
    redact: bool,
) -> None:
    """Read POSTMORTEM (any text in Markdown, - for standard input) and draft its case, every guess marked with `# ask:`.

    An attack flow does as well: a drawing of MITRE's Attack Flow Builder (.afb), or its STIX bundle (.json). With --format json
    it is written as a STIX bundle.

    With a model of your choice, never required: give --prompt to any assistant and its answer to --accept, or name it with --model. What
    an answer says is taken only with a quote that stands in POSTMORTEM word for word, or as an assumption; numbers only from quotes,
    probabilities never. Secrets are replaced before a text leaves.

    The folder gets case.yaml, the narrative and the JSON Schema for editors. Nothing that is there is overwritten.
    """
    if sum((prompt, accept is not None, model is not None)) > 1:
        refuse("--prompt, --accept and --model are three ways: give one.")
    if send and model is None:
        refuse("--send belongs to --model NAME.")
    if prompt or accept is not None or model is not None:
        _with_answer(postmortem, output, form, accept, model, send, redact)
        return
    if _is_attack_flow(postmortem):
        _draft_flow(postmortem, output, form, redact)
        return
    _draft_text(postmortem, output, form, redact)


def _draft_text(postmortem: Path, output: Path | None, form: str, redact: bool) -> None:
    """The case of a text by rules, or with `json` what was read."""
    hide = redactor(redact)
    document = read_document(postmortem, hide)
    tell_redacted(hide)
    from fuelbed.text.understand import understand

    reading = understand(document)
    if form == "json":
        from fuelbed.drafting.data import reading_data

        write_out(json.dumps(reading_data(reading), indent=2, ensure_ascii=False) + "\n", output)
        return
    if document.is_blank:
        refuse(f"{postmortem}: there is no account of an incident in it to draft from.")
    from fuelbed.drafting import draft as make
    from fuelbed.drafting import write_case
    from fuelbed.engines.lint import gaps

    if not (reading.triggers or reading.conditions or reading.controls or reading.actions):
        say("note: this does not read as an account of an incident, so every factor of the draft is a question.", err=True)
    text = write_case(make(reading, form_of), _NARRATIVE, [g.question for g in gaps(reading)])
    if output is None:
        write_out(text, None)
        return
    _write_folder(output, text, postmortem, document.source.text)


def _with_answer(
    postmortem: Path, output: Path | None, form: str, accept: Path | None, model: str | None, send: bool, redact: bool
) -> None:
    """Print the prompt, or draft from an answer: a file's, or a model's."""
    from fuelbed.cli._answers import answer_bytes, stop_at_faults
    from fuelbed.drafting.answer import prompt_text
    from fuelbed.reviewing.answers import document_of, judge
    from fuelbed.text.redaction import Redactor

    if form == "json":
        refuse("--format json is what was read by rules; an answer is JSON already.")
    if str(postmortem) == "-" == str(accept):
        refuse("POSTMORTEM and ANSWER cannot both be standard input.")
    original = read_document(postmortem, redactor(redact))
    if original.is_blank:
        refuse(f"{postmortem}: there is no account of an incident in it to draft from.")
    document = document_of(original.source.text, original.source.file, hide := Redactor())
    if accept is not None:
        judged = judge(answer_bytes(accept), str(accept) if str(accept) != "-" else "stdin", document, _NARRATIVE)
    elif model is not None:
        from fuelbed.cli._model import ask

        judged = ask(model, document, send, _NARRATIVE, hide.told)
    else:
        if hide.told:
            tell_redacted(hide)
        write_out(prompt_text(document.source.text), output)
        return
    stop_at_faults(judged)
    if output is None:
        write_out(judged.case, None)
    else:
        _write_folder(output, judged.case, postmortem, original.source.text)


def _is_attack_flow(path: Path) -> bool:
    if str(path) == "-" or path.is_dir():
        return False
    from fuelbed.readers.attackflow import looks_like_attack_flow
    from fuelbed.readers.files import FileFault, read_bounded

    try:
        head = read_bounded(path.resolve(), str(path), 200)
    except (FileFault, OSError, RuntimeError):
        return False  # who reads it whole says why
    return looks_like_attack_flow(path.name, head)


def _draft_flow(path: Path, output: Path | None, form: str, redact: bool) -> None:
    """The case of an attack flow, or with `json` the flow as a STIX bundle."""
    from fuelbed.core.errors import InputError
    from fuelbed.readers.attackflow import read_attack_flow

    hide = redactor(redact)
    try:
        flow = hidden(read_attack_flow(str(path)), hide)
    except InputError as e:
        refuse_all(e, path, hide)
    for f in flow.findings:
        say(f.line(), err=True)
    if form == "json":
        from fuelbed.writers.attackflow import attack_flow_json

        write_out(attack_flow_json(flow), output)
        return
    if (n := len(flow.run()) + len(flow.nodes)) > _MOST_STEPS:
        refuse(f"{path}: {n} boxes and edges are more than a case can hold as factors and lines. Cut the flow to one chain.")
    from fuelbed.drafting import write_attack_case

    text = write_attack_case(flow)
    if output is None:
        write_out(text, None)
    else:
        _write_folder(output, text, path, "")


def form_of(archetype: str) -> Form:
    """What an archetype asks for; drafting knows no reader, so it is told here."""
    from fuelbed.drafting import Form
    from fuelbed.readers.archetypes import load_archetype, open_parameters

    return Form(archetype, load_archetype(archetype).what, open_parameters(archetype))


def _write_folder(folder: Path, text: str, postmortem: Path, narrative: str) -> None:
    from fuelbed.readers.shapes import case_json_schema

    if folder.is_file():
        refuse(f"{folder} is a file. Name a folder for the case.")
    mine = [
        n
        for n in ("case.yaml", *([_NARRATIVE] if narrative else []), _SCHEMA)
        if (folder / n).exists() and (folder / n).resolve() != postmortem.resolve()
    ]
    if mine:
        refuse(f"{folder / mine[0]} is there already, and nothing is overwritten. Name another folder with -o.")
    if narrative and (folder / _NARRATIVE).resolve() != postmortem.resolve():
        write_out(narrative, folder / _NARRATIVE)
    write_out(json.dumps(case_json_schema(), indent=2) + "\n", folder / _SCHEMA)
    write_out(text, folder / "case.yaml")
    say(f"Wrote {folder / 'case.yaml'}, a draft: answer its `# ask:` lines. Next: fuelbed analyze {folder}")
