"""`./dev bench rules [--texts DIR] [--unseen DIR] [--write]`: every rule's precision from judged hits, and where it fires.

The judgements are in `bench/labels/rule_hits.toml` (its head says how they were made). Precision needs no texts: it is counted from that file,
so that the page `docs/rules-measured.md` is made from it alone and a test compares the two. Hits, hits per 1,000 words and hits on negatives
need the texts: `--write` counts them and records them in the file, with the number of judged hits that the rules of today still make.
Negatives are the notices of vulnerabilities among the labelled texts and the narratives of the shipped cases, which were written to be good.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

import yaml  # noqa: E402  # the path comes first

from bench.text import wilson  # noqa: E402
from fuelbed.engines.lint import all_rules, check  # noqa: E402
from fuelbed.text.read import read  # noqa: E402
from fuelbed.text.understand import understand  # noqa: E402

HITS = ROOT / "bench/labels/rule_hits.toml"
PAGE = ROOT / "docs/rules-measured.md"
SHARED = ROOT.parent / "shared" / "data"
SETS = ("unseen", "read", "negatives")
ENOUGH = 5  # judged hits from which a precision says something
STABLE = 10  # judged hits on unseen texts that `stable` needs
_WORDS = (
    ("PM401", r"\b(human error|operator error|mistake\w*)"),
    ("PM402", r"\b(failed to|forgot|overlooked|neglected)"),
    ("PM403", r"\b(accidental\w*|inadvertent\w*|mistakenly|by mistake)"),
    ("PM501", r"\broot cause"),
    ("PM705", r"\b(should|could|would) have\b"),
    ("PM706", r"\b(investigate|consider|improve|look into)\b"),
)
"""The usual word rule beside ours: how often it would fire. Whether it would be right was not judged."""


@dataclass(frozen=True)
class Hit:
    """A judged finding; `second` is the same judge's judgement in a shuffled second pass, where there was one. Where two judged it, neither knowing
    of the other (`judges`), it is right if both say so."""

    code: str
    set: str
    document: str
    line: int
    right: bool
    second: bool | None = None
    judges: tuple[bool, bool] | None = None


def load(file: Path = HITS) -> tuple[Mapping[str, object], list[Hit]]:
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return raw, [_hit(r["code"], h) for r in raw["rule"] for h in r["hits"]]


def _hit(code: str, row: Mapping[str, object]) -> Hit:
    two = row.get("judges")
    if not isinstance(two, list):
        return Hit(code, **row)  # type: ignore[arg-type]  # our own file
    rest: dict[str, object] = {k: v for k, v in row.items() if k != "judges"}
    return Hit(code, right=all(two), judges=(two[0], two[1]), **rest)  # type: ignore[arg-type]


def kappa(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Cohen's kappa of two passes; 0 where one of them never varies."""
    n = len(pairs)
    if not n:
        return 0.0
    same = sum(a == b for a, b in pairs) / n
    p, q = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    chance = p * q + (1 - p) * (1 - q)
    return (same - chance) / (1 - chance) if chance < 1 else 0.0


def ceiling(hits: Iterable[Hit], still: int = -1) -> str:
    """The most that a rule may call itself: `stable` from unseen hits alone, `preview` unless enough were judged and too few were right, or
    less than half of many.

    `still` is how many of the judged hits its words of today still make, where they were changed since; then only right ones could be left.
    """
    hits = list(hits)
    unseen = [h for h in hits if h.set == "unseen"]
    right = sum(h.right for h in unseen)
    if len(unseen) >= STABLE:
        if right >= 0.9 * len(unseen):
            return "stable"
        if right < 0.5 * len(unseen):  # mended for what was seen, it is wrong on the next texts, too
            return "off"
    for judged in (unseen, hits):
        if len(judged) >= ENOUGH and sum(h.right for h in judged) < 0.7 * len(judged) and still < 0:
            return "off"
    return "preview"


# --- the page ----------------------------------------------------------------------------------------------------------------------


