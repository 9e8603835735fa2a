"""Words of the input in messages: made visible, and what may have been meant by a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean", "visible"]

_PART = 4  # letters of a part of a name


def visible(text: str, limit: int = 600) -> str:
    """`text` for a message: on one line, of bounded length, and with everything that a reader cannot see written as an escape.

    Words of a case stand in messages, and messages go to terminals, logs and pages: no control character, no line break and no
    mark that turns the direction of writing may get there.
    """
    if len(text) > limit:
        text = text[: limit - 4] + " ..."
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "Did you mean `x`?" or ""; case and hyphens are forgiven."""
    names = list(known)
    folded = word.lower().replace("-", "_").replace(" ", "_")
    if folded in names:
        return f"Did you mean `{folded}`?"
    if len(names) > 1_000:  # bounded: a thousand faults among ten thousand names must not cost minutes
        end = folded[-1:]
        names = [n for n in names if n.endswith(end) and n[:1] == folded[:1]][:1_000]
    near = sorted((n for n in names if abs(len(n) - len(folded)) <= 3), key=lambda n: len(n) != len(folded))[:100]
    letters = sorted(folded[:100])
    swapped = [n for n in near if len(n) == len(letters) and sorted(n) == letters]  # `uot`: half of its letters are out of place
    from difflib import get_close_matches  # only where something is misspelt

    close = swapped[:1] or get_close_matches(folded[:100], near, n=1, cutoff=0.7) or _whole_or_part(folded, names)
    return f"Did you mean `{close[0]}`?" if close else ""


def _whole_or_part(word: str, names: list[str]) -> list[str]:
    """The only name that goes on where the word ends, or ends where the word goes on: `flaw` for `flaw_database`."""
    found = [n for n in names if len(word) >= _PART and n.startswith(f"{word}_")]
    found = found or [n for n in names if len(n) >= _PART and word.startswith(f"{n}_")]
    return found if len(found) == 1 else []
