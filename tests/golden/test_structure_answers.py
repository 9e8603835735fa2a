"""What the structure engine says on cases small enough for paper: every statement exact, or said to be undetermined."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator

import pytest

from fuelbed.core.blocks import Answer, Cell, Estimates, Picture, Sentence, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Board
from fuelbed.core.options import Options
from fuelbed.core.registry import rows_by_id
from fuelbed.engines.structure import examine
from fuelbed.readers.case import parse_case


def ask(factors: str, structure: str, failure: str = "down", more: str = "") -> Answer:
    text = f"fuelbed: 1\ntitle: A test\nfailure: {failure}\nfactors:\n{factors}\nstructure:\n{structure}\n{more}"
    return examine(parse_case(text), Board().for_engine(rows_by_id()["structure"].takes), Options())


def estimate(a: Answer, item: str) -> Estimate:
    return next(i.estimate for b in a.blocks if isinstance(b, Estimates) for i in b.items if i.id == item)


def table(a: Answer, name: str) -> Table:
    return next(b for b in a.blocks if isinstance(b, Table) and b.id == name)


def rows(a: Answer, name: str) -> dict[str, dict[str, Cell]]:
    t = table(a, name)
    return {r[0].text: dict(zip((c.id for c in t.columns), r, strict=True)) for r in t.rows}


def picture(a: Answer, kind: str = "removal") -> dict[str, object]:
    return dict(next(b.data for b in a.blocks if isinstance(b, Picture) and b.kind == kind))


def texts(x: object) -> Iterator[str]:
    if isinstance(x, str):
        yield x
    elif isinstance(x, dict):
        yield from (t for v in x.values() for t in texts(v))
    elif isinstance(x, list | tuple):
        yield from (t for v in x for t in texts(v))
    elif dataclasses.is_dataclass(x):
        yield from (t for f in dataclasses.fields(x) for t in texts(getattr(x, f.name)))


def estimates(x: object) -> Iterator[Estimate]:
    if isinstance(x, Estimate):
        yield x
    elif isinstance(x, list | tuple):
        yield from (e for v in x for e in estimates(v))
    elif dataclasses.is_dataclass(x):
        yield from (e for f in dataclasses.fields(x) for e in estimates(getattr(x, f.name)))


def near(e: Estimate, value: float | None, low: float, high: float) -> bool:
    same = e.value is None if value is None else e.value == pytest.approx(value, abs=1e-9)
    return same and e.low == pytest.approx(low, abs=1e-9) and e.high == pytest.approx(high, abs=1e-9)


# ---- the chance that the next trigger fails it ---------------------------------------------------------------------------------

TWO = "  a: {{kind: trigger{0}}}\n  b: {{kind: trigger{0}}}\n"


def test_one_q_for_every_trigger_is_the_answer_whatever_the_rates() -> None:
    """Both triggers meet the same control, 0.5: the mean of equal q is that q, with any rates above and below the line."""
    guarded = "  k: {kind: control, state: effective, fails: 0.5}"
    a = ask(TWO.format(", rate: 1..10 per year") + guarded, "  down: (a or b) and fails(k)")
    assert near(estimate(a, "propensity"), 0.5, 0.5, 0.5)
    a = ask(TWO.format("") + "  c: {kind: condition, present: yes}", "  down: (a or b) and c")
    assert near(estimate(a, "propensity"), None, 1.0, 1.0)


def test_without_rates_it_lies_between_the_least_and_the_greatest_q() -> None:
    controls = "  k: {kind: control, state: effective, fails: 0.2}\n  j: {kind: control, state: effective, fails: 0.6..0.7}"
    line = "  down: (a and fails(k)) or (b and fails(j))"
    assert near(estimate(ask(TWO.format("") + controls, line), "propensity"), None, 0.2, 0.7)
    some = estimate(ask(TWO.format(", rate: 0..2 per year") + controls, line), "propensity")
    assert (some.low, some.high) == pytest.approx((0.2, 0.7))  # both rates may be 0: the quotient says nothing there
    known = estimate(ask(TWO.format(", rate: 1..3 per year") + controls, line), "propensity")
    assert (known.low, known.high) == pytest.approx(((3 * 0.2 + 0.6) / 4, (0.2 + 3 * 0.7) / 4))


# ---- what caused the incident ----------------------------------------------------------------------------------------------------


def test_shares_that_only_a_stand_in_gives_are_not_given() -> None:
    a = ask(TWO.format("") + "  c: {kind: condition, present: yes}", "  down: (a or b) and c")
    got = rows(a, "incident")
    assert got["c"]["cause"].text == "yes, in every world"
    assert {got[x]["cause"].text for x in "ab"} == {"in some worlds"}
    assert not any(c.estimate for r in got.values() for k, c in r.items() if k == "cause")


def test_shares_of_worlds_are_the_posterior() -> None:
    """Rates 3 and 1..2: 3/4 of the incidents were a's at rate 1, 3/5 at rate 2."""
    factors = (
        "  a: {kind: trigger, rate: 3 per year}\n  b: {kind: trigger, rate: 1..2 per year}\n  c: {kind: condition, present: yes}"
    )
    share = rows(ask(factors, "  down: (a or b) and c"), "incident")["a"]["cause"].estimate
    assert share is not None
    assert near(share, 3 / (3 + math.sqrt(2)), 0.6, 0.75)
    assert "exact over 2 worlds" in share.method


