"""Fits `text/lexicon/telling.tsv`: python bench/fit_telling.py --labels DIR --texts DIR [...] [--write].

A logistic regression over the named features of `text/telling.py`: does a sentence tell a standing condition that a labeller marked? Label folders
are those of bench/text.py. Printed: with organizations left out of the fit (the large ones one by one, the others in seven parts), how much of what is
labelled stands in the sentences that the reading takes by its log odds alone, how much of these is labelled, and how many there are, at several log odds;
beside it the same of the patterns alone.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.fitting import fit, matrix  # noqa: E402  # the path comes first
from bench.text_labels import Labelled, load, located, normal  # noqa: E402
from fuelbed.core.document import Document  # noqa: E402
from fuelbed.text.judging import ENOUGH  # noqa: E402
from fuelbed.text.naming import judged  # noqa: E402
from fuelbed.text.read import read  # noqa: E402
from fuelbed.text.telling import COLUMNS, told  # noqa: E402

WEIGHTS = ROOT / "src" / "fuelbed" / "text" / "lexicon" / "telling.tsv"
KEY = "latent_conditions"
STIFF = 5.0  # precision of the prior, around nothing: 1 to 8 made no difference with organizations left out
OFTEN = 4  # sentences that must have a feature
LEAST = 0.02  # smaller weights are not written
LARGE = 10  # documents of an organization that is left out by itself
PARTS = 7
SHOWN = (-0.8, -1.2, -1.6)
BEGIN = 50  # characters of a quote that are looked for


class Report(NamedTuple):
    """One report: its sentences' features by index, the sentences of each labelled condition, and those in which patterns find one."""

    slug: str
    organization: str
    features: dict[int, Mapping[str, float]]
    wanted: list[set[int]]
    patterns: set[int]


def reports(labels: Path, texts: Path) -> Iterator[Report]:
    for label in load(labels, texts):
        document = read(label.text, label.path.name)
        features = {s.sentence.index: s.features for s in told(document)}
        if features:
            patterns = {f.sentence for f in judged(document) if f.kind == "condition" and f.score >= ENOUGH}
            yield Report(label.slug, label.organization, features, list(_wanted(document, label)), patterns)


def _wanted(document: Document, label: Labelled) -> Iterator[set[int]]:
    """The sentences that hold each labelled quote, or stand on its line."""
    for line, row in located(label, KEY):
        quote = normal(str(row.get("quote") or ""))[:BEGIN]
        found = set()
        for s in document.sentences:
            place = s.place(0, len(s.plain))
            span = document.source.span(place.start, place.end)
            if quote in normal(document.quote(place)) if quote else span.line <= line <= span.end_line:
                found.add(s.index)
        yield found


def weights(some: Sequence[Report], names: Sequence[str]) -> dict[str, float]:
    rows = [f for r in some for f in r.features.values()]
    y = np.array([int(any(i in w for w in r.wanted)) for r in some for i in r.features], dtype=np.int64)
    stiff = np.array([[1e-3 if n == "any" else 2 * STIFF] for n in names])  # two columns share what one would carry
    w = fit(matrix(rows, names), y, np.zeros((len(names), 2)), np.ones(len(rows)), stiff)
    return dict(zip(names, (w[:, 1] - w[:, 0]).tolist(), strict=True))


def features_of(some: Sequence[Report]) -> list[str]:
    often = Counter(n for r in some for f in r.features.values() for n in f)
    return sorted(n for n, count in often.items() if count >= OFTEN)


def left_out(some: Sequence[Report]) -> dict[str, dict[int, float]]:
    """Log odds of each sentence, its organization left out of the fit."""
    count = Counter(r.organization for r in some)
    small = sorted(o for o, n in count.items() if n < LARGE)
    folds = [{o} for o, n in count.items() if n >= LARGE] + [set(small[k::PARTS]) for k in range(PARTS)]
    out = {}
    for fold in folds:
        rest = [r for r in some if r.organization not in fold]
        w = weights(rest, features_of(rest))
        for r in some:
            if r.organization in fold:
                out[r.slug] = {i: sum(v * w.get(n, 0.0) for n, v in f.items()) for i, f in r.features.items()}
    return out


def tell(some: Sequence[Report], taken: Mapping[str, set[int]], what: str) -> None:
    wanted = [(r, w) for r in some for w in r.wanted]
    hits = sum(bool(w & taken[r.slug]) for r, w in wanted)
    n = sum(len(taken[r.slug]) for r in some)
    right = sum(len(taken[r.slug] & set().union(*r.wanted)) for r in some)
    print(
        f"  {what:<18} found {hits / max(1, len(wanted)):.2f} of {len(wanted)}, right {right / max(1, n):.2f}, {n / len(some):.1f} a report"
    )


def report(some: Sequence[Report]) -> None:
    count = Counter(r.organization for r in some)
    odds = left_out(some)
    for name, group in (
        ("large organizations", [r for r in some if count[r.organization] >= LARGE]),
        ("others", [r for r in some if count[r.organization] < LARGE]),
    ):
        if group:
            print(f"{name}: {len(group)} reports")
            tell(group, {r.slug: r.patterns for r in group}, "patterns alone")
            for least in SHOWN:
                tell(group, {r.slug: {i for i, x in odds[r.slug].items() if x >= least} for r in group}, f"log odds {least:+.1f}")


def write(some: Sequence[Report]) -> None:
    names = features_of(some)
    rows = sorted(weights(some, names).items())
    head = "#! How much each feature of a sentence (text/telling.py) speaks for its telling a condition. Written by bench/fit_telling.py; not by hand.\n"
    lines = ["\t".join(["feature", *COLUMNS]), *(f"{n}\t{v:.2f}" for n, v in rows if abs(v) >= LEAST)]
    WEIGHTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--labels", type=Path, action="append", required=True)
    parser.add_argument("--texts", type=Path, action="append", required=True)
    parser.add_argument("--write", action="store_true", help="fit on everything and write the weights")
    given = parser.parse_args(argv)
    some = [r for labels, texts in zip(given.labels, given.texts, strict=True) for r in reports(labels, texts)]
    print(f"{len(some)} reports, {sum(len(r.features) for r in some)} sentences, {len(features_of(some))} features")
    report(some)
    if given.write:
        write(some)


if __name__ == "__main__":
    main(sys.argv[1:])
