"""FB201 without an analysis: it agrees with the analysis, and gives up before anybody has to wait."""

from __future__ import annotations

import pytest

from fuelbed.core.case import Case
from fuelbed.engines.structure.excluded import excluded
from fuelbed.numerics.process.compile import compile_case
from fuelbed.readers.case import parse_case


def _case(factors: str, line: str) -> Case:
    return parse_case(f"fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n{factors}structure:\n  out: {line}\n")


@pytest.mark.parametrize("guard", ["held", "not_held", "unknown"])
@pytest.mark.parametrize("old", ["yes", "no", "unknown"])
@pytest.mark.parametrize("push", ["yes", "no", "unknown"])
@pytest.mark.parametrize(
    "line",
    ["push and old and fails(guard)", "push and (old or fails(guard))", "other or push and not old", "other and old", "old"],
)
def test_it_says_so_where_the_analysis_does(line: str, push: str, old: str, guard: str) -> None:
    factors = f"  push: {{kind: trigger, in_incident: {push}}}\n  other: {{kind: trigger}}\n"
    factors += f"  old: {{kind: condition, in_incident: {old}}}\n  guard: {{kind: control, in_incident: {guard}}}\n"
    case = _case(factors, line)
    found = excluded(case)
    assert (found is not None) == compile_case(case).impossible
    if found is not None:
        assert found.span is not None
        assert found.cure


def test_a_diagram_that_grows_large_is_not_waited_for() -> None:
    many = "".join(f"  b{i}: {{kind: condition, present: 0.1..0.9}}\n" for i in range(45))
    line = "push and " + " and ".join(f"(b{i} or b{(i * i + 5) % 45} or b{(i * 17 + 2) % 45})" for i in range(45))
    assert excluded(_case(f"  push: {{kind: trigger, in_incident: no}}\n{many}", line)) is None
    assert excluded(_case(f"  push: {{kind: trigger, in_incident: no}}\n{many}", "push and b1")) is not None
