"""What goes wrong around the command: paths, pipes, signals, saves while watching. One clear line and a code, never a traceback."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from fuelbed.cli import _progress
from fuelbed.cli._watch import changes
from fuelbed.core.blocks import Answer, Cell, Column, Estimates, Named, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.options import Options
from fuelbed.core.reporting import Report, Section
from tests.commands import fuelbed
from tests.further import kept

ROOT = Path(__file__).parents[2]
QUICK = ROOT / "src/fuelbed/cases/crowdstrike-2024-07-19"
ENV = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm"}
COMMAND = [sys.executable, "-m", "fuelbed"]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return Path(shutil.copytree(QUICK, tmp_path / "case"))


def _unreadable(p: Path) -> None:
    (p / "case.yaml").unlink()
    (p / "case.yaml").symlink_to(p / "case.yaml")  # a loop cannot be opened, not even by root


BROKEN: dict[str, Callable[[Path], object]] = {
    "missing folder": shutil.rmtree,
    "no case file": lambda p: (p / "case.yaml").unlink(),
    "empty": lambda p: (p / "case.yaml").write_text(""),
    "binary": lambda p: (p / "case.yaml").write_bytes(bytes(range(256)) * 9),
    "a folder for a file": lambda p: ((p / "case.yaml").unlink(), (p / "case.yaml").mkdir()),
    "a pipe": lambda p: ((p / "case.yaml").unlink(), os.mkfifo(p / "case.yaml")),
    "unreadable": _unreadable,
    "no narrative": lambda p: (p / "postmortem.md").unlink(),
    "not a case": lambda p: (p / "case.yaml").write_text("hello"),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("command", ["analyze", "check"])
def test_a_case_that_cannot_be_used(case: Path, what: str, command: str) -> None:
    BROKEN[what](case)
    r = fuelbed(command, case)
    assert r.exit_code == 2, r.output
    assert "Traceback" not in r.output
    assert "fault" in r.output.splitlines()[-1]
    assert ("Nothing was written" in r.output) == (command == "analyze"), "a check never writes"


@pytest.mark.parametrize("command", ["analyze", "check", "controls"])
def test_a_text_for_a_case_is_sent_on(case: Path, command: str) -> None:
    r = fuelbed(command, case / "postmortem.md")
    assert r.exit_code == 2
    assert "fuelbed draft" in r.output
    assert "Traceback" not in r.output


@pytest.mark.parametrize(
    ("output", "words"),
    [("", "is a directory"), ("/dev/full", "no space left"), ("{case}", "is a directory"), ("{case}/case.yaml/x.html", "not a directory"),
     ("x.pdf", "--format"), ("{case}/postmortem.md", "belongs to the case"), ("/proc/nowhere/x.html", "cannot be written")],
)  # fmt: skip  # pairs
def test_an_output_that_cannot_be_written(case: Path, output: str, words: str) -> None:
    before = {p: p.read_bytes() for p in case.iterdir()}
    r = fuelbed("analyze", case, "-o", output.format(case=case))
    assert r.exit_code == 2
    assert words in r.output
    assert len(r.output.splitlines()) == 1
    assert {p: p.read_bytes() for p in case.iterdir()} == before


def test_a_missing_folder_is_made_and_a_link_stays_a_link(case: Path, tmp_path: Path) -> None:
    link, target = tmp_path / "link.html", tmp_path / "deep/er/report.html"
    link.symlink_to(target)
    assert fuelbed("analyze", case, "-o", target).exit_code == 0
    first = target.read_bytes()
    assert fuelbed("analyze", case, "-o", link).exit_code == 0
    assert link.is_symlink()
    assert target.read_bytes() == first
    assert [p.name for p in target.parent.iterdir()] == ["report.html"]


def test_a_dash_is_the_terminal(case: Path) -> None:
    assert fuelbed("analyze", case, "-o", "-").output == fuelbed("analyze", case).output


@pytest.mark.parametrize(
    ("args", "words"),
    [(["{case}", "{case}"], "One case at a time"), (["{case}", "--seed", "-1"], "--seed"), (["{case}", "--format", "pdf"], "--format"),
     (["{case}", "--watch", "--baseline", "b"], "--watch"), (["{case}", "--target", "loss"], "loss-80%"),
     (["{case}", "--baseline", "{case}"], "cannot be read"), (["{case}", "--baseline", "{case}/postmortem.md"], "not a baseline file")],
)  # fmt: skip  # pairs
def test_wrong_use(case: Path, args: list[str], words: str) -> None:
    r = fuelbed("analyze", *(a.format(case=case) for a in args))
    assert r.exit_code == 2
    assert words in r.output
    assert "Traceback" not in r.output


@pytest.mark.parametrize(
    "args",
    [["analyze", "{case}", "-o", "loop"], ["analyze", "{case}", "--baseline", "loop"], ["attribution", "loops"], ["attribution", "loop"],
     ["corpus", "loops", "--no-cache"], ["diff", "loop", "loop"], ["diff", "loop.json", "loop.json"], ["solve", "loop"], ["coupling", "loop.csv"],
     ["draft", "{pm}", "-o", "loop"], ["draft", "{pm}", "--accept", "loop"], ["review", "loop"], ["review", "{pm}", "--config", "loop"], ["check", "loops"]],
)  # fmt: skip  # one list
def test_a_loop_of_links_is_one_clear_line(args: list[str], case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loops").mkdir()
    for name in ("loop", "loop.json", "loop.csv", "loops/case.yaml"):
        (tmp_path / name).symlink_to(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    import_module("fuelbed.comparing.cases")  # else it is imported now, and keeps the stand-in for all tests after this one
    monkeypatch.setattr("fuelbed.analysis.analyze", lambda *_: Report("a case", "down", (), ()))
    r = fuelbed(*(a.format(case=case, pm=ROOT / "tests/data/answered.md") for a in args))
    assert r.exit_code == 2, r.output
    assert "fault in Fuelbed" not in r.output
    assert "Traceback" not in r.output


@pytest.mark.parametrize(
    "command",
    kept(
        ["analyze", "check", "attribution", "controls", "corpus", "review", "draft", "coupling"], ["analyze", "corpus", "draft"]
    ),
)
def test_names_that_are_no_ascii_where_the_locale_is_c(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "pl ace über 日本"
    (folder / "ca se").mkdir(parents=True)
    (folder / "ca se/case.yaml").write_text(CONTRADICTION)
    (folder / "pm é.md").write_text("# Down on 3 May 2024\n\n## Root cause\n\nThe queue had no limit.\n")
    (folder / "log é.csv").write_text("component,start,end\na,2025-01-01,2025-01-02\nb,2025-01-01,2025-01-02\n")
    at = {"coupling": folder / "log é.csv", "corpus": folder, "review": folder / "pm é.md", "draft": folder / "pm é.md"}.get(
        command, folder / "ca se"
    )
    env = {**ENV, "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run([*COMMAND, command, str(at)], capture_output=True, env=env)
    assert done.returncode == 0, done.stderr
    assert b"fault in Fuelbed" not in done.stderr
    assert done.stdout


CONTRADICTION = """\
fuelbed: 1
title: It did not happen
failure: out
factors:
  push: {kind: trigger, rate: monthly, in_incident: no}
  weak: {kind: condition, present: yes, in_incident: yes}
