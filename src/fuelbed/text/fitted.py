"""Tables of fitted weights in `lexicon/*.tsv`: a row for each named feature, a column for each thing it speaks for. Written by programs in `bench/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

__all__ = ["weights_of"]


def weights_of(name: str, columns: Sequence[str]) -> Mapping[str, tuple[float, ...]]:
    """The weights of `lexicon/NAME.tsv` by feature, in the order of `columns`; its head must name them. Lines that begin with `#!` are remarks."""
    lines = (files("fuelbed.text") / "lexicon" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    (_, *head), *rows = (line.split("\t") for line in lines if not line.startswith("#!"))
    assert head == list(columns)
    return {feature: tuple(map(float, row)) for feature, *row in rows}
