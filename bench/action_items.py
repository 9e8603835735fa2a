"""Bare action items with their classes: `./dev bench action_items DIR [--errors]` scores the classifier on them, split by organization.

A folder of text files, one line each for an organization, the heading that items stand under, and an item:

    @example 2021-03-04, the outage of the login service
    # Action items
    s Add a circuit breaker to the login service
    p? Discuss whether to hire an on-call engineer

The letter is the class (s structural, t trigger_only, m monitoring, p process, d doc), `?` marks an item that is only considered. Texts of
others are not in this repository: who has them points to them. Beside the classifier stands the usual word rule (*keywords*).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from fuelbed.core.reading import ActionClass  # noqa: E402  # the path comes first

__all__ = ["Bare", "load"]

LETTERS: Final[dict[str, ActionClass]] = {"s": "structural", "t": "trigger_only", "m": "monitoring", "p": "process", "d": "doc"}
_LINE: Final = re.compile(r"([stmpd])(\??) (\S.*)")


class Bare(NamedTuple):
    organization: str
    heading: str
    cls: ActionClass
    tentative: bool
    text: str


def load(folder: Path, files: str = "*.txt") -> Iterator[Bare]:
    """The items of every `.txt` file of a folder, in the order of the files' names; `files`: of those whose names match."""
    for file in sorted(folder.glob(files)):
        organization = heading = ""
        for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = _LINE.fullmatch(line)
            if line.startswith("@"):
                organization, heading = line[1:].split()[0], ""
            elif line.startswith("#"):
                heading = line[1:].strip()
            elif found:
                yield Bare(organization, heading, LETTERS[found[1]], bool(found[2]), found[3])
            elif line.strip():
                raise SystemExit(f"{file}:{n}: neither an organization (@), a heading (#) nor an item (class, blank, text)")


def main(argv: Sequence[str]) -> None:
    from bench.text import keyword_class, wilson
    from fuelbed.text.actions import classify_text

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", action="store_true")
    given = parser.parse_args(argv)
    items = list(load(given.folder))
    read = [classify_text(i.text, i.heading) for i in items]
    right = [v.cls == i.cls for v, i in zip(read, items, strict=True)]
    for name in sorted({i.organization for i in items}):
        own = [ok for ok, i in zip(right, items, strict=True) if i.organization == name]
        print(f"  {name:<24} {sum(own)} of {len(own)}")
    print(f"{len({i.organization for i in items})} organizations, {len(items)} items: class {wilson(sum(right), len(items))}")
    print(f"  keywords {wilson(sum(keyword_class(i.text) == i.cls for i in items), len(items))}")
    sure = [ok for ok, v in zip(right, read, strict=True) if v.sure]
    print(
        f"  of those that it calls sure {wilson(sum(sure), len(sure))}, of the others {wilson(sum(right) - sum(sure), len(items) - len(sure))}"
    )
    told = Counter((i.cls, v.cls) for i, v in zip(items, read, strict=True))
    print("  labelled as \\ read as " + " ".join(f"{c:>12}" for c in LETTERS.values()))
    for a in LETTERS.values():
        print(f"  {a:<22} " + " ".join(f"{told[a, b]:>12}" for b in LETTERS.values()))
    for ok, i, v in zip(right, items, read, strict=True):
        if given.errors and not ok:
            print(f"    {i.organization}: {i.cls} read as {v.cls} ({v.why}): {i.text[:110]}")


if __name__ == "__main__":
    main(sys.argv[1:])
