"""Two switches on one number: the page takes the better value, as the engine does, in whatever order they stand in the file."""

from __future__ import annotations

from itertools import permutations

import pytest

from fuelbed.analysis import analyze
from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import evaluate, middles
from fuelbed.numerics.process.joint import Joint
from fuelbed.readers.case import parse_case
from fuelbed.report import render_html
from tests.browser.conftest import Page

ACTIONS = {
    "strong": "set k.fails to 0.05",
    "weak": "set k.fails to 0.5",
    "spread": "set k.fails to p",
    "off": "disable k",
    "mostly": "set guard.present to 0.9",
    "partly": "set guard.present to 0.6",
}


def text(order: tuple[str, ...]) -> str:
    """`guard` is good to have: the failure needs it to be away."""
    head = (
        "fuelbed: 1\ntitle: x\nfailure: down\nfactors:\n  t: {kind: trigger, rate: 2..8 per year}\n"
        "  guard: {kind: condition, present: 0.5, in_incident: unknown}\n  k: {kind: control, state: effective, fails: 0.8}\n"
        "  other: {kind: control, state: effective, fails: p}\n  sure: {kind: condition, present: yes}\nnumbers: {p: 0.1..0.4}\n"
        "structure:\n  down: t and not guard and fails(k) and (fails(other) or sure)\nactions:\n"
    )
    return head + "".join(f"  {n}: {{does: [{ACTIONS[n]}]}}\n" for n in order)


@pytest.mark.parametrize("order", [tuple(ACTIONS), tuple(reversed(ACTIONS))])
def test_the_better_value_counts_in_any_order(page: Page, order: tuple[str, ...]) -> None:
    case = parse_case(text(order))
    model = compile_case(case)
    page.open(render_html(analyze(case)))
    joint = Joint(model, order, "hazard")
    switches = [s["id"] for s in page.js("return window.fuelbed.data.switches")]
    at = page.js("return window.fuelbed.data.outputs.map(o => o.id)").index("hazard")
    for names in permutations(ACTIONS, 2):
        page.js("document.querySelector('.reset').click()")
        for n in names:
            page.flip(switches.index(n))
        want = evaluate(model, middles(model), [joint.of(names)], ("hazard",))["hazard"][0, 0]
        assert page.js("return window.fuelbed.state.now")[at] == pytest.approx(want, rel=1e-9), names
    assert page.log() == []


def test_a_moved_slider_is_one_of_the_values(page: Page) -> None:
    """`spread` at its slider's low end (0.1), beside `weak` (0.5) and `strong` (0.05): 4 x 0.1, then 4 x 0.05
    (the guard was away in the incident)."""
    page.open(render_html(analyze(parse_case(text(tuple(ACTIONS))))))
    switches = [s["id"] for s in page.js("return window.fuelbed.data.switches")]
    sliders = [s["id"] for s in page.js("return window.fuelbed.data.sliders")]
    now = "return window.fuelbed.state.now[window.fuelbed.data.outputs.findIndex(o => o.id === 'hazard')]"
    page.slide(sliders.index("p"), 0.0)
    page.flip(switches.index("weak"))
    page.flip(switches.index("spread"))
    assert page.js(now) == pytest.approx(0.4, rel=1e-9)
    page.flip(switches.index("strong"))
    assert page.js(now) == pytest.approx(0.2, rel=1e-9)