def test_common_causes_count_in_the_worlds() -> None:
    """Both controls 0.1, beta 0.2: 0.02 together, 0.08 each alone. P(k fails | one of them failed)."""
    controls = "\n".join(f"  {n}: {{kind: control, state: effective, fails: 0.1, in_incident: unknown}}" for n in "kj")
    a = ask(
        "  t: {kind: trigger, rate: 1 per year, in_incident: yes}\n" + controls,
        "  down: t and (fails(k) or fails(j))",
        more="common_causes:\n  - {of: [k, j], beta: 0.2, acts_on: fails}\n",
    )
    share = rows(a, "incident")["k"]["cause"].estimate
    assert share is not None
    assert share.value == pytest.approx((0.02 + 0.98 * 0.08) / (0.02 + 0.98 * (1 - 0.92**2)), abs=1e-12)
    assert "common causes" in table(a, "incident").note


def test_drawn_worlds_say_so_and_carry_their_interval() -> None:
    """Fourteen open triggers of one rate: drawn; the true share of each is 1/14."""
    factors = "\n".join(f"  t{i}: {{kind: trigger, rate: 2 per year}}" for i in range(14))
    a = ask(factors, f"  down: any({', '.join(f't{i}' for i in range(14))})")
    shares = [r["cause"].estimate for r in rows(a, "incident").values()]
    assert all(s is not None and s.low < s.value < s.high and "256 worlds drawn" in s.method for s in shares)
    assert sum(s.low <= 1 / 14 <= s.high for s in shares if s is not None) >= 12
    assert "Wilson" in table(a, "incident").note


def test_no_estimate_shows_the_cap_of_an_unknown_rate() -> None:
    a = ask(TWO.format("") + "  k: {kind: control, state: effective, fails: 0.1..0.2}", "  down: (a or b) and fails(k)")
    assert all(math.isinf(e.high) or e.high < 1e6 for e in estimates(a.blocks))
    birnbaum = rows(a, "importance")["k"]["birnbaum"].estimate
    assert birnbaum is not None
    assert birnbaum.is_unknown
    numbers = rows(a, "numbers")
    assert numbers["a.rate"]["elasticity"].estimate is None
    elasticity = numbers["k.fails"]["elasticity"].estimate
    assert elasticity is not None
    assert elasticity.value is None


# ---- more cut sets than anyone lists ---------------------------------------------------------------------------------------------


