"""§6 on toy cases worked out by hand: posterior, twins, rivals, the next sensor, what action items take away."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Answer, Ask, Estimates, Picture, Quote, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.facts import Board, Signatures, Tipping
from fuelbed.core.options import Options
from fuelbed.engines.observability import examine
from fuelbed.readers.case import parse_case, read_case

HEAD = """fuelbed: 1
title: t
failure: slow
"""
TWO = (
    HEAD
    + """factors:
  surge: {kind: trigger, rate: 3 per year}
  restart: {kind: trigger, rate: 1 per year}
  no_limit: {kind: condition, present: 0.5}
structure:
  overload: surge and no_limit
  slow: overload or restart
"""
)
"""Two momentary triggers: P(overload | slow) = 1.5 / 2.5 = 0.6, P(restart | slow) = 0.4, never both."""
SIGNALS = """signals:
  latency: {sees: slow, misses: 0.1, false_alarms: 0.05}
  requests: {sees: surge, misses: 0.2, false_alarms: 0.1}
  cache: {sees: restart, misses: 0, false_alarms: 0.1, installed: no, cost: 2}
  cache_again: {sees: restart, misses: 0, false_alarms: 0.1, installed: no, shares: cache, cost: 2}
"""


def ask(text: str) -> tuple[Case, Answer]:
    case = parse_case(text)
    return case, examine(case, Board().for_engine((Tipping,)), Options())


def picture(a: Answer, kind: str) -> Picture:
    return next(b for b in a.blocks if isinstance(b, Picture) and b.kind == kind)


def table(a: Answer, id_: str) -> dict[str, list[object]]:
    t = next(b for b in a.blocks if isinstance(b, Table) and b.id == id_)
    return {row[0].text: [c.estimate or c.text for c in row[1:]] for row in t.rows}


def sentences(a: Answer) -> str:
    return "\n".join(b.text for b in a.blocks if isinstance(b, Sentence))


def h(*p: float) -> float:
    return -sum(x * math.log2(x) for x in p if x > 0)


SEEN = SIGNALS + "seen: {latency: yes, requests: no}\nhypotheses:\n  it_was_load: {says: overload}\n"


def test_posterior_by_hand() -> None:
    """`requests` off: 0.2 with a surge, 0.9 without: 0.6 * 0.2 against 0.4 * 0.9."""
    _, a = ask(TWO + SEEN)
    rows = {r["id"]: r for r in picture(a, "posterior").data["rows"]}
    after = 0.12 / (0.12 + 0.36)
    assert rows["it_was_load"]["prior"] == pytest.approx([0.6] * 3)
    assert rows["it_was_load"]["posterior"] == pytest.approx([after] * 3)
    assert rows["restart"]["posterior"] == pytest.approx([1 - after] * 3)
    opened = {n.id: n.estimate.value for b in a.blocks if isinstance(b, Estimates) for n in b.items}
    assert opened["before"] == pytest.approx(h(0.6, 0.4))
    assert opened["seen"] == pytest.approx(h(after, 1 - after))
    assert a.claim.startswith("By what was seen, the likeliest of 2 mechanisms is `restart`, with 75 %.")


def test_the_next_sensor_by_hand() -> None:
    """`cache` on: 0.1 with overload, 1 with a restart; after what was seen 0.25 and 0.75."""
    _, a = ask(TWO + SEEN)
    rows = table(a, "sensors")
    on, off = (0.25 * 0.1, 0.75), (0.25 * 0.9, 0.0)
    left = sum(sum(p) * h(*(x / sum(p) for x in p)) for p in (on, off))
    alone = rows["cache"][1]
    assert alone.value == pytest.approx(h(0.25, 0.75) - left)  # type: ignore[union-attr]  # an estimate
    assert (rows["cache"][-1], rows["cache_again"][-1]) == ("next", "then")  # independent repeats tell a little more
    shared = SEEN.replace("installed: no, cost: 2}\n  cache_again", "installed: no, shares: cache, cost: 2}\n  cache_again")
    rows = table(ask(TWO + shared)[1], "sensors")
    assert rows["cache_again"][-1] == "adds nothing beside cache"
    assert "The next sensor to have is `cache`" in a.claim


def test_what_would_have_ruled_it_out_by_hand() -> None:
    """Before anything was seen 0.6: `cache` on leaves 0.6 * 0.1 / (0.06 + 0.4) = 13 %, so no single reading rules it out; after
    `requests` off it leaves 0.025 / 0.775 = 3.2 %."""
    _, a = ask(TWO + SEEN)
    assert (
        "One reading would have ruled it out, were it something else: `cache` on (leaves 3.2 %; seen so in 100 % of the other cases)"
        in (sentences(a))
    )
    early = SEEN.replace("requests: no}", "requests: {state: no, at: 2025-01-01 12:00}}").replace(
        "{says: overload}", "{says: overload, at: 2025-01-01 11:00}"
    )
    _, a = ask(TWO + early)
    assert "`it_was_load`: when it was held (2025-01-01 11:00), it had 60 %" in sentences(a)
    assert "No single reading would have ruled it out; the least set that would: " in sentences(a)


def test_bayes_factors_in_words() -> None:
    rows = table(ask(TWO + SEEN)[1], "rivals")
    assert rows["it_was_load"][-1] == "`requests` off speaks against it: 4.5 times likelier without it"


def test_every_reading_for_and_against() -> None:
    rows = table(ask(TWO + SEEN)[1], "evidence")
    assert rows == {"latency": ["on", "nothing"], "requests": ["off", "4.5 times against"]}


def test_twins_on_the_installed_signals() -> None:
    blind = SIGNALS.replace("  requests: {sees: surge, misses: 0.2, false_alarms: 0.1}\n", "") + "seen: {latency: yes}\n"
    _, a = ask(TWO + blind)
    states = picture(a, "signatures").data["states"]
    assert {s["group"] for s in states} == {0}
    assert "look the same on the installed signals" in sentences(a)
    assert "`cache` would part them best" in sentences(a)
    assert "looks the same on every installed signal" in a.claim
    apart = picture(ask(TWO + SEEN)[1], "signatures").data["states"]
    assert len({s["group"] for s in apart}) == 2
    shows = {s["label"]: s["shows"] for s in apart}
    assert shows["restart"] == pytest.approx([0.9, 0.1, 1.0, 1.0])


def test_a_hypothesis_that_the_model_has_no_way_for() -> None:
    text = TWO.replace("structure:", "  attack: {kind: trigger, rate: 1 per year}\nstructure:") + SIGNALS
    text += "seen: {latency: yes}\nhypotheses: {evil: {says: attack}}\n"
    _, a = ask(text)
    assert [f.code for f in a.findings] == ["FB221"]
    assert "`evil`: the model has no way for it" in sentences(a)
    assert "no way to this failure at all by the model" in a.claim


def test_what_was_seen_is_impossible() -> None:
    text = TWO + "signals: {latency: {sees: slow, misses: 0, false_alarms: 0}}\nseen: {latency: no}\n"
    _, a = ask(text)
    assert [f.code for f in a.findings] == ["FB220"]
    assert a.claim.startswith("What was seen cannot come about by the model")


def test_blind_when_means_off_whatever_is_so() -> None:
    """The only thing that `latency` off is compatible with is the blindness."""
    text = TWO.replace("structure:", "  on_it: {kind: condition, present: 0.2}\nstructure:")
    text += "signals: {latency: {sees: slow, misses: 0, false_alarms: 0, blind_when: on_it}}\nseen: {latency: no}\n"
    rows = {r["id"]: r for r in picture(ask(text)[1], "posterior").data["rows"]}
    assert rows["on_it"]["prior"][0] == pytest.approx(0.2)
    assert rows["on_it"]["posterior"][0] == pytest.approx(1.0)


def test_hindsight_is_told_beside_and_not_mixed_in() -> None:
    text = TWO.replace("kind: trigger, rate: 1", "kind: trigger, in_incident: no, rate: 1") + SEEN
    _, a = ask(text)
    rows = table(a, "rivals")
    assert rows["it_was_load"][2].value == pytest.approx(0.25)  # type: ignore[union-attr]  # an estimate
    assert rows["it_was_load"][3].value == pytest.approx(1.0)  # type: ignore[union-attr]  # an estimate
    assert "By what was found out later it was another, which the signals left at 25 %." in a.claim
    sharp = text.replace("misses: 0.2, false_alarms: 0.1", "misses: 0.02, false_alarms: 0.01")
    assert "It is not what was found out later: the signals pointed the wrong way." in ask(sharp)[1].claim


def test_what_nobody_looked_at_and_what_is_not_known() -> None:
    text = TWO + SIGNALS.replace(", installed: no, cost: 2", ", cost: 2") + "seen: {latency: yes, requests: yesMORE}\n"
    assert "Nobody looked at `cache`, which was there" in ask(text.replace("MORE", ""))[1].claim
    unknown = ask(text.replace("MORE", ", cache: unknown"))[1].claim
    assert "Whether anybody looked at `cache` is not known; it was there and would have told" in unknown


def test_what_an_action_would_change_was_certain_in_the_incident() -> None:
    """Seventeen conditions that are surely there, and an action for each: nothing of the incident is open for that."""
    names = [f"c{i}" for i in range(17)]
    sure = "".join(f"  {n}: {{kind: condition, present: yes}}\n" for n in names)
    text = TWO.replace("structure:", f"{sure}structure:").replace("or restart", f"or (restart and {' and '.join(names)})") + SEEN
    doing = "actions:\n" + "".join(f"  less_{n}: {{does: ['set {n}.present to 0.3']}}\n" for n in names)
    plain, moved = ask(text)[1], ask(text + doing)[1]
    assert picture(moved, "posterior").data["rows"] == picture(plain, "posterior").data["rows"]
    assert "exact over" in sentences(moved)


def test_what_no_drawn_world_agrees_with_is_not_excluded() -> None:
    names = [f"c{i}" for i in range(18)]
    rare = "".join(f"  {n}: {{kind: condition, present: 1e-6, in_incident: yes}}\n" for n in names)
    text = (
        TWO.replace("structure:", f"{rare}structure:").replace("or restart", f"or (restart and any({', '.join(names)}))") + SEEN
    )
    rows = table(ask(text)[1], "rivals")
    assert rows["it_was_load"][3] == "no drawn world agrees"


def test_numbers_that_nobody_gave_give_no_value() -> None:
    text = TWO + "signals: {requests: {sees: surge}}\nseen: {requests: yes}\nhypotheses: {load: {says: overload}}\n"
    rows = {r["id"]: r for r in picture(ask(text)[1], "posterior").data["rows"]}
    assert rows["load"]["prior"] == pytest.approx([0.6] * 3)
    value, low, high = rows["load"]["posterior"]
    assert value is None
    assert (low, high) == pytest.approx((0.0, 1.0))


def test_intervals_hold_every_corner() -> None:
    text = TWO + SEEN.replace("misses: 0.2, false_alarms: 0.1", "misses: 0.1..0.3, false_alarms: 0.05..0.2")
    rows = {r["id"]: r for r in picture(ask(text)[1], "posterior").data["rows"]}
    corners = [0.6 * m / (0.6 * m + 0.4 * (1 - f)) for m in (0.1, 0.3) for f in (0.05, 0.2)]
    assert rows["it_was_load"]["posterior"][1:] == pytest.approx([min(corners), max(corners)])


# ---- without signals ---------------------------------------------------------------------------------------------------------------


def test_without_signals_a_yardstick_and_a_question() -> None:
    _, a = ask(TWO)
    assert a.claim == (
        "The case declares no signals, so nothing that operators could see told its 2 mechanisms apart. Which of them it was stays open by 0.97 bits. "
        "A perfect look at `surge` would tell most: 0.97 bits."
    )
    asked = [b.missing.question for b in a.blocks if isinstance(b, Ask)]
    assert asked[0].startswith("Which signals can operators see")


def test_one_mechanism_needs_no_signal() -> None:
    _, a = ask(HEAD + "factors:\n  a: {kind: trigger, rate: monthly}\nstructure: {slow: a}\n")
    assert a.claim.startswith("There is one mechanism by which this failure comes about")


def test_no_way_to_the_failure() -> None:
    _, a = ask(HEAD + "factors:\n  a: {kind: trigger}\nstructure: {slow: a and not a}\n")
    assert a.claim == "By the structure nothing brings the failure about, so there is nothing to tell apart."


# ---- action items ------------------------------------------------------------------------------------------------------------------

ACTIONS = """actions:
  watch: {does: [observe restart misses 0]}
  install: {does: [observe cache]}
  again: {does: [observe surge misses 0.2]}
  limit: {does: [remove no_limit]}
  none_left: {does: [remove no_limit, prevent restart]}
