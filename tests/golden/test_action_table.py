"""The action table against numbers computed by hand: verdicts, standing failures, sets, counts of cut sets, order of the file."""

from __future__ import annotations

import math
import re

import pytest

from fuelbed.core.blocks import Answer, Table
from fuelbed.core.facts import Board, Verdicts
from fuelbed.core.options import Options
from fuelbed.core.registry import rows_by_id
from fuelbed.engines.actions import examine
from fuelbed.readers.case import parse_case

HEAD = "fuelbed: 1\ntitle: x\nfailure: down\n"


def answer(text: str, target: tuple[str, float] | None = None) -> Answer:
    return examine(parse_case(HEAD + text), Board().for_engine(rows_by_id()["actions"].takes), Options(target=target))


def table(a: Answer, name: str) -> Table:
    return next(b for b in a.blocks if isinstance(b, Table) and b.id == name)


def cells(a: Answer, name: str) -> dict[str, list[str]]:
    """By the first cell of each row, the texts of the others."""
    return {r[0].text: [c.text for c in r[1:]] for r in table(a, name).rows}


def verdicts(a: Answer) -> dict[str, str]:
    (fact,) = a.facts
    assert isinstance(fact, Verdicts)
    return {v.action: v.verdict for v in fact.verdicts}


def reasons(a: Answer) -> dict[str, str]:
    (fact,) = a.facts
    assert isinstance(fact, Verdicts)
    return {v.action: v.reason for v in fact.verdicts}


def changes(a: Answer) -> dict[str, dict[str, float | None]]:
    t = table(a, "actions")
    at = {c.id: i for i, c in enumerate(t.columns)}
    return {
        r[0].text: {k: e.value for k in ("change", "probability_change") if (e := r[at[k]].estimate) is not None} for r in t.rows
    }


STANDING = """factors:
  t: {kind: trigger, rate: rarely}
  cert: {kind: condition, present: 0.5, in_incident: unknown}
  c: {kind: condition, present: yes}
  k: {kind: control, state: failed, broken: 0.5, fails: 0.1, today: 0.5}
structure: {down: (t and c) or (cert and fails(k))}
actions:
  stop: {does: [prevent t]}
  renew: {does: [remove cert]}
  fix: {does: [make k perfect]}
"""


def test_an_action_on_a_standing_failure_helps_and_does_most() -> None:
    """Q = 0.5 x (0.5 + 0.5 x 0.1) = 0.275; 0.1 arrivals a year at the middle: P(H) = 1 - 0.725 exp(-0.1) = 0.344, and 0.095 without."""
    a = answer(STANDING)
    today, without_q = 1 - 0.725 * math.exp(-0.1), 1 - math.exp(-0.1)
    got = changes(a)
    for name in ("renew", "fix"):
        assert got[name]["probability_change"] == pytest.approx(without_q / today - 1, abs=1e-9)
        assert got[name]["change"] == 0.0
    assert got["stop"]["probability_change"] == pytest.approx(0.275 / today - 1, abs=1e-9)
    assert verdicts(a) == {"stop": "trigger only", "renew": "control", "fix": "control"}
    assert "`renew` does most, with the chance of at least one within 1 year down by 72 % (30 % to 93 %)" in a.claim
    assert [r[0].text for r in table(a, "actions").rows] == ["renew", "fix", "stop"]
    assert next(c for c in table(a, "actions").columns if c.id == "probability_change").brief
    assert cells(a, "after")["renew"][-2:] == ["1 of 2", "0 of 2"]


def test_failed_already_and_its_condition_removed_is_structural() -> None:
    a = answer("factors:\n  c: {kind: condition, present: yes}\nstructure: {down: c}\nactions:\n  gone: {does: [remove c]}\n")
    assert verdicts(a) == {"gone": "structural"}
    assert reasons(a)["gone"] == "Closes `c`, which every cut set holds."
    assert changes(a)["gone"] == {"change": 0.0, "probability_change": -1.0}


def test_nothing_to_take_away() -> None:
    a = answer(
        "factors:\n  t: {kind: trigger, rate: 0 per year}\n  c: {kind: condition, present: yes}\n"
        "structure: {down: t and c}\nactions:\n  x: {does: [remove c]}\n"
    )
    assert verdicts(a) == {"x": "no effect"}
    assert reasons(a)["x"] == "There is nothing to lower: as the numbers stand, it cannot fail."
    assert table(a, "cheapest").rows == ()
    assert table(a, "cheapest").empty == "Nothing is to be done: failures a year are 0, as the numbers stand."


