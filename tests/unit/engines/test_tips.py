"""What dynamics says of tipping, in the structure and in the action table: by hand, where a sheet of paper is enough."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.core.blocks import Answer, Cell, Picture, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.expressions import Tips
from fuelbed.core.facts import Board, Margins, Signatures, ThresholdMargins, Tipped, Tipping
from fuelbed.core.options import Options
from fuelbed.core.registry import rows_by_id
from fuelbed.engines import actions, structure
from fuelbed.numerics.process.bounds import bounds
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.dominance import dominance
from fuelbed.numerics.process.interventions import changes_of, evaluate, middles
from fuelbed.numerics.process.joint import Joint
from fuelbed.numerics.process.reach import reach
from tests.cases import P, both, case, condition, control, either, fails, model, ref, trigger


def e(value: float | None, low: float, high: float, kind: str = "probability") -> Estimate:
    return Estimate(value, low, high, kind)  # type: ignore[arg-type]  # one of the literal kinds


def on_model(name: str, parameter: str = "x", *more: Change, of: str = "m") -> Action:
    return Action(name, name, (Change("set", of, parameter, P(1.0, "number")), *more))


def tipped(after: tuple[float, float, float], ratio: tuple[float, float, float] | None) -> Tipped:
    return Tipped(e(*after), None if ratio is None else e(*ratio, "plain"))


HALF = tipped((0.125, 0.05, 0.2), (0.5, 0.5, 0.5))
LESS = tipped((0.1, 0.03, 0.3), (0.4, 0.3, 0.75))
MUCH = tipped((0.02, 0.005, 0.03), (0.08, 0.05, 0.1))
NEVER = tipped((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
SAME = tipped((0.25, 0.1, 0.4), (1.0, 1.0, 1.0))
MORE = tipped((0.5, 0.3, 0.9), (2.0, 1.5, 3.0))
EITHER = tipped((0.25, 0.05, 0.6), (1.0, 0.5, 1.5))
ANEW = tipped((0.3, 0.2, 0.6), None)


def one_trigger(*items: Action, **more: object) -> Case:
    """12 a year, tips 0.25, one condition that is certain: 3 failures a year."""
    more.setdefault("dynamics", {"m": model("m", "t"), "aside": model("aside", "t2")})
    return case(
        [trigger("t", 12.0), condition("c")], {"F": both(Tips("t"), ref("c"))}, actions={a.name: a for a in items}, **more
    )


def tipping(sets: dict[frozenset[str], dict[str, Tipped]] | None = None, **changed: Tipped) -> Tipping:
    return Tipping({"t": e(0.25, 0.1, 0.4)}, {n: {"t": x} for n, x in changed.items()}, sets or {}, "by a map, 200 draws")


def ask(engine: object, row: str, c: Case, *facts: object) -> Answer:
    board = Board()
    for f in facts:
        board.write(f, (type(f),))
    return engine.examine(c, board.for_engine(rows_by_id()[row].takes), Options())  # type: ignore[attr-defined,no-any-return]


def table(a: Answer, name: str) -> Table:
    return next(b for b in a.blocks if isinstance(b, Table) and b.id == name)


def column(t: Table, name: str) -> dict[str, Cell]:
    at = [c.id for c in t.columns].index(name)
    return {row[0].text: row[at] for row in t.rows}


def test_three_a_year_and_half_of_it_to_the_digit() -> None:
    c = one_trigger(on_model("half"))
    m = compile_case(c, tipping(half=HALF))
    row = changes_of(m, c.actions["half"])
    assert evaluate(m, middles(m), [{}, row], ("hazard",))["hazard"][:, 0] == pytest.approx([3.0, 1.5], rel=1e-14)
    found = bounds(m, [{}, row], ("hazard",), np.random.default_rng(0))
    today, after = found[0]["hazard"], found[1]["hazard"]
    assert (today.after.low, today.after.high) == pytest.approx((1.2, 4.8))
    assert (after.after.low, after.after.high) == pytest.approx((0.6, 2.4))
    assert (after.ratio.low, after.ratio.value, after.ratio.high) == (0.5, 0.5, 0.5)
    assert (after.difference.low, after.difference.high) == pytest.approx((-2.4, -0.6))


def test_a_rise_never_passes_one() -> None:
    """0.4 x 3 is more than 1: after is at most 1, at least today, and 1.5 times today where tips is least."""
    c = one_trigger(on_model("more"))
    m = compile_case(c, tipping(more=MORE))
    found = bounds(m, [changes_of(m, c.actions["more"])], ("hazard",), np.random.default_rng(0))[0]["hazard"]
    assert found.after.high <= 12.0 + 1e-9
    assert found.ratio.low > 1.0
    assert found.after.low <= 12 * 0.15 + 1e-9
    assert found.ratio.high >= 3.0 - 1e-9


@pytest.mark.parametrize(
    ("told", "verdict", "words"),
    [
        (HALF, "control", "Moves the stability boundary: failures a year down by 50 %."),
        (LESS, "control", "Moves the stability boundary: failures a year down by 25 % to 70 %."),
        (NEVER, "structural", "Takes the loop away: `t` no longer lands beyond the stability boundary"),
        (SAME, "no effect", "Every quantity moves by less than 1 %"),
        (MORE, "harmful", "Raises failures a year"),
        (EITHER, "undecided", "from −50 % to +50 %"),
        (ANEW, "undecided", "Depends on the numbers"),
        (None, "undecided", "Depends on the numbers"),
    ],
)
def test_verdicts(told: Tipped | None, verdict: str, words: str) -> None:
    fact = tipping(**({"a": told} if told is not None else {}))
    t = table(ask(actions, "actions", one_trigger(on_model("a")), fact), "actions")
    assert column(t, "verdict")["a"].text == verdict
    assert words in column(t, "why")["a"].text


def test_without_the_fact_what_an_item_does_is_not_known() -> None:
    t = table(ask(actions, "actions", one_trigger(on_model("a"))), "actions")
    assert column(t, "verdict")["a"].text == "undecided"


def test_a_model_of_which_no_line_says_tips() -> None:
    t = table(ask(actions, "actions", one_trigger(on_model("a", of="aside")), tipping()), "actions")
    assert column(t, "verdict")["a"].text == "no effect"
    assert column(t, "why")["a"].text == "Changes `aside`, but no line says `tips` of a trigger that pushes it."


def test_ending_the_loop_breaks_only_the_ways_that_need_it() -> None:
    """`t` fails by tipping or by k; `u` only by k. The loop gone is structural only where every cut set of its trigger needs it."""
    k = control("k", "effective", 0.3)
    with_detour = case(
        [trigger("t", 12.0), trigger("u", 1.0), condition("c"), k],
        {"F": either(both(Tips("t"), ref("c")), both(either(ref("t"), ref("u")), fails("k")))},
        dynamics={"m": model("m", "t")}, actions={"a": on_model("a")},
    )  # fmt: skip  # one case
    other_trigger = case(
        [trigger("t", 12.0), trigger("u", 1.0), condition("c"), k],
        {"F": either(both(Tips("t"), ref("c")), both(ref("u"), fails("k")))},
        dynamics={"m": model("m", "t")}, actions={"a": on_model("a")},
    )  # fmt: skip  # one case
    for c, breaks, cut_sets, unloops, verdict in (
        (with_detour, 1, 3, (), "control"),
        (other_trigger, 1, 2, ("t",), "structural"),
    ):
        fact = tipping(a=NEVER)
        r = reach(compile_case(c, fact), c.actions["a"].does, "a")
        assert (r.breaks, r.cut_sets, r.unloops) == (breaks, cut_sets, unloops)
        assert column(table(ask(actions, "actions", c, fact), "actions"), "verdict")["a"].text == verdict


def test_numbers_say_where_tips_comes_from_and_how_much_hangs_on_it() -> None:
    t = table(ask(structure, "structure", one_trigger(), tipping()), "numbers")
    assert column(t, "basis")["t.tips"].text == "computed by dynamics"
    value, slope = column(t, "value")["t.tips"].estimate, column(t, "elasticity")["t.tips"].estimate
    assert value is not None
    assert (value.value, value.low, value.high, value.how) == (0.25, 0.1, 0.4, "computed")
    assert slope is not None
    assert slope.value == pytest.approx(1.0)
    assert column(t, "source")["t.tips"].text == "by a map, 200 draws"


# ---- dominance ----------------------------------------------------------------------------------------------------------------


def test_dominance_follows_from_paired_ratios_only() -> None:
    told = {"half": HALF, "less": LESS, "much": MUCH, "never": NEVER, "same": SAME, "more": MORE, "either": EITHER, "anew": ANEW}
    c = one_trigger(*(on_model(n, n) for n in (*told, "unknown")))
    m = compile_case(c, tipping(**told))
    order = dominance(m, {n: a.does for n, a in c.actions.items()})
    atleast = {n: set(order.better[n]) for n in order.better}
    assert {"half", "less", "much", "never", "same"} == {n for n in atleast if "" in atleast[n]}
    assert "more" in atleast[""]
    assert order.equal("same", "")
    assert atleast["never"] >= {"half", "less", "much", "same", "more", "either", "anew", "unknown", ""}
    assert {"half", "less"} <= atleast["much"]  # 0.05..0.1 lies below 0.3..0.75 and below 0.5
    assert "less" not in atleast["half"]  # 0.5 is within 0.3..0.75
    assert "half" not in atleast["less"]
    for n in ("either", "anew", "unknown"):
        assert not atleast[n] & set(told), n


def test_dominance_holds_at_every_draw() -> None:
    """Chances today and after for random draws of one unknown; whoever dominates leaves no more, at every draw."""
    claims = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        p = rng.uniform(0.05, 0.5, 12)
        after = {f"a{i}": np.minimum(1.0, p * rng.uniform(*sorted(rng.uniform(0.0, 1.3, 2)), 12)) for i in range(6)}
        fact = Tipping({"t": _over(p)}, {n: {"t": Tipped(_over(x), _over(x / p))} for n, x in after.items()})
        c = one_trigger(*(on_model(n, n) for n in after))
        order = dominance(compile_case(c, fact), {n: a.does for n, a in c.actions.items()})
        left = {**after, "": p}
        for a in order.better:
            for b in order.better[a]:
                claims += 1
                assert (left[a] <= left[b] + 1e-12).all(), (seed, a, b)
    assert claims > 100


def _over(x: np.ndarray) -> Estimate:
    return e(float(x[0]), float(x.min()), float(x.max()))


# ---- several items on one boundary ----------------------------------------------------------------------------------------------

PAIR = tipped((0.01, 0.002, 0.05), (0.04, 0.02, 0.125))


def test_items_together_are_what_dynamics_computed_else_the_better_one() -> None:
    items = [on_model(n, n) for n in ("half", "less", "more")]
    c = one_trigger(*items)
    for sets, want in (({}, 12 * 0.25 * 0.4), ({frozenset(("half", "less")): {"t": PAIR}}, 12 * 0.25 * 0.04)):
        m = compile_case(c, tipping(sets, half=HALF, less=LESS, more=MORE))
        joint = Joint(m, ["half", "less", "more"], "hazard")
        rows = [joint.of(["half", "less"]), joint.of(["less", "half"]), joint.of(["half", "more"]), joint.of(["more"])]
        v = evaluate(m, middles(m), rows, ("hazard",))["hazard"][:, 0]
        assert v[:3] == pytest.approx([want, want, 12.0])  # with one that harms nothing is known: every arrival tips


@pytest.mark.parametrize("seed", range(6))
def test_many_sets_at_once_are_their_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    told = {"half": HALF, "less": LESS, "much": MUCH, "more": MORE, "anew": ANEW}
    c = one_trigger(*(on_model(n, n) for n in told), Action("shut", does=(Change("remove", "c"),)))
    sets = {frozenset(x): {"t": PAIR} for x in combinations(told, 2) if rng.random() < 0.4}
    sets |= {
        frozenset(x): {"t": tipped((0.01, 0.0, 0.02), (0.05, 0.0, 0.1))} for x in combinations(told, 3) if rng.random() < 0.2
    }
    m = compile_case(c, tipping(sets, **told))
    joint = Joint(m, list(c.actions), "hazard")
    knobs = {k: rng.uniform(x.quantity.low, x.quantity.high, 9) if x.uncertain else x.quantity.middle for k, x in m.knobs.items()}
    members = rng.random((40, len(c.actions))) < 0.5
    got = joint.values(members, knobs, ("hazard",))["hazard"]
    rows = [joint.of([n for n, there in zip(joint.names, row, strict=True) if there]) for row in members]
    assert got == pytest.approx(evaluate(m, knobs, rows, ("hazard",))["hazard"])


def test_nothing_is_said_of_a_pair_that_was_not_computed_together() -> None:
    """`half` would add nothing to `much` if the better one counted; together they may do more."""
    c = one_trigger(on_model("half", "x"), on_model("much", "y"))
    pairs = table(ask(actions, "actions", c, tipping(half=HALF, much=MUCH)), "pairs")
    assert pairs.rows == ()
    assert "stability boundary of `t`" in pairs.note
    same = {frozenset(("half", "much")): {"t": MUCH}}
    a = ask(actions, "actions", c, tipping(same, half=HALF, much=MUCH))
    assert table(a, "pairs").note == ""
    assert [r[0].text for r in table(a, "cheapest").rows] != []


def test_a_set_that_dynamics_computed_reaches_what_no_item_does() -> None:
    c = one_trigger(on_model("half", "x"), on_model("less", "y"))
    alone = table(ask(actions, "actions", c, tipping(half=HALF, less=LESS)), "cheapest")
    assert all("no set" in r[1].text for r in alone.rows)
    assert "was not computed" in alone.note
    done = table(
        ask(actions, "actions", c, tipping({frozenset(("half", "less")): {"t": PAIR}}, half=HALF, less=LESS)), "cheapest"
    )
    assert all(set(r[1].items) == {"half", "less"} for r in done.rows)


# ---- margins and the page ---------------------------------------------------------------------------------------------------------


def test_the_margin_is_asked_for_where_there_is_no_fact() -> None:
    c = one_trigger(
        on_model("half"), Action("see", does=(Change("observe", "F"),)), Action("shut", does=(Change("remove", "c"),)), Action("talk"),
        on_model("flat", "y"),
    )  # fmt: skip  # one case
    fact = tipping(half=HALF, flat=SAME)
    without = column(table(ask(actions, "actions", c, fact), "actions"), "margin")
    assert {(x.text, x.tone) for x in without.values()} == {("asked for, not found", "muted")}
    today, after = e(0.12, 0.08, 0.2, "share"), e(0.3, 0.25, 0.4, "share")
    t = table(ask(actions, "actions", c, fact, Margins({"": today, "half": after, "flat": today})), "actions")
    cells = {n: (x.text, x.tone) for n, x in column(t, "margin").items()}
    assert cells["half"] == ("12 % (8 to 20 %) → 30 % (25 to 40 %)", "good")
    assert cells["see"] == cells["flat"] == ("unchanged", "muted")
    assert cells["shut"] == ("not touched", "muted")
    assert cells["talk"][0] == ""


def test_a_margin_without_an_end() -> None:
    c = one_trigger(on_model("half"), on_model("flat", "y"))
    push = "× the push"
    margins = {"": Estimate(1.0, 0.3, math.inf, "plain", push), "half": Estimate(math.inf, math.inf, math.inf, "plain", push)}
    margins["flat"] = Estimate(None, 0.5, 2.0, "plain", push)
    t = table(ask(actions, "actions", c, tipping(half=HALF, flat=SAME), Margins(margins)), "actions")
    assert next(x.label for x in t.columns if x.id == "margin") == "margin, × the push"
    assert column(t, "margin")["half"].text == "1 (0.3 or more) → no boundary found"
    assert column(t, "margin")["flat"].text == "1 (0.3 or more) → 0.5 to 2"


def beyond(a: Answer) -> str:
    """The sentence that follows the table of action items."""
    at = next(i for i, b in enumerate(a.blocks) if isinstance(b, Table) and b.id == "actions")
    after = a.blocks[at + 1]
    return after.text if isinstance(after, Sentence) else ""


def test_a_sentence_says_what_moves_the_margin_and_the_ambiguity() -> None:
    c = one_trigger(on_model("half"), on_model("less", "y"), on_model("flat", "y"))
    fact = tipping(half=HALF, less=LESS, flat=SAME)
    assert beyond(ask(actions, "actions", c, fact)) == ""
    today, push = Estimate(1.0, 0.3, 2.0, "plain", "× the push"), "× the push"
    margins = {
        "": today,
        "flat": today,
        "half": Estimate(2.0, 1.5, 3.0, "plain", push),
        "less": Estimate(1.2, 0.4, math.inf, "plain", push),
    }
    said = beyond(ask(actions, "actions", c, fact, Margins(margins)))
    assert said == "Margin, × the push: 1 (0.3 to 2) today, 2 (1.5 to 3) with `half`."
    still = beyond(ask(actions, "actions", c, fact, Margins({"": today, "flat": today})))
    assert still == "Margin, × the push: 1 (0.3 to 2), whatever item is done."
    bits = Signatures({}, {"half": e(0.4, 0.1, 0.6), "less": e(-0.2, -0.3, -0.1), "flat": e(0.2, -0.1, 0.5)})
    a = ask(actions, "actions", c, fact, bits)
    assert beyond(a) == "By which mechanism it fails next is surely less open with `half` and more open with `less`."
    details = [b.text for b in a.blocks if isinstance(b, Sentence) and b.detail]
    assert "Bits of ambiguity taken away: `half` 0.4 (0.1 to 0.6), `less` −0.2 (−0.3 to −0.1)." in details
    unsure = Signatures({}, {"flat": e(0.2, -0.1, 0.5)})
    assert beyond(ask(actions, "actions", c, fact, unsure)) == ""


def test_a_sentence_says_what_moves_the_room_below_a_limit() -> None:
    c = one_trigger(on_model("half"), on_model("flat", "y"))
    room = {"": e(0.1, -0.1, 0.3), "half": e(0.4, 0.2, 0.6), "flat": e(0.1, -0.1, 0.3)}
    fact = ThresholdMargins("`load`", room, {"half": e(0.3, 0.3, 0.3), "flat": e(0.0, 0.0, 0.0)})
    said = beyond(ask(actions, "actions", c, tipping(half=HALF, flat=SAME), fact))
    assert said == "Room below `load`: 0.1 (−0.1 to 0.3) today, 0.4 (0.2 to 0.6) with `half`."


def test_the_page_has_a_slider_of_tips_and_the_sets_it_knows() -> None:
    c = one_trigger(on_model("half", "x"), on_model("less", "y"))
    a = ask(actions, "actions", c, tipping({frozenset(("half", "less")): {"t": PAIR}}, half=HALF, less=LESS))
    data = next(b for b in a.blocks if isinstance(b, Picture) and b.kind == "whatif").data
    slider = next(s for s in data["sliders"] if s["id"] == "t.tips")
    assert (slider["low"], slider["high"], slider["value"], slider["from"]) == (0.1, 0.4, 0.25, "dynamics")
    (known,) = data["together"]
    assert [(p["of"], p["set"], p["lowers"]) for p in known["parts"]] == [
        ([0, 1], [0.04, 0.0], True), ([0], [0.5, 0.0], True), ([1], [0.4, 0.0], True),
    ]  # fmt: skip  # one list


def test_a_longer_push_is_not_known_until_dynamics_says_it() -> None:
    """How long a trigger lasts is part of its push."""
    c = one_trigger(Action("shorter", does=(Change("set", "t", "lasts", P(0.0, "duration")),)))
    assert compile_case(c, tipping()).tips.alone("shorter")["t"].known is False
    assert compile_case(c, tipping(shorter=HALF)).tips.alone("shorter")["t"].kept == 0.5
    assert math.isinf(compile_case(c, tipping()).tips.alone("shorter")["t"].most)
