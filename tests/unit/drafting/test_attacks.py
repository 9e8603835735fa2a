"""What is drafted from an attack flow."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from fuelbed.cli.main import main
from fuelbed.core.case import Case
from fuelbed.drafting import write_attack_case
from fuelbed.readers.attackflow import parse_attack_flow
from fuelbed.readers.case import parse_case, read_case
from tests.unit.readers.attackflow.drawing import drawing

SHARED = Path(__file__).parents[4] / "shared" / "data" / "attack-flow"
A = ("action", {"name": "Phish", "technique_id": "T1566"})
B = ("action", {"name": "Run payload", "technique_id": "T1204"})
Z = ("action", {"name": "Wipe disks", "technique_id": "T1561", "tactic_id": "TA0040"})
FLOW = {"name": "Wiped", "scope": "incident"}


def drafted(boxes: dict, lines: list, flow: dict | None = None) -> tuple[Case, str]:  # type: ignore[type-arg]  # any JSON
    text = write_attack_case(parse_attack_flow(drawing(boxes, lines, flow or FLOW)))
    return parse_case(text), text


def test_a_chain_is_one_exploit_and_a_line_for_every_step() -> None:
    case, text = drafted({"a": A, "b": B, "z": Z}, [("a", "", "b"), ("b", "", "z")])
    assert case.draft
    assert [(f.name, f.role) for f in case.factors.values()] == [
        ("phish", "exploit"), ("open_to_phish", "exposure"), ("open_to_run_payload", "exposure"), ("open_to_wipe_disks", "exposure"),
    ]  # fmt: skip  # one list
    assert {n: line.text for n, line in case.lines.items()} == {
        "did_phish": "phish and open_to_phish",
        "did_run_payload": "did_phish and open_to_run_payload",
        "did_wipe_disks": "did_run_payload and open_to_wipe_disks",
        "attack_succeeded": "did_wipe_disks",
    }
    assert text.count("which exposure let this step work, and which control stood behind it?") == 3
    assert 'class: "T1566"' in text
    assert text.startswith("# yaml-language-server: $schema=case.schema.json\n")
    assert case.factors["phish"].occurred is True


def test_operators_conditions_and_branches() -> None:
    boxes = {
        "a": A, "b": B, "z": Z, "n": ("AND_operator", {}), "o": ("OR_operator", {}), "c": ("condition", {"description": "Macros are on"}),
        "d": ("condition", {"description": "Is administrator"}), "e": ("action", {"name": "Escalate"}),
    }  # fmt: skip  # one row
    lines = [
        ("a", "", "n"),
        ("c", "True", "n"),
        ("n", "", "b"),
        ("b", "", "d"),
        ("d", "True", "o"),
        ("d", "False", "e"),
        ("e", "", "o"),
        ("o", "", "z"),
    ]
    case, text = drafted(boxes, lines)
    said = {n: line.text for n, line in case.lines.items()}
    assert said["joined"] == "did_phish and macros"
    assert said["did_run_payload"] == "joined"  # the flow draws what let it work
    assert said["reached_administrator"] == "did_run_payload"
    assert said["did_escalate"] == "(reached_administrator and not administrator) and open_to_escalate"
    assert set(said["either"].split(" or ")) == {"(reached_administrator and administrator)", "did_escalate"}
    assert case.factors["macros"].role == "exposure"
    assert "is that all?" in text


def test_a_standing_condition_alone_moves_nothing() -> None:
    case, _ = drafted({"a": A, "b": B, "c": ("condition", {"description": "Flat network"})}, [("a", "", "b"), ("c", "True", "b")])
    assert case.lines["did_run_payload"].text == "did_phish and flat_network"
    case, _ = drafted({"b": B, "c": ("condition", {"description": "Flat network"})}, [("c", "True", "b")])
    assert case.lines["did_run_payload"].text == "run_payload and flat_network"


def test_a_vulnerability_makes_its_step_an_exploit_to_patch() -> None:
    boxes = {"a": ("action", {"name": "Scan", "tactic_id": "TA0043"}), "b": B, "v": ("vulnerability", {"name": "CVE-2017-5638"})}
    case, text = drafted(boxes, [("a", "", "b"), ("b", "", "v")])
    assert 'cve: "CVE-2017-5638"' in text
    assert case.factors["run_payload"].role == "exploit"
    assert case.lines["did_run_payload"].text == "run_payload and did_scan and open_to_run_payload"
    assert case.lines["did_scan"].text == "scan"  # outside your systems
    assert case.factors["scan"].lasts is not None


def test_cycles_are_lines_that_name_each_other() -> None:
    case, _ = drafted({"a": A, "b": B}, [("a", "", "b"), ("b", "", "a")])
    assert case.lines["did_phish"].text == "(phish or did_run_payload) and open_to_phish"
    assert [n for n, f in case.factors.items() if f.role == "exploit"] == ["phish"]
    case, _ = drafted({"x": Z, "a": A, "b": B}, [("a", "", "b"), ("b", "", "a"), ("b", "", "x")])
    assert [n for n, f in case.factors.items() if f.role == "exploit"] == ["phish"]  # not the first box, which the cycle leads to


def test_assets_and_remarks() -> None:
    boxes = {
        "a": A,
        "s": ("asset", {"name": "Mail server"}),
        "t": ("tool", {"name": "Kit"}),
        "w": ("note", {"content": "Unsure\n# ask: x"}),
    }
    case, text = drafted(boxes, [("a", "", "s"), ("a", "", "t")])
    assert case.lines["gained_mail_server"].text == "did_phish"
    assert "  # tool: Kit\n" in text
    assert "# note: Unsure # ask: x\n" in text


def test_names_that_meet_the_names_of_lines() -> None:
    names = ["Phish", "Did phish", "Reached phish", "Joined", "Attack succeeded", "Open to phish", "Phish", "Gained phish"]
    boxes = {f"a{i}": ("action", {"name": name}) for i, name in enumerate(names)}
    boxes |= {"n": ("AND_operator", {}), "s": ("asset", {"name": "Phish"})}
    case, _ = drafted(boxes, [("a0", "", "n"), ("a1", "", "n"), ("n", "", "a2"), ("a2", "", "s")])
    assert sum(n.startswith("did_") for n in case.lines) == len(names)


NASTY = [
    "null",
    "nan",
    ".inf",
    "}: [x",
    "\u202e\x00\x1b[31m",
    "fails",
    "and",
    "'\"\n- &a *b !!python/object",
    "a" * 5_000,
    "日本",
    "{}",
    "# ask",
]


@pytest.mark.parametrize("word", NASTY)
def test_words_of_a_flow_never_leave_their_place(word: str) -> None:
    boxes = {k: (kind, {"name": word, "description": word, "technique_id": word, "content": word}) for k, kind in
             (("a", "action"), ("b", "action"), ("c", "condition"), ("s", "asset"), ("w", "note"))}  # fmt: skip  # one comprehension
    case, _ = drafted(
        boxes, [("a", "", "b"), ("c", "True", "b"), ("b", "", "s"), ("w", "", "a")], {"name": word, "description": word}
    )
    assert case.draft
    assert len(case.lines) == 4


def test_a_wide_flow_is_gathered_into_lines() -> None:
    boxes = {f"a{i}": ("action", {"name": f"Step number {i}"}) for i in range(400)}
    case, _ = drafted({**boxes, "z": Z}, [(f"a{i}", "", "z") for i in range(400)])
    assert len(case.lines["did_wipe_disks"].text) < 2_000


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, [str(a) for a in args])
    return done.exit_code, done.output


def test_the_command_writes_a_folder_that_is_analyzed(tmp_path: Path) -> None:
    file = tmp_path / "x.afb"
    file.write_bytes(drawing({"a": A, "b": B, "z": Z}, [("a", "", "b"), ("b", "", "z")], FLOW))
    code, out = run("draft", file, "-o", tmp_path / "case")
    assert (code, "a draft" in out) == (0, True)
    assert sorted(p.name for p in (tmp_path / "case").iterdir()) == ["case.schema.json", "case.yaml"]
    code, out = run("analyze", tmp_path / "case")
    assert code == 0
    assert "draft" in out
    code, out = run("draft", file, "-o", tmp_path / "case")
    assert (code, "nothing is overwritten" in out) == (2, True)
    code, out = run("draft", file, "--format", "json")
    assert code == 0
    assert len(parse_attack_flow(out.encode()).nodes) == 3


def test_the_command_refuses_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{\n "a": 1}')
    code, out = run("draft", tmp_path / "x.json")
    assert code == 2
    assert "error FB151" in out
    assert run("draft", tmp_path / "none.afb")[0] == 2


@pytest.mark.parametrize(
    "name", ["equifax-breach", "solarwinds", "target-breach", "tesla-kubernetes-breach", "notpetya", "example-attack-tree"]
)
def test_published_flows_draft_cases_that_are_analyzed(name: str, tmp_path: Path) -> None:
    file = SHARED / f"{name}.afb"
    if not file.exists():
        pytest.skip("the Attack Flow corpus files are not beside this checkout")
    assert run("draft", file, "-o", tmp_path / "case")[0] == 0
    case = read_case(tmp_path / "case")
    flow = parse_attack_flow(file.read_bytes())
    assert sum(line.startswith("did_") for line in case.lines) == len(flow.of("action"))
    assert run("analyze", tmp_path / "case")[0] == 0
