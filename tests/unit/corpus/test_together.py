"""Kinds of weakness that stand together: against every way to lay them out, against corpora with a known answer, and in the shipped cases."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from fuelbed.corpus import compare
from fuelbed.corpus.cache import Cache
from fuelbed.corpus.compare import Compared
from fuelbed.corpus.entry import Entry, Told, of_text
from fuelbed.corpus.gather import gather
from fuelbed.corpus.meeting import meeting, picture
from fuelbed.corpus.together import at_least, together
from fuelbed.report._shared import shared_svg
from fuelbed.text.mechanism import titles

ROOT = Path(__file__).parents[3]
CASES = ROOT / "src/fuelbed/cases"
FOUR = ("cloudflare-2019-07-02", "crowdstrike-2024-07-19", "google-cloud-2025-06-12", "cloudflare-2025-11-18")
BOTH = ("whole_fleet_at_once", "fatal_on_bad_data")


@pytest.mark.parametrize(("first", "second", "of"), [(3, 2, 6), (4, 4, 7), (1, 5, 6), (6, 3, 6)])
def test_the_chance_is_the_share_of_all_ways_to_lay_them_out(first: int, second: int, of: int) -> None:
    ways = [sum(i < first for i in at) for at in combinations(range(of), second)]
    for both in range(min(first, second) + 1):
        assert at_least(both, first, second, of) == pytest.approx(sum(w >= both for w in ways) / len(ways), abs=1e-12)


def entry(n: int, *kinds: str, trigger: str = "") -> Entry:
    told = tuple(Told(k, k, 1, k) for k in kinds)
    return Entry(
        f"{n}.md",
        f"Account {n}",
        "reliability",
        f"2024-01-{n % 28 + 1:02d}",
        "",
        10,
        (Told(trigger or f"cause{n} word{n}", "", 1),),
        told,
    )


def test_a_pair_is_told_only_from_three_accounts_and_beyond_chance() -> None:
    a, b, c = list(titles())[:3]
    alone = [entry(n) for n in range(10, 24)]
    assert [t.kinds for t in together([entry(n, a, b) for n in range(4)] + alone)] == [(a, b)]
    assert together([entry(n, a, b) for n in range(2)] + alone) == (), "two accounts are no pattern"
    assert together([entry(n, a, b) for n in range(12)] + [entry(20, a)]) == (), "what all tell says nothing"
    mixed = [entry(n, *((a,) if n % 2 else (b,)), *((c,) if n % 3 == 0 else ())) for n in range(24)]
    assert together(mixed) == (), "kinds that shun one another"


def test_chance_alone_makes_few_pairs() -> None:
    """40 corpora of 60 accounts whose kinds fall at random: the share of corpora with a pair stays near the tenth that is allowed."""
    random, kinds = Random(3), list(titles())
    some = sum(
        bool(together([entry(n, *(k for k in kinds[:12] if random.random() < 0.15)) for n in range(60)])) for _ in range(40)
    )
    assert some <= 8


def test_order_and_copies_of_a_kind_change_nothing() -> None:
    a, b = list(titles())[:2]
    entries = [entry(n, a, b, a) for n in range(4)] + [entry(n) for n in range(10, 24)]
    (found,) = together(entries)
    (again,) = together(entries[::-1])
    assert (found.kinds, found.p, found.expected) == (again.kinds, again.p, again.expected)
    assert len(found.found) == 4
    assert len(found.triggers) == 4


@cache
def shipped() -> Compared:
    return compare(gather([CASES], Cache(None)).entries)


def test_the_four_are_found_together_and_nothing_else_with_them() -> None:
    (pair,) = shipped().together
    assert pair.kinds == BOTH
    assert {Path(e.file).parent.name for e, _, _ in pair.found} == set(FOUR)
    assert len(pair.triggers) == 4, "four unlike triggers"
    for kind in BOTH:  # not one of the unlike cases tells either
        (r,) = [r for r in shipped().mechanisms if r.kind == kind]
        assert {Path(e.file).parent.name for e, _ in r.found} == set(FOUR)


def test_not_by_names_tags_or_what_set_it_off() -> None:
    """The pair stands as it is when titles, dates, teams and triggers are another's, and falls when what stood there is."""
    entries = gather([CASES], Cache(None)).entries
    other = entries[1:] + entries[:1]
    swapped = [
        replace(e, title=o.title, date=o.date, team=o.team, triggers=o.triggers) for e, o in zip(entries, other, strict=True)
    ]
    (pair,) = compare(swapped).together
    assert {e.file for e, _, _ in pair.found} == {e.file for e, _, _ in shipped().together[0].found}
    gone = [replace(e, weak=()) if Path(e.file).parent.name in FOUR[:2] else e for e in entries]
    assert compare(gone).together == ()


def test_their_narratives_alone_tell_it_too() -> None:
    """Read as any postmortem, without the models, the reading finds less: two of the four tell both, and no unlike case tells either."""
    texts = {p.parent.name: of_text(p.read_text(encoding="utf-8"), p.parent.name) for p in sorted(CASES.glob("*/postmortem.md"))}
    for kind in BOTH:
        found = {n for n, e in texts.items() if any(t.kind == kind for t in e.weak)}
        assert found <= set(FOUR)
        assert len(found) >= 2, (kind, found)


def test_places_of_a_narrative_are_in_the_narrative() -> None:
    for e in shipped().entries:
        for t in e.weak:
            path = Path(t.file or e.file)
            lines = path.read_text(encoding="utf-8").splitlines()
            assert 1 <= t.line <= len(lines)
            if t.file:
                assert path.name == "postmortem.md"
                assert t.quote.split()[0].strip("*-:") in " ".join(lines[t.line - 1 : t.line + 1])
                assert "How sure" not in t.quote, "what the model adds is no account"


def test_the_picture_of_the_readme_is_what_the_command_draws() -> None:
    drawn = picture(shipped().together[0])
    svg = shared_svg(drawn.data, drawn.title)
    assert svg == (ROOT / "docs/one-condition.svg").read_text(encoding="utf-8"), (
        "run: fuelbed corpus src/fuelbed/cases -o docs/one-condition.svg"
    )
    assert len(svg) < 20_000
    root = ElementTree.fromstring(svg)  # our own output
    said = " ".join("".join(root.itertext()).split())
    assert all(a["date"] in said for a in drawn.data["accounts"])
    assert "prefers-color-scheme: dark" in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_no_pair_is_an_answer_too() -> None:
    said = meeting(compare([entry(n) for n in range(5)]))
    assert "No two kinds" in said.claim