def _share(hits: Sequence[Hit]) -> str:
    return f"{sum(h.right for h in hits)} of {len(hits)}: {wilson(sum(h.right for h in hits), len(hits))}" if hits else "-"


def page(raw: Mapping[str, object], hits: Sequence[Hit]) -> str:
    counts: Mapping[str, Mapping[str, int]] = raw.get("counts", {})  # type: ignore[assignment]  # our own file
    words: Mapping[str, int] = raw.get("words", {})  # type: ignore[assignment]
    documents: Mapping[str, int] = raw.get("documents", {})  # type: ignore[assignment]
    still: Mapping[str, int] = raw.get("still", {})  # type: ignore[assignment]
    sources: list[Mapping[str, object]] = raw["source"]  # type: ignore[assignment]
    pairs = [(h.right, h.second) for h in hits if h.second is not None]
    two = [h.judges for h in hits if h.judges is not None]
    unseen = [h for h in hits if h.set == "unseen"]
    out = [_HEAD.format(
        n=len(hits), unseen=len(unseen), organizations=len(sources), texts=sum(int(str(s["documents"])) for s in sources),
        second=len(pairs), same=sum(a == b for a, b in pairs), kappa=f"{kappa(pairs):.2f}",
        two=len(two), agree=sum(a == b for a, b in two), kappa_of_two=f"{kappa(two):.2f}",
        sets=", ".join(f"{documents.get(s, 0)} {s} ({words.get(s, 0):,} words)" for s in SETS),
    )]  # fmt: skip  # one call
    for r in all_rules():
        if r.section == "meta":
            continue
        own = [h for h in hits if h.code == r.code]
        c = counts.get(r.code, {})
        rates = " | ".join(f"{c.get(s, 0)} ({1000 * c.get(s, 0) / words[s]:.2f})" if words.get(s) else "-" for s in SETS)
        left = "" if r.code not in still else f"{still[r.code]} of {len(own)}"
        new, old = (_share([h for h in own if h.set == s]) for s in ("unseen", "read"))
        beside = "beside a model" if r.beside is not None else rates
        cells = beside if r.beside is None else f"{beside} | - | -"
        out.append(
            f"| [{r.code}](rules.md#{r.code.lower()}-{r.name}) | {r.stability} | {new} | {old} | {left or '-'} | {cells} |\n"
        )
    out += _by_organization(hits, sources)
    words_of: Mapping[str, Mapping[str, int]] = raw.get("keywords", {})  # type: ignore[assignment]
    if words_of:
        out.append(_BASELINE)
        for code, pattern in _WORDS:
            c, k = counts.get(code, {}), words_of.get(code, {})
            out.append(
                f"| {code} | `{pattern.replace('|', '&#124;')}` | "
                + " | ".join(f"{k.get(s, 0)} / {c.get(s, 0)}" for s in SETS)
                + " |\n"
            )
    return "".join(out)


def _by_organization(hits: Sequence[Hit], sources: Sequence[Mapping[str, object]]) -> list[str]:
    asked = {r.code for r in all_rules() if r.field}
    out = [_ORGANIZATIONS]
    named = {str(s["prefix"]): s for s in sources}
    of = Counter((h.document.split("-")[0], h.code in asked, h.right) for h in hits)
    for name in ("unseen", "read"):
        own = [h for h in hits if h.set == name]
        rows = [[h.right for h in own if (h.code in asked) == a] for a in (False, True)]
        out.append(f"| **all {name}** | " + " | ".join(f"{wilson(sum(r), len(r))}, n = {len(r)}" for r in rows) + " |\n")
    for prefix in sorted({h.document.split("-")[0] for h in hits}, key=lambda p: (p not in named, p)):
        s = named.get(prefix)
        told, absent = ((of[prefix, a, True], of[prefix, a, True] + of[prefix, a, False]) for a in (False, True))
        where = f"{s['organization']} ({s['documents']}; {s['where']})" if s else f"{prefix} (read before)"
        out.append(f"| {where} | {wilson(*told)}, n = {told[1]} | {wilson(*absent)}, n = {absent[1]} |\n")
    return out


