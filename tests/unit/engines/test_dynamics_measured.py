"""What the engine says of metrics, on records of the single-request simulation, read as files of a case folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fuelbed.core.blocks import Answer, Ask, Estimates, Sentence, Table
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import Board
from fuelbed.core.options import Options
from fuelbed.core.quantities import Quantity
from fuelbed.engines.dynamics import examine
from fuelbed.engines.dynamics.draws import Draws, draw, varied
from fuelbed.engines.dynamics.measured import Measured, measured, seen_in
from fuelbed.engines.dynamics.measured_fit import fit_map, verdict_of
from fuelbed.engines.dynamics.measured_words import blocks_of
from fuelbed.engines.dynamics.tipping import sweep_method, tipped
from fuelbed.numerics.retry import Push, Retry, boundary, simulate
from fuelbed.numerics.series import fit_retry
from fuelbed.numerics.series.loads import loads_of, models_of
from fuelbed.numerics.series.record import MOST_ROWS, record_of
from fuelbed.readers.case import read_case

R = np.random.default_rng
TRUE = Retry(capacity=100.0, load=60.0, timeout=0.5, retries=3.0)
LASTS, START, END = 20.0, 120.0, 300.0
DOUBLED = Push({"load": ("times", 2.0)})
CRITICAL = 1 + float(boundary(TRUE, DOUBLED, lasts=LASTS).critical[0])  # 1.71 times the load
MODEL = """\
dynamics:
  api:
    archetype: retry_service
    parameters: {capacity: CAPACITY, LOADtimeout: 500 ms, retries: RETRIES}
    pushes: {surge: {load: times 1.6, lasts: 20 s}}
    metrics: db
actions:
  a1: {what: one retry only, does: [set api.retries to 1]}
  a2: {what: half of the load, does: [set api.load to 30 per second]}
"""
CASE = """\
fuelbed: 1
title: Requests time out after a surge
failure: out
factors:
  surge: {kind: trigger, rate: 4..24 per year, lasts: 20 s}
structure:
  out: surge
evidence:
  metrics:
    db:
      file: db.csv
      columns: {COLUMNS}