"""


def bits(text: str) -> Signatures:
    _, a = ask(text)
    (told,) = [f for f in a.facts if isinstance(f, Signatures)]
    return told


def test_bits_taken_away_by_hand() -> None:
    told = bits(
        TWO
        + "signals: {requests: {sees: surge, misses: 0.2, false_alarms: 0.1}}\n"
        + ACTIONS.replace("  install: {does: [observe cache]}\n", "")
    )
    on, off = (0.6 * 0.8, 0.4 * 0.1), (0.6 * 0.2, 0.4 * 0.9)
    today = sum(sum(p) * h(*(x / sum(p) for x in p)) for p in (on, off))
    assert told.bits[""].value == pytest.approx(today)
    assert told.removed["watch"].value == pytest.approx(today)  # a perfect look leaves nothing open
    assert told.bits["watch"].value == pytest.approx(0.0)
    assert told.removed["limit"].value == pytest.approx(today)  # one way is left
    assert told.said["none_left"] == "no way to the failure is left"
    assert told.removed["none_left"].value == pytest.approx(today)


def test_an_exploit_in_no_list_may_have_a_way_where_no_known_one_has() -> None:
    told = bits(
        HEAD
        + "factors:\n  e: {kind: exploit, class: CWE-1, rate: monthly}\n  f: {kind: exploit, class: CWE-1, rate: monthly}\n"
        + "structure: {slow: e or f}\nsignals: {requests: {sees: e}}\nactions:\n  both: {does: [prevent e, prevent f]}\n"
    )
    assert told.said["both"] == "no way by a known exploit is left"


def test_an_item_installs_a_candidate_or_repeats_what_is_there() -> None:
    told = bits(TWO + SIGNALS + ACTIONS)
    assert told.removed["install"].value > 0.2  # type: ignore[operator]  # there is one
    same = "signals: {requests: {sees: surge, misses: 0, false_alarms: 0}}\n" + ACTIONS.replace(
        "  install: {does: [observe cache]}\n", ""
    )
    told = bits(TWO + same)
    assert told.said["again"] == "nothing: the same as `requests`"
    assert told.removed["again"].value == pytest.approx(0.0, abs=1e-9)


def test_many_signals_are_the_same_before_and_after() -> None:
    """More signals than can be written out together: an item that brings a useless one takes nothing away."""
    many = "signals:\n" + "".join(f"  s{i}: {{sees: surge, misses: 0.{i % 4 + 1}, false_alarms: 0.3}}\n" for i in range(14))
    told = bits(TWO + many + "actions:\n  page: {does: [observe slow misses 0.1]}\n  limit: {does: [prevent restart]}\n")
    assert told.removed["page"].value == pytest.approx(0.0, abs=1e-9)
    assert told.said["page"] == "nothing: it reads the same whatever the mechanism"
    assert told.bits["limit"].value == pytest.approx(0.0, abs=1e-9)


def test_the_action_table_shows_it() -> None:
    report = analyze(parse_case(TWO + SIGNALS + ACTIONS))
    actions = next(s.answer for s in report.sections if s.engine == "actions")
    assert isinstance(actions, Answer)
    t = next(b for b in actions.blocks if isinstance(b, Table) and b.id == "actions")
    column = [c.id for c in t.columns].index("ambiguity")
    cells = {row[0].text: row[column] for row in t.rows}
    assert cells["watch"].estimate is not None
    assert cells["watch"].tone == "good"
    assert cells["none_left"].text == "no way to the failure is left"
    why = {row[0].text: row[-1].text for row in t.rows}
    assert why["watch"].startswith(
        "Adds sight, changes no dynamics: no control in the model acts on what it shows. Of the mechanism it tells "
    )


# ---- the narrative -----------------------------------------------------------------------------------------------------------------


def test_a_statement_that_no_signal_supports(tmp_path: Path) -> None:
    text = TWO.replace("surge: {kind: trigger", "surge: {kind: trigger, what: A surge of traffic")
    signals = "signals: {latency: {sees: slow, misses: 0.1, false_alarms: 0.1}}\n"
    (tmp_path / "case.yaml").write_text(f"{text}narrative: pm.md\n{signals}", "utf-8")
    told = "There was no limit on requests, so a surge of traffic overloaded the database."
    (tmp_path / "pm.md").write_text(f"# Slow\n\n## Root cause\n\n{told}\n", "utf-8")
    a = examine(read_case(tmp_path), Board().for_engine((Tipping,)), Options())
    assert "The text states `surge` as a fact (matched by words), and no installed signal sees it" in sentences(a)
    quote = next(b for b in a.blocks if isinstance(b, Quote))
    assert quote.text == told
    assert quote.span is not None
    assert (quote.span.file, quote.span.line) == ("pm.md", 5)
    (tmp_path / "pm.md").write_text("# Slow\n\n## Root cause\n\nPerhaps a surge of traffic overloaded the database.\n", "utf-8")
    a = examine(read_case(tmp_path), Board().for_engine((Tipping,)), Options())
    assert "`surge` with a word of doubt (matched by words)" in sentences(a)
    seen = signals.replace("signals: {", "signals: {edge: {sees: surge, misses: 0, false_alarms: 0}, ")
    (tmp_path / "case.yaml").write_text(f"{text}narrative: pm.md\n{seen}", "utf-8")
    a = examine(read_case(tmp_path), Board().for_engine((Tipping,)), Options())
    assert "the installed signals see it: `edge` gives 0.97 of the 0.97 bits there are about it" in sentences(a)
