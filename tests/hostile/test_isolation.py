"""Reading a case runs nothing, opens no socket and leaves the case's folder alone: watched by Python's own audit events."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.cases import MARKER
from tests.hostile.command import ROOT, fuelbed
from tests.shipped import SHIPPED, parameters

FORMATS = ["text", "md", "html", "json"]
CODE = f"__import__('os').system('touch {MARKER}')"
EVERYWHERE = f"""\
fuelbed: 1
title: "{CODE}"
failure: out
narrative: story.md
author_team: "{{{{ {MARKER} }}}}"
summary: "{{% for {MARKER} in [1] %}}x{{% endfor %}}"
factors:
  {MARKER}_push: {{kind: trigger, rate: 3..7 per year, what: "{CODE}", owner: "${{{MARKER}}}", layer: "`{MARKER}`"}}
  {MARKER}_weak: {{kind: condition, present: 0.1..0.9, layer: "{CODE}"}}
  {MARKER}_guard: {{kind: control, state: failed, fails: beta(2 18), because: "{CODE}"}}
structure:
  {MARKER}_line: {MARKER}_push and {MARKER}_weak
  out: {MARKER}_line and fails({MARKER}_guard)
actions:
  {MARKER}_a: {{what: "{CODE}", does: [remove {MARKER}_weak]}}
  {MARKER}_b: {{what: "{CODE}", does: [add control {MARKER}_new fails 0.1 on out]}}
evidence:
  metrics: {{file: numbers.csv, columns: {{load: "{CODE}"}}}}
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "case.yaml").write_text(EVERYWHERE)
    (folder / "story.md").write_text(f"{CODE}\n")
    (folder / "numbers.csv").write_text('t,"' + CODE.replace('"', '""') + '"\n0,1\n1,2\n')
    return folder


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_of_a_case_is_run_and_nothing_outside_is_opened(form: str, case: Path) -> None:
    """Every name and text of this case holds the marker; no code that Python compiles or runs does."""
    done = fuelbed("analyze", case, "--format", form, case=case)
    assert done.is_clean, done
    assert done.code == 0
    assert MARKER in done.out
    assert not list(case.parent.rglob(MARKER))


def test_check_runs_nothing_either(case: Path) -> None:
    done = fuelbed("check", case, case=case)
    assert done.is_clean, done
    assert done.code == 0


ALONE = pytest.param(next(p for p in SHIPPED if p.name == "github-2018-10-21"), ["--jobs", "1"], id="github-2018-10-21-alone")


@pytest.mark.parametrize(
    ("shipped", "jobs"),
    [
        *(
            pytest.param(
                *p.values, [], marks=p.marks if p.id == "mybinder-2022-01-27" else pytest.mark.further, id=f"{p.id}-default"
            )
            for p in parameters()
        ),
        ALONE,
    ],
)
def test_the_shipped_cases_stay_in_their_folder(shipped: Path, jobs: list[str], tmp_path: Path) -> None:
    """By default Fuelbed's own workers are let through, see `guarded.py`; with `--jobs 1` nothing is started at all."""
    case = tmp_path / shipped.name
    shutil.copytree(shipped, case)
    report = tmp_path / "out"
    report.mkdir()
    done = fuelbed(
        "analyze", case, "-o", report / "report.html", "--baseline", report / "known.json", *jobs, case=case, write=report
    )
    assert done.is_clean, done
    assert sorted(p.name for p in report.iterdir()) == ["known.json", "report.html"]
    assert sorted(p.name for p in case.iterdir()) == sorted(p.name for p in shipped.iterdir() if p.name != "__pycache__")


@pytest.mark.parametrize("where", ["file", "folder", "dangling", "loop", "parent"])
def test_a_link_out_of_the_folder_is_not_followed(where: str, case: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "story.md").write_text("secret")
    (case / "story.md").unlink()
    name = "story.md"
    if where == "file":
        (case / name).symlink_to(secret / "story.md")
    elif where == "folder":
        (case / "link").symlink_to(secret)
        name = "link/story.md"
    elif where == "dangling":
        (case / name).symlink_to(tmp_path / "not_there")
    elif where == "loop":
        (case / name).symlink_to(case / name)
    else:
        name = "../secret/story.md"
    (case / "case.yaml").write_text(EVERYWHERE.replace("story.md", name))
    done = fuelbed("analyze", case, case=case)
    assert done.is_clean, done
    assert done.code == 2
    assert "case.yaml:4:" in done.err


