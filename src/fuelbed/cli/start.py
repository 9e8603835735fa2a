"""Where the command starts. `solve` for a program that calls it in a loop goes a short way, without the machinery of options.

Half of the time of a small fault tree is what is loaded before it is read. So `solve TREE... --format json`, with at most `--top` and
`--order-limit`, is answered here; everything else, and every fault, goes to `cli/main.py`, which reads the same words in full.
"""

from __future__ import annotations

import gc
import sys

__all__ = ["main", "plain_words"]


def plain_words(words: list[str]) -> tuple[list[str], int, int | None, bool] | None:
    """(trees, top, order limit, whether cut sets) where the words after `solve` are of the short kind, else None."""
    trees: list[str] = []
    numbers: dict[str, int] = {}
    form, at = "", 0
    while at < len(words):
        word = words[at]
        value = words[at + 1] if at + 1 < len(words) else ""
        if word == "--format":
            form = value
        elif word == "--no-cut-sets":
            numbers[word] = 1
            at += 1
            continue
        elif word in ("--top", "--order-limit") and value.isascii() and value.isdigit() and len(value) < 9:
            numbers[word] = int(value)
        elif word.startswith("-"):
            return None
        else:
            trees.append(word)
            at += 1
            continue
        at += 2
    return (
        (trees, numbers.get("--top", 10), numbers.get("--order-limit"), "--no-cut-sets" not in numbers)
        if form == "json" and trees
        else None
    )


def _solved(words: list[str]) -> bool:
    """Whether it was answered; nothing was written where it was not."""
    plain = plain_words(words)
    if plain is None:
        return False
    from fuelbed.core.errors import FuelbedError

    try:
        from fuelbed.cli.solve_json import solve_json

        text = solve_json(*plain)
    except (FuelbedError, OSError, ValueError):
        return False
    if text is None:
        return False
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError):  # a closed pipe, or a terminal that cannot show a name: said by those who know how
        return False
    return True


def main() -> None:
    if sys.argv[1:2] == ["solve"] and sys.stdout is not None:
        gc.disable()  # diagrams are lists of numbers: a search for cycles among them finds none
        if _solved(sys.argv[2:]):
            return
        gc.enable()
    from fuelbed.cli.main import main as full

    full(prog_name="fuelbed")
