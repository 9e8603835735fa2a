"""`./dev bench text [--labels DIR --texts DIR] [--errors]`: review and draft against hand-made labels, with baselines beside them.

One label file per text, `<slug>.labels.yaml`; fields as in the README of the development set: `actions.items[]` with `cls` (and `quote` or
`item`), `amplification.present`, `single_root_cause.value`, `human.blames`, `revert.type`, `triggers`, `latent_conditions`, `controls`.
What is missing in a label file is not scored. A labelled item and a read one are the same when one's telling words are in the other
(order decides among equals); class accuracy is over the matched ones, and once more over all labelled ones with the missed ones wrong.
Baselines: *keywords* (the usual word rules), *heading* (the class that the item's heading names), *majority* (the most frequent class of
these labels, which a blind guesser cannot know).
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from bench.text_labels import Labelled, load, located, normal  # noqa: E402  # the path comes first
from fuelbed.core.reading import Mention, Reading  # noqa: E402
from fuelbed.numerics.wilson import wilson as share_interval  # noqa: E402
from fuelbed.text.read import read  # noqa: E402
from fuelbed.text.understand import understand  # noqa: E402
from fuelbed.text.wording import stems  # noqa: E402

SHARED = ROOT.parent / "shared" / "data" / "postmortems"


def wilson(hits: int, n: int, z: float = 1.96) -> str:
    """`0.83 [0.71, 0.91]`: the share with its 95 % Wilson interval."""
    if n == 0:
        return "- (n = 0)"
    low, high = share_interval(hits, n, z)
    return f"{hits / n:.2f} [{low:.2f}, {high:.2f}]"


# --- baselines ---------------------------------------------------------------------------------------------------------------

_KEYWORDS = (
    ("doc", r"\b(document|documentation|runbook|playbook|readme|wiki)"),
    ("monitoring", r"\b(alert|alarm|monitor|dashboard|metric|log|logging|notif)"),
    ("process", r"\b(train|review|process|policy|meeting|investigate|communicat|on-call|drill|discuss)"),
    ("trigger_only", r"\b(revert|roll ?back|patch|upgrade|downgrade|fix|rotate|clean ?up|delete)"),
)
_FEEDBACK = r"\b(cascad\w+|feedback loop|death spiral|snowball\w*|amplif\w+|vicious|thundering herd|retry storm|chain reaction)"
_RETRY = r"\b(retr(y|ies|ied|ying)|backlog|overload\w*|crash ?loop\w*|loop)"
_BLAME = r"\b(human error|operator error|mistake\w*|accidental\w*|inadvertent\w*|forgot\w*|failed to)"
_REVERT = r"\b(revert\w*|roll(ed|ing)?[ -]?back\w*|rollback\w*)"


def keyword_class(text: str) -> str:
    low = text.lower()
    return next((cls for cls, pattern in _KEYWORDS if re.search(pattern, low)), "structural")


def heading_class(heading: str) -> str:
    return keyword_class(heading) if heading else "structural"


# --- matching ----------------------------------------------------------------------------------------------------------------


def align(
    wanted: Sequence[str], found: Sequence[str], lines: Sequence[int] = (), found_lines: Sequence[int] = ()
) -> list[tuple[int, int]]:
    """Pairs of indexes, in order on both sides, with the greatest total likeness; pairs that share too little are left out. A labelled
    item with a line and nothing verbatim is the read one on that line."""
    a, b = [set(stems(w)) for w in wanted], [set(stems(f)) for f in found]

    def like(i: int, j: int) -> float:
        if lines and lines[i] and found_lines:
            return 1.0 if lines[i] == found_lines[j] else (0.5 if abs(lines[i] - found_lines[j]) == 1 else 0.0)
        if normal(found[j]).startswith(normal(wanted[i])[:30]) or normal(wanted[i])[:30] in normal(found[j]):
            return 1.0
        small = min(len(a[i]), len(b[j]))
        share = len(a[i] & b[j]) / small if small else 0.0
        return share if share >= 0.34 else 0.0

    best = [[(0.0, 0)] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            s = like(i, j)
            options = [(best[i + 1][j][0], 1), (best[i][j + 1][0], 2)]
            if s > 0:
                options.append((s + best[i + 1][j + 1][0], 3))
            best[i][j] = max(options)
    out, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        move = best[i][j][1]
        if move == 3:
            out.append((i, j))
        i, j = i + (move != 2), j + (move != 1)
    return out


# --- scores ------------------------------------------------------------------------------------------------------------------


def actions(rows: Sequence[tuple[Labelled, Reading]], errors: bool) -> None:
    truth: list[str] = []
    ours: list[str] = []
    words: list[str] = []
    heads: list[str] = []
    labelled = read_ = tentative = tentative_n = 0
    for label, reading in rows:
        if "actions" not in label.raw:
            continue
        labelled += len(label.items)
        read_ += len(reading.actions)
        bare = () if any(i.verbatim for i in label.items) else tuple(i.line for i in label.items)
        at = [reading.document.line(a.item.place) for a in reading.actions]
        pairs = align([i.words for i in label.items], [a.item.text for a in reading.actions], bare, at)
        for i, j in pairs:
            item, a = label.items[i], reading.actions[j]
            truth.append(item.cls)
            ours.append(a.cls)
            words.append(keyword_class(a.item.text))
            heads.append(heading_class(a.item.heading))
            tentative += item.tentative == a.tentative
            tentative_n += 1
            if errors and a.cls != item.cls:
                print(f"    {label.slug}: {item.cls} read as {a.cls} ({a.why}): {a.item.text[:100]}")
        if errors:
            for k in sorted(set(range(len(label.items))) - {i for i, _ in pairs}):
                print(f"    {label.slug}: not read: {label.items[k].words[:100]}")
            for k in sorted(set(range(len(reading.actions))) - {j for _, j in pairs}):
                print(f"    {label.slug}: read, not labelled: {reading.actions[k].item.text[:100]}")
    n = len(truth)
    print(f"action items: labelled {labelled}, read {read_}, matched {n}")
    print(f"  found            recall {wilson(n, labelled)}   precision {wilson(n, read_)}")
    most = Counter(truth).most_common(1)[0][0] if truth else ""
    for name, guesses in (("fuelbed", ours), ("keywords", words), ("heading", heads), ("majority", [most] * n)):
        hits = sum(t == g for t, g in zip(truth, guesses, strict=True))
        print(f"  class, {name:<9} accuracy {wilson(hits, n)}   over all labelled {wilson(hits, labelled)}")
    for cls in ("structural", "trigger_only", "monitoring", "process", "doc"):
        both = sum(t == g == cls for t, g in zip(truth, ours, strict=True))
        print(f"    {cls:<13} precision {wilson(both, ours.count(cls))}   recall {wilson(both, truth.count(cls))}")
    print(f"  tentative        accuracy {wilson(tentative, tentative_n)}")


def claim(name: str, rows: Iterable[tuple[str, bool, bool, str]], baselines: dict[str, str], errors: bool) -> None:
    """Precision and recall of a yes/no reading and of word patterns; rows are (slug, truth, ours, text)."""
    rows = list(rows)
    yes = sum(t for _, t, _, _ in rows)
    print(f"{name}: {yes} of {len(rows)} documents")

    def score(label: str, guess: Callable[[tuple[str, bool, bool, str]], bool]) -> None:
        said = [(t, guess(row)) for row in rows for t in [row[1]]]
        both, claimed = sum(t and g for t, g in said), sum(g for _, g in said)
        right = sum(t == g for t, g in said)
        p, r = (both / claimed if claimed else 0), (both / yes if yes else 0)
        f1 = 2 * p * r / (p + r) if p + r else 0.0
        print(
            f"  {label:<16} precision {wilson(both, claimed)}   recall {wilson(both, yes)}   F1 {f1:.2f}   accuracy {right / max(len(rows), 1):.2f}"
        )

    score("fuelbed", lambda row: row[2])
    for label, pattern in baselines.items():
        score(label, lambda row, pattern=pattern: re.search(pattern, row[3], re.IGNORECASE) is not None)  # type: ignore[misc]  # bound now
    score("always yes", lambda row: True)
    if errors:
        for slug, t, g, _ in rows:
            if t != g:
                print(f"    {slug}: {'missed' if t else 'false'}")


def mentions(rows: Sequence[tuple[Labelled, Reading]]) -> None:
    """Whether what is labelled was found: by line, within one line of a mention; and once more where the mention stands elsewhere but
    says it in the same telling words (a reading names each fact once, and many texts tell it twice)."""
    kinds: tuple[tuple[str, str, Callable[[Reading], Sequence[Mention]]], ...] = (
        ("trigger", "triggers", lambda r: r.triggers),
        ("condition", "latent_conditions", lambda r: r.conditions),
        ("control", "controls", lambda r: r.controls),
    )
    for by_words in (False, True):
        print("factors, by line (within 1) or by telling words:" if by_words else "factors, by line (within 1):")
        for kind, key, pick in kinds:
            found = wanted = right = said = 0
            for label, reading in rows:
                told = [(n, _told(row)) for n, row in located(label, key)]
                read_ = [(reading.document.line(m.place), set(stems(reading.document.quote(m.place)))) for m in pick(reading)]
                fits = [[abs(n - m) <= 1 or (by_words and _alike(a, b)) for m, b in read_] for n, a in told]
                wanted += len(told)
                said += len(read_)
                found += sum(any(row) for row in fits)
                right += sum(any(row[j] for row in fits) for j in range(len(read_)))
            print(
                f"  {kind:<10} recall {wilson(found, wanted)}   precision {wilson(right, said)}   ({said / max(len(rows), 1):.1f} a document)"
            )


_AGREE, _SHARE = 2, 0.6  # telling words that must agree, and their share of the label's


def _told(row: Mapping[str, object]) -> set[str]:
    """The telling words of a label: its quote where it has one, else the labeller's words."""
    return set(stems(str(row.get("quote") or row.get("what") or row.get("control") or "")))