_HEAD = """\
# How often the rules of the review are right

This page is made by `./dev bench rules --page` from `bench/labels/rule_hits.toml` (judgements and places, not a word of the texts).

- **{n} hits were judged** by reading the passage; {unseen} of them on {texts} texts of {organizations} organizations that nobody who wrote a rule
  had read. The rules met these texts as they stood; words were changed for them only afterwards. They are read now: the next figures need
  other texts.
- *Right* means that the statement is true of the text, and its question worth putting to the authors.
- {two} hits of the newest texts were judged by two, neither knowing of the other: {agree} times they say the same (kappa {kappa_of_two}), and right is what both
  call right. The others have one judge; in a second pass of the same person over {second} of them, shuffled, {same} got the same judgement (kappa {kappa}).
- Of the unseen texts 53 were taken down by hand from stored public pages, some without code blocks, logs and last sections, half of them short
  notices to customers; so absence rules meet more absence than in an internal postmortem. The others are whole reports that are kept in public repositories
  (of rules that are off no hit was judged there): 123 of one lot, mostly older, 165 of another, mostly of small teams in 2025 and 2026, 45 of a third,
  half of them pages of a status service (eight addresses of one list count once there), and 82 of a fourth, accounts in half of which acts of people play a part. What is counted in a lot is what was made there when it was last at hand.
- Changes made after the judging find two more contradictions of times in the 53, both right; they are not counted.
- *Still made*: judged hits that the words of today still make; where it is less, words were changed since.
- *Hits*: number and, in brackets, per 1,000 words, today, with rules that are off: {sets}. Negatives are notices of vulnerabilities and the
  narratives of the shipped cases; templates run no rules but those about comments and secrets.
- `stable` takes a precision of 0.9 on at least ten hits in unseen texts. Of those that reach it most ask for what nearly every text
  lacks, and are `off` as findings for that reason (they ask one question each in `review`). `preview` needs 0.7, or fewer than five judged hits; a rule
  whose words were mended since may keep it, unless less than half of ten hits or more on unseen texts were right.
  Where a cell is empty, the rule found nothing there: its precision is not known.

| rule | stability | right, unseen texts | right, texts read before | still made | hits, unseen | hits, read | hits, negatives |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
_ORGANIZATIONS = """
## By organization

What a text says (words, actions, times) and what it does not say (absence rules), all rules together; number of texts and where they stood.

| organization | what is said | what is not said |
| --- | --- | --- |
"""
_BASELINE = """
## Beside the usual words

How many sentences hold the words that a simple linter would look for, and how many hits the rule makes of them (whether the words would be
right was not judged).

| rule | words | unseen, words / rule | read, words / rule | negatives, words / rule |
| --- | --- | --- | --- | --- |
"""


# --- counting ----------------------------------------------------------------------------------------------------------------------


def _texts(folder: Path) -> dict[str, str]:
    found = sorted(p for p in folder.rglob("*.md") if not p.name.startswith("README"))
    return {p.stem: p.read_text(encoding="utf-8", errors="replace") for p in found}


def shipped() -> dict[str, str]:
    """The narratives of the shipped cases."""
    return {p.parent.name: p.read_text(encoding="utf-8") for p in sorted((ROOT / "src/fuelbed/cases").glob("*/postmortem.md"))}


def sets_of(texts: Path, unseen: Path | None) -> dict[str, dict[str, str]]:
    """The texts of each set by name; a set whose folder is not there is left out."""
    out: dict[str, dict[str, str]] = {}
    if texts.is_dir():
        labels = {p.name.removesuffix(".labels.yaml"): p for p in (ROOT / "bench/labels").glob("*.labels.yaml")}
        notices = {n for n, p in labels.items() if yaml.safe_load(p.read_text(encoding="utf-8")).get("kind") == "advisory"}
        known = {n: t for name in ("postmortems", "postmortems-unlabelled") for n, t in _texts(texts / name).items()}
        out["read"] = {n: t for n, t in known.items() if n not in notices}
        out["negatives"] = {**{n: t for n, t in known.items() if n in notices}, **shipped()}
    if unseen is not None and unseen.is_dir():
        out["unseen"] = _texts(unseen)
    return out


def count(
    sets: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]], set[tuple[str, str, int]]]:
    """Hits by rule and set, sentences with the usual words by rule and set, and every hit's place."""
    made: dict[str, Counter[str]] = {}
    words: dict[str, Counter[str]] = {}
    places: set[tuple[str, str, int]] = set()
    for name, texts in sets.items():
        for stem, text in texts.items():
            reading = understand(read(text, f"{stem}.md"))
            for f in check(reading, select=["PM"]):
                made.setdefault(f.code, Counter())[name] += 1
                places.add((f.code, stem, f.span.line if f.span else 0))
            for code, pattern in _WORDS:
                n = sum(re.search(pattern, s.plain, re.IGNORECASE) is not None for s in reading.document.said())
                words.setdefault(code, Counter())[name] += n
    return made, words, places


