"""Settings of the review, from `fuelbed.toml` or `pyproject.toml`: which rules run where. Read by `readers/settings.py`."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from fuelbed.core.document import DocumentKind

__all__ = ["ReviewSettings", "matches"]


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """select, ignore      codes of rules or their beginnings; select empty: the rules that are on by themselves.
    extend_select          rules that run beside those, also where they are off by themselves.
    per_file               glob -> codes that are left out in the files it matches.
    kinds                  glob -> kind of document; the front matter of a file has the last word.
    exclude                globs that are left out where a folder is searched; a file that is named is reviewed all the same.
    preview                whether rules of stability `preview` run.
    answers                folder of what a model answered about each text, named as the text is from `folder`.
    folder, file           where it was found; globs, baseline and answers are relative to `folder`. Empty: nothing was found.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    kinds: tuple[tuple[str, DocumentKind], ...] = ()
    exclude: tuple[str, ...] = ()
    preview: bool = True
    fail_on: str = ""
    baseline: str = ""
    answers: str = ""
    folder: str = ""
    file: str = ""

    def left_out(self, path: str, asked: bool = False) -> tuple[str, ...]:
        """Codes that are left out in a file, `path` as seen from the folder of the settings; of rules that are `asked` for on the
        command line only what is said of this file."""
        more = (c for glob, codes in self.per_file if matches(glob, path) for c in codes)
        return (*(() if asked else self.ignore), *more)

    def kind(self, path: str) -> DocumentKind | None:
        """What a file is said to be; of several globs the last counts."""
        return next((kind for glob, kind in reversed(self.kinds) if matches(glob, path)), None)


def matches(glob: str, path: str | PurePath) -> bool:
    """Whether a relative path with `/` is one that `glob` names.

    `*` and `?` stay within a name, `**` stands for any folders, `[ab]` for one of the characters. A glob without `/` is looked for
    at any depth; one that names a folder means all below it.
    """
    text = glob.strip().removeprefix("./").strip("/")
    wanted = tuple(p for p in text.split("/") if p) if "/" in text else ("**", text)
    names = tuple(n for n in str(path).replace("\\", "/").split("/") if n not in ("", "."))
    return bool(wanted) and _match(wanted, names)


def _match(wanted: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Which beginnings of `names` the parts so far can be: `fnmatch` of each part keeps a hostile pattern cheap."""
    reached = {0}
    for part in wanted:
        if part == "**":
            reached = set(range(min(reached, default=len(names) + 1), len(names) + 1))
        else:
            reached = {i + 1 for i in reached if i < len(names) and fnmatchcase(names[i], part)}
    return bool(reached)