def _alike(label: set[str], mention: set[str]) -> bool:
    common = len(label & mention)
    return common >= _AGREE and common >= _SHARE * len(label)


def _get(raw: object, *keys: str) -> object:
    for k in keys:
        raw = raw.get(k) if isinstance(raw, dict) else None
    return raw


def score(sets: Sequence[Labelled], errors: bool) -> None:
    start = time.perf_counter()
    rows = [(label, understand(read(label.text, label.path.name))) for label in sets]
    seconds = time.perf_counter() - start
    words = [len(label.text.split()) for label in sets]
    organizations = sorted({label.organization for label in sets})
    print(
        f"{len(sets)} documents of {len(organizations)} organizations ({', '.join(organizations)}), {int(statistics.median(words))} words at the median"
    )
    print(f"read and understood at {len(sets) / seconds:.0f} documents a second\n")
    actions(rows, errors)

    def judged(
        keys: tuple[str, ...], truth: Callable[[object], bool], ours: Callable[[Reading], bool]
    ) -> list[tuple[str, bool, bool, str]]:
        return [(x.slug, truth(v), ours(r), x.text) for x, r in rows if (v := _get(x.raw, *keys)) is not None]

    is_true = lambda v: v is True  # noqa: E731  # a word for the rows below
    claim("amplification", judged(("amplification", "present"), is_true, lambda r: r.amplification.present),
          {"feedback words": _FEEDBACK, "retry words": _RETRY}, errors)  # fmt: skip
    claim("single root cause", judged(("single_root_cause", "value"), is_true, lambda r: r.claims.single_cause is not None),
          {"“root cause”": r"\broot cause"}, errors)  # fmt: skip
    claim(
        "blames a person",
        judged(("human", "blames"), is_true, lambda r: r.claims.human == "blames"),
        {"error words": _BLAME},
        errors,
    )
    claim("roll-back told", judged(("revert", "type"), lambda v: v != "none", lambda r: r.claims.revert != "none"),
          {"revert words": _REVERT}, errors)  # fmt: skip
    mentions(rows)


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./dev bench text", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--labels", type=Path, default=SHARED)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--only", default="", help="only slugs that match this regular expression")
    parser.add_argument("--errors", action="store_true", help="list every disagreement (not for documents that are held back)")
    given = parser.parse_args(argv)
    texts = given.texts or given.labels
    if not given.labels.is_dir() or not texts.is_dir():
        print(f"no labels in {given.labels}: name folders with --labels and --texts")
        return
    sets = [x for x in load(given.labels, texts) if re.search(given.only, x.slug)]
    if not sets:
        print(f"no label file in {given.labels} has its text in {texts}")
        return
    score(sets, given.errors)


if __name__ == "__main__":
    main(sys.argv[1:])
