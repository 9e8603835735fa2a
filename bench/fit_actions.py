"""Fits `text/lexicon/action_weights.toml` and `action_words.tsv`: python bench/fit_actions.py [--labels DIR --texts DIR]... [--items DIR]... [--write].

A multinomial logistic regression over the named features of `text/weighing.py`, drawn towards what each feature should weigh before
any item was seen (`prior`; single words: nothing), by L-BFGS. Items: tests/data/action_items.toml, bench/invented/items, any label folders
(format: bench/text_labels.py) and any folders of bare items (format: bench/action_items.py).
Printed: accuracy with each organization left out in turn (own items always stay in), each part of our own items left out in turn, and
the prior alone beside them. One labeller; the words of the lexicon were chosen with these items in view, so these figures are an upper
bound of what other texts show.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.action_items import load as load_items  # noqa: E402  # the path comes first
from bench.fitting import Floats, fit, matrix  # noqa: E402
from bench.text import align, wilson  # noqa: E402
from bench.text_labels import load  # noqa: E402
from fuelbed.core.reading import ActionClass  # noqa: E402
from fuelbed.text.actions import item_features  # noqa: E402
from fuelbed.text.fitted import OF_A_WORD  # noqa: E402
from fuelbed.text.lexicon import lexicon  # noqa: E402
from fuelbed.text.read import read  # noqa: E402
from fuelbed.text.weighing import CLASSES, weights  # noqa: E402

WEIGHTS = ROOT / "src" / "fuelbed" / "text" / "lexicon" / "action_weights.toml"
WORDS = WEIGHTS.with_name("action_words.tsv")
CORPUS = ROOT / "tests" / "data" / "action_items.toml"
INVENTED = ROOT / "bench" / "invented" / "items"
STIFF = 3.0  # precision of the prior; 1 to 10 made no difference with organizations left out
STIFF_WORD = 1.0  # the same of single words: 0.7 to 5 made no difference on items of others
INVENTED_COUNT = 0.3  # how much an invented item counts beside one that a team wrote
OFTEN = 2  # items that must hold a word
LEAST = 0.02  # smaller weights are not written
LEAST_WORD = 0.1
HELD = 1e6  # the precision of a weight that is not to move


class Row(NamedTuple):
    features: dict[str, float]
    cls: int
    group: str
    text: str


def own() -> Iterator[Row]:
    for part, keys in tomllib.loads(CORPUS.read_text(encoding="utf-8")).items():
        for key, items in keys.items():
            for item in items:
                heading, _, text = item.removeprefix("? ").rpartition(" | ")
                yield Row(item_features(text, heading), CLASSES.index(key.removesuffix("_tentative")), f"own {part}", text)


def labelled(labels: Path, texts: Path) -> Iterator[Row]:
    for doc in load(labels, texts):
        found = read(doc.text, doc.path.name).items
        for i, j in align([i.words for i in doc.items], [f.text for f in found]):
            item = found[j]
            yield Row(item_features(item.text, item.heading), CLASSES.index(doc.items[i].cls), doc.organization, item.text)


def bare(folder: Path) -> Iterator[Row]:
    for item in load_items(folder):
        yield Row(item_features(item.text, item.heading), CLASSES.index(item.cls), item.organization, item.text)


def prior(name: str) -> dict[ActionClass, float]:
    """What a feature should weigh before any item was seen: a word speaks for its class by where it stands, a construction by its weight."""
    entries = {e.id: e for e in lexicon("actions").entries}
    place, _, rest = name.partition(" ")
    if place == "says" and rest in entries:
        entry = entries[rest]
        return {c: 1.2 * entry.weight for c in CLASSES if c == entry.role}
    if name in _SPECIAL:
        return dict(_SPECIAL[name])
    kind, _, cls = name.rpartition(" ")
    scale = _PRIORS.get(kind, 0.0) * (0.42 if cls == "structural" and kind not in ("verb", "second") else 1.0)
    return {c: scale for c in CLASSES if c == cls}


_SPECIAL: Final[Mapping[str, Mapping[ActionClass, float]]] = {
    "any": {"structural": 1.0},
    "a text says": {"doc": 2.0},
    "done again": {"trigger_only": 2.0},
    "rule": {"structural": 2.0},
    **{f"thing of the incident, {kind} verb": {"trigger_only": 1.5} for kind in ("neutral", "removing", "mixed", "trigger_only")},
    "people act": {"process": 1.2},
    "system act": {"structural": 1.0},
}
_PRIORS: Final = {
    "verb": 2.2,
    "second": 2.2,
    "object": 2.6,
    "through": 2.6,
    "inner": 0.8,
    "joined": 0.6,
    "actor": 2.6,
    "after": 0.5,
    "tail": 0.15,
    "lead": 2.0,
    "heading": 0.6,
    "rest": 0.25,
    "bare, heading": 2.0,
    "bare, lead": 1.5,
}


def invented() -> Iterator[Row]:
    """Items that were made up for this, a file to a group: one writer each."""
    for file in sorted(INVENTED.glob("*.txt")):
        for item in load_items(INVENTED, file.name):
            yield Row(item_features(item.text, item.heading), CLASSES.index(item.cls), f"own invented {file.stem}", item.text)


def before(names: Sequence[str]) -> Floats:
    """The prior weights, features by classes."""
    return np.array([[prior(n).get(c, 0.0) for c in CLASSES] for n in names])


def weighted(rows: Sequence[Row]) -> Floats:
    return np.array([INVENTED_COUNT if r.group.startswith("own invented") else 1.0 for r in rows])


def held(names: Sequence[str], stiff: float) -> tuple[Floats, Floats]:
    """What is weighed today and how firmly it is held, for a fit of only those features that have no weight yet: the texts that the others
    were fitted to are not all at hand."""
    today = weights()
    start = np.array([today.get(n, row) for n, row in zip(names, before(names).tolist(), strict=True)])
    known = [n in today or n.startswith(OF_A_WORD) for n in names]  # a word without a weight was found to say too little
    return start, np.array([[HELD if k else stiff] for k in known])


def stiffness(names: Sequence[str], stiff: float) -> Floats:
    """The precision of each feature's prior, one row each."""
    return np.array([[STIFF_WORD if n.startswith(OF_A_WORD) else stiff] for n in names])


