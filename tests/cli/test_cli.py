"""The command line as a user meets it: output, exit codes, errors, light help."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from fuelbed.core.engine_codes import ALL_CODES
from fuelbed.readers.case import read_case
from tests.commands import fuelbed
from tests.further import kept
from tests.shipped import SHIPPED, parameters

NO_NUMBERS = """\
fuelbed: 1
title: Orders lost during a deploy
failure: orders_lost
factors:
  bad_deploy: {kind: trigger}
  traffic_peak: {kind: trigger}
  no_backpressure: {kind: condition, present: yes}
  breaker: {kind: control, state: missing}
structure:
  queue_full: (bad_deploy or traffic_peak) and no_backpressure
  orders_lost: queue_full and fails(breaker)
actions:
  review:
    what: Review every deploy twice
    does: [prevent bad_deploy]
  backpressure:
    what: Refuse work when the queue is long
    does: [remove no_backpressure]
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "case.yaml").write_text(NO_NUMBERS)
    return tmp_path


def test_help_loads_neither_numpy_nor_pydantic() -> None:
    code = (
        "import sys; from fuelbed.cli.main import main\n"
        "try: main(['--help'], standalone_mode=False)\n"
        "finally: print(sorted({'numpy', 'pydantic', 'scipy', 'jinja2'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip().endswith("[]")
    assert "analyze" in out


def test_a_case_without_numbers_says_what_holds_whatever_they_are(case: Path) -> None:
    r = fuelbed("analyze", case)
    assert r.exit_code == 0, r.output
    text = " ".join(r.output.split())
    assert "Whatever the numbers, closing no_backpressure does at least as much as every action item" in text
    assert "structural" in text
    assert "trigger only" in text
    assert "How often does bad_deploy happen" in text.replace("`", "")
    assert max(map(len, r.output.splitlines())) <= 80


def test_the_default_structure(tmp_path: Path) -> None:
    """Without `structure`: any trigger and all present conditions and all controls failing."""
    text = NO_NUMBERS[: NO_NUMBERS.index("structure:")]
    (tmp_path / "case.yaml").write_text(text)
    r = fuelbed("analyze", tmp_path, "--format", "json")
    assert r.exit_code == 0, r.output
    assert "2 different triggers reach the failure" in " ".join(json.loads(r.output)["verdict"])


@pytest.mark.parametrize("form", ["text", "md", "html", "json"])
def test_same_input_gives_the_same_bytes(case: Path, form: str, tmp_path: Path) -> None:
    outs = []
    for i in range(2):
        out = tmp_path / f"out{i}"
        assert fuelbed("analyze", case, "--format", form, "-o", out).exit_code == 0
        outs.append(out.read_bytes())
    assert outs[0] == outs[1]
    assert len(outs[0]) > 500


def test_faults_are_reported_at_once_with_code_2(case: Path) -> None:
    bad = NO_NUMBERS.replace("kind: trigger}", "kind: triger}", 1).replace("fails(breaker)", "fails(braker)")
    (case / "case.yaml").write_text(bad)
    r = fuelbed("check", case)
    assert r.exit_code == 2
    assert "case.yaml:5:" in r.output
    assert "case.yaml:11:" in r.output
    assert "trigger" in r.output
    assert "breaker" in r.output
    assert "Traceback" not in r.output


@pytest.mark.parametrize(
    "args", [("analyze",), ("analyze", "nowhere"), ("analize", "x"), ("explain", "FB999"), ("cases", "nope")]
)
def test_wrong_use_is_code_2_without_traceback(args: tuple[str, ...]) -> None:
    r = fuelbed(*args)
    assert r.exit_code == 2
    assert "Traceback" not in r.output
    assert r.output.strip()


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("roblox", "Did you mean roblox-2021-10-28?"),
        ("Cloudflare", "Did you mean cloudflare-2019-07-02 or cloudflare-2025-11-18?"),
        ("posthog-2025-09-2", "Did you mean posthog-2025-09-29?"),
        ("clouflare", "Did you mean cloudflare-2025-11-18 or cloudflare-2019-07-02?"),
        ("nope", "`fuelbed cases` lists them."),
    ],
)
def test_a_case_that_is_not_shipped_is_refused_with_a_way_on(name: str, cure: str) -> None:
    assert fuelbed("cases", name).output == f"error: there is no shipped case {name}. {cure}\n"


DENIED = NO_NUMBERS.replace("bad_deploy: {kind: trigger}", "bad_deploy: {kind: trigger, in_incident: no}").replace(
    "traffic_peak: {kind: trigger}", "traffic_peak: {kind: trigger, in_incident: no}"
)