TRIGGER
"""


def folder(
    at: Path,
    surge: float = 2.2,
    model: str = "",
    roles: str = "load attempts goodput queue",
    trigger: str = "{start: 120, end: 140}",
    end: float = END,
    start: float = 0.0,
    seed: int = 0,
) -> Case:
    """A case whose metrics are one simulated run, a row a second; the trigger lasts from 120 s to 140 s."""
    r = simulate(TRUE, DOUBLED, surge - 1, LASTS, end - START, seed, start=start - START, bin_length=1.0)
    known = {"load": r.first, "attempts": r.sent, "goodput": r.good, "queue": r.waiting}
    names = roles.split()
    rows = [",".join(["time", *names])]
    rows += [",".join([f"{t + START - 1:g}", *(str(known[n][i]) for n in names)]) for i, t in enumerate(r.t)]
    (at / "db.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = CASE.replace("{COLUMNS}", "{" + ", ".join(f"{n}: {n}" for n in names) + "}")
    text = text.replace("TRIGGER\n", f"      trigger: {trigger}\n" if trigger else "")
    (at / "case.yaml").write_text(text + model, encoding="utf-8")
    return read_case(at)


def model(capacity: str = "80..120 per second", retries: str = "2..4", load: str = "") -> str:
    return MODEL.replace("CAPACITY", capacity).replace("RETRIES", retries).replace("LOAD", load and f"load: {load}, ")


def asked(case: Case) -> Measured:
    return measured(case, case.dynamics, R(1))


def estimate(m: Measured, name: str) -> Estimate:
    found = [i.estimate for b in m.blocks if isinstance(b, Estimates) for i in b.items if i.id == name]
    assert len(found) == 1, name
    return found[0]


def words(m: Measured) -> str:
    return "\n".join(b.text for b in m.blocks if isinstance(b, Sentence))


def questions(blocks: tuple[object, ...]) -> list[str]:
    return [b.missing.question for b in blocks if isinstance(b, Ask)]


def verdicts(m: Measured) -> dict[str, str]:
    (table,) = [b for b in m.blocks if isinstance(b, Table) and "declared" in b.title]
    return {row[0].text: row[3].text for row in table.rows}


class TestWithoutAModel:
    def test_it_stayed_down(self, tmp_path: Path) -> None:
        m = asked(folder(tmp_path))
        assert "`db` shows that it stayed down: the trigger was gone and load back for 2.7 minutes" in m.said[0]
        assert estimate(m, "db.effect").high < 0.05
        after = estimate(m, "db.amplification.after")
        assert after.low - 0.05 <= 4.0 <= after.high + 0.05  # all fails: each request is sent four times
        assert estimate(m, "db.amplification.before").value == pytest.approx(1.0, abs=0.02)
        load = estimate(m, "db.load")
        assert load.low <= 2.2 <= load.high

    def test_it_came_back(self, tmp_path: Path) -> None:
        m = asked(folder(tmp_path, surge=1.5))
        assert m.said[0].startswith("`db` shows that it came back within")
        assert "by somebody's hand" in m.said[0]
        assert estimate(m, "db.effect").low > 0.9

    def test_a_fast_trigger_is_said_to_give_no_warning(self, tmp_path: Path) -> None:
        said = words(asked(folder(tmp_path)))
        assert "A fast trigger gives no early warning: the change came within 20 s, the indicators look back over" in said
        assert "approaching" not in said

    def test_the_answer_holds_them_although_there_is_no_model(self, tmp_path: Path) -> None:
        a = examine(folder(tmp_path), Board().for_engine(()), Options())
        assert a.claim.startswith("The case has no model of what feeds on what.\n`db` shows that it stayed down")
        assert [b.title for b in a.blocks if isinstance(b, Estimates)] == ["What the metrics of `db` say"]
        assert len(questions(a.blocks)) == 1  # the model's

    def test_no_trigger_named(self, tmp_path: Path) -> None:
        m = asked(folder(tmp_path, trigger=""))
        assert questions(m.blocks) == ["When did the trigger begin and end, in the times of `db.csv`?"]
        assert m.said == ()

    def test_a_trigger_without_an_end(self, tmp_path: Path) -> None:
        m = asked(folder(tmp_path, trigger="{start: 120}"))
        assert len(questions(m.blocks)) == 1
        assert questions(m.blocks)[0].startswith("When did the trigger in `db.csv` end")
        assert "cannot be told whether it stayed down" in words(m)

    def test_missing_roles(self, tmp_path: Path) -> None:
        m = asked(folder(tmp_path, roles="load queue"))
        assert questions(m.blocks) == [
            "Which column of `db.csv` holds `goodput` (answers in time, per second) and `attempts` "
            "(all attempts, resends among them, per second)?"
        ]
        assert m.said == ()

    def test_too_short(self, tmp_path: Path) -> None:
        m = asked(folder(tmp_path, end=155.0))
        assert questions(m.blocks) == [
            "Are there rows of `db` from longer after the trigger? As it is: still down, but watched for 15 s only; 60 s are asked for "
            "(3 times the trigger)."
        ]
        assert m.said == ()

    def test_too_short_before(self, tmp_path: Path) -> None:
        m = asked(folder(tmp_path, start=116.0, trigger="{start: 120, end: 140}"))
        assert questions(m.blocks)[0].startswith("Are there rows of `db` from longer before the trigger? As it is: only 4 rows")

    def test_undisturbed_records_are_never_called_down(self, tmp_path: Path) -> None:
        for seed in range(5):
            said = asked(folder(tmp_path, surge=1.0, seed=seed)).said
            assert not any("stayed down" in s for s in said)


class TestRetryService:
    def test_the_predicted_surge_holds_the_boundary(self, tmp_path: Path) -> None:
        held = 0
        for seed in range(6):
            case = folder(tmp_path, model=model(load="60 per second"), seed=seed)
            e = estimate(asked(case), "db.api.surge")
            held += e.low <= CRITICAL <= e.high
            assert e.value == pytest.approx(CRITICAL, rel=0.2)
        assert held >= 4  # of intervals that are meant to hold it 9 times in 10

    def test_without_a_queue_it_is_wider_and_holds_it_too(self, tmp_path: Path) -> None:
        case = folder(tmp_path, model=model(load="60 per second"), roles="load attempts goodput")
        e = estimate(asked(case), "db.api.surge")
        assert e.low <= CRITICAL <= e.high
        assert "capacity, resends and load from the metrics" in e.method

    def test_capacity_never_seen_is_one_sided(self, tmp_path: Path) -> None:
        case = folder(tmp_path, surge=1.2, model=model(load="60 per second"), roles="load attempts goodput")
        m = asked(case)
        e = estimate(m, "db.api.surge")
        assert (e.value, e.high) == (None, np.inf)
        assert e.low <= CRITICAL
        assert "on at the earliest: its capacity was never seen." in m.said[-1]
        assert "the rest as declared, resends (the record does not show them) too" in e.method

    def test_a_short_queue_shows_no_capacity(self, tmp_path: Path) -> None:
        """A handful that waits comes and goes by chance: attempts minus its growth are the load, not the capacity."""
        for seed in range(3):
            e = estimate(asked(folder(tmp_path, surge=1.5, model=model(load="60 per second"), seed=seed)), "db.api.surge")
            assert e.high == np.inf
            assert e.low <= CRITICAL

    def test_declared_numbers_are_compared(self, tmp_path: Path) -> None:
        at = {"load": "60 per second", "capacity": "90..110 per second", "retries": "3"}
        assert set(verdicts(asked(folder(tmp_path, model=model(**at)))).values()) <= {"inside", "partly"}
        wrong = asked(folder(tmp_path, model=model("200..300 per second", "1", "20 per second")))
        assert set(verdicts(wrong).values()) == {"outside"}
        (said,) = [s for s in wrong.said if "as declared" in s]
        assert "not 200 to 300 per second" in said
        assert "`retries` 3, not 1" in said

    def test_what_nobody_gave_comes_from_the_metrics(self, tmp_path: Path) -> None:
        case = folder(tmp_path, model=model("", ""))
        assert {p.name for p in case.dynamics["api"].missing} == {"capacity", "load", "retries", "queue"}
        m = asked(case)
        assert set(verdicts(m).values()) == {"not declared"}
        assert estimate(m, "db.api.surge").value == pytest.approx(CRITICAL, rel=0.2)

    def test_the_record_against_the_model(self, tmp_path: Path) -> None:
        case = folder(tmp_path, model=model(load="60 per second"))
        down = seen_in(case.metrics["db"], [case.dynamics["api"]], R(1))
        back = replace(down, test=replace(down.test, verdict="came back"))  # type: ignore[type-var]  # it was asked
        for seen, surge, says in (
            (down, Estimate(1.5, 1.4, 1.6), "2.2 times, and it stayed down: `api` with these numbers agrees."),
            (down, Estimate(2.2, 2.0, 2.4), "does not contradict."),
            (down, Estimate(3.0, 2.8, 3.2), "comes back from: the trigger did more than raise the load, or a loop is missing."),
            (back, Estimate(3.0, 2.8, 3.2), "2.2 times, and it came back: `api` with these numbers agrees."),
            (back, Estimate(1.5, 1.4, 1.6), "stays down, but it came back: somebody helped, or the model is too dark."),
        ):
            fits = (replace(down.fits[0], surge=surge),)
            said = [b.text for b in blocks_of(replace(seen, fits=fits)) if isinstance(b, Sentence)]
            assert any(t.endswith(says) for t in said), says

    def test_a_narrow_bracket_of_a_surge(self) -> None:
        """A surge sets in between two rows: what it asked of the service is not averaged with the quiet before."""
        held = 0
        for seed in range(20):
            r = simulate(replace(TRUE, load=60.0), DOUBLED, 2.0, LASTS, 180.0, seed, start=-START, bin_length=1.0)
            load, sent, good = (np.asarray(x, dtype=float) for x in (r.first, r.sent, r.good))
            f = fit_retry(r.t + START - 1, load, sent, good, R(seed), trigger=(START, START + LASTS), draws=50)
            held += f.capacity.low <= 100 <= f.capacity.high
        assert held >= 17


class TestLoad:
    def test_quantiles_of_the_rows_before_the_trigger(self, tmp_path: Path) -> None:
        case = folder(tmp_path, model=model())
        loads = loads_of(case, case.dynamics["api"])
        assert loads is not None
        seen = np.asarray(case.metrics["db"].columns["load"].values)[:120]
        assert loads.values == pytest.approx(np.quantile(seen, (np.arange(16) + 0.5) / 16))
        assert loads.source == "120 rows of `db` before the trigger"
        m, kept = models_of(case)["api"]
        assert kept is not None
        assert (m.missing, m.parameters["load"].varies, m.parameters["load"].quantity.basis) == ((), True, "measured")

    @pytest.mark.parametrize("load", ["60 per second", "{varies: 50..70 per second}"])
    def test_a_declared_load_stands(self, tmp_path: Path, load: str) -> None:
        case = folder(tmp_path, model=model(load=load))
        assert loads_of(case, case.dynamics["api"]) is None
        assert models_of(case)["api"] == (case.dynamics["api"], None)

    def test_the_chance_is_that_over_the_observed_loads(self, tmp_path: Path) -> None:
        case = folder(tmp_path, model=model("100 per second", "3"))
        m, loads = models_of(case)["api"]
        assert loads is not None
        base = draw(m, Draws(R(0), 3), loads)
        at_30 = varied(base, "a2", case.actions["a2"].does, Draws(R(0), 3))
        found = tipped([(base, "surge"), (at_30, "surge")])
        each = np.array([float(boundary(replace(TRUE, load=x), DOUBLED, lasts=LASTS).critical[0]) <= 0.6 for x in loads.values])
        assert found["", "surge"].chance == pytest.approx(np.full(3, each.mean()), abs=1 / 16)
        assert len(found["a2", "surge"].spread) == 3  # a load that an item sets is not drawn any more
        assert sweep_method(base, 3).endswith("; load drawn from 120 rows of `db` before the trigger")
        assert "drawn from" not in sweep_method(at_30, 3)

    def test_the_engine_answers_where_the_case_gives_no_load(self, tmp_path: Path) -> None:
        a: Answer = examine(folder(tmp_path, model=model("100 per second", "3")), Board().for_engine(()), Options())
        assert questions(a.blocks) == []
        tips = next(i.estimate for b in a.blocks if isinstance(b, Estimates) for i in b.items if i.id == "api.surge.tips")
        assert "load drawn from 120 rows of `db`" in tips.method
        assert "would stay down from a surge of" in a.claim


MAP = """\
dynamics:
  herd:
    states: {stale: {start: 0.1, range: 0..1}}
    parameters: {check: 0.05..0.4, spread: 0.5}
    next: {stale: "clip(stale + spread * stale * (1 - stale) - check * stale, 0, 1)"}
    step: 10 s
    failed: stale > 0.5
    pushes: {surge: {stale: set 0.4}}
    metrics: db