def left_out(
    rows: Sequence[Row], groups: Sequence[str], names: Sequence[str], stiff: float, show: bool
) -> dict[str, tuple[int, int]]:
    """Hits and count for each group when it is left out of the fit."""
    x, y, start = matrix([r.features for r in rows], names), np.array([r.cls for r in rows]), before(names)
    of, weight = np.array([r.group for r in rows]), weighted(rows)
    out = {}
    for g in groups:
        rest = of != g
        w = fit(x[rest], y[rest], start, weight[rest], stiffness(names, stiff))
        guess = (x[~rest] @ w).argmax(axis=1)
        out[g] = (int((guess == y[~rest]).sum()), int((~rest).sum()))
        if show:
            for k, i in enumerate(np.flatnonzero(~rest)):
                if guess[k] != y[i]:
                    print(f"    {g}: {CLASSES[y[i]]} read as {CLASSES[guess[k]]}: {rows[int(i)].text[:110]}")
    return out


def report(rows: Sequence[Row], names: Sequence[str], stiff: float, show: bool) -> None:
    x, y, start = matrix([r.features for r in rows], names), np.array([r.cls for r in rows]), before(names)
    alone = (x @ start).argmax(axis=1) == y
    groups = sorted({r.group for r in rows})
    result = left_out(rows, groups, names, stiff, show)
    for g in groups:
        hits, n = result[g]
        print(f"  {g:<34} {wilson(hits, n)} of {n}   prior alone {alone[[r.group == g for r in rows]].mean():.2f}")
    for label, mine in (("own parts", True), ("organizations", False), ("but dfds, chia", None)):
        pick = [
            g
            for g in groups
            if (g.startswith("own ") if mine else not g.startswith("own ")) and not (mine is None and g in ("dfds", "chia"))
        ]
        print(f"  {label}: {wilson(sum(result[g][0] for g in pick), sum(result[g][1] for g in pick))}")