def test_check_warns_of_facts_that_the_structure_excludes(case: Path) -> None:
    (case / "case.yaml").write_text(DENIED)
    r = fuelbed("check", case)
    assert r.exit_code == 0
    first, last = r.output.splitlines()
    assert first == (
        f"{case}/case.yaml:5:3: warning FB201: By its structure and the `in_incident` facts, this incident could not have happened: "
        "without the fact given for `bad_deploy` or `traffic_peak` it could. Correct what is said of `bad_deploy` or `traffic_peak`, "
        "or add to `structure` how it came about; until then each fact is taken as it is given, and nothing is drawn from the failure."
    )
    assert last.endswith("No fault, 1 warning.")
    assert fuelbed("check", case, "--fail-on", "warning").exit_code == 1
    told = " ".join(fuelbed("analyze", case).output.split())
    assert "Correct what is said of bad_deploy or traffic_peak" in told
    assert f"({case}/case.yaml:5)".replace(" ", "") in told.replace(" ", "")


def test_check_warns_of_two_facts_that_only_together_exclude_it(case: Path) -> None:
    (case / "case.yaml").write_text(
        NO_NUMBERS.replace("present: yes}", "in_incident: no}").replace("state: missing}", "in_incident: held}")
    )
    said = fuelbed("check", case).output
    assert (
        "case.yaml:7:3: warning FB201: By its structure and the `in_incident` facts, this incident could not have happened. "
        in said
    )
    assert "Check which trigger was on and which controls did not hold (`in_incident`), or add to `structure`" in said


def test_check_does_not_look_at_a_large_structure(case: Path) -> None:
    """Its bound is what keeps it quick: an analysis still says so."""
    many = "".join(f"  more_{i}: {{kind: condition}}\n" for i in range(60))
    (case / "case.yaml").write_text(DENIED.replace("structure:\n", f"{many}structure:\n", 1))
    assert "FB201" not in fuelbed("check", case).output
    assert "FB201" in fuelbed("analyze", case).output


def _dated(case: Path, date: str, text: str) -> str:
    (case / "pm.md").write_text(text)
    (case / "case.yaml").write_text(NO_NUMBERS.replace("failure:", f"date: {date}\nnarrative: pm.md\nfailure:", 1))
    r = fuelbed("check", case)
    assert r.exit_code == 0
    return r.output.partition(f"{case}/case.yaml:")[0]


def test_check_warns_of_a_date_that_the_narrative_does_not_know(case: Path) -> None:
    text = "# Orders lost\n\n## Timeline (UTC)\n\n- 2025-05-13 14:10 The deploy\n- 2025-05-13 14:20 Orders are lost\n- 2025-05-13 14:40 Over\n"
    said = "warning FB234: The case is dated 2025-03-15, and its timeline is of 2025-05-13. Correct the one that is wrong."
    assert _dated(case, "2025-03-15", text) == f"{case}/pm.md:5:3: {said}\n"
    assert _dated(case, "2025-05-13", text) == ""
    assert _dated(case, "2025-05-15", text) == ""  # a zone or a night between them
    assert _dated(case, "2025-03-15", text.replace("2025-05-13 ", "")) == ""  # no date to hold against it
    assert _dated(case, "2025-03-15", text + "a" * 200_000) == ""


