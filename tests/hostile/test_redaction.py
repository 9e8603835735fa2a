"""With --redact no output of any command holds a planted secret: all kinds, in a narrative, in every field of a case, in evidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fuelbed.cli import analyze, attribution, check, controls, corpus, coupling, draft, invariants, review

_PEM_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7Zr5Tn2Vb8Xc1"
SECRETS = {
    "private key": f"-----BEGIN RSA PRIVATE KEY-----\\n{_PEM_BODY}\\n-----END RSA PRIVATE KEY-----",
    "AWS": "AKIA" + "Q3EGR7ZT5JMW2NLP",
    "AWS secret": "aws_secret_access_key = " + "d4k9Qm2Zr7Tn5Vb8Xc1Lp6Wf3Hj0Gs9RtYuQwErT",
    "GCP": "AIza" + "SyD4k9Qm2Zr7Tn5Vb8Xc1Lp6Wf3Hj0Gs9R7",
    "Azure": "AccountKey=" + "k9Qm2Zr7Tn5Vb8Xc1Lp6Wf3Hj0Gs9RtYuQk9Qm2Zr7Tn5Vb8Xc1Lp6Wf3Hj0Gs9RtYuQk9Qm2==",
    "GitHub": "ghp_" + "d4k9Qm2Zr7Tn5Vb8Xc1Lp6Wf3Hj0Gs9RtYuQ",
    "GitLab": "glpat-" + "d4k9Qm2Zr7Tn5Vb8Xc1L",
    "Slack": "xoxb-" + "2718281828-3141592653-Zr7Tn5Vb8Xc1Lp6Wf3",
    "Stripe": "sk_live_" + "Zr7Tn5Vb8Xc1Lp6Wf3d4k9Qm",
    "npm": "npm_" + "Tn5Vb8Xc1Lp6Wf3Hj0Gs9RtYuQd4k9Qm2Zr7",
    "PyPI": "pypi-AgE" + "Tn5Vb8Xc1Lp6Wf3Hj0Gs9RtYuQd4k9Qm2Zr7Tn5Vb8Xc1Lp6Wf3Hj0Gs9",
    "JWT": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiI0MjQyNDIifQ.Lp6Wf3Hj0Gs9RtYuQd4k9Qm2",
    "basic auth": "https://deploy:Wf3Hj0Gs9RtYu@git.corp.net/app.git",
    "connection": "postgres://app:Hj0Gs9RtYuQd4@db.corp.net:5432/orders",
    "bearer": "Authorization: Bearer " + "Gs9RtYuQd4k9Qm2Zr7Tn5Vb8",
    "password": "password=RtYuQd4k9Qm2",
    "e-mail": "jane.roe@corp.net",
    "phone": "phone +49 30 9018 2044",
    "public": "52.216.8.43",
    "public 6": "2a01:4f8:c17:b0f::2",
    "private": "10.12.5.36",
}
PLANTED = (
    _PEM_BODY, SECRETS["AWS"], "d4k9Qm2Zr7Tn5Vb8Xc1Lp6Wf3Hj0Gs9RtYuQwErT", SECRETS["GCP"], SECRETS["Azure"][11:], SECRETS["GitHub"],
    SECRETS["GitLab"], SECRETS["Slack"], SECRETS["Stripe"], SECRETS["npm"], SECRETS["PyPI"], SECRETS["JWT"], "Wf3Hj0Gs9RtYu@", "Hj0Gs9RtYuQd4@",
    SECRETS["bearer"][22:], "RtYuQd4k9Qm2", "jane.roe@corp.net", "+49 30 9018 2044", "52.216.8.43", "2a01:4f8:c17:b0f::2", "10.12.5.36",
)  # fmt: skip  # what may be found nowhere
ALL = " and ".join(SECRETS.values())
HEADER = ALL.replace("\\n", " ")
NARRATIVE = "# Booking page down on 3 May 2024\n\n## Root cause\n\n" + "\n\n".join(
    f"The deploy of build {i} put {s.replace(chr(92) + 'n', chr(10))} into the log, because the log level had no limit since 2019."
    for i, s in enumerate(SECRETS.values())
) + "\n\n## Action items\n\n" + "\n".join(f"- Add an alert on {s.replace(chr(92) + 'n', ' ')}" for s in SECRETS.values()) + (
    f"\n\n```\n{ALL}\n```\n\n<!-- {SECRETS['password']} -->\n\n[link]({SECRETS['basic auth']})\n"
)  # fmt: skip  # one text
CASE = """\
fuelbed: 1
title: "{0}"
failure: out
narrative: postmortem.md
author_team: "{0}"
summary: "{0}"
sources:
  - {{id: "{0}", address: "{0}", what: "{0}"}}
factors:
  push: {{kind: trigger, rate: 4..24 per year, what: "{0}", owner: "{0}", scope: "{0}", layer: "{0}", because: "{0}", source: "{0}"}}
  weak: {{kind: condition, present: yes, what: "{0}", note: "{0}"}}
  guard: {{kind: control, state: failed, fails: {{value: 0.1, source: "{0}"}}, what: "{0}"}}
  twin: {{kind: control, state: failed, fails: 0.2, what: "{0}"}}
structure:
  out: push and weak and fails(guard) and fails(twin)
common_causes:
  - {{of: [guard, twin], beta: 0.1, because: "{0}"}}
actions:
  a1: {{what: "{0}", does: [remove weak], owner: "{0}", status: "{0}", due: "{0}", verified_by: "{0}"}}
  a2: {{what: "{0}"}}
