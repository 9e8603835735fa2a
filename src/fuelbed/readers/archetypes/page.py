"""The archetypes' own texts as a page of Markdown (`docs/formats/archetypes.md`).

Made anew by `python -m fuelbed.readers.archetypes.page > docs/formats/archetypes.md`; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files

from fuelbed.readers.archetypes import archetype_names
from fuelbed.readers.yaml import Map, Scalar, load_yaml

__all__ = ["archetypes_page"]

_HEAD = """\
# Archetypes

Models whose laws are written already: a case names one and gives its numbers ([models](dynamics.md)). How to write one of your own:
[write an archetype](../how-to/write-an-archetype.md). This page is made from the files in `src/fuelbed/readers/archetypes`.

A default that is made of other parameters is worked out from them; where no default stands, the question is asked. An option's first
word is its default. Rates are per second. `{c}` stands for each component of the case, `{d}` for each of those that a sum runs over.

| archetype | what it is | options |
| --- | --- | --- |
"""


def archetypes_page() -> str:
    """A table of all archetypes, then each with its head, parameters, options and laws."""
    read = {name: _read(name) for name in archetype_names()}
    rows = [f"| [{n}](#{n}) | {_at(top, 'what')} | {_options(top)} |\n" for n, (_, top) in read.items()]
    return "".join([_HEAD, *rows, *("".join(_entry(n, head, top)) for n, (head, top) in read.items())])


def _read(name: str) -> tuple[str, Map]:
    """The comment at the head of a file, and what the file holds."""
    text = (files("fuelbed.readers.archetypes") / f"{name}.yaml").read_text(encoding="utf-8")
    comment = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        comment.append(line[1:].strip())
    node, _ = load_yaml(text, f"{name}.yaml")
    assert isinstance(node, Map)
    return "\n".join(comment), node


def _entry(name: str, head: str, top: Map) -> Iterator[str]:
    yield f"\n## {name}\n\n{_escaped(head)}\n"
    yield "\n| parameter | unit | what it is | default | question |\n| --- | --- | --- | --- | --- |\n"
    for n, p in _entries(top, "parameters").items():
        only = "".join(f", only with `{o}: {_text(w)}`" for o, w in _entries(p, "only_with").items())
        default = f"`{_at(p, 'default')}`" if "default" in p.entries else ""
        yield f"| `{n}` | {_at(p, 'unit')} | {_at(p, 'what')}{only} | {default} | {_at(p, 'question')} |\n"
    yield "\n| option | word | what it means |\n| --- | --- | --- |\n"
    for n, o in _entries(top, "options").items():
        words = _entries(o, "choices")
        default = _at(o, "default")
        for w in sorted(words, key=lambda w: w != default):
            first = f"`{n}`: {_at(o, 'what')}" if w == default else ""
            yield f"| {first} | `{w}` | {_text(words[w])} |\n"
    yield "\n```text\n"
    for n, s in _entries(top, "states").items():
        yield f"state {n}: {_at(s, 'what')} (starts at {_at(s, 'start')}, {_at(s, 'range')})\n"
    yield from (f"{n} = {_text(e)}\n" for n, e in _entries(top, "let").items())
    for n, e in _entries(top, "events").items():
        moves = " and ".join(f"{k} {float(_text(v)):+g}" for k, v in _entries(e, "change").items())
        yield f"{n}: {moves} at rate {_at(e, 'rate')}    ({_at(e, 'what')})\n"
    yield from (f"next {n} = {_text(e)}\n" for n, e in _entries(top, "next").items())
    yield from (f"shows {n} = {_text(e)}\n" for n, e in _entries(top, "shows").items())
    yield f"failed: {_at(top, 'failed')}\nstep: {_at(top, 'step')} seconds\n```\n"


def _options(top: Map) -> str:
    return " ".join(f"`{n}`" for n in _entries(top, "options"))


def _entries(node: object, key: str) -> Mapping[str, Map]:
    """The entries below `key`, by name; none where it is not there."""
    below = node.entries[key].value if isinstance(node, Map) and key in node.entries else None
    return {n: e.value for n, e in below.entries.items()} if isinstance(below, Map) else {}  # type: ignore[misc]  # texts among them


def _at(node: Map, key: str) -> str:
    return _escaped(_text(node.entries[key].value)) if key in node.entries else ""


def _text(node: object) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")  # ends a cell of a table


if __name__ == "__main__":
    print(archetypes_page(), end="")
