"""What a template says to whoever fills it in, left standing in a document: "*Describe how users were affected*" under a heading.

Such a line is nobody's account. It is known by its form (a whole paragraph in emphasis, or in brackets) together with its words, and is
left out of the sentences.
"""

from __future__ import annotations

import re

from fuelbed.text.inline import Folded
from fuelbed.text.lexicon import lexicon
from fuelbed.text.markdown import Raw

__all__ = ["is_prompt"]

_SET_APART = re.compile(
    r"(\*{1,3}|_{1,3})(?=\S)(?:(?!\1)[^\n]|\n(?!\n)){1,600}\1[ \t]*\Z|[\[(<](?:[^\[\]()<>\n]|\n(?!\n)){1,600}[\])>][ \t]*\Z"
)
_LONGEST = 640  # characters of a block that may be one


def is_prompt(raw: Raw, said: Folded, source: str) -> bool:
    """Whether a paragraph is nothing but a template's instruction or question."""
    if raw.kind != "paragraph" or not raw.lines or raw.lines[-1][1] - raw.lines[0][0] > _LONGEST:
        return False
    if _SET_APART.match(source[raw.lines[0][0] : raw.lines[-1][1]].strip()) is None:
        return False
    text = said.plain.strip().strip("()[]<>")
    return text.endswith("?") or lexicon("kinds").first(text[:80], "fill_in") is not None
