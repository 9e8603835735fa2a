"""The public names: what a notebook shows, what a script gets, and that nothing of it is loaded with the package."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

import fuelbed
from fuelbed.core.errors import InputError

ROOT = Path(__file__).parents[2]
CASE = ROOT / "src/fuelbed/cases/mybinder-2022-01-27"


@pytest.fixture(scope="module")
def analysis() -> object:
    return fuelbed.analyze(fuelbed.load(CASE))


def test_the_page_is_shown_in_a_frame_that_reaches_nothing(analysis: object) -> None:
    shown = analysis._repr_html_()  # type: ignore[attr-defined]
    assert re.fullmatch(r'<iframe sandbox="allow-scripts" style="[^"]*" srcdoc="[^"]*"></iframe>', shown, re.S)
    page = unescape(shown.partition('srcdoc="')[2].removesuffix('"></iframe>'))
    assert page == analysis.html()  # type: ignore[attr-defined]
    assert "Content-Security-Policy" in page


def test_one_part_alone(analysis: object) -> None:
    part = analysis.part("actions")  # type: ignore[attr-defined]
    assert [s["engine"] for s in part.data()["sections"]] == ["actions"]
    assert "What each action item changes" in part.markdown()
    with pytest.raises(KeyError, match="§9"):
        analysis.part("§10")  # type: ignore[attr-defined]


def test_text_and_verdict(analysis: object) -> None:
    assert analysis.verdict  # type: ignore[attr-defined]
    assert max(map(len, str(analysis).splitlines())) <= 80
    assert repr(analysis).startswith("<fuelbed.Analysis of ")


def test_a_review_of_a_text_and_of_a_file(tmp_path: Path) -> None:
    text = "# Database deleted\n\n## Root cause\n\nThe root cause was human error: the operator typed the wrong name.\n"
    (tmp_path / "pm.md").write_text(text)
    for r in (fuelbed.review(text), fuelbed.review(tmp_path / "pm.md"), fuelbed.review(str(tmp_path / "pm.md"))):
        assert "PM401" in {f.code for f in r.findings}
        assert r.data()["title"] == "Database deleted"
        assert "PM401" in str(r)


def test_faults_come_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("fuelbed: 1\ntitle: x\nfactors:\n  a: {kind: tigger}\n  b: {kind: contrl}\n")
    with pytest.raises(InputError) as e:
        fuelbed.load(tmp_path)
    assert len(e.value.findings) >= 2


def test_importing_it_loads_nothing() -> None:
    code = "import sys, fuelbed; assert not {'numpy', 'pydantic', 'fuelbed.notebook'} & set(sys.modules); fuelbed.load; assert 'fuelbed.notebook' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT / "src")})
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        fuelbed.lod  # noqa: B018  # the name is asked for