@pytest.mark.parametrize("form", ["2025-03-05", "2025/03/05", "March 5, 2025", "5 Mar 2025"])
def test_a_text_that_names_the_day_is_not_read_for_it(form: str, case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuelbed.engines.invariants.dated.narrative_of", lambda case: pytest.fail("it was read"))
    assert _dated(case, "2025-03-05", f"# Orders lost on {form}\n") == ""
    monkeypatch.setattr("fuelbed.engines.invariants.dated.narrative_of", lambda case: None)
    assert _dated(case, "2025-03-05", f"# Orders lost on {form.replace('5', '15')}\n") == ""


def test_fail_on_and_baseline(case: Path, tmp_path: Path) -> None:
    (case / "case.yaml").write_text(NO_NUMBERS.replace("structure:", "  spare: {kind: condition, present: yes}\nstructure:", 1))
    known = tmp_path / "known.json"
    assert fuelbed("analyze", case).exit_code == 0
    assert fuelbed("analyze", case, "--fail-on", "note").exit_code == 1
    assert fuelbed("analyze", case, "--fail-on", "note", "--baseline", known).exit_code == 0  # written now
    assert fuelbed("analyze", case, "--fail-on", "note", "--baseline", known).exit_code == 0
    known.write_text("{}")
    assert fuelbed("analyze", case, "--baseline", known).exit_code == 2


def test_a_baseline_holds_however_the_path_is_typed(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (case / "case.yaml").write_text(NO_NUMBERS.replace("structure:", "  spare: {kind: condition, present: yes}\nstructure:", 1))
    known = tmp_path / "known.json"
    assert fuelbed("analyze", case, "--fail-on", "note", "--baseline", known).exit_code == 0
    monkeypatch.chdir(case)
    for typed in (".", "case.yaml", f"../{case.name}"):
        assert fuelbed("analyze", typed, "--fail-on", "note", "--baseline", known).exit_code == 0


@pytest.mark.parametrize("form", ["json", "html", "md"])
def test_the_same_case_gives_the_same_bytes_from_anywhere(case: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (case / "case.yaml").write_text(NO_NUMBERS.replace("structure:", "  spare: {kind: condition, present: yes}\nstructure:", 1))
    far = fuelbed("analyze", case, "--format", form).output
    monkeypatch.chdir(case)
    assert fuelbed("analyze", ".", "--format", form).output == far


@pytest.mark.parametrize("target", ["hazard<=0.1", "loss-80%", "probability<=0.05"])
def test_targets(case: Path, target: str) -> None:
    assert fuelbed("analyze", case, "--target", target, "--format", "json").exit_code == 0


def test_a_target_that_is_none(case: Path) -> None:
    r = fuelbed("analyze", case, "--target", "less")
    assert r.exit_code == 2
    assert "loss-80%" in r.output


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_every_code_explains_itself(code: str) -> None:
    r = fuelbed("explain", code)
    assert r.exit_code == 0
    assert ALL_CODES[code].title in r.output


def test_schemas_are_json() -> None:
    for args in (("schema",), ("schema", "--report")):
        r = fuelbed(*args)
        assert r.exit_code == 0
        assert json.loads(r.output)["$schema"].startswith("https://json-schema.org/")


def test_copying_a_case(tmp_path: Path) -> None:
    assert SHIPPED[0].name in fuelbed("cases").output
    assert fuelbed("cases", SHIPPED[0].name, tmp_path / "mine").exit_code == 0
    assert fuelbed("check", tmp_path / "mine").exit_code == 0
    assert fuelbed("cases", SHIPPED[0].name, tmp_path / "mine").exit_code == 2  # never overwrites


@pytest.mark.parametrize("path", parameters())
def test_shipped_cases(path: Path) -> None:
    """Every shipped case is read without a warning, answers §1 and judges every action item; one that changes nothing in the model says so."""
    assert fuelbed("check", path, "--fail-on", "warning").exit_code == 0
    r = fuelbed("analyze", path, "--format", "json")
    assert r.exit_code == 0, r.output
    report = json.loads(r.output)
    assert len(report["verdict"]) == 3
    case = read_case(path, {"signals", "seen", "hypotheses", "invariants", "control_structure"})
    table = next(
        b for s in report["sections"] if s["engine"] == "actions" for b in s["answer"]["blocks"] if b.get("type") == "table"
    )
    assert len(table["rows"]) == len(case.actions)
    assert r.output.count("not modelled") == 0 or any(not a.does for a in case.actions.values())


def _shipped(name: str) -> Path:
    return next(p for p in SHIPPED if p.name.startswith(name))


def test_the_summary_fits_one_screen_and_is_plain_when_piped() -> None:
    r = fuelbed("analyze", _shipped("posthog"))
    assert len(r.output.splitlines()) <= 45
    assert max(map(len, r.output.splitlines())) <= 80
    assert "\x1b" not in r.output
    assert "-o report.html" in r.output.splitlines()[-1]
    full = fuelbed("analyze", _shipped("posthog"), "--full")
    assert full.exit_code == 0
    assert len(full.output) > 3 * len(r.output)


def test_a_terminal_without_unicode_gets_ascii() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-m", "fuelbed", "analyze", str(_shipped("crowdstrike"))]
    done = subprocess.run(command, capture_output=True, env=env, check=True)
    assert done.stdout.isascii()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("what", kept(["NO_COLOR", "TERM", ""], ["NO_COLOR", ""]))
def test_color_only_on_a_terminal_that_wants_it(what: str) -> None:
    master, slave = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    env.pop("NO_COLOR", None)
    env |= {"NO_COLOR": "1"} if what == "NO_COLOR" else {"TERM": "dumb"} if what == "TERM" else {}
    termios.tcsetwinsize(slave, (50, 80))
    child = subprocess.Popen([sys.executable, "-m", "fuelbed", "analyze", str(_shipped("crowdstrike"))], stdout=slave, env=env)
    os.close(slave)
    out = b""
    try:
        while part := os.read(master, 65536):
            out += part
    except OSError:  # Linux says so when the other end is closed
        pass
    assert child.wait() == 0
    assert (b"\x1b[" in out) == (what == "")
    lines = re.sub(r"\x1b\[\d*m", "", out.decode()).splitlines()
    assert max(map(len, lines)) <= 80


def test_words_of_a_case_cannot_steer_the_terminal(case: Path) -> None:
    evil = r'"\x1b]0;owned\x07 \e[2J \x9b31m \u202e"'
    text = NO_NUMBERS.replace("Orders lost during a deploy", evil).replace("Review every deploy twice", evil)
    for broken in (text, text.replace("bad_deploy: {kind: trigger}", r'"bad\x1b[2J\x9b": {kind: trigger}')):
        (case / "case.yaml").write_text(broken)
        for args in (["check"], ["analyze"], *(["analyze", "--format", f] for f in ("md", "html", "json"))):
            r = fuelbed(args[0], case, *args[1:])
            assert not set("\x1b\x07\x9b\u202e") & set(r.output + r.stderr)


@pytest.mark.parametrize("args", [("cases",), ("invariants", "src/fuelbed/cases/github-2018-10-21")])
def test_lists_fit_eighty_columns(args: tuple[str, ...]) -> None:
    assert max(map(len, fuelbed(*args).output.splitlines())) <= 80
