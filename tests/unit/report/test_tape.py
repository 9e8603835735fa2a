"""The report's own tape reader, for pages without JavaScript, against the numeric tape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fuelbed.numerics.process.compile import compile_case
from fuelbed.numerics.process.interventions import batch, changes_of, middles, removal
from fuelbed.readers.case import read_case
from fuelbed.report._tape import registers

SHIPPED = sorted(p.parent for p in (Path(__file__).parents[3] / "src/fuelbed/cases").glob("*/case.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=[p.name for p in SHIPPED])
def test_registers_are_those_of_the_numeric_tape(path: Path) -> None:
    model = compile_case(read_case(path))
    rows = [
        {},
        *(changes_of(model, a) for a in model.case.actions.values()),
        *(removal(model, f) for f in model.case.factors.values()),
    ]
    inputs = batch(model, middles(model), rows)
    want, tape = model.tape.run(inputs), model.tape.as_json()
    for i in range(len(rows)):
        assert registers(tape, list(inputs[:, i])) == pytest.approx(list(want[:, i]), rel=1e-10, abs=1e-300)
    assert np.isfinite(want).all()
