"""`./dev bench draft --model NAME [--send] | --answers DIR [--labels DIR --texts DIR] [--rules]`: how well a model drafts, on labels of yours.

Labels and texts are those of `./dev bench text`. Each text is sent to OPENAI_BASE_URL as `fuelbed draft --model` sends it, one after the
other, only with --send; without it, what would be sent is counted. Reported: how often an answer was accepted at once, after corrections,
not at all, with the codes of the last faults; items with quotes and assumed ones; and of triggers, conditions, controls and action items how
many labelled lines a quoted item touches (within one line) and the reverse, by its first quote and by any, and feedback, one cause and blame told or not, with 95 %
Wilson intervals. A label may name further lines that tell the same (`also`): each of them counts. --answers scores answers that are there already, as `<slug>.json`, however they were got (`draft --prompt`). --rules scores
the draft by rules the same way, without a model, beside it.

A label says where a thing stands, not how it has to be put, so a quote on the right line may still be drafted wrongly. Labels of few
documents tell little: read the intervals. Nothing here is run in CI. Figures of models that were measured stand in docs/reading.md.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.text import SHARED, wilson  # noqa: E402  # the path comes first
from bench.text_labels import Labelled, load  # noqa: E402
from fuelbed.cli._model import converse  # noqa: E402
from fuelbed.cli._wire import Refused, endpoint  # noqa: E402
from fuelbed.core.document import Place  # noqa: E402
from fuelbed.drafting import draft  # noqa: E402
from fuelbed.drafting.answer import prompt_text  # noqa: E402
from fuelbed.reviewing.answers import Judged, document_of, judge  # noqa: E402
from fuelbed.text.understand import understand  # noqa: E402

KINDS = {"trigger": "triggers", "condition": "conditions", "control": "controls", "action": "actions"}


@dataclass(frozen=True)
class Drafted:
    """What was drafted from one text: of each item of a kind the lines of its quotes, the first one first; and whether feedback is told."""

    items: Mapping[str, Sequence[tuple[int, ...]]]
    feedback: bool
    classes: Sequence[tuple[int, str]] = ()  # of the action items: line, class
    one_cause: bool = False
    blames: bool = False


def by_model(judged: Judged, text: str) -> Drafted:
    """By what was accepted; a loop counts as a condition, too."""
    items: dict[str, list[tuple[int, ...]]] = {k: [] for k in KINDS}
    accepted = judged.accepted.items if judged.accepted is not None else ()
    for item in accepted:
        kind = next((k for k, s in KINDS.items() if s == item.section), "condition" if item.section == "loops" else "")
        if kind and item.places:
            items[kind].append(tuple(_line(text, p) for p in item.places))
    acts = [(_line(text, i.places[0]), i.text("class")) for i in accepted if i.section == "actions" and i.places]
    one = any(i.section == "claims" and i.text("claim") == "one_cause" for i in accepted)
    blames = any(i.section == "claims" and i.text("claim").startswith("blames") for i in accepted)
    return Drafted(items, any(i.section == "loops" and not i.assumed for i in accepted), acts, one, blames)


def _line(text: str, place: Place) -> int:
    return text.count("\n", 0, place.start) + 1


def by_rules(label: Labelled) -> Drafted:
    drafted = draft(understand(document_of(label.text, label.slug)))
    d = drafted.reading.document
    items: dict[str, list[tuple[int, ...]]] = {k: [] for k in KINDS}
    for f in drafted.factors:
        if f.place is not None:
            items[f.kind].append((d.line(f.place),))
    items["action"] = [(d.line(a.read.item.place),) for a in drafted.actions]
    acts = [(d.line(a.read.item.place), a.read.cls) for a in drafted.actions]
    said = drafted.reading.claims
    blames = said.human in ("blames", "self_blame")
    return Drafted(items, drafted.reading.amplification.present, acts, said.single_cause is not None, blames)


def table(name: str, rows: Sequence[tuple[Labelled, Drafted]]) -> None:
    print(f"{name}, by line (within 1):")
    for kind in KINDS:
        for most, how in ((1, "first quote"), (None, "any quote")):
            _row(kind, how, [(_labelled(label, kind), [i[:most] for i in drafted.items[kind]]) for label, drafted in rows])
    _said("feedback", [(bool((label.raw.get("amplification") or {}).get("present")), d.feedback) for label, d in rows])
    _said("one cause", [(bool((label.raw.get("single_root_cause") or {}).get("value")), d.one_cause) for label, d in rows])
    _said("blame", [(bool((label.raw.get("human") or {}).get("blames")), d.blames) for label, d in rows])
    same = [x for label, d in rows for x in _classes(label, d)]
    print(f"  class of the action items that both list {wilson(sum(same), len(same))}")


def _said(what: str, told: Sequence[tuple[bool, bool]]) -> None:
    both, wanted, said = sum(w and s for w, s in told), sum(w for w, _ in told), sum(s for _, s in told)
    f1 = 2 * both / max(wanted + said, 1)
    print(f"  {what + ' told':<22} recall {wilson(both, wanted)}   precision {wilson(both, said)}   F1 {f1:.2f}")


def _classes(label: Labelled, drafted: Drafted) -> list[bool]:
    """Of each labelled action item that was drafted, by line, whether its class is the same."""
    left, out = list(drafted.classes), []
    for item in label.items:
        near = min((x for x in left if abs(x[0] - item.line) <= 1), key=lambda x: abs(x[0] - item.line), default=None)
        if near is not None:
            left.remove(near)
            out.append(near[1] == item.cls)
    return out


def _labelled(label: Labelled, kind: str) -> Sequence[tuple[int, ...]]:
    """The lines of each labelled thing, the best one first."""
    return [(i.line,) for i in label.items if i.line] if kind == "action" else label.places[kind]


def _row(kind: str, how: str, rows: Sequence[tuple[Sequence[tuple[int, ...]], Sequence[tuple[int, ...]]]]) -> None:
    def meet(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        return any(abs(n - m) <= 1 for n in one for m in other)

    found = sum(any(meet(n, item) for item in said) for wanted, said in rows for n in wanted)
    right = sum(any(meet(n, item) for n in wanted) for wanted, said in rows for item in said)
    of, told = sum(len(wanted) for wanted, _ in rows), sum(len(said) for _, said in rows)
    each = told / max(len(rows), 1)
    print(f"  {kind:<10} {how:<11} recall {wilson(found, of)}   precision {wilson(right, told)}   ({each:.1f} a document)")


def answered(sets: Sequence[Labelled], folder: Path, show: bool) -> list[tuple[Labelled, Drafted]]:
    """Answers that lie in a folder; a text without one is left out and counted."""
    rows, refused = [], 0
    for label in sets:
        file = folder / f"{label.slug}.json"
        if not file.is_file():
            continue
        document = document_of(label.text, label.slug)
        judged = judge(file.read_bytes(), file.name, document)
        refused += bool(judged.findings)
        if show:
            for f in judged.findings:
                print(f"  {label.slug}: {f.line()}")
        rows.append((label, by_model(judged, document.source.text)))
    print(f"answers in {folder.name}: {len(rows)} of {len(sets)} texts, {refused} of them refused\n")
    return rows


def asked(sets: Sequence[Labelled], model: str, show: bool) -> list[tuple[Labelled, Drafted]]:
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
            judged, tries, _ = converse(to, model, document, "postmortem.md")
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
    parser.add_argument("--answers", type=Path, help="score the answers in this folder, a <slug>.json each")
    parser.add_argument("--only", default="", help="only slugs that match this regular expression")
    parser.add_argument("--rules", action="store_true", help="score the draft by rules, too")
    parser.add_argument("--errors", action="store_true", help="list the faults of refused answers")
    given = parser.parse_args(argv)
    texts = given.texts or given.labels
    if not given.labels.is_dir() or not texts.is_dir():
        print(f"no labels in {given.labels}: name folders with --labels and --texts")
        return 2
    sets = [x for x in load(given.labels, texts) if re.search(given.only, x.slug)]
    if not sets or not (given.model or given.rules or given.answers):
        print(
            "nothing to do: name a model with --model, a folder with --answers or ask for --rules, and labels whose texts are there"
        )
        return 2
    if given.answers:
        rows = answered(sets, given.answers, given.errors)
        sets = [label for label, _ in rows]
        table("draft by the answers", rows)
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
