"""Tips in the page: the slider and every set of switches give what Python gives, those that dynamics did not compute among them."""

from __future__ import annotations

from itertools import combinations

import pytest

from fuelbed.core.actions import Action, Change
from fuelbed.core.blocks import Answer
from fuelbed.core.estimates import Estimate
from fuelbed.core.expressions import Tips
from fuelbed.core.facts import Board, Tipped, Tipping
from fuelbed.core.options import Options
from fuelbed.core.registry import rows_by_id
from fuelbed.core.reporting import Report, Section
from fuelbed.engines import actions
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import evaluate, middles
from fuelbed.numerics.process.joint import Joint
from fuelbed.report import render_html
from tests.browser.conftest import Page
from tests.cases import P, both, case, condition, control, either, fails, model, ref, trigger


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, "probability")


def _tipped(p: Estimate, low: float, high: float, value: float) -> Tipped:
    ratio = Estimate(value, low, high)
    assert p.value is not None
    return Tipped(_estimate(p.value * value, p.low * low, min(1.0, p.high * high)), ratio)


TODAY = {"t": _estimate(0.25, 0.1, 0.4), "u": _estimate(0.5, 0.2, 0.6)}
WAYS = {"half": (0.5, 0.5, 0.5), "less": (0.2, 0.8, 0.4), "more": (1.2, 3.0, 2.0), "never": (0.0, 0.0, 0.0)}


def _facts() -> Tipping:
    changed = {n: {t: _tipped(p, *way) for t, p in TODAY.items() if (n, t) != ("half", "u")} for n, way in WAYS.items()}
    pair = {"t": _tipped(TODAY["t"], 0.05, 0.1, 0.07)}
    return Tipping(TODAY, changed, {frozenset(("half", "less")): pair, frozenset(("less", "more")): pair}, "by hand")


def _case() -> object:
    set_ = {n: Action(n, n, (Change("set", "m", n, P(1.0, "number")),)) for n in WAYS}
    return case(
        [trigger("t", (6.0, 24.0)), trigger("u", 2.0), condition("c", (0.2, 0.6), occurred=None), control("k", "failed", 0.3)],
        {"F": either(both(Tips("t"), ref("c")), both(Tips("u"), fails("k")), both(ref("u"), ref("c"), fails("k")))},
        dynamics={"m": model("m", "t", "u")},
        actions={**set_, "shut": Action("shut", "shut", (Change("remove", "c"),))},
    )


def test_slider_and_switches_of_tips_compute_what_python_does(page: Page) -> None:
    c, fact = _case(), _facts()
    board = Board()
    board.write(fact, (Tipping,))
    row = rows_by_id()["actions"]
    answer: Answer = actions.examine(c, board.for_engine(row.takes), Options())  # type: ignore[arg-type]  # a case
    page.open(render_html(Report("x", "F", (), (Section(row.id, row.section, row.question, answer),), (), {}, (), "")))
    m = compile_case(c, fact)  # type: ignore[arg-type]  # a case
    joint = Joint(m, list(m.case.actions), "hazard")
    switches = [s["id"] for s in page.js("return window.fuelbed.data.switches")]
    sliders = [s["id"] for s in page.js("return window.fuelbed.data.sliders")]
    at = page.js("return window.fuelbed.data.outputs.map(o => o.id)").index("hazard")
    assert "from dynamics" in page.js("return document.querySelector('.sliders').textContent")
    for place, chance in ((None, None), (1.0, 0.4), (0.0, 0.1)):
        for size in range(4):
            for names in combinations(joint.names, size):
                page.js("document.querySelector('.reset').click()")
                for n in names:
                    page.flip(switches.index(n))
                if place is not None and "t.tips" in sliders:
                    page.js(
                        "const s = document.querySelector(`input[type=range][data-at='${arguments[0]}']`); s.disabled = false;"
                        "s.value = arguments[1]; s.dispatchEvent(new Event('input', {bubbles: true}));",
                        sliders.index("t.tips"), place,
                    )  # fmt: skip  # one call
                knobs = middles(m) | ({"t.tips": chance} if chance is not None else {})
                want = evaluate(m, knobs, [joint.of(names)], ("hazard",))["hazard"][0, 0]
                assert page.js("return window.fuelbed.state.now")[at] == pytest.approx(want, rel=1e-9), (names, place)
    assert page.log() == []
