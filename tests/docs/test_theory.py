"""The theory pages say the numbers that the code works with, and the arithmetic that they do by hand is right."""

from __future__ import annotations

import math
import re
from importlib import import_module

import pytest

from tests.docs.pages import ROOT

SAID = [
    ("structure", "numerics.process.bounds._TESTED", "tested at up to {} points"),
    ("structure", "numerics.process.bounds._CORNERS", "(up to {} of them"),
    ("structure", "numerics.process.worlds.OPEN", "Up to {}\nopen events"),
    ("structure", "numerics.process.worlds.DRAWN", "{} are drawn at the middle"),
    ("structure", "numerics.process.transient.PATHS", "({} paths"),
    ("structure", "numerics.process.expectation.STATES", "one of up to {} is a table"),
    ("structure", "engines.structure.cutsets.LISTED", "to the {} smallest"),
    ("structure", "engines.structure.cutsets._SHOWN", "of which {} are shown"),
    ("structure", "engines.actions.cheapest._EXACT", "among all sets up to {} actions"),
    ("dynamics", "engines.dynamics.tipping._LOADS", "each at {} loads"),
    ("dynamics", "engines.dynamics.waits._CHAIN_STATES", "at most {} states"),
    ("dynamics", "numerics.chains.lattice.MOST_STATES", "(the library: {})"),
    ("dynamics", "engines.dynamics.levels._RUNS", "or {} runs"),
    ("dynamics", "engines.dynamics.landscape._BASIN_POINTS", "counted over {} even draws"),
    ("observability", "numerics.observation.scene.OPEN", "weighed up to {} open events"),
    ("observability", "numerics.observation.scene._DRAWN", "Beyond, {} worlds are drawn"),
    ("observability", "engines.observability.examine._SIGNALS", "At most {} signals"),
    ("observability", "numerics.observation.sensors.NOTHING", "under {} bit"),
    ("observability", "numerics.observation.separate.APART", "differ by at least {} in probability"),
    ("observability", "engines.observability.signatures.SAME", "differ by at most {} in total variation"),
    ("observability", "numerics.observation.reconstruct._OF_A_MAP", "{} for a\nmap"),
    ("coupling", "numerics.joint.study._BURSTY", "more than\n{} events a burst"),
    ("exposure", "numerics.attack.breakeven._POINTS", "beyond, {} points"),
    ("invariants", "engines.invariants.simulated._KEPT", "(at most {})"),
    ("invariants", "engines.invariants.simulated._AHEAD", "up to {} where a formula"),
    ("invariants", "numerics.mining.mine.LEAST_ROWS", "Fewer than {} rows are not mined"),
    ("threshold", "numerics.threshold.dominated.FOLLOWS", "by more than {} of the way"),
]


@pytest.mark.parametrize(("page", "constant", "words"), SAID, ids=[c for _, c, _ in SAID])
def test_a_number_of_the_page_is_that_of_the_code(page: str, constant: str, words: str) -> None:
    module, _, name = constant.rpartition(".")
    value = getattr(import_module(f"fuelbed.{module}"), name)
    text = " ".join((ROOT / f"docs/theory/{page}.md").read_text(encoding="utf-8").split())
    said = [" ".join(words.format(form).split()) for form in (f"{value:g}", str(value), f"{value:,}")]
    assert any(s in text for s in said), f"the code has {value}; the page should say one of {said}"


def test_what_is_worked_out_by_hand() -> None:
    """Each value with the words that give it, as the page has them."""
    pages = {
        p: (ROOT / f"docs/theory/{p}.md").read_text(encoding="utf-8") for p in ("structure", "exposure", "dynamics", "coupling")
    }
    assert "`0.2 (1 - exp(-6))` = 0.20" in pages["structure"]
    assert round(0.2 * (1 - math.exp(-6)), 2) == 0.20
    assert "`1 - exp(-6 x 0.2)` = 0.70" in pages["structure"]
    assert round(1 - math.exp(-6 * 0.2), 2) == 0.70
    assert "`0.01 + 0.99 x 0.05^2 = 0.012475`" in pages["exposure"]
    assert pytest.approx(0.012475, abs=1e-12) == 0.01 + 0.99 * 0.05**2
    assert re.search(r"`1 - 0\.05\^\(1/K\)` \(0\.11 for 25\)", pages["dynamics"])
    assert round(1 - 0.05 ** (1 / 25), 2) == 0.11
    alpha = (0.95, 0.03, 0.015, 0.005)
    assert "alpha_t = 1.075 and beta = 0.116279" in pages["coupling"]
    total = sum(k * a for k, a in enumerate(alpha, 1))
    assert total == pytest.approx(1.075)
    assert (total - alpha[0]) / total == pytest.approx(0.116279, abs=1e-6)
