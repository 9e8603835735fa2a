"""The exposure engine's answer: claim, tables, cut, depth, findings, and what it says where it knows little."""

from __future__ import annotations

from random import Random

import pytest

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Answer, Ask, Sentence, Table
from fuelbed.core.estimates import Estimate
from fuelbed.readers.case import parse_case
from tests.conformance.corpus import make

CASE = """\
fuelbed: 1
title: t
failure: taken
zones: {web: {}, data: {}}
assets: {portal: {zone: web, gained: in}, records: {zone: data, gained: taken}}
exposure: {unknown_variants: {CWE-20: 1 per year}}
factors:
  bug: {kind: exploit, class: CWE-20, rate: 3 per year, in_incident: yes, cost: 1}
  login: {kind: exploit, rate: 0.5 per year}
  parser: {kind: exposure, present: yes, cost: 12}
  flat: {kind: exposure, present: yes, cost: 4..6}
  proxy: {kind: control, fails: 0.2, depends_on: [certificate]}
  scanner: {kind: control, fails: 0.2, depends_on: [certificate], cost: 30}
structure:
  in: bug and parser or login
  taken: in and flat and fails(proxy) and fails(scanner)
actions:
  patch: {does: [prevent bug]}
  segment: {does: [remove flat]}
"""


def answer(text: str, engine: str = "exposure") -> Answer:
    found = next(s.answer for s in analyze(parse_case(text)).sections if s.engine == engine)
    assert isinstance(found, Answer)
    return found


def table(a: Answer, name: str) -> Table:
    return next(b for b in a.blocks if isinstance(b, Table) and b.id == name)


def test_the_claim_sets_the_patch_beside_the_closing() -> None:
    lines = answer(CASE).claim.split("\n")
    assert lines[0].startswith(
        "The exposure, more than the exploit: patching `bug`, which was used, leaves 2 of 3 variants and 33 %"
    )
    assert lines[0].endswith("closing `flat` leaves none.")
    assert lines[1] == "The cheapest cut is to close `flat`, at a cost of 4.9 (4 to 6)."
    assert lines[2] == "Depth: 2 controls as drawn, 1 in truth."
    assert len(lines) == 3


def test_a_variant_in_no_list_is_said_to_be_one_where_nothing_touches_it() -> None:
    rows = [
        [c.text for c in row[:2]]
        for row in table(
            answer(CASE.replace("segment: {does: [remove flat]}", "segment: {does: [observe in]}"), "actions"), "untouched"
        ).rows
    ]
    assert ["unknown_cwe_20", "trigger, in no list yet"] in rows


def test_measures_with_the_rate_up_to_which_a_patch_is_enough() -> None:
    """Today 3 + x + 0.5 arrive on the ways, after the patch x + 0.5: half at x = 2.5."""
    rows = {r[0].text: [c.text for c in r] for r in table(answer(CASE), "measures").rows}
    assert rows["bug"][2] == "2 of 3"
    assert rows["bug"][4] == "< 2.5 a year"
    assert rows["flat"][2] == "0 of 3"
    assert rows["parser"][2] == "1 of 3"


def test_variants_say_which_exploit_is_in_no_list_yet() -> None:
    rows = [[c.text for c in r] for r in table(answer(CASE), "variants").rows]
    assert sorted(r[0] for r in rows) == ["any other CWE-20", "bug", "login"]
    assert [r[1] for r in rows if r[0] == "any other CWE-20"] == ["in no list yet"]
    assert "`login` has no `class`" in table(answer(CASE), "variants").note


def test_findings() -> None:
    found = {f.code: f for f in answer(CASE).findings}
    assert set(found) == {"FB240", "FB241", "FB242"}
    assert "`portal` (web) to `records` (data)" in found["FB240"].message
    assert found["FB240"].span is not None


def test_a_patch_is_trigger_only_by_computation() -> None:
    actions = table(answer(CASE, "actions"), "actions")
    names = [c.id for c in actions.columns]
    rows = {r[0].text: dict(zip(names, (c.text for c in r), strict=True)) for r in actions.rows}
    assert rows["patch"]["verdict"] == "trigger only"
    assert rows["segment"]["verdict"] == "structural"
    assert (rows["patch"]["variants"], rows["patch"]["depth"]) == ("2 of 3", "unchanged")
    assert (rows["segment"]["variants"], rows["segment"]["depth"]) == ("0 of 3", "no way left")


def test_without_a_rate_of_unknown_variants_it_is_asked_for() -> None:
    a = answer(CASE.replace("exposure: {unknown_variants: {CWE-20: 1 per year}}\n", ""))
    asked = [b.missing.question for b in a.blocks if isinstance(b, Ask)]
    assert len(asked) == 1
    assert "CWE-20" in asked[0]
    assert "it comes on top" in table(a, "measures").note
    assert "of what listed exploits bring a year" in a.claim


def test_a_case_without_security_words_asks() -> None:
    a = answer(
        CASE.replace("exposure: {unknown_variants: {CWE-20: 1 per year}}\n", "")
        .replace("kind: exploit", "kind: trigger")
        .replace("kind: exposure", "kind: condition")
    )
    assert a.claim == "The case names no exploit and no exposure."


