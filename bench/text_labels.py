"""Label files of postmortems -> what they say, for `bench/text.py`. Format: one `<slug>.labels.yaml` per text (see its docstring)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Item", "Labelled", "load", "located", "normal"]


@dataclass(frozen=True)
class Item:
    """A labelled action item: `words` are its verbatim start where the labels have it, else the labeller's short form."""

    words: str
    cls: str
    tentative: bool
    line: int
    verbatim: bool = False


@dataclass(frozen=True)
class Labelled:
    slug: str
    organization: str
    text: str
    path: Path
    raw: Mapping[str, Any]
    items: tuple[Item, ...]
    places: Mapping[
        str, tuple[tuple[int, ...], ...]
    ]  # trigger | condition | control -> of each the line of its quote, then the further ones (`also`)


def normal(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()


def load(labels: Path, texts: Path) -> list[Labelled]:
    """Every label file with its text (any suffix, also in subfolders); those without a text are left out and counted by the caller."""
    by_slug = {p.stem: p for p in sorted(texts.rglob("*")) if p.is_file() and not p.name.endswith(".labels.yaml")}
    out = []
    for file in sorted(labels.rglob("*.labels.yaml")):
        slug = file.name.removesuffix(".labels.yaml")
        path = by_slug.get(slug)
        if path is None:
            continue
        raw = yaml.safe_load(file.read_text(encoding="utf-8")) or {}  # our own label files
        out.append(_one(slug, path, raw))
    return out


def _one(slug: str, path: Path, raw: Mapping[str, Any]) -> Labelled:
    text = path.read_text(encoding="utf-8", errors="replace")
    items = tuple(
        Item(
            str(i.get("quote") or i.get("item") or ""), i["cls"], bool(i.get("tentative")), int(i.get("line") or 0), "quote" in i
        )
        for i in (raw.get("actions") or {}).get("items") or []
    )
    places = {
        kind: tuple((n, *map(int, row.get("also") or ())) for row in raw.get(key) or [] if (n := _line(text, row)) > 0)
        for kind, key in (("trigger", "triggers"), ("condition", "latent_conditions"), ("control", "controls"))
    }
    return Labelled(slug, str(raw.get("organization") or slug.split("-")[0]), text, path, raw, items, places)


def located(label: Labelled, key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The labelled things of one kind whose place in the text is known, each with its line."""
    return [(n, row) for row in label.raw.get(key) or [] if (n := _line(label.text, row)) > 0]


def _line(text: str, row: Mapping[str, Any]) -> int:
    """Where the quote stands, with white space normalised; 0 where it is not found."""
    if row.get("line"):
        return int(row["line"])
    quote = str(row.get("quote") or "").split()
    if not quote:
        return 0
    m = re.search(r"\s+".join(map(re.escape, quote)), text, re.IGNORECASE)
    return text.count("\n", 0, m.start()) + 1 if m else 0
