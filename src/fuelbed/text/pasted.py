"""Pasted conversation and logs in paragraphs: set apart, since nobody wrote them for this document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fuelbed.text.lexicon import lexicon
from fuelbed.text.markdown import Line, Raw, View

__all__ = ["set_apart"]

_SHARE = 0.5  # of a paragraph's lines from which it is a paste
_LOOKED_AT = 40  # lines of a paragraph


def set_apart(seen: View, raws: Sequence[Raw]) -> Iterator[Raw]:
    """The same blocks, pasted ones as `chat`. A head line ("nick [12:03 PM]") opens one that goes on in the next paragraph."""
    headed = 0  # paragraphs of conversation so far, without another kind of block between
    for raw in raws:
        if raw.kind not in ("paragraph", "item") or not raw.lines:
            headed = 0 if raw.kind in ("heading", "row") else headed
            yield raw
            continue
        chat, heads, logs = _count(seen, raw.lines[:_LOOKED_AT])
        n = min(len(raw.lines), _LOOKED_AT)
        pasted = (chat + logs >= _SHARE * n and (chat + logs > 1 or logs == n)) or (
            heads > 0 and (heads > 1 or headed > 0 or n > 1)
        )
        if raw.kind == "item":
            pasted = pasted and heads == 0 and chat + logs == n
        headed = headed + 1 if heads or (chat and pasted) else headed
        yield replace(raw, kind="chat", lines=[]) if pasted else raw


def _count(seen: View, lines: Sequence[Line]) -> tuple[int, int, int]:
    lex = lexicon("pasted")
    chat = heads = logs = 0
    for a, b in lines:
        text = seen.text[a : min(b, a + 300)]
        if not text or not (text[0] in '[<(@$>{"' or ":" in text or "(" in text[:80] or any(map(str.isdigit, text[:60]))):
            continue
        if lex.first(text, "chat") is not None:
            chat += 1
        elif lex.first(text, "log") is not None:
            logs += 1
        elif b - a <= 60 and lex.first(text, "chat_head") is not None:
            heads += 1
    return chat, heads, logs
