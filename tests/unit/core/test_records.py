"""Plain values, and the JSON that is written without `json`."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuelbed.cli.solve_json import json_text
from fuelbed.core.faulttrees import Chance
from fuelbed.core.networks import Gate

ROOT = Path(__file__).parents[3]
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    max_leaves=20,
)


def test_equal_by_their_slots() -> None:
    a, b = Gate("and", ("x", "y")), Gate("and", ("x", "y"))
    assert a == b
    assert hash(a) == hash(b)
    assert a != Gate("or", ("x", "y"))
    assert a != Chance("and")
    assert "op='and'" in repr(a)
    assert pickle.loads(pickle.dumps(a)) == a


@given(_VALUES)
def test_json_as_the_library_writes_it(x: Any) -> None:
    assert json_text(x) == json.dumps(x, ensure_ascii=False)


@pytest.mark.parametrize("x", [float("inf"), float("-inf"), float("nan")])
def test_numbers_without_a_json_form_are_refused(x: float) -> None:
    with pytest.raises(ValueError, match="JSON form"):
        json_text({"a": [x]})


def test_the_short_way_loads_little(tmp_path: Path) -> None:
    """What `core/records.py` is for: none of the heavy modules is loaded on the way."""
    tree = tmp_path / "t.xml"
    tree.write_text(
        '<opsa-mef><define-fault-tree name="t"><define-gate name="g"><or><event name="a"/><event name="b"/></or></define-gate>'
        '<define-basic-event name="a"><float value="0.1"/></define-basic-event>'
        '<define-basic-event name="b"><float value="0.2"/></define-basic-event></define-fault-tree></opsa-mef>'
    )
    code = (
        "import sys; sys.argv = ['fuelbed', 'solve', sys.argv[1], '--format', 'json']; from fuelbed.cli.start import main; main(); "
        "print([m for m in ('re', 'json', 'dataclasses', 'inspect', 'typing', 'numpy', 'click') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); {code}", str(tree)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip  # one command
    assert json.loads(done.stdout)["probability"] == pytest.approx(0.28)
    before = subprocess.run(
        [sys.executable, "-I", "-c", "import sys; print([m for m in ('re', 'json', 'dataclasses', 'inspect', 'typing', 'numpy', 'click') if m in sys.modules])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip  # what the interpreter loads by itself
    assert done.stderr.strip() == before.stdout.strip()