def test_the_case_file_itself_may_not_be_a_link_out(case: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(EVERYWHERE)
    (case / "case.yaml").unlink()
    (case / "case.yaml").symlink_to(tmp_path / "other.yaml")
    done = fuelbed("analyze", case, case=case)
    assert done.is_clean, done
    assert done.code == 2
    assert "FB001" in done.err


@pytest.mark.parametrize("special", ["fifo", "device", "folder"])
def test_a_narrative_that_is_no_file(special: str, case: Path) -> None:
    story = case / "story.md"
    story.unlink()
    if special == "fifo":
        os.mkfifo(story)
    elif special == "device":
        story.symlink_to("/dev/zero")
    else:
        story.mkdir()
    done = fuelbed("analyze", case, case=case)
    assert done.is_clean, done
    assert done.code == 2


SPREAD = """
import os, pickle, subprocess
from fuelbed.numerics import parallel
from fuelbed.numerics.parallel import spread
parallel.PIECE, parallel._LOOK, parallel._STARTING = 0.0, 0.0, {"fork": 0.0}
from fuelbed.numerics.chains import duration_words as words
worker, made = parallel._Worker, []
parallel._Worker = lambda context: (made.append(1), worker(context))[1]
def sometimes_bad(x): x < 5 or subprocess.run(["true"])
def sometimes_worse(x): x < 5 or pickle.loads(b"cos\\ngetpid\\n.")
def sometimes_forks(x): x < 5 or os.fork() or os._exit(0)
"""
"""A program whose sweeps go to workers at once."""


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("import socket; socket.socket()", "never: socket"),
        ("open('/etc/hostname')", "outside: open"),
        ("open('written_here', 'w')", "outside: open"),
        ("import os; os.listdir('/etc')", "outside: os.listdir"),
        (f"eval('1 or {MARKER}')", "runs what the case says: compile"),
        (f"exec(compile('{MARKER} = 1', 'x', 'exec'))", "runs what the case says: exec"),
        ("import pickle; pickle.loads(b'cos\\ngetpid\\n.')", "never: pickle"),
        ("import subprocess; subprocess.run(['true'])", "never: subprocess"),
        ("import os; os.fork() or os._exit(0)", "never: os.fork"),
        ("import multiprocessing as m; p = m.get_context('fork').Process(target=print); p.start(); p.join()", "never: os.fork"),
        (f"{SPREAD}spread(words, [1.0] * 9, count=2); assert len(made) == 2", ""),
        (f"{SPREAD}spread(sometimes_bad, range(9), count=2)", "never: subprocess"),
        (f"{SPREAD}spread(sometimes_worse, range(9), count=2)", "('os', 'getpid')"),
        (f"{SPREAD}spread(sometimes_forks, range(9), count=2)", "never: os.fork"),
        ("print('hello')", ""),
    ],
)
def test_the_hook_sees_what_it_should(code: str, word: str, tmp_path: Path) -> None:
    """Without this, an empty log would prove nothing."""
    log = tmp_path / "log"
    program = f"import os; from tests.hostile.guarded import install; install(os.open({str(log)!r}, os.O_WRONLY | os.O_CREAT), [], [])\n"
    (tmp_path / "program.py").write_text(program + code)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "program.py"], cwd=tmp_path, env=env, capture_output=True, check=True)
    seen = log.read_text()
    assert (word in seen) if word else (seen == "")


@pytest.mark.parametrize("where", [".", str(ROOT / "src/fuelbed/numerics/__pycache__")])
def test_a_cache_of_compiled_code_is_read_beside_our_own_sources_only(where: str, tmp_path: Path) -> None:
    """A case that brings its own `.nbi` is no way in."""
    pytest.importorskip("numba")
    log = tmp_path / "log"
    (tmp_path / "program.py").write_text(
        f"import os, pickle, numba, numba.core.caching as c; from tests.hostile.guarded import install\n"
        f"class Cache(c.IndexDataCacheFile):\n"
        f"    def __init__(self): super().__init__({where!r}, 'x', 0); self._index_path = 'x.nbi'\n"
        f"open('x.nbi', 'wb').write(pickle.dumps(numba.__version__) + pickle.dumps((0, {{os.getpid: 'x'}})))\n"
        f"install(os.open({str(log)!r}, os.O_WRONLY | os.O_CREAT), [{str(tmp_path)!r}], [])\n"
        f"assert Cache()._load_index()"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "program.py"], cwd=tmp_path, env=env, check=True)
    assert ("never: pickle" in log.read_text()) == (where == "."), log.read_text()
