"""The matrix of variants against measures: what the diagram counts, seen row by row, and the same in every format."""

from __future__ import annotations

from fuelbed.analysis import analyze
from fuelbed.core.blocks import Picture
from fuelbed.core.options import Options
from fuelbed.engines.exposure.scene import Scene, set_up
from fuelbed.engines.exposure.surviving import surviving
from fuelbed.readers.case import parse_case
from fuelbed.report import render_html, render_markdown, render_text
from tests.unit.engines.test_exposure import CASE


def scene(text: str) -> Scene:
    found = set_up(parse_case(text), None, Options())
    assert isinstance(found, Scene)
    return found


def drawn(text: str) -> Picture:
    found = surviving(scene(text))
    assert found is not None
    return found


def test_rows_that_go_on_are_as_many_as_the_diagram_counts() -> None:
    data = drawn(CASE).data
    assert data["left"] == {"variants": 0, "measures": 0}
    for i, m in enumerate(data["measures"]):
        assert sum(not v["ended"][i] for v in data["variants"]) == m["left"]


def test_only_the_variant_of_the_patched_exploit_ends() -> None:
    data = drawn(CASE).data
    patch = next(i for i, m in enumerate(data["measures"]) if m["label"] == "bug")
    ended = {v["exploit"]: v["ended"][patch] for v in data["variants"]}
    assert ended == {"bug": True, "login": False, "any other CWE-20": False}
    flat = next(i for i, m in enumerate(data["measures"]) if m["label"] == "flat")
    assert all(v["ended"][flat] for v in data["variants"])


def test_known_exploits_come_before_those_in_no_list() -> None:
    assert [v["new"] for v in drawn(CASE).data["variants"]] == [False, False, True]


def many(exposures: int) -> str:
    names = [f"way_{i}" for i in range(exposures)]
    more = "".join(f"  {n}: {{kind: exposure, present: yes}}\n" for n in names)
    text = CASE.replace("factors:\n", f"factors:\n{more}")
    return text.replace("bug and parser or login", f"bug and parser or login or bug and ({' or '.join(names)})")


def test_no_more_than_twelve_by_twelve_and_the_rest_in_words() -> None:
    data = drawn(many(20)).data
    assert (len(data["variants"]), len(data["measures"])) == (12, 12)
    assert data["left"]["variants"] > 0
    assert data["left"]["measures"] > 0
    assert {v["exploit"] for v in data["variants"]} == {"bug", "login", "any other CWE-20"}  # none is hidden by another's many
    assert {m["kind"] for m in data["measures"]} == {"patch", "close", "mend"}


def test_nothing_is_drawn_where_no_way_is_left() -> None:
    assert surviving(scene(CASE.replace("flat: {kind: exposure, present: yes", "flat: {kind: exposure, present: no"))) is None


def test_every_format_says_which_survive() -> None:
    report = analyze(parse_case(CASE))
    page, text = render_html(report), render_text(report, full=True, width=80)
    assert '<figure class="surviving">' in page
    assert "survives patch bug" in page
    assert "**survives**" in render_markdown(report)
    assert "any other CWE-20 (in no list yet)" in text
    assert max(map(len, text.splitlines())) <= 80
