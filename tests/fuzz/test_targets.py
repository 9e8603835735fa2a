"""A small part of `./dev fuzz` in every run: each target, a few dozen damaged inputs, always the same ones. And that the judge is awake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuelbed.core.errors import FuelbedError, InputError
from fuelbed.core.findings import Finding, Severity, Span
from tests.fuzz import run
from tests.fuzz.damage import LENGTHS, ODD, Edit, damaged
from tests.fuzz.judge import TooSlow, judge
from tests.fuzz.targets import TARGETS, Target

_PART = st.integers(0, (1 << 16) - 1)


def _edits(words: tuple[bytes, ...]) -> st.SearchStrategy[list[Edit]]:
    pieces = st.none() | st.sampled_from(ODD) | st.sampled_from(words or ODD)
    return st.lists(st.builds(Edit, _PART, st.sampled_from(LENGTHS), pieces, _PART), min_size=1, max_size=5)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_read_or_refused(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    seeds = sorted(target.seeds, key=len)[: 3 if target.slow else None]
    if not seeds:
        pytest.skip("`pyarrow` (extra `parquet`) is not installed")

    @given(st.sampled_from(seeds), _edits(target.words))
    @settings(
        max_examples=6 if target.slow else 30,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def check(seed: bytes, edits: list[Edit]) -> None:
        judge(target, damaged(seed, edits), tmp_path)

    check()


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_begun_with_is_of_that_format(name: str, tmp_path: Path) -> None:
    """Seeds that are refused as a whole would only ever test the first check."""
    target = TARGETS[name]
    said = [judge(target, seed, tmp_path) for seed in target.seeds]
    assert not said or "read" in said or name in ("case", "number", "editor"), said


FOUND = {
    "lines that only libyaml ends": (
        "graph.yaml",
        b"kind: Component\nmetadata: {name: cart}\xe2\x80\xa8(e, lifecycle: p, providesApis:",
    ),
    "a comment and no header": ("epss.csv", b"#model_version:v"),
    "a code with a line separator": ("settings", b"[review]\nselect = ['P\xe2\x80\xa84']\n"),
    "no end, and no line break": ("metrics.om", b"# TYPE load gauge\n# HE"),
    "a number of thousands of digits in settings": ("settings", b"[review]\npreview = " + b"9" * 5_000 + b"\n"),
    "the same in hexadecimal": (
        "settings",
        b"[review]\npreview = 0x" + b"f" * 4_000 + b"\nselect = {x = [0x" + b"f" * 4_000 + b"]}\n",
    ),
    "the same in front matter": (
        "postmortem.md",
        b"+++\nx = 0x" + b"f" * 4_000 + b"\ny = [0x" + b"f" * 4_000 + b"]\n+++\n# Down\n",
    ),
    "a field that turns the text around": ("answer", b'{"fuelbed_answer": 1, "q\xe2\x80\xaeuote": 1}'),
    "faults of an entry that nobody wrote": ("log.csv", b"name,from\na,b\n"),
}
"""What `./dev fuzz` found once: (target, input)."""


@pytest.mark.parametrize("what", FOUND)
def test_what_was_found_once_stays_mended(what: str, tmp_path: Path) -> None:
    name, data = FOUND[what]
    judge(TARGETS[name], data, tmp_path)


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "found").iterdir()), ids=lambda p: p.name)
def test_files_that_were_found_stay_mended(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="`pyarrow` (extra `parquet`) is not installed")
    assert judge(TARGETS[path.name.partition("--")[0]], path.read_bytes(), tmp_path) == "refused"


@pytest.mark.parametrize("moment", [2**62, -(2**62), 253402300800000])
@pytest.mark.parametrize("zone", [None, "UTC", "Nowhere/At_all"])
def test_a_time_of_parquet_that_python_has_no_date_for(moment: int, zone: str | None, tmp_path: Path) -> None:
    """Found by looking, after the files above."""
    pa = pytest.importorskip("pyarrow", reason="`pyarrow` (extra `parquet`) is not installed")
    pq = pytest.importorskip("pyarrow.parquet")
    kind = pa.timestamp("ms", zone)
    for name, columns in (
        ("log.parquet", {"component": ["a", "b"], "start": pa.array([1, moment], kind)}),
        ("metrics.parquet", {"time": pa.array([1, moment], kind), "load": [0.5, 1]}),
    ):
        pq.write_table(pa.table(columns), tmp_path / "x")
        data = (tmp_path / "x").read_bytes()
        assert judge(TARGETS[name], data, tmp_path) == "refused"


def _finding(line: int, column: int, message: str = "it is wrong.", cure: str = "Mend it.") -> Finding:
    return Finding("FB001", Severity.ERROR, message, cure, Span("x.txt", line, column))


def _raising(e: BaseException) -> Target:
    def go(data: bytes, folder: Path) -> list[Finding]:
        raise e

    return Target("yaml", "a test", go, "x.txt")


def _endless(data: bytes, folder: Path) -> list[Finding]:
    while True:
        pass


@pytest.mark.parametrize(
    "e",
    [
        IndexError(), RecursionError(), MemoryError(), SystemExit(1), InputError([]), FuelbedError("a\x1b[2J"), InputError([_finding(4, 1)]),
        InputError([_finding(2, 4)]), InputError([_finding(0, 1)]), InputError([_finding(1, 1, cure="")]), InputError([_finding(1, 1, "a\u202eb")]),
    ],
)  # fmt: skip  # one list
def test_the_judge_sees(e: BaseException, tmp_path: Path) -> None:
    with pytest.raises((type(e), AssertionError) if not isinstance(e, InputError | FuelbedError) else AssertionError):
        judge(_raising(e), b"one\nab", tmp_path)


def test_the_judge_lets_through_what_is_right(tmp_path: Path) -> None:
    assert judge(_raising(InputError([_finding(2, 3)])), b"one\nab", tmp_path) == "refused"
    assert judge(Target("yaml", "a test", lambda d, f: [_finding(1, 1)], "x.txt"), b"", tmp_path) == "read"


def test_the_judge_stops_what_does_not_end(tmp_path: Path) -> None:
    with pytest.raises(TooSlow):
        judge(Target("yaml", "a test", _endless), b"", tmp_path, seconds=0.05)


def test_one_fault_is_saved_once_and_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "OUT", tmp_path / "out")
    (tmp_path / "work").mkdir()
    at = run._Judge("yaml", tmp_path / "work")
    at.target = _raising(IndexError("here"))
    for data in (b"first", b"second"):
        at(data)
    (saved,) = (tmp_path / "out/yaml").iterdir()
    assert saved.read_bytes() == b"first"
    assert "IndexError" in saved.name
    assert at.said.total() == 2
    capsys.readouterr()
    assert run.main(["yaml", "--replay", str(saved)]) == 0
    assert capsys.readouterr().out == "read\n"


def test_the_command_lists_its_targets(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(TARGETS)
    with pytest.raises(SystemExit, match="2"):
        run.main(["nothing"])
