"""Question 3 on hand-made histories: what is gathered, claimed, asked, offered; and that a case without a history pays nothing."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from array import array
from dataclasses import replace

import pytest

from fuelbed.core.blocks import Answer, Ask, Estimates, Picture, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.coupling import Coupling
from fuelbed.core.evidence import EventsTable, MetricsColumn, MetricsTable
from fuelbed.core.facts import Board, JointFailures, NotFound, Tipping
from fuelbed.core.options import Options
from fuelbed.engines.coupling import examine
from fuelbed.engines.coupling.answer import Looked, look
from fuelbed.engines.coupling.gather import Gathered, gather, span_words
from tests.joint_failures import BACKUPS, COMPONENTS, START, backups, failure_log, year

DAY = 86_400.0


def answer(case: Case) -> Answer:
    return examine(case, Board().for_engine((Tipping,)), Options())


def looked(case: Case) -> Looked:
    found = look(case, None, Options())
    assert isinstance(found, Looked)
    return found


def gathered(case: Case) -> Gathered:
    found = gather(case)
    assert isinstance(found, Gathered)
    return found


def words(a: Answer) -> dict[tuple[str, ...], str]:
    table = next(b for b in a.blocks if isinstance(b, Table) and b.id == "pairs")
    return {tuple(sorted(r[0].items)): r[4].text for r in table.rows}


def test_the_planted_pairs_and_their_mechanisms() -> None:
    a = answer(backups())
    found = words(a)
    assert found["dump", "snapshot"] == found["dump", "wal"] == found["snapshot", "wal"] == "hidden dependency"
    assert found["db", "web"] == "cascade"
    assert found["cache", "queue"] == "shared dependency"
    assert not any(
        "lonely" in pair or "replica" in pair for pair, word in found.items() if word == "hidden dependency" and pair[0] != "x"
    )
    assert a.claim.startswith("Of 36 pairs of components that failed, ")
    assert "`dump` and `snapshot` began to fail together 12 times in 365 days" in a.claim
    codes = [f.code for f in a.findings]
    assert codes.count("FB250") >= 3
    assert codes.count("FB251") == 1
    assert any(isinstance(b, Picture) and b.kind == "joint" for b in a.blocks)


def test_what_is_offered_and_given() -> None:
    a = answer(backups())
    (fact,) = a.facts
    assert isinstance(fact, JointFailures)
    ((members, share),) = fact.groups.items()
    assert sorted(members) == ["dump", "snapshot", "wal"]
    assert share.value is not None
    assert share.low < 9 / 22 < share.high
    estimates = next(b for b in a.blocks if isinstance(b, Estimates))
    by = {i.id: i.estimate for i in estimates.items}
    # a common cause is worth 1 + beta (1 / (0.1 * 0.1) - 1) where it takes three of four controls, to first order
    assert by["times"].low < 1 + (9 / 22) * 99 < by["times"].high
    assert by["hazard_independent"].value == pytest.approx(1e-4, rel=1e-3)
    assert by["hazard_history"].value == pytest.approx(by["hazard_independent"].value * by["times"].value, rel=1e-6)  # type: ignore[operator]


def test_nothing_changes_the_cases_own_numbers() -> None:
    from fuelbed.analysis import analyze

    case = backups()
    with_history, without = analyze(case), analyze(replace(case, history={}))

    def numbers(report: object) -> list[object]:
        section = next(s for s in report.sections if s.engine == "structure")  # type: ignore[attr-defined]
        return [b for b in section.answer.blocks if not isinstance(b, Sentence)]

    assert numbers(with_history) == numbers(without)
    said = [b.text for s in with_history.sections if s.engine == "structure" for b in s.answer.blocks if isinstance(b, Sentence)]  # type: ignore[union-attr]
    assert any("as independent, and history says that" in t for t in said)


def test_a_declared_common_cause_is_compared() -> None:
    low = BACKUPS + "common_causes:\n  - {of: [dump, snapshot, wal], beta: 0.01, acts_on: fails}\n"
    a = answer(backups(low))
    assert [f.code for f in a.findings if f.code in ("FB251", "FB255")] == ["FB255"]
    ids = [i.id for b in a.blocks if isinstance(b, Estimates) for i in b.items]
    assert "hazard_given" in ids
    agrees = BACKUPS + "common_causes:\n  - {of: [dump, snapshot, wal], beta: 0.3..0.5, acts_on: fails}\n"
    assert [f.code for f in answer(backups(agrees)).findings if f.code in ("FB251", "FB255")] == []


def test_components_are_mapped_to_factors() -> None:
    text = BACKUPS.replace("  dump: {kind", "  pg_dump: {kind").replace("fails(dump)", "fails(pg_dump)")
    case = backups(text.replace("components: [dump", "components: [dump, pg_dump"))
    members = next(iter(answer(case).facts[0].groups))  # type: ignore[attr-defined]
    assert sorted(members) == ["snapshot", "wal"]
    mapped = replace(case, coupling=Coupling(components={"dump": "pg_dump"}))
    members = next(iter(answer(mapped).facts[0].groups))  # type: ignore[attr-defined]
    assert sorted(members) == ["pg_dump", "snapshot", "wal"]


def test_components_that_are_no_controls_are_asked_for() -> None:
    text = BACKUPS.replace(
        "lost: wipe and old and fails(dump) and fails(snapshot) and fails(wal) and fails(replica)", "lost: wipe and old"
    )
    for name in ("dump", "snapshot", "wal"):
        text = text.replace(f"  {name}: {{kind: control, fails: 0.1}}\n", "")
    asks = [b.missing.question for b in answer(backups(text)).blocks if isinstance(b, Ask)]
    assert any("coupling: components" in q for q in asks)


def test_no_history_is_asked_for_and_imports_nothing() -> None:
    case = replace(backups(), history={})
    (ask,) = answer(case).blocks
    assert isinstance(ask, Ask)
    assert "evidence.history" in ask.missing.question
    code = (
        "import sys; from fuelbed.core.facts import Board, Tipping; from fuelbed.core.options import Options\n"
        "from fuelbed.readers.case import parse_case; from fuelbed.engines.coupling import examine\n"
        f"examine(parse_case({BACKUPS!r}), Board().for_engine((Tipping,)), Options())\n"
        "print([m for m in sys.modules if m.startswith(('numpy', 'scipy', 'fuelbed.numerics', 'fuelbed.engines.coupling.'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": "src"})
    assert done.stdout.strip() == "['fuelbed.engines.coupling.examine']"


@pytest.mark.parametrize("rows", [[], [("dump", 5.0, 6.0)], [("dump", 5.0, 6.0), ("dump", 9e5, 9.1e5)]])
def test_too_little_is_asked_for(rows: list[tuple[str, float, float]]) -> None:
    a = answer(backups(outages=failure_log(rows)))
    assert a.facts == ()
    assert [type(b) for b in a.blocks] == [Ask]


def test_quiet_pairs_say_how_much_more_would_settle_it() -> None:
    """Thirty failures of each in a year: two of dump and wal at once are not surprising among 36 pairs, and might be with a longer log."""
    r = random.Random(3)
    rows = [(c, t := r.random() * 360 * DAY, t + 600) for c in COMPONENTS for _ in range(60)]
    rows += [(c, t, t + 600) for t in (100 * DAY,) for c in ("dump", "wal")]
    a = answer(backups(outages=failure_log(rows)))
    assert "none fails together more often" in a.claim
    (asked,) = [b.missing.question for b in a.blocks if isinstance(b, Ask)]
    assert re.search(r"[1-9]\d* more records would settle it in 4 of 5 cases: \d", asked)
    assert a.findings == ()
    assert next(f for f in a.facts if isinstance(f, JointFailures)).groups == {}


# ---- gathering -------------------------------------------------------------------------------------------------------------------


def test_two_logs_are_one_on_one_clock() -> None:
    first = failure_log([("dump", 100.0, 200.0)], days=10)
    second = replace(failure_log([("web", 50.0, 60.0)], days=20, name="others"), start=START + DAY)
    g = gathered(backups(outages=first, others=second))
    assert g.window == (DAY, 10 * DAY)
    assert g.start == START
    assert dict(zip((g.names[i] for i in g.which), g.starts.tolist(), strict=True)) == {"web": DAY + 50.0}
    assert any("in common" in s for s in g.said)


def test_logs_that_share_no_time_are_asked_for() -> None:
    first = failure_log([("dump", 100.0, 200.0)], days=1)
    assert isinstance(gather(backups(outages=first, later=replace(first, name="later", start=START + 5 * DAY))), NotFound)


def test_a_clock_of_its_own_is_left_out_and_told() -> None:
    rows = year()
    g = gathered(backups(outages=failure_log(rows), other=failure_log(rows, start=None, name="other")))
    assert len(g.which) == len(rows)
    assert any("other" in s for s in g.said)


def test_the_window_follows_the_resolution() -> None:
    exact = gathered(backups())
    assert (exact.reach, exact.chosen) == (300.0, True)
    hours = gathered(backups(outages=failure_log([(c, 3600.0 * round(s / 3600), e + 3600) for c, s, e in year()])))
    assert hours.reach == 3600.0
    said = gathered(replace(backups(), coupling=Coupling(window=42.0)))
    assert (said.reach, said.chosen) == (42.0, False)


def _metrics(start: float | None) -> MetricsTable:
    times = array("d", [600.0 * k for k in range(365 * 144)])
    values = array("d", [float(k % 144) for k in range(len(times))])
    return MetricsTable("api", "api.csv", times, {"load": MetricsColumn("load", "load", "per second", values)}, start)


def test_load_and_deploys_come_onto_the_clock_of_the_log() -> None:
    events = EventsTable(
        "releases", "", array("d", [10.0, 3 * DAY]), ("deploy", "other"), array("d", [10.0, 3 * DAY]), START + DAY
    )
    case = replace(
        backups(), metrics={"api": _metrics(START)}, events={"releases": events},
        coupling=Coupling(load=("api", "load"), strata=4, deploys=(("releases", "deploy"), ("releases", ""))),
    )  # fmt: skip  # one call
    g = gathered(case)
    assert g.context.load is not None
    assert g.context.load.n == 4
    assert dict(g.context.deploys) == {
        "the time after `deploy`": [DAY + 10.0],
        "the time after `releases`": [DAY + 10.0, 4 * DAY],
    }
    apart = gathered(replace(case, metrics={"api": _metrics(None)}))
    assert apart.context.load is None
    assert any("clock of its own" in s for s in apart.said)


def test_ancestors_go_by_component_factor_and_what_a_control_stands_on() -> None:
    text = BACKUPS.replace("dump: {kind: control, fails: 0.1}", "dump: {kind: control, fails: 0.1, depends_on: [disk]}")
    case = replace(backups(text), coupling=Coupling(components={"lonely": "dump"}))
    g = gathered(case)
    assert g.context.ancestors["web"] == {"db"}
    assert g.context.ancestors["cache"] == {"rack"}
    assert g.context.ancestors["lonely"] >= {"disk"}
    assert "db" not in g.context.ancestors


@pytest.mark.parametrize(
    ("seconds", "said"), [(5, "5 s"), (300, "5 min"), (5400, "1.5 h"), (86400, "1 day"), (365 * 86400, "365 days")]
)
def test_spans_in_words(seconds: float, said: str) -> None:
    assert span_words(seconds) == said


def test_the_log_may_list_components_that_never_failed() -> None:
    x = looked(backups(outages=failure_log([r for r in year() if r[0] != "lonely"])))
    assert x.study.components["lonely"] == 0
    assert x.study.tests == 28
    assert set(x.study.components) == set(COMPONENTS)


# ---- what the case declares ------------------------------------------------------------------------------------------------------


def test_declared_common_causes_are_weighed_without_a_history() -> None:
    """Four backups, three of them with beta 0.5: 0.1 x 0.1 x 0.1 multiply to 0.001, and all fail with 0.05 (1 - ...)."""
    text = BACKUPS + "common_causes:\n  - {of: [dump, snapshot, wal], beta: 0.5, acts_on: fails}\n"
    a = answer(replace(backups(text), history={}))
    together = 0.05 + 0.95 * 0.05**3
    first, second, third = a.claim.splitlines()
    assert first.startswith("Nothing says which parts have failed together before; ")
    assert second == "By the common causes that it declares, `lost` comes 50 times as often as under independence."
    assert third == "`dump`, `snapshot` and `wal` multiply to 0.001, and all of them fail with 0.05."
    table = next(b for b in a.blocks if isinstance(b, Table))
    assert [c.text for c in table.rows[0][:2]] == ["dump, snapshot, wal", "1"]
    assert table.rows[0][3].estimate is not None
    assert table.rows[0][3].estimate.value == pytest.approx(together, rel=1e-12)
    assert [type(b) for b in a.blocks][-1] is Ask
    assert a.facts == ()


def test_what_the_numbers_do_not_settle_is_not_claimed() -> None:
    text = (
        BACKUPS.replace("fails: 0.1}", "fails: 0.5..0.9}")
        + "common_causes:\n  - {of: [dump, snapshot], beta: 0.1, acts_on: fails}\n"
    )
    a = answer(replace(backups(text), history={}))
    assert a.claim == "Nothing says which parts have failed together before."
    assert all(b.detail for b in a.blocks if not isinstance(b, Ask))