def test_a_list_that_is_cut_is_never_read_as_complete() -> None:
    """20 of 40: C(40, 20) cut sets, which share the trigger and nothing else."""
    factors = "  t: {kind: trigger, rate: 3 per year, in_incident: yes}\n" + "\n".join(
        f"  c{i}: {{kind: condition, present: 0.5, in_incident: unknown}}" for i in range(40)
    )
    a = ask(factors, f"  down: t and atleast(20, {', '.join(f'c{i}' for i in range(40))})")
    assert a.claim.startswith("Every cut set needs the trigger `t`: here the trigger mattered.\n")
    row = next(r for r in picture(a)["rows"] if r["id"] == "c7")  # type: ignore[attr-defined]  # rows of dicts
    assert (row["breaks"], row["of"]) == (math.comb(39, 19), math.comb(40, 20))
    assert table(a, "cut_sets").note.startswith(
        "137,846,528,820 minimal cut sets of 21 factors. The 12 smallest of 137,846,528,820"
    )
    assert len(table(a, "incident").rows) == 41
    assert not any("exclude" in t for t in texts(a.blocks) if "incident" in t and t != table(a, "incident").empty)
    said = next(b.text for b in a.blocks if isinstance(b, Sentence) and "complete in this incident" in b.text)
    assert not said.startswith("0 ")


@pytest.mark.parametrize(("sizes", "number"), [((7, 6, 6), 252), ((2, 2), 4)])
def test_the_number_of_cut_sets_is_one_number(sizes: tuple[int, ...], number: int) -> None:
    names = [[f"{'tcd'[j]}{i}" for i in range(n)] for j, n in enumerate(sizes)]
    kinds = ["kind: trigger, rate: 1 per year", "kind: condition, present: 0.5", "kind: condition, present: 0.5"]
    factors = "\n".join(f"  {x}: {{{kinds[j]}}}" for j, part in enumerate(names) for x in part)
    a = ask(factors, "  down: " + " and ".join(f"({' or '.join(part)})" for part in names))
    assert f"every one of the {number} minimal cut sets" in a.claim
    assert table(a, "cut_sets").note.startswith(f"{number} minimal cut sets")
    assert {r["of"] for r in picture(a)["rows"]} == {number}  # type: ignore[attr-defined]  # rows of dicts
    assert picture(a, "graph")["cut_sets_in_all"] == number


# ---- failures that stand -----------------------------------------------------------------------------------------------------------

STANDING = """  t: {kind: trigger, rate: 0.1 per year}
  cert: {kind: condition, present: 0.5, in_incident: unknown}
  c: {kind: condition, present: yes}
  k: {kind: control, state: failed, broken: 0.5, fails: 0.1, today: 0.5}"""


def test_a_failure_that_may_stand_is_told_and_counts_in_the_removal_test() -> None:
    """Q = 0.5 (0.5 + 0.5 x 0.1) = 0.275; with t at 0.1 a year P(H) = 1 - 0.725 exp(-0.1)."""
    a = ask(STANDING, "  down: (t and c) or (cert and fails(k))")
    assert estimate(a, "standing").value == pytest.approx(0.275)
    today = 1 - 0.725 * math.exp(-0.1)
    assert estimate(a, "probability").value == pytest.approx(today)
    p = picture(a)
    left = {r["id"]: r for r in p["rows"]}  # type: ignore[attr-defined]  # rows of dicts
    assert "chance to fail" in str(p["quantity"])
    for name, value in (("t", 0.275), ("c", 0.275), ("cert", 1 - math.exp(-0.1)), ("k", 1 - math.exp(-0.1))):
        assert left[name]["value"] == pytest.approx(value)
        assert left[name]["change"] == pytest.approx(value / today - 1)
        change = rows(a, "removal")[name]["probability_change"].estimate
        assert change is not None
        assert change.value == pytest.approx(value / today - 1)
    assert a.claim.split("\n")[0] == "No single factor is in every one of the 2 minimal cut sets."
    assert "without the standing condition `cert`, 0.095" in a.claim
    assert any("may be complete at the start" in t for t in texts(a.blocks))


