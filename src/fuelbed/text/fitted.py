"""What fitted readers share: the features of single words, and tables of weights in `lexicon/*.tsv` (a row for each named feature, a column for each thing
it speaks for; written by programs in `bench/`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final

from fuelbed.text.wording import stems

__all__ = ["OF_A_WORD", "of_words", "weights_of"]

OF_A_WORD: Final = "word "  # how the features of single words begin


def of_words(text: str) -> list[str]:
    """The name of the feature of each word with content, by its stem, in order and each once; numbers are none."""
    return [f"{OF_A_WORD}{w}" for w in stems(text) if not w.isdigit()]


def weights_of(name: str, columns: Sequence[str]) -> Mapping[str, tuple[float, ...]]:
    """The weights of `lexicon/NAME.tsv` by feature, in the order of `columns`; its head must name them. Lines that begin with `#!` are remarks."""
    lines = (files("fuelbed.text") / "lexicon" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    (_, *head), *rows = (line.split("\t") for line in lines if not line.startswith("#!"))
    assert head == list(columns)
    return {feature: tuple(map(float, row)) for feature, *row in rows}