def test_what_is_too_large_for_variants_still_has_a_cut() -> None:
    """A lattice of hosts, each reached from two of the row before: its diagram passes the budget."""
    from random import Random

    r = Random(1)
    factors, lines, before = ["  e: {kind: exploit, class: c, rate: 1 per year}"], [], ["e"]
    for row in range(24):
        now = []
        for i in range(7):
            factors.append(f"  x{row}_{i}: {{kind: exposure, present: yes}}")
            lines.append(f"  h{row}_{i}: ({' or '.join(r.sample(before, min(3, len(before))))}) and x{row}_{i}")
            now.append(f"h{row}_{i}")
        before = now
    text = "fuelbed: 1\ntitle: t\nfailure: taken\nfactors:\n" + "\n".join(factors) + "\nstructure:\n" + "\n".join(lines)
    from fuelbed.core.facts import Board
    from fuelbed.core.options import Options
    from fuelbed.core.registry import rows_by_id
    from fuelbed.engines.exposure import examine

    case = parse_case(f"{text}\n  taken: {' or '.join(before)}\n")
    a = examine(case, Board().for_engine(rows_by_id()["exposure"].takes), Options())
    assert a.claim.startswith("The ways are too many to be told one by one")
    assert "One measure leaves no way: patch `e`." not in a.claim  # the unknown variant of its class is no patch's
    assert any(isinstance(b, Sentence) and "No smaller set cuts." in b.text for b in a.blocks)


@pytest.mark.parametrize("name", ["security words"])
def test_the_corpus_case(name: str) -> None:
    assert isinstance(next(s.answer for s in analyze(make(name)).sections if s.engine == "exposure"), Answer)


BLIND = (
    CASE.replace(
        "proxy: {kind: control, fails: 0.2, depends_on: [certificate]}", "proxy: {kind: control, fails: 0.2, needs: clear}"
    )
    .replace(
        "scanner: {kind: control, fails: 0.2, depends_on: [certificate], cost: 30}",
        "scanner: {kind: control, fails: 0.2, needs: clear}\n  lapsed: {kind: condition, present: yes}",
    )
    .replace("structure:", "signals: {clear: {sees: in, misses: 0, blind_when: lapsed}}\nstructure:")
)


def test_a_blind_signal_takes_away_what_is_drawn_behind_it() -> None:
    """As drawn two instruments stand on every way; while the certificate is lapsed both see nothing."""
    a = answer(BLIND)
    assert a.claim.split("\n")[2] == "Depth: 2 controls as drawn, 0 in truth."
    assert any(
        "`proxy` and `scanner` see nothing while `lapsed`: depth 0 in truth." in b.text
        for b in a.blocks
        if isinstance(b, Sentence)
    )
    depths = {(r[3].text, r[4].text, r[5].text) for r in table(a, "variants").rows if "lapsed" in r[2].text}
    assert depths == {("", "2", "0")}
    seeing = {(r[4].text, r[5].text) for r in table(a, "variants").rows if "lapsed" not in r[2].text}
    assert seeing == {("2", "1")}  # one signal that both need: they fall together


def test_another_cut_of_the_same_cost_is_named() -> None:
    """What is in no list needs the parser too, so the patch alone cuts nothing; network and parser are equally dear."""
    two = answer(CASE.replace("cost: 4..6", "cost: 12").replace("bug and parser or login", "bug and parser"))
    text = next(b.text for b in two.blocks if isinstance(b, Sentence))
    assert "at a cost of 12." in text
    assert "Another of the same cost: close `" in text
    one = answer(CASE)
    assert "Another" not in next(b.text for b in one.blocks if isinstance(b, Sentence))


@pytest.mark.parametrize("seed", range(6))
def test_intervals_hold_what_sampled_numbers_give(seed: int) -> None:
    """Each number drawn inside its interval, the case solved anew as points: hazards and ratios of every measure lie in the intervals."""
    r = Random(seed)
    spans = {
        "BUG": (1, 6),
        "LOGIN": (0.1, 2),
        "PROXY": (0.1, 0.5),
        "SCANNER": (0.05, 0.4),
        "OTHERS": (0.2, 3),
        "PARSER": (0.3, 0.9),
    }
    form = (
        CASE.replace("rate: 3 per year", "rate: BUG per year").replace("rate: 0.5 per year", "rate: LOGIN per year")
        .replace("proxy: {kind: control, fails: 0.2", "proxy: {kind: control, fails: PROXY").replace("scanner: {kind: control, fails: 0.2", "scanner: {kind: control, fails: SCANNER")
        .replace("CWE-20: 1 per year", "CWE-20: OTHERS per year").replace("parser: {kind: exposure, present: yes", "parser: {kind: exposure, in_incident: unknown, present: PARSER")
    )  # fmt: skip  # one replacement a number

    def numbers(text: str) -> dict[str, tuple[Estimate, Estimate]]:
        a = answer(text)
        after = {row[0].text: row[1].estimate for row in table(a, "after_measures").rows}
        moved = {row[0].text: row[3].estimate for row in table(a, "measures").rows}
        return {n: (after[n], moved[n]) for n in moved if after.get(n) is not None and moved[n] is not None}  # type: ignore[misc]  # both are there

    wide = form
    for name, (low, high) in spans.items():
        wide = wide.replace(name, f"{low}..{high}")
    enclosing = numbers(wide)
    assert len(enclosing) >= 6
    for _ in range(3):
        point = form
        for name, (low, high) in spans.items():
            point = point.replace(name, f"{r.choice([low, high, r.uniform(low, high)]):.4f}")
        for n, found in numbers(point).items():
            for x, e in zip(found, enclosing[n], strict=True):
                assert x.value is not None
                assert e.low - 1e-6 <= x.value <= e.high + 1e-6, (n, point)