def centred(w: Floats) -> Floats:
    """The same weights around nothing: only differences between classes count."""
    return np.asarray(w - w.mean(axis=1, keepdims=True))


def told(name: str, row: Sequence[float]) -> str:
    return f'"{name}" = [{", ".join(f"{v:.2f}" for v in row)}]'


def write(names: Sequence[str], w: Floats) -> None:
    w = centred(w)
    words = [n.startswith(OF_A_WORD) for n in names]
    rows = [(n, row) for n, row, word in zip(names, w.tolist(), words, strict=True) if word and max(map(abs, row)) >= LEAST_WORD]
    tell = "#! How much each word speaks for a class of action items (text/weighing.py). Written by bench/fit_actions.py; not by hand.\n"
    lines = ["\t".join(["word", *CLASSES]), *("\t".join([n, *(f"{v:.2f}" for v in row)]) for n, row in sorted(rows))]
    WORDS.write_text(tell + "\n".join(lines) + "\n", encoding="utf-8")
    kept = sorted(
        (n, row) for n, row, word in zip(names, w.tolist(), words, strict=True) if not word and max(map(abs, row)) >= LEAST
    )
    lines = [told(n, row) for n, row in kept]
    head = f"# Weights of the features of text/weighing.py for the classes {', '.join(CLASSES)}. Written by bench/fit_actions.py; not by hand.\n\n[weights]\n"
    WEIGHTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def add(new: Mapping[str, Sequence[float]]) -> None:
    """New rows among those of the table, in its order."""
    head, _, body = WEIGHTS.read_text(encoding="utf-8").partition("[weights]\n")
    lines = [*body.splitlines(), *(told(n, row) for n, row in new.items() if max(map(abs, row)) >= LEAST)]
    WEIGHTS.write_text(head + "[weights]\n" + "\n".join(sorted(lines)) + "\n", encoding="utf-8")


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--labels", type=Path, action="append", default=[])
    parser.add_argument("--texts", type=Path, action="append", default=[])
    parser.add_argument("--items", type=Path, action="append", default=[])
    parser.add_argument("--stiff", type=float, default=STIFF)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--write", action="store_true", help="fit on everything and write the weights")
    parser.add_argument(
        "--only-new", action="store_true", help="fit the features that have no weight yet, and leave the others as they are"
    )
    given = parser.parse_args(argv)
    rows = [
        *own(),
        *invented(),
        *(r for labels, texts in zip(given.labels, given.texts, strict=True) for r in labelled(labels, texts)),
        *(r for folder in given.items for r in bare(folder)),
    ]
    often = Counter(n for r in rows for n in r.features)
    names = sorted(n for n, count in often.items() if count >= OFTEN or not n.startswith(OF_A_WORD))
    print(f"{len(rows)} items, {len(names)} features, stiffness {given.stiff}")
    x = matrix([r.features for r in rows], names)
    if given.only_new:
        start, stiff = held(names, given.stiff)
        w = fit(x, np.array([r.cls for r in rows]), start, weighted(rows), stiff)
        new = {n: row for n, row, s in zip(names, centred(w).tolist(), stiff[:, 0], strict=True) if s < HELD}
        for n, row in new.items():
            print(f"  {n}: {', '.join(f'{v:+.2f}' for v in row)}")
        if given.write:
            add(new)
        return
    report(rows, names, given.stiff, given.errors)
    if given.write:
        write(names, fit(x, np.array([r.cls for r in rows]), before(names), weighted(rows), stiffness(names, given.stiff)))


if __name__ == "__main__":
    main(sys.argv[1:])
