"""`./dev bench draft --model NAME [--send] [--labels DIR --texts DIR] [--rules]`: how well a model of yours drafts, on labels of yours.

Labels and texts are those of `./dev bench text`. Each text is sent to OPENAI_BASE_URL as `fuelbed draft --model` sends it, one after the
other, only with --send; without it, what would be sent is counted. Reported: how often an answer was accepted at once, after corrections,
not at all, with the codes of the last faults; items with quotes and assumed ones; and of triggers, conditions and controls how many
labelled lines a quoted item touches (within one line) and the reverse, with 95 % Wilson intervals. --rules scores the draft by rules the
same way, without a model, beside it.

A label says where a thing stands, not how it has to be put, so a quote on the right line may still be drafted wrongly. Labels of few
documents tell little: read the intervals. Nothing here is run in CI, and no figure of any model is published.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.text import SHARED, wilson  # noqa: E402  # the path comes first
from bench.text_labels import Labelled, load  # noqa: E402
from fuelbed.cli._answers import Judged, document_of  # noqa: E402
from fuelbed.cli._model import converse  # noqa: E402
from fuelbed.cli._wire import Refused, endpoint  # noqa: E402
from fuelbed.drafting import draft  # noqa: E402
from fuelbed.drafting.answer import prompt_text  # noqa: E402
from fuelbed.text.understand import understand  # noqa: E402

KINDS = {"trigger": "triggers", "condition": "conditions", "control": "controls"}
Lines = dict[str, list[int]]


def by_model(judged: Judged, text: str) -> Lines:
    """Lines of the first quotes of what was accepted; a loop counts as a condition."""
    lines: Lines = {k: [] for k in KINDS}
    for item in judged.accepted.items if judged.accepted is not None else ():
        kind = next((k for k, s in KINDS.items() if s == item.section), "condition" if item.section == "loops" else "")
        if kind and item.places:
            lines[kind].append(text.count("\n", 0, item.places[0].start) + 1)
    return lines


def by_rules(label: Labelled) -> Lines:
    drafted = draft(understand(document_of(label.text, label.slug)))
    lines: Lines = {k: [] for k in KINDS}
    for f in drafted.factors:
        if f.place is not None:
            lines[f.kind].append(drafted.reading.document.line(f.place))
    return lines


def table(name: str, rows: Sequence[tuple[Labelled, Lines]]) -> None:
    print(f"{name}, by line (within 1):")
    for kind in KINDS:
        wanted = sum(len(label.lines[kind]) for label, _ in rows)
        found = sum(any(abs(n - m) <= 1 for m in lines[kind]) for label, lines in rows for n in label.lines[kind])
        said = sum(len(lines[kind]) for _, lines in rows)
        right = sum(any(abs(n - m) <= 1 for n in label.lines[kind]) for label, lines in rows for m in lines[kind])
        print(
            f"  {kind:<10} recall {wilson(found, wanted)}   precision {wilson(right, said)}   ({said / max(len(rows), 1):.1f} a document)"
        )


def asked(sets: Sequence[Labelled], model: str, show: bool) -> list[tuple[Labelled, Lines]]:
    """Each text asked about; one that the server gave no answer to is counted and scored as empty."""
    to = endpoint()
    ends: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    items: Counter[str] = Counter()
    rows = []
    start = time.perf_counter()
    for label in sets:
        document = document_of(label.text, label.slug)
        judged = Judged(())
        try:
            judged, tries = converse(to, model, document, "postmortem.md")
            ends[
                "refused after corrections"
                if judged.findings
                else "accepted at once"
                if tries == 1
                else "accepted after corrections"
            ] += 1
        except Refused as e:
            ends["no answer"] += 1
            print(f"  {label.slug}: {e}")
        faults.update(f.code for f in judged.findings)
        if judged.accepted is not None:
            items.update("assumed" if i.assumed else "with a quote" for i in judged.accepted.items)
        if show:
            for f in judged.findings:
                print(f"  {label.slug}: {f.line()}")
        rows.append((label, by_model(judged, document.source.text)))
    print(f"{model} at {to.host}: {len(sets)} texts, {(time.perf_counter() - start) / max(len(sets), 1):.1f} s each")
    for name in ("accepted at once", "accepted after corrections", "refused after corrections", "no answer"):
        print(f"  {name:<27} {wilson(ends[name], len(sets))}")
    print(f"  items: {items['with a quote']} with a quote, {items['assumed']} assumed")
    print(f"  faults of refused answers: {', '.join(f'{c} {n}' for c, n in faults.most_common()) or 'none'}\n")
    return rows


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev bench draft", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--model", help="its name, as the server at OPENAI_BASE_URL calls it")
    parser.add_argument("--send", action="store_true", help="really send the texts")
    parser.add_argument("--labels", type=Path, default=SHARED)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--only", default="", help="only slugs that match this regular expression")
    parser.add_argument("--rules", action="store_true", help="score the draft by rules, too")
    parser.add_argument("--errors", action="store_true", help="list the faults of refused answers")
    given = parser.parse_args(argv)
    texts = given.texts or given.labels
    if not given.labels.is_dir() or not texts.is_dir():
        print(f"no labels in {given.labels}: name folders with --labels and --texts")
        return 2
    sets = [x for x in load(given.labels, texts) if re.search(given.only, x.slug)]
    if not sets or not (given.model or given.rules):
        print("nothing to do: name a model with --model or ask for --rules, and labels whose texts are there")
        return 2
    if given.rules:
        table("draft by rules", [(x, by_rules(x)) for x in sets])
    if given.model is None:
        return 0
    try:
        if not given.send:
            size = sum(len(prompt_text(document_of(x.text, x.slug).source.text)) for x in sets)
            print(f"{len(sets)} texts, {size:,} characters, would go to {endpoint()}. Nothing was sent; add --send.")
            return 0
        table(f"draft by {given.model}", asked(sets, given.model, given.errors))
    except Refused as e:
        print(f"{e}.")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