system: {{components: ["{0}"], owners: {{"{0}": "{0}"}}}}
signals:
  lamp: {{sees: out, misses: 0.1, false_alarms: 0.1, what: "{0}", because: "{0}", source: "{0}"}}
seen: {{lamp: {{state: yes, because: "{0}", source: "{0}"}}}}
evidence:
  events: {{rows: [{{at: "2025-09-29T10:00:00Z", name: "{0}", what: "{0}", source: "{0}"}}, {{at: "2025-09-29T10:05:00Z", name: x}}]}}
  metrics: {{file: metrics.csv, time: time, columns: {{load: "{1}"}}}}
  history: {{file: failures.csv}}
invariants: {{never: {{holds: not event(x), what: "{0}", because: "{0}", source: "{0}"}}}}
control_structure:
  crew: {{what: "{0}", process: "{0}", feedback: [lamp, "{0}"], because: "{0}", source: "{0}"}}
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "case.yaml").write_text(CASE.format(ALL, HEADER), encoding="utf-8")
    (folder / "postmortem.md").write_text(NARRATIVE, encoding="utf-8")
    rows = "".join(f"{60 * m},{m % 7}\n" for m in range(40))
    (folder / "metrics.csv").write_text(f'time,"{HEADER}"\n{rows}', encoding="utf-8")
    names = [s.replace("\\n", " ").replace(",", " ") for s in SECRETS.values()]
    log = "".join(
        f'"{names[i % len(names)]}",2025-01-{1 + i % 28:02}T0{i % 7}:00:00Z,2025-01-{1 + i % 28:02}T0{i % 7}:20:00Z\n'
        for i in range(80)
    )
    (folder / "failures.csv").write_text("component,start,end\n" + log, encoding="utf-8")
    return folder


def _run(command: object, *args: str) -> str:
    done: Result = CliRunner().invoke(command, [*args, "--redact"])  # type: ignore[arg-type]  # a click command
    assert done.exit_code in (0, 1), done.output
    return done.output


def _clean(text: str) -> None:
    assert [p for p in PLANTED if p in text] == []


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit", "markdown"])
def test_review(case: Path, form: str) -> None:
    said = _run(review.review, str(case / "postmortem.md"), "--format", form, "--all")
    _clean(said)
    if form in ("text", "json"):
        assert "[redacted: e-mail 1]" in said.replace("\n", " ") or form == "json"


@pytest.mark.parametrize("form", ["text", "md", "html", "json"])
def test_analyze(case: Path, form: str) -> None:
    said = _run(analyze.analyze, str(case), "--format", form, "--full", "--jobs", "1")
    _clean(said)
    assert "redacted: " in said
    if form == "json":
        json.loads(said[said.index("{") :])


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_draft(case: Path, form: str, tmp_path: Path) -> None:
    _clean(_run(draft.draft, str(case / "postmortem.md"), "--format", form))
    if form == "yaml":
        _run(draft.draft, str(case / "postmortem.md"), "-o", str(tmp_path / "new"))
        for file in (tmp_path / "new").iterdir():
            _clean(file.read_text(encoding="utf-8"))


def test_the_other_commands(case: Path) -> None:
    for command, args in (
        (check.check, ()), (controls.controls, ()), (controls.controls, ("--format", "svg")), (controls.controls, ("--format", "csv")),
        (coupling.coupling, ("--jobs", "1", "--full")), (coupling.coupling, ("--format", "csv", "--jobs", "1")), (invariants.invariants, ()),
    ):  # fmt: skip  # one table
        _clean(_run(command, str(case), *args))


def test_messages_about_faults_hold_no_beginning_of_a_secret(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(
        "# Down\n\nThe cache had no limit.\n", encoding="utf-8"
    )  # so that a corpus has something to say
    for s in SECRETS.values():
        (tmp_path / "case.yaml").write_text(
            f'fuelbed: 1\ntitle: t\nfailure: "{s}"\nhorizon: "{s}"\nfactors: {{push: {{kind: "{s}"}}}}\n'
        )
        told = [
            CliRunner().invoke(check.check, [str(tmp_path), "--redact"]),
            CliRunner().invoke(attribution.attribution, [str(tmp_path), "--redact"]),
        ]
        assert [done.exit_code for done in told] == [2, 2]
        told += [
            CliRunner().invoke(
                corpus.corpus, [str(tmp_path), str(tmp_path / "other.md"), "--redact", "--jobs", "1", "--format", f]
            )
            for f in ("md", "json")
        ]
        for done in told:
            assert "FB0" in done.output
            _clean(done.output)
            assert [p for p in PLANTED if p[:12] in done.output] == []


def test_without_redact_findings_tell_and_do_not_repeat(case: Path) -> None:
    said = (
        CliRunner()
        .invoke(review.review, [str(case / "postmortem.md"), "--format", "github", "--select", "PM004,PM005,PM006,PM007"])
        .output
    )
    _clean(said)
    assert all(f"PM00{n}" in said for n in (4, 5, 6, 7))
    told = CliRunner().invoke(analyze.analyze, [str(case), "--format", "json", "--jobs", "1"]).output
    found = [f for f in json.loads(told[told.index("{") :])["findings"] if f["code"].startswith("PM00")]
    assert {f["code"] for f in found} == {"PM004", "PM005", "PM006", "PM007"}
    for f in found:
        _clean(f["message"])