UNRELATED = """factors:
  t1: {kind: trigger, rate: 4 per year}
  unrelated: {kind: condition, present: yes}
  c: {kind: condition, present: yes}
  k: {kind: control, state: effective, fails: 0.4}
structure: {side: c, down: t1 and c and fails(k)}
actions:
  both: {does: [remove unrelated, prevent t1]}
  more: {does: [set t1.rate to 16.7 per year]}
  aside: {does: [add control x fails 0.1 on side]}
  back: {does: [revert t1]}
  fight: {does: [make k perfect, disable k]}
"""


def test_only_what_a_cut_set_holds_counts() -> None:
    a = answer(UNRELATED)
    assert verdicts(a) == {
        "both": "trigger only",
        "more": "harmful",
        "aside": "no effect",
        "back": "no effect",
        "fight": "harmful",
    }
    assert reasons(a)["fight"] == "Raises failures a year whatever the numbers, by 150 %."
    assert reasons(a)["aside"] == "Touches no cut set."
    broken = {n: row[-2:] for n, row in cells(a, "after").items()}
    assert broken == {"both": ["1 of 1", "0 of 1"], **{n: ["0 of 1", "0 of 1"] for n in ("more", "aside", "back", "fight")}}
    assert cells(a, "verification")["both"] == ["no `t1` within about 9 months; then no `down` within about 22 months"]


def test_cut_sets_are_counted_not_listed() -> None:
    """20 of 40 conditions: C(40, 20) cut sets, of which C(39, 19), half, hold any one condition."""
    names = [f"c{i}" for i in range(40)]
    factors = "".join(f"  {n}: {{kind: condition, present: 0.5}}\n" for n in names)
    a = answer(
        f"factors:\n  t: {{kind: trigger, rate: 4 per year}}\n{factors}structure:\n  down: t and atleast(20, {', '.join(names)})\n"
        "actions:\n  one: {does: [remove c1]}\n"
    )
    assert math.comb(39, 19) / 1e10 == pytest.approx(6.9, abs=0.01)
    assert cells(a, "after")["one"][-2:] == ["6.9e10 of 1.4e11", "0 of 1.4e11"]
    assert verdicts(a) == {"one": "control"}
    assert cells(a, "untouched")["t"][1] == "1.4e11 of 1.4e11"


def test_364_cut_sets() -> None:
    names = [f"t{i}" for i in range(14)]
    factors = "".join(f"  {n}: {{kind: trigger, rate: 1 per year, lasts: 1 day}}\n" for n in names)
    a = answer(
        f"factors:\n{factors}structure:\n  down: atleast(3, {', '.join(names)})\nactions:\n  one: {{does: [prevent t1]}}\n"
    )
    assert cells(a, "after")["one"][-2:] == [f"{math.comb(13, 2)} of {math.comb(14, 3)}", "0 of 364"]


FIVE = """factors:
  t0: {kind: trigger, rate: 0.1..10 per year}
  t1: {kind: trigger, rate: 0.1..10 per year}
  c: {kind: condition, present: yes}
structure: {down: (t0 or t1) and c}
actions:
  most: {cost: 1, does: [prevent t0]}
  everything: {cost: 9, does: [remove c]}
"""


def test_over_the_whole_range_is_what_the_bounds_say() -> None:
    """One of two equal triggers: at the middle half is left; over the range between 1/101 and 100/101."""
    a = answer(FIVE, ("hazard", -0.4))
    rows = table(a, "cheapest").rows
    assert [(r[0].text, r[1].items, r[2].text) for r in rows] == [
        ("at the middle of the numbers", ("most",), "1"),
        ("over the whole range of the numbers", ("everything",), "9"),
    ]
    reached = rows[0][3].estimate
    assert reached is not None
    assert (reached.value, reached.low, reached.high) == pytest.approx((-0.5, -100 / 101, -1 / 101))


def weak_ones(n: int) -> str:
    """`n` weak items before two that reach the target only together and one that reaches it alone."""
    factors = "".join(f"  t{i}: {{kind: trigger, rate: 12 per year}}\n" for i in range(n))
    actions = "".join(f"  w{i}: {{does: [set t{i}.rate to 10..11 per year]}}\n" for i in range(n))
    return (
        f"factors:\n{factors}  c: {{kind: condition, present: yes}}\n  k: {{kind: control, state: effective, fails: 0.5}}\n"
        f"structure:\n  down: ({' or '.join(f't{i}' for i in range(n))}) and c and fails(k)\n"
        f"actions:\n{actions}  z1: {{does: [set k.fails to 0.2]}}\n  z2: {{does: [set c.present to 0.4]}}\n"
        "  z3: {cost: 5, does: [remove c]}\n"
    )