structure: {out: push and weak}
"""


def test_a_case_that_contradicts_itself_says_so_first(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CONTRADICTION)
    said = " ".join(fuelbed("analyze", tmp_path).output.split())
    assert said.index("The facts of this incident contradict the structure") < said.index("Every cut set needs")
    (tmp_path / "case.yaml").write_text(CONTRADICTION.replace("in_incident: no", "in_incident: yes"))
    assert "contradict" not in fuelbed("analyze", tmp_path).output


def test_a_fault_of_our_own_is_one_line(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("of\nours \x1b[2J")

    monkeypatch.setattr("fuelbed.analysis.analyze", fail)
    r = fuelbed("analyze", case)
    assert r.exit_code == 2
    assert "a fault in Fuelbed, not in your case (ZeroDivisionError: of ours" in r.output
    assert "\x1b" not in r.output
    assert len(r.output.splitlines()) == 1


@pytest.mark.parametrize("args", [["analyze", str(QUICK), "--full"], ["schema"], ["explain"], ["cases"]])
def test_a_closed_pipe_is_quiet(args: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, *args], stdout=write, stderr=subprocess.PIPE, env=ENV)
    os.close(write)
    assert done.stderr == b""
    assert done.returncode == 141


def test_a_full_disk_and_a_closed_output() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*COMMAND, "analyze", str(QUICK)], stdout=full, stderr=subprocess.PIPE, env=ENV)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [b"error: cannot go on: No space left on device"]
    closed = subprocess.run(["/bin/sh", "-c", '"$@" >&-', "sh", *COMMAND, "analyze", str(QUICK)], stderr=subprocess.PIPE, env=ENV)
    assert closed.stderr == b""


def _wait(until: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_ctrl_c_stops_with_130() -> None:
    slow = f"import time, fuelbed.analysis as a; a.analyze = lambda *_: time.sleep(30)\nimport sys; sys.argv = ['fuelbed', 'analyze', {str(QUICK)!r}]"
    slow += "\nprint('ready', flush=True)\nfrom fuelbed.cli.main import main\nmain()"
    child = subprocess.Popen([sys.executable, "-c", slow], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
    assert child.stdout
    assert child.stdout.readline() == b"ready\n"
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err.strip()) == (130, b"", b"Stopped.")


def _save(file: Path, text: str) -> None:
    """As editors save: whole at once. A file that is emptied and then filled may be seen twice."""
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def test_watch_says_what_a_save_changed(case: Path, tmp_path: Path) -> None:
    file, out, err = case / "case.yaml", tmp_path / "out", tmp_path / "err"
    good = file.read_text()
    with out.open("wb") as o, err.open("wb") as e:
        child = subprocess.Popen([*COMMAND, "analyze", str(case), "--watch"], stdout=o, stderr=e, env=ENV)
    try:
        _wait(lambda: "Everything, with intervals" in out.read_text())
        first = len(out.read_text())
        _save(file, good.replace("title: ", "title: [", 1))
        _wait(lambda: "Waiting for the next save" in err.read_text())
        _save(file, good + "\n# a remark\n")
        _wait(lambda: "The verdict is unchanged." in out.read_text())
        at = good.index("  damaged_content:")
        rate = re.compile(r"rate: \{value: [^,]*,")
        _save(file, good[:at] + rate.sub("rate: {value: 90..110 per year,", good[at:], count=1))
        _wait(lambda: "\n+ " in out.read_text())
        said = out.read_text()[first:]
        assert re.search(r"^- Without new_criterion, .* failures a year would remain", said, re.M)
        assert re.search(r"^\+ Without damaged_content, .* failures a year would remain", said, re.M)
        assert "`" not in said
        time.sleep(1)
        assert out.read_text()[first:] == said  # nothing more without a save
    finally:
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 0
    assert "Stopped." in err.read_text()


def test_watch_with_a_report_in_the_case_folder_does_not_wake_itself(case: Path, tmp_path: Path) -> None:
    err = tmp_path / "err"
    with err.open("wb") as e:
        child = subprocess.Popen([*COMMAND, "analyze", str(case), "--watch", "-o", str(case / "report.html")], stderr=e, env=ENV)
    try:
        _wait(lambda: "Wrote" in err.read_text())
        time.sleep(1.5)
        assert err.read_text().count("Wrote") == 1
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(20)


def _report(*verdict: str, **judged: tuple[str, float]) -> Report:
    """A report with a headline number and one row an action: its verdict and its change."""
    columns = (Column("action", "action", "code"), Column("v", "verdict", "verdict"), Column("c", "failures a year", "estimate"))
    rows = tuple((Cell(n), Cell(word), Cell(estimate=Estimate(x, x, x, "change"))) for n, (word, x) in judged.items())
    today = Estimates("How near", (Named("hazard", "failures today", Estimate(2.0, 1.0, len(judged) + 3.0, "rate")),))
    answer = Answer("", (today, Table("actions", "What each changes", columns, rows)))
    return Report("a case", "down", verdict, (Section("actions", "", "What?", answer),))


def test_changes_of_a_verdict() -> None:
    one = _report("a.", "b.", x=("control", -0.5), y=("no effect", 0.0))
    assert changes(one, one) == ["The verdict is unchanged."]
    assert changes(_report("a.", "b."), _report("a.", "`c`.", "d.")) == ["- b.", "+ c.", "+ d."]


def test_changes_of_verdicts_on_actions_and_of_numbers() -> None:
    """The headline is the same, yet two items swapped their verdicts and a number moved."""
    before = _report("a.", x=("control", -0.5), y=("no effect", 0.0), z=("control", -0.1))
    after = _report("a.", x=("no effect", 0.0), y=("control", -0.5), w=("harmful", 0.2))
    assert changes(before, after) == [
        "- z",
        "  x: verdict: control -> no effect; failures a year: −50 % -> 0 %",
        "  y: verdict: no effect -> control; failures a year: 0 % -> −50 %",
        "+ w: verdict: harmful; failures a year: +20 %",
    ]
    fewer = _report("a.", x=("control", -0.5))
    assert changes(_report("a."), fewer)[0] == "  failures today: 2 (1..3) a year -> 2 (1..4) a year"


def test_progress_speaks_only_late_and_only_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_progress, "_PATIENCE", 0.1)
    with _progress.Progress() as quiet:
        quiet.begin("Which?")
        time.sleep(0.3)
    assert capfd.readouterr().err == ""
    master, slave = pty.openpty()
    with open(slave, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm")
        with _progress.Progress() as soon:
            soon.begin("At once?")
        with _progress.Progress() as late:
            late.begin("Which triggers?")
            late._timer.join()
            late.begin("And then?")
        stream.flush()
        said = ""
        while not (said.endswith("\x1b[2K") and "And then?" in said):
            said += os.read(master, 4096).decode()
    os.close(master)
    assert "At once?" not in said
    assert said.index("Which triggers?") < said.index("And then?")
    assert said.endswith("\r\x1b[2K")


def test_seed_and_help_are_clear() -> None:
    text = fuelbed("analyze", "--help").output
    assert max(map(len, text.splitlines())) <= 80
    assert f"default: {Options().seed}" in text
    for words in ("-o report.html", "--full", "Exit 1 on findings", "stop with Ctrl-C"):
        assert words in " ".join(text.split())
