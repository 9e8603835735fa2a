"""`fuelbed attribution` as a user meets it: one text, one case, a folder, and what cannot be read."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.commands import fuelbed
from tests.golden.test_attribution import CASE, TEXT
from tests.unit.reviewing.test_survey import _text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for i, (year, a, b, team) in enumerate(
        [(2023, "vendor", "component", "web"), (2023, "team", "vendor", "web"), (2023, "person", "component", "web"),
         (2024, "component", "architecture", "billing"), (2024, "organization", "component", "billing"), (2024, "component", "component", "billing")]
    ):  # fmt: skip  # one table
        (tmp_path / team).mkdir(exist_ok=True)
        (tmp_path / team / f"pm{i}.md").write_text(_text(year, a, b), encoding="utf-8")
    (tmp_path / "web" / "README.md").write_text("# Read me\n\nThis folder holds postmortems of ours.\n", encoding="utf-8")
    case = tmp_path / "logins"
    case.mkdir()
    (case / "case.yaml").write_text(CASE, encoding="utf-8")
    (case / "postmortem.md").write_text(TEXT, encoding="utf-8")
    return tmp_path


def test_a_folder_by_team_and_year_fits_80_columns(folder: Path) -> None:
    r = fuelbed("attribution", folder)
    assert r.exit_code == 0, r.output
    assert max(map(len, r.output.splitlines())) <= 80
    assert "7 accounts." in r.output
    assert "not classified" in r.output
    assert "By team: sentences by scope" in r.output
    assert "By year: stated causes by role" in r.output
    assert "The attribution gap over all cases, by scope" in r.output
    assert "1 group of fewer than 3 documents not shown" in r.output
    assert "identity (1 document" not in r.output
    assert "identity (1 document" in " ".join(fuelbed("attribution", folder, "--full").output.split())


def test_json_counts_and_quotes(folder: Path) -> None:
    r = fuelbed("attribution", folder, "--format", "json", "--no-risk")
    data = json.loads(r.output)
    assert data["fuelbed_attribution"] == 1
    assert [g["name"] for g in data["teams"]] == ["billing", "identity", "web"]
    assert len(data["documents"]) == 7
    for d in data["documents"]:
        text = Path(d["file"]).read_text(encoding="utf-8")
        assert all(text[p["start"] : p["end"]] == p["quote"] for p in d["passages"])
    assert sum(x["value"] for x in data["all"]["text"]["scope"]["shares"].values()) == pytest.approx(1)
    assert data["all"]["gaps"] == []


def test_one_case_is_the_section_of_its_report(folder: Path) -> None:
    r = fuelbed("attribution", folder / "logins", "--full")
    assert r.exit_code == 0
    assert "too few to set the story against the risk" in " ".join(r.output.split())
    assert "more is told of certificate_rotation" in " ".join(r.output.split())
    assert "convenient" in r.output
    assert "●" in r.output
    assert "| `certificate_rotation` |" in fuelbed("attribution", folder / "logins", "--format", "md").output


def test_one_text_has_its_quotes(folder: Path) -> None:
    r = fuelbed("attribution", folder / "web" / "pm0.md")
    assert r.exit_code == 0
    assert "Our hosting provider lost power in one hall." in r.output
    assert "Vendor: 1 sentence, " in r.output


def test_what_cannot_be_read_is_told_and_left_out_or_ends_the_command(folder: Path) -> None:
    (folder / "web" / "bad.md").write_bytes(b"\x00\x01\x02" * 100)
    (folder / "web" / "long.md").write_bytes(b"a " * 600_000)
    (folder / "broken").mkdir()
    (folder / "broken" / "case.yaml").write_text("fuelbed: 1\nattribution: {ours: [x]}\n", encoding="utf-8")
    r = fuelbed("attribution", folder, "--no-risk")
    assert r.exit_code == 2  # as of `review`: what could be read is counted all the same
    assert r.output.count("left out: ") == 3
    r = fuelbed("attribution", folder / "no1", folder / "no2")
    assert all(name in r.output for name in ("no1", "no2"))
    for path in (folder / "web" / "bad.md", folder / "broken", folder / "nowhere", folder / "web" / "long.md"):
        r = fuelbed("attribution", path)
        assert r.exit_code == 2
        assert "Traceback" not in r.output
        assert r.output.strip()
    (folder / "nothing").mkdir()
    r = fuelbed("attribution", folder / "nothing")
    assert (r.exit_code, r.output) == (2, "error: no postmortem (.md) and no case lies under this path.\n")


def test_an_empty_file_and_markup_in_a_title(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("", encoding="utf-8")
    assert "No account of an incident was found; left out: 1 file without prose." in fuelbed("attribution", tmp_path).output
    (tmp_path / "b.md").write_text(
        "# <script>alert(1)</script> `x\n\nThe `cache <b>` fell over at noon today.\n", encoding="utf-8"
    )
    out = fuelbed("attribution", tmp_path / "b.md", "--format", "md").output
    assert "<script>" not in out
    assert "<b>" not in out


def test_redact(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# Down\n\nWe mailed the engineer jane.doe@acme.io about the broken cache.\n", encoding="utf-8"
    )
    assert "jane.doe@acme.io" in fuelbed("attribution", tmp_path / "a.md").output
    assert "jane.doe@acme.io" not in fuelbed("attribution", tmp_path / "a.md", "--redact").output


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_link_to_a_folder_above_is_not_followed(folder: Path) -> None:
    (folder / "web" / "loop").symlink_to(folder, target_is_directory=True)
    assert "7 accounts." in fuelbed("attribution", folder, "--no-risk").output


def test_a_long_text_is_read_in_linear_time(tmp_path: Path) -> None:
    took = []
    for n in (20, 200):
        body = "The engineer of another team had no limit on retries in the AWS support process. " * n
        (tmp_path / "a.md").write_text(f"# Down\n\n{body}\n", encoding="utf-8")
        start = time.process_time()
        assert fuelbed("attribution", tmp_path / "a.md").exit_code == 0
        took.append(time.process_time() - start)
    assert took[1] < 40 * max(took[0], 0.05)