@pytest.mark.parametrize(("n", "proven"), [(11, True), (22, False)])
def test_the_cheapest_set_is_found_wherever_it_is_in_the_file(n: int, proven: bool) -> None:
    """z1 and z2 leave 0.4 x 0.4 = 16 %."""
    for row in table(answer(weak_ones(n)), "cheapest").rows:
        assert row[1].items == ("z1", "z2")
        assert row[2].text == "2"
        assert row[3].estimate is not None
        assert row[3].estimate.value == pytest.approx(-0.84)
        assert ("not every set was tried" not in row[0].text) == proven


ONE_NUMBER = """factors:
  t: {kind: trigger, rate: 4 per year}
  k: {kind: control, state: effective, fails: 0.8}
structure: {down: t and fails(k)}
actions:
"""
STRONG, WEAK, OFF = (
    "  strong: {does: [set k.fails to 0.05]}\n",
    "  weak: {does: [set k.fails to 0.5]}\n",
    "  off: {does: [disable k]}\n",
)


@pytest.mark.parametrize("order", [STRONG + WEAK, WEAK + STRONG])
def test_two_actions_on_one_number_in_any_order(order: str) -> None:
    a = answer(ONE_NUMBER + order)
    assert [(r[0].text, r[1].text) for r in table(a, "pairs").rows] == [("weak", "strong")]
    assert "over the whole range of the numbers" in table(a, "pairs").rows[0][2].text
    assert table(a, "cheapest").rows[0][1].items == ("strong",)


@pytest.mark.parametrize("order", [STRONG + OFF, OFF + STRONG])
def test_actions_that_contradict_each_other_say_so(order: str) -> None:
    (row,) = table(answer(ONE_NUMBER + order), "pairs").rows
    assert (row[0].text, row[1].text) == ("off", "strong")
    assert "contradict each other" in row[2].text


def test_a_change_never_reads_all_or_nothing() -> None:
    """From 0.8 to 0.0002: a fall of 99.975 %; from 0.5 to 0.4995..0.3: between 0.1 % and 40 %."""
    a = answer(ONE_NUMBER + "  near: {does: [set k.fails to 0.0002]}\n")
    assert "down by 99.975 %" in a.claim
    b = answer((ONE_NUMBER + "  near: {does: [set k.fails to 0.3..0.4995]}\n").replace("fails: 0.8", "fails: 0.5"))
    assert reasons(b)["near"] == "Stands in the way: failures a year down by 0.1 % to 40 %."


def test_counts_and_minus_signs() -> None:
    a = answer(ONE_NUMBER + STRONG + WEAK + OFF)
    assert a.claim.startswith("Of 3 action items, 2 are controls and 1 is harmful (`off`); `strong` does most")
    (harm,) = a.findings
    assert (harm.code, harm.severity.value) == ("FB208", "warning")
    assert harm.message.startswith("`off` makes it worse: it raises failures a year whatever the numbers, by ")
    one = answer(ONE_NUMBER + STRONG)
    assert one.claim.startswith("Of 1 action item, 1 is a control;")
    for text in (a.claim, *reasons(a).values()):
        assert not re.search(r"(?<![\w.])-\d", text)


def test_fewer_failures_in_more_years_is_told_beside_the_verdict() -> None:
    """A control that is broken for good in half the worlds, else perfect, against one that fails 0.45 of the time: failures a year
    fall by a tenth (10 arrivals: 5 to 4.5), the chance of at least one rises from 0.5 to 0.99."""
    a = answer(
        "factors:\n  t: {kind: trigger, rate: 10 per year}\n"
        "  k: {kind: control, state: failed, broken: 0.5, fails: 0, today: 0.5}\n"
        "structure: {down: t and fails(k)}\nactions:\n  swap: {does: [set k.fails to 0.45]}\n"
    )
    assert verdicts(a) == {"swap": "control"}
    rise = (1 - math.exp(-4.5)) / (0.5 * (1 - math.exp(-10))) - 1
    assert changes(a)["swap"] == pytest.approx({"change": -0.1, "probability_change": rise})
    assert f"But the chance of at least one within 1 year may rise, by up to {100 * rise:.0f} %" in reasons(a)["swap"]


