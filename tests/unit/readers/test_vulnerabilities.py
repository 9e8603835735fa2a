"""`evidence.kev` and `evidence.epss`: local lists, asked for the CVEs of a case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fuelbed.core.case import Case
from fuelbed.core.errors import InputError
from fuelbed.core.findings import Severity
from fuelbed.core.vulnerabilities import yearly_rate
from fuelbed.readers.case import read_case

CASE = """fuelbed: 1
title: t
failure: f
factors:
  a: {kind: exploit, class: CWE-20, cve: CVE-2021-44228, rate: yearly}
  b: {kind: exposure, present: yes}
  d: {kind: exploit, cve: cve-2020-0001, rate: yearly}
  e: {kind: exploit, cve: CVE-2020-0002, rate: yearly}
structure:
  f: (a or d or e) and b
evidence:
  kev: kev.json
  epss: {file: epss.csv}
"""
KEV = {
    "title": "CISA Catalog of Known Exploited Vulnerabilities",
    "dateReleased": "2025-11-01T12:00:00.0Z",
    "vulnerabilities": [
        {"cveID": "CVE-2019-1", "dateAdded": "nonsense of one that nobody asks for"},
        {"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10", "dueDate": "2021-12-24", "vulnerabilityName": "Log4j", "knownRansomwareCampaignUse": "Known"},
        {"cveID": "CVE-2020-0001", "dateAdded": "2022-01-05", "knownRansomwareCampaignUse": "Unknown"},
    ],
}  # fmt: skip  # one row an entry
EPSS = "#model_version:v2025.03.14,score_date:2025-11-01T12:55:00Z\ncve,epss,percentile\nCVE-2020-0001,0.00042,0.10\nCVE-2021-44228,0.94358,0.99957\n"


def case(folder: Path, kev: object = KEV, epss: str | bytes = EPSS, text: str = CASE) -> Case:
    (folder / "case.yaml").write_text(text)
    (folder / "kev.json").write_text(kev if isinstance(kev, str) else json.dumps(kev, indent=1))
    (folder / "epss.csv").write_bytes(epss if isinstance(epss, bytes) else epss.encode())
    return read_case(folder)


def test_what_the_lists_say(tmp_path: Path) -> None:
    got = case(tmp_path).vulnerabilities
    assert sorted(got) == ["CVE-2020-0001", "CVE-2020-0002", "CVE-2021-44228"]
    log4j = got["CVE-2021-44228"]
    assert log4j.kev is not None
    assert (log4j.kev.since, log4j.kev.ransomware, log4j.kev.due, log4j.kev.name) == ("2021-12-10", True, "2021-12-24", "Log4j")
    assert log4j.kev.span is not None
    assert log4j.kev.span.line == 9
    assert log4j.epss is not None
    assert (log4j.epss.probability, log4j.epss.percentile, log4j.epss.date) == (0.94358, 0.99957, "2025-11-01")
    assert log4j.epss.model == "v2025.03.14"
    assert log4j.epss.span is not None
    assert log4j.epss.span.line == 4
    none = got["CVE-2020-0002"]
    assert (none.kev, none.epss, none.kev_read, none.epss_read, none.kev_released) == (None, None, True, True, "2025-11-01")


def test_it_is_told_and_never_used(tmp_path: Path) -> None:
    with_lists = case(tmp_path)
    told = [f for f in with_lists.findings if f.code == "FB159"]
    assert len(told) == 6
    assert {f.severity.value for f in told} == {"note"}
    words = " ".join(f.line() for f in told)
    assert "since 2021-12-10, in ransomware campaigns too" in words
    assert "anywhere within 30 days" in words
    assert "is not in CISA's catalogue of 2025-11-01" in words
    assert "no rate of your system" in words
    without = case(tmp_path, text=CASE.split("evidence:")[0])
    assert without.vulnerabilities == {}
    assert {n: f.rate for n, f in with_lists.factors.items()} == {n: f.rate for n, f in without.factors.items()}


def test_one_list_alone(tmp_path: Path) -> None:
    got = case(tmp_path, text=CASE.replace("  epss: {file: epss.csv}\n", "")).vulnerabilities["CVE-2020-0001"]
    assert got.kev is not None
    assert (got.epss, got.epss_read) == (None, False)
    assert "kev.json" in case(tmp_path).inputs


def test_other_names_are_looked_up_nowhere(tmp_path: Path) -> None:
    got = case(tmp_path, text=CASE.replace("CVE-2020-0002", "GHSA-jfh8-c2jp-5v3q"))
    assert [f.code for f in got.findings if f.code == "FB158"] == ["FB158"]
    assert len(got.vulnerabilities) == 2


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_scores_without_a_comment_and_with_other_line_ends(tmp_path: Path, ending: str) -> None:
    got = case(tmp_path, epss=EPSS.split("\n", 1)[1].replace("\n", ending)).vulnerabilities["CVE-2021-44228"]
    assert got.epss is not None
    assert (got.epss.probability, got.epss.date) == (0.94358, "")


@pytest.mark.parametrize(
    ("kev", "epss", "place"),
    [
        ("[]", EPSS, "kev.json:1:1"),
        ('{"vulnerabilities": 3}', EPSS, "kev.json:1:1"),
        ('{"vulnerabilities": [\n {"cveID": 3}]}', EPSS, "kev.json:2:2"),
        ('{"vulnerabilities": [\n {"cveID": "CVE-2021-44228",\n "dateAdded": "soon"}]}', EPSS, "kev.json:3:15"),
        ('{"vulnerabilities": [\n', EPSS, "kev.json:2:1"),
        ('{"a": ' + "[" * 100_000, EPSS, "kev.json:1:"),
        (KEV, "", "epss.csv:1:1"),
        (KEV, "cve;epss\nCVE-2021-44228;0.1\n", "epss.csv:1:1"),
        (KEV, "cve,epss,percentile\nCVE-2021-44228,97 %,0.1\n", "epss.csv:2:1"),
        (KEV, "cve,epss,percentile\nCVE-2021-44228,\n", "epss.csv:2:1"),
        (KEV, "cve,epss,percentile\nCVE-2021-44228,nan,0.1\n", "epss.csv:2:1"),
        (KEV, "cve,epss,percentile\nCVE-2021-44228,0.5,7\n", "epss.csv:2:1"),
        (KEV, b"\x1f\x8b\x08\x00", "epss.csv:1:1"),
        (KEV, b"\xff\xfe\x00,", "epss.csv:1:1"),
    ],
)
def test_faults_have_a_place(tmp_path: Path, kev: object, epss: str | bytes, place: str) -> None:
    with pytest.raises(InputError) as e:
        case(tmp_path, kev, epss)
    (wrong,) = [f for f in e.value.findings if f.severity is Severity.ERROR]
    assert wrong.code == "FB157"
    assert place in wrong.line()
    assert wrong.cure


def test_a_file_that_is_not_there_or_leaves_the_folder(tmp_path: Path) -> None:
    for name, code in (("none.json", "FB051"), ("../kev.json", "FB050")):
        with pytest.raises(InputError) as e:
            case(tmp_path, text=CASE.replace("kev: kev.json", f"kev: {name}"))
        assert [f.code for f in e.value.findings if f.severity is Severity.ERROR] == [code]


def test_the_rate_of_a_probability_within_30_days() -> None:
    assert yearly_rate(0) == 0
    assert yearly_rate(1) == float("inf")
    assert yearly_rate(0.5) == pytest.approx(0.6931471805599453 * 365.25 / 30)