"""


def herd(at: Path, check: float, every: int = 1, declared: str = "0.05..0.4", gap: bool = False) -> Case:
    rng, x, rows = R(3), 0.5, ["time,stale"]
    for i in range(240):
        if i % every == 0 and not (gap and 100 <= i < 110):
            rows.append(f"{10 * i},{x:.6f}")
        x = min(max(x + 0.5 * x * (1 - x) - check * x + 0.02 * rng.standard_normal(), 0.02), 1.0)
    (at / "db.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = CASE.replace("columns: {COLUMNS}", "columns: {stale: stale}").replace("TRIGGER\n", "")
    (at / "case.yaml").write_text(text + MAP.replace("0.05..0.4", declared), encoding="utf-8")
    return read_case(at)


class TestDeclaredMap:
    @pytest.mark.parametrize(("every", "gap"), [(1, False), (1, True), (2, False)])
    def test_its_free_number(self, tmp_path: Path, every: int, gap: bool) -> None:
        case = herd(tmp_path, 0.2, every, gap=gap)
        f = fit_map(case.dynamics["herd"], record_of(case.metrics["db"]), R(1))
        (row,) = f.rows
        assert row.parameter == "check"
        assert row.seen.low <= 0.2 <= row.seen.high
        assert row.seen.high - row.seen.low < 0.1
        assert row.word == "inside"
        assert f.surge is not None

    def test_it_may_contradict_what_is_declared(self, tmp_path: Path) -> None:
        case = herd(tmp_path, 0.2, declared="0.3..0.5")
        m = measured(case, case.dynamics, R(1))
        assert verdicts(m) == {"check": "outside"}
        assert any("`herd` has `check`" in s and "not 0.3 to 0.5 as declared" in s for s in m.said)

    def test_a_state_without_a_column_is_asked_for(self, tmp_path: Path) -> None:
        case = herd(tmp_path, 0.2)
        renamed = (tmp_path / "db.csv").read_text(encoding="utf-8").replace("time,stale", "time,other")
        (tmp_path / "db.csv").write_text(renamed, encoding="utf-8")
        text = (tmp_path / "case.yaml").read_text(encoding="utf-8").replace("{stale: stale}", "{other: other}")
        (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
        case = read_case(tmp_path)
        assert "`db` has no column for `stale` of `herd`." in questions(asked(case).blocks)[-1]

    def test_steps_that_do_not_fit(self, tmp_path: Path) -> None:
        herd(tmp_path, 0.2)
        text = (tmp_path / "case.yaml").read_text(encoding="utf-8").replace("step: 10 s", "step: 7 s")
        (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
        assert "Rows every 10 s do not fit the model's steps of 7 s." in questions(asked(read_case(tmp_path)).blocks)[-1]


def test_verdicts_on_declared_numbers() -> None:
    seen = Estimate(1.0, 0.9, 1.2)
    point, span = (lambda x: Quantity.point(x, "number")), (lambda a, b: Quantity.interval(a, b, "number"))
    assert [verdict_of(q, seen) for q in (point(1.0), point(2.0), span(0.5, 2.0), span(1.0, 2.0), span(2.0, 3.0), None)] == [
        "inside", "outside", "inside", "partly", "outside", "not declared",
    ]  # fmt: skip
    least = Estimate(None, 5.0, np.inf)
    assert [verdict_of(q, least) for q in (point(6.0), point(4.0), span(4.0, 6.0))] == ["not excluded", "outside", "partly"]
    assert verdict_of(point(1.0), Estimate(None, 0.0, np.inf)) == "not seen"


def test_long_records_are_cut_and_say_so(tmp_path: Path) -> None:
    n = 20_000
    rng = R(2)
    rows = [f"{i},{x},{x}" for i, x in enumerate(rng.poisson(50, n))]
    (tmp_path / "db.csv").write_text("time,load,goodput\n" + "\n".join(rows) + "\n", encoding="utf-8")
    text = CASE.replace("{COLUMNS}", "{load: load, goodput: goodput}").replace(
        "TRIGGER", "      trigger: {start: 10000, end: 10900}"
    )
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    case = read_case(tmp_path)
    r = record_of(case.metrics["db"])
    assert len(r.times) <= MOST_ROWS
    assert r.columns["load"].mean() == pytest.approx(50, rel=0.01)
    assert (
        r.cut == f"Of 20000 rows of `db`, {len(r.times)} around the trigger were used, each the mean of {r.averaged} neighbours."
    )
    seen = seen_in(case.metrics["db"], [], R(1))
    assert seen.test is not None
    assert seen.test.verdict == "came back"
    assert len(record_of(case.metrics["db"], average=False).times) == MOST_ROWS


def test_a_table_for_other_questions_is_asked_nothing(tmp_path: Path) -> None:
    """Columns without a role, read by no model, belong to invariants: to ask which of them is the load would be noise."""
    (tmp_path / "db.csv").write_text("time,writers\n" + "".join(f"{60 * i},{1 + i // 5}\n" for i in range(10)))
    text = CASE.replace("COLUMNS", "writers: writers").replace("TRIGGER", "")
    (tmp_path / "case.yaml").write_text(text)
    case = read_case(tmp_path)
    assert list(case.metrics["db"].columns) == ["writers"]
    assert [b.missing.question for b in measured(case, {}, R(1)).blocks if isinstance(b, Ask)] == []