def test_what_to_watch_for() -> None:
    """A run of n without failure has a chance of 1/20 where n = log 0.05 / log(1 - q); no arrival in 3 / rate years likewise."""
    a = answer(
        """factors:
  often: {kind: trigger, rate: 24 per year}
  seldom: {kind: trigger, rate: 2 per year}
  open: {kind: condition, present: yes}
  guard: {kind: control, state: failed, broken: 0.4, fails: 0.1, today: 0.4}
  undo: {kind: control, state: failed, broken: 1, fails: 0}
structure:
  down: (often or seldom) and open and fails(guard)
  long: down and fails(undo)
outcomes: {down: {loss: 5 minutes}, long: {loss: 100 minutes}}
actions:
  shut: {does: [remove open]}
  stop: {does: [prevent often]}
  fewer: {does: [set often.rate to 6 per year]}
  mend: {does: [set guard.fails to 0.01]}
  back: {does: [set undo.fails to 0.1]}
  soften: {does: [set long.loss to 50 minutes]}
  look: {does: [observe down]}
  worse: {does: [disable guard]}
  idle: {does: [revert often]}
  plan: {}
"""
    )
    got = {n: row[0] for n, row in cells(a, "verification").items()}
    q = 1 - 0.6 * 0.9
    n = math.ceil(math.log(0.05) / math.log(1 - q))
    assert n == 5
    assert got["shut"] == "look for `open`: it is no longer there; then 5 `often` in a row without `down` (about 3 months)"
    assert got["stop"] == "no `often` within about 46 days; then at most 1 `down` within about 5 months"
    assert got["fewer"] == "at most 3 `often` within about 4 months; then at most 4 `down` within about 9 months"
    assert got["mend"].startswith("in a drill, `guard` holds 5 times in a row")
    assert got["back"] == "in a drill, `undo` holds; in the next `down` or drill of it: it does not become `long`"
    assert got["soften"] == "the next `long` costs 50 minutes, not 100"
    assert got["look"] == "stage `down` in a drill: the signal must show it"
    assert got["worse"] == "do not try it: the model says it makes things worse"
    assert got["idle"] == "nothing would: the model does not move"
    assert got["plan"] == "nothing in the model to watch"


def test_no_wait_that_nobody_can_afford() -> None:
    """One failure in a thousand arrivals: no run of them would show anything in time."""
    a = answer(
        "factors:\n  t: {kind: trigger, rate: 2 per year}\n  k: {kind: control, state: effective, fails: 0.001}\n"
        "structure: {down: t and fails(k)}\nactions:\n  better: {does: [set k.fails to 0.0001]}\n"
    )
    (text,) = cells(a, "verification")["better"]
    head, years = text.split(" only after about ")
    assert head == "no drill that can be afforded would show it (`k` seldom fails as it is); waiting for failures would show it"
    assert float(years.removesuffix(" years")) == pytest.approx(
        4.744 / 0.002, rel=0.02
    )  # at most 1 where 4.744 were expected: 1 in 20


def test_the_order_of_the_first_items_and_where_it_turns() -> None:
    """Two ways of rates 1..9 and 4: stopping the first does more from 4 on."""
    a = answer(
        "factors:\n  a: {kind: trigger, rate: 1..9 per year}\n  b: {kind: trigger, rate: 4 per year}\n"
        "  c: {kind: trigger, rate: 2 per year}\nstructure: {down: a or b or c}\n"
        "actions:\n  no_a: {does: [prevent a]}\n  no_b: {does: [prevent b]}\n  no_c: {does: [prevent c]}\n"
    )
    rows = [[c.text for c in r] for r in table(a, "flips").rows]
    assert ["a.rate", "4", "no_b", "no_a", "1", "others at their middle"] in rows
    assert ["a.rate", "2", "no_c", "no_a", "2", "others at their middle"] in rows
    assert "search" in table(a, "flips").note


HELPING = """factors:
  t: {kind: trigger, rate: yearly}
  spare: {kind: condition, present: 0.1}
  weak: {kind: condition, present: yes}
structure: {down: t and weak and not spare}
actions:
  buy: {does: ['set spare.present to 0.8..1']}
  mend: {does: ['set weak.present to 0.1..0.2']}
"""


def test_a_condition_that_helps_should_be_there() -> None:
    rows = cells(answer(HELPING), "verification")
    assert rows["mend"][0].startswith("look for `weak`: it should be gone, and stays with a chance of 0.1 to 0.2")
    assert rows["buy"][0].startswith("look for `spare`: it should be there, with a chance of 0.8 to 1")


def test_sight_that_a_control_needs_and_gains_nothing_by() -> None:
    """`undo` acts on `inside`, and a second condition leaves it no chance: it is named, not passed over."""
    text = """factors:
  t: {kind: trigger, rate: yearly}
  undo: {kind: control, needs: inside, broken: yes, state: failed}
structure: {down: t and fails(undo)}
signals: {inside: {sees: t, installed: no}}
actions:
  watch: {does: [observe inside]}
"""
    assert reasons(answer(text))["watch"].startswith(
        "Adds sight, changes no dynamics: `undo` acts on what it shows, and holds no better for it as long as all else stays."
    )
    assert "no control in the model acts" in reasons(answer(text.replace("needs: inside, ", "")))["watch"]