def test_failed_already() -> None:
    a = ask("  c: {kind: condition, present: yes}", "  down: c")
    assert a.claim.startswith("It has failed already: a cut set without any trigger, `c`, is complete")
    assert near(estimate(a, "probability"), 1.0, 1.0, 1.0)
    assert next(r for r in picture(a)["rows"])["change"] == -1.0  # type: ignore[call-overload]  # rows of dicts
    a = ask("  c: {kind: condition, present: 0.3, in_incident: unknown, today: 0.3}", "  down: c")
    assert a.claim.startswith("No trigger is needed: `c` alone is enough to fail.")


def test_a_structure_that_needs_nothing_to_fail() -> None:
    """The empty set is the one minimal solution of `not c`."""
    a = ask("  t: {kind: trigger, rate: 1 per year}\n  c: {kind: condition, present: 0.5}", "  down: (t and c) or not c")
    assert a.claim.startswith("The structure calls it a failure when no factor holds at all")
    assert table(a, "cut_sets").note == "1 minimal cut set of 0 factors."


def test_what_moves_only_the_loss_does_not_read_no_change() -> None:
    factors = "  t: {kind: trigger, rate: 4 per year}\n  r: {kind: control, state: effective, fails: 0.5}"
    outcomes = "outcomes:\n  down: {loss: 10 minutes}\n  long: {loss: 100 minutes}\n"
    a = ask(factors, "  down: t\n  long: down and fails(r)", more=outcomes)
    row = next(r for r in picture(a)["rows"] if r["id"] == "r")  # type: ignore[attr-defined]  # rows of dicts
    assert row["change"] == 0.0
    assert row["also"] == "expected loss \N{MINUS SIGN}82 %"  # 4 x 10 instead of 4 x (10 + 45)


# ---- nothing to say, said --------------------------------------------------------------------------------------------------------------


def test_where_no_failure_can_come_nothing_remains() -> None:
    a = ask("  a: {kind: trigger, rate: 0 per year}\n  c: {kind: condition, present: yes}", "  down: a and c")
    assert "With the numbers given no failure can come" in a.claim
    assert not any("remain" in t or "mattered" in t for t in texts((a.claim, a.blocks)))


def test_what_shapes_a_human_trigger_has_its_part() -> None:
    factors = """  a: {kind: trigger, rate: 1 per year, human: yes, shaped_by: [hard]}
  hard: {kind: condition, present: yes}
  idle: {kind: condition, present: yes}
  c: {kind: condition, present: yes}"""
    a = ask(factors, "  down: a and c")
    assert [f.message for f in a.findings if f.code == "FB203"] == ["`idle` is in no line that leads to the failure."]


def test_layers_are_counted_over_all_cut_sets() -> None:
    """Two triggers in layer x, one condition in y, one without: two of four cut sets cross."""
    factors = """  a: {kind: trigger, rate: 1 per year, layer: x}
  b: {kind: trigger, rate: 1 per year, layer: x}
  c: {kind: condition, present: yes, layer: y}
  d: {kind: condition, present: yes}"""
    found = [f.message for f in ask(factors, "  down: (a or b) and (c or d)").findings if f.code == "FB204"]
    assert found == ["2 of 4 minimal cut sets cross layers (x, y): no single layer explains the failure."]


def test_words() -> None:
    lasting = TWO.format(", rate: 1 per year, lasts: 1 day")
    a = ask(lasting + "  c: {kind: condition, present: yes}", "  down: a and b and c")
    assert a.claim.startswith(
        "Every cut set needs the triggers `a` and `b` and, standing there, `c`: here the trigger mattered too."
    )
    assert table(a, "cut_sets").note == "1 minimal cut set of 3 factors."
    assert not any(re.search(r"\bways?\b|\bpaths?\b|\bare 1\b|\b1 factors\b", t) for t in texts((a.claim, a.blocks, a.findings)))