def recorded(sets: Mapping[str, Mapping[str, str]], raw: Mapping[str, object], hits: Sequence[Hit]) -> str:
    """The tables `documents`, `words`, `counts`, `keywords` and `still` as TOML; a set that is not here keeps its recorded numbers."""
    made, keywords, places = count(sets)
    old = {k: dict(raw.get(k, {})) for k in ("documents", "words", "counts", "keywords", "still")}  # type: ignore[call-overload]  # our own file
    for name, texts in sets.items():
        old["documents"][name], old["words"][name] = len(texts), sum(len(t.split()) for t in texts.values())
    for table, found in (("counts", made), ("keywords", keywords)):
        for code in {*old[table], *found}:
            kept = {s: n for s, n in old[table].get(code, {}).items() if s not in sets}
            old[table][code] = {**kept, **found.get(code, {})}
    for code in {h.code for h in hits}:
        own = [h for h in hits if h.code == code]
        if all(h.set in sets or "negatives" in sets for h in own):
            whole = code in {r.code for r in all_rules() if r.field}  # what is not there has no line of its own
            made_in = {(c, d) for c, d, _ in places}
            old["still"][code] = sum(
                (h.code, h.document) in made_in if whole else (h.code, h.document, h.line) in places for h in own
            )
    lines = [f"{k} = {{{', '.join(f'{s} = {n}' for s, n in sorted(old[k].items()))}}}" for k in ("documents", "words", "still")]
    for table in ("counts", "keywords"):
        rows = [f"{c} = {{{', '.join(f'{s} = {n}' for s, n in sorted(v.items()))}}}" for c, v in sorted(old[table].items()) if v]
        lines += ["", f"[{table}]", *rows]
    return "\n".join(lines) + "\n"


_MARK = "# Counted by `./dev bench rules --write`; everything down to the next mark is replaced.\n"
_END = "# End of what is counted.\n"


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./dev bench rules", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--texts", type=Path, default=SHARED, help="folder with postmortems/ and postmortems-unlabelled/")
    parser.add_argument("--unseen", type=Path, help="folder of the texts of other organizations")
    parser.add_argument("--write", action="store_true", help="count, and record the counts beside the judgements")
    parser.add_argument("--page", action="store_true", help="write docs/rules-measured.md")
    parser.add_argument("--json", action="store_true", help="print what was judged as JSON")
    given = parser.parse_args(argv)
    raw, hits = load()
    if given.write:
        text = HITS.read_text(encoding="utf-8")
        body = recorded(sets_of(given.texts, given.unseen), raw, hits)
        before, _, rest = text.partition(_MARK)
        if rest:
            after = rest.partition(_END)[2]
        else:
            before, _, after = text.partition("[[source]]")
            after = "\n[[source]]" + after
        HITS.write_text(before + _MARK + body + _END + after, encoding="utf-8")
        raw, hits = load()
    if given.json:
        print(json.dumps([[h.code, h.set, h.document, h.line, h.right, h.second] for h in hits]))
    elif given.page:
        PAGE.write_text(page(raw, hits), encoding="utf-8")
    else:
        print(page(raw, hits))


if __name__ == "__main__":
    main(sys.argv[1:])
