"""`draft --model` and `review --model`: what would be sent, and with consent the conversation: one question, at most two corrections, then the check decides."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from fuelbed.cli._wire import Endpoint, Refused, endpoint, post
from fuelbed.cli.common import refuse, say, write_out
from fuelbed.core.hints import visible
from fuelbed.core.shown import counted

if TYPE_CHECKING:
    from fuelbed.core.document import Document
    from fuelbed.reviewing.answers import Judged

__all__ = ["ask", "converse", "plan", "server"]

REASKS = 2
_MOST_FAULTS = 40  # that one correction names
_KEPT = 200_000  # characters of an answer that goes back with its faults
_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)
_UNKNOWN_FORMAT = (400, 404, 415, 422, 501)


def ask(model: str, document: Document, send: bool, narrative: str, redacted: str = "") -> Judged:
    """The last answer as judged. Without `send` prints what would be sent, and where to, and ends the command."""
    to = server(model)
    if redacted:
        say(f"Redacted: {redacted}.", err=True)
    if not send:
        plan(to, model, [document])
    try:
        judged, tries, _ = converse(to, model, document, narrative)
    except Refused as e:
        refuse(f"{e}.")
    say(f"{model} at {to.host} was asked {counted(tries, 'time')}.", err=True)
    return judged


def server(model: str) -> Endpoint:
    """Where a model is asked; leaves with code 2 where its name or the address is none."""
    if not model.strip() or not model.isprintable() or len(model) > 200:
        refuse("--model takes the name of a model, as the server calls it.")
    try:
        return endpoint()
    except Refused as e:
        refuse(f"{e}.")


def plan(to: Endpoint, model: str, documents: Sequence[Document]) -> NoReturn:
    """Prints what would be sent, and where to, and ends the command: of one text all of it, of several how much."""
    from fuelbed.drafting.answer import prompt_text

    key = "with the key of OPENAI_API_KEY" if to.key else "without a key (OPENAI_API_KEY is not set)"
    prompts = [prompt_text(d.source.text) for d in documents]
    head = f"POST {to}\nmodel {model}, {key}\n{sum(map(len, prompts)):,} characters"
    if len(prompts) == 1:
        write_out(f"{head}:\n\n{prompts[0]}", None)
    else:
        rows = [f"  {len(p):>9,}  {d.source.file}\n" for p, d in zip(prompts, documents, strict=True)]
        write_out(f"{head} in {counted(len(prompts), 'text')}, each with the instructions:\n{''.join(rows)}", None)
    say(f"Nothing was sent. With --send, this goes to {to.host}.", err=True)
    sys.exit(0)


def converse(to: Endpoint, model: str, document: Document, narrative: str) -> tuple[Judged, int, str]:
    """The first answer without a fault, or the last one, how often was asked, and the answer's own words. A correction names faults in our own words only."""
    from fuelbed.drafting.answer import reask
    from fuelbed.reviewing.answers import judge

    talk = _Talk(to, model, document.source.text)
    for n in range(REASKS + 1):
        content = talk.answer()
        judged = judge(content.encode("utf-8", "replace"), "answer", document, narrative)
        if not judged.findings or n == REASKS:
            return judged, n + 1, content
        talk.correct(content, reask([f"{f.message} {f.cure}" for f in judged.findings[:_MOST_FAULTS]]))
    raise AssertionError


class _Talk:
    """The messages so far, and whether the server takes a schema."""

    def __init__(self, to: Endpoint, model: str, text: str) -> None:
        from fuelbed.drafting.answer import answer_schema, prompt_parts

        self._to, self._model = to, model
        self._schema = answer_schema()
        self._takes_schema = True
        instructions, message = prompt_parts(text)
        self._messages: list[dict[str, str]] = [
            {"role": "system", "content": instructions},
            {"role": "user", "content": message},
        ]

    def correct(self, answer: str, faults: str) -> None:
        self._messages = [
            *self._messages[:2],
            {"role": "assistant", "content": answer[:_KEPT]},
            {"role": "user", "content": faults},
        ]

    def answer(self) -> str:
        """The model's words; where the server knows no schema, it is asked once more with the schema in the prompt."""
        if self._takes_schema:
            try:
                return _content(post(self._to, self._body()))
            except Refused as e:
                if e.status not in _UNKNOWN_FORMAT:
                    raise
                self._takes_schema = False
                schema = json.dumps(self._schema, ensure_ascii=False)
                self._messages[0]["content"] += f"\nThe answer's JSON Schema:\n{schema}\n"
        return _content(post(self._to, self._body()))

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self._model, "messages": self._messages}
        if self._takes_schema:
            schema = {k: v for k, v in self._schema.items() if not k.startswith("$")}
            form = {"name": "fuelbed_answer", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        return body


def _content(answer: dict[str, Any]) -> str:
    choices: Sequence[Any] = answer["choices"] if isinstance(answer.get("choices"), list) else ()
    message = choices[0].get("message") if choices and isinstance(choices[0], dict) else None
    if not isinstance(message, dict):
        raise Refused("the server's answer holds no message")
    if message.get("refusal"):
        raise Refused(f"the model refused: {visible(' '.join(str(message['refusal']).split()), 200)}")
    content = message.get("content")
    if not isinstance(content, str) or not content.strip():
        raise Refused("the model answered nothing")
    fenced = _FENCED.match(content)
    return fenced[1] if fenced else content
