"""What the shipped security cases say is what the engines compute: each number of a summary, within its rounding."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from fuelbed.core.blocks import Picture
from fuelbed.core.shown import per_cent
from fuelbed.readers.case import read_case
from tests.conformance.said import CASES, answer, number, rows

Edited = Callable[[str, dict[str, str]], Path]


def left(folder: Path) -> dict[str, str]:
    """Variants left after each measure, `6 of 8`."""
    return {name: row["left"].text for name, row in rows(folder, "exposure", "measures").items()}


def remains(folder: Path, measure: str) -> tuple[float, float, float]:
    """The share of the failures a year that remains after a measure, in percent: middle, low, high."""
    e = number(rows(folder, "exposure", "measures")[measure]["change"])
    assert e.value is not None
    return 100 * (1 + e.value), 100 * (1 + e.low), 100 * (1 + e.high)


def order(folder: Path) -> tuple[list[set[str]], list[list[str]]]:
    """Which items break the same ways, and which does at least as much as which (neighbours only), whatever the numbers."""
    data = next(b.data for b in answer(folder, "actions").blocks if isinstance(b, Picture) and b.kind == "order")
    return [set(c) for c in data["classes"]], data["edges"]


def reaches(edges: list[list[str]], better: str, worse: str) -> bool:
    """Whether the one does at least as much as the other, over neighbours."""
    seen, todo = {better}, [better]
    while todo:
        at = todo.pop()
        for a, b in edges:
            if a == at and b not in seen:
                seen.add(b)
                todo.append(b)
    return worse in seen


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A copy of a shipped case with texts replaced, each of which must be there once."""

    def edit(name: str, changes: dict[str, str]) -> Path:
        text = (CASES / name / "case.yaml").read_text(encoding="utf-8")
        for old, new in changes.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "postmortem.md").write_text((CASES / name / "postmortem.md").read_text(encoding="utf-8"), encoding="utf-8")
        return tmp_path

    return edit


EQUIFAX, LOG4SHELL, CAPITAL_ONE = (CASES / n for n in ("equifax-2017", "log4shell-2021", "capital-one-2019"))


def test_equifax_the_patch_leaves_six_of_eight_and_the_network_or_the_passwords_none() -> None:
    """Summary: 41 % (4 to 93 %) after the patch, 14 % (under 1 to 77 %) after both, none without either exposure."""
    variants = left(EQUIFAX)
    assert variants["cve_2017_5638"] == "6 of 8"
    assert variants["flat_network"] == variants["passwords_in_clear"] == "0 of 8"
    assert remains(EQUIFAX, "cve_2017_5638") == pytest.approx((41, 4, 93), abs=0.5)
    middle, low, high = remains(EQUIFAX, next(n for n in variants if n.endswith("known exploits of T1190")))
    assert (middle, high) == pytest.approx((14, 77), abs=0.5)
    assert 0 < low < 1


def test_equifax_only_two_items_put_a_control_into_the_easiest_way() -> None:
    depth = {n: r["depth"].text for n, r in rows(EQUIFAX, "actions", "actions").items()}
    assert {n for n, d in depth.items() if d == "0 → 1"} == {"watch_files", "govern_data"}
    assert len(depth) == 9


def test_equifax_nothing_is_named_between_the_databases_and_the_internet() -> None:
    found = [f for f in answer(EQUIFAX, "exposure").findings if f.code == "FB240"]
    assert len(found) == 1
    assert "`databases` (data_zone) to `copies` (internet)" in found[0].message


@pytest.mark.parametrize(
    ("share", "renewed", "least"),
    [("0.22..0.45", (34, 75), "patch"), ("0.35..0.61", (24, 63), "renew")],
    ids=["ten months", "nineteen months"],
)
def test_equifax_ten_months_or_nineteen_flip_the_last_two(
    edited: Edited, share: str, renewed: tuple[float, float], least: str
) -> None:
    """The first seven items stand in one order on either count; which of the other two is the least turns on it."""
    shipped = list(rows(EQUIFAX, "actions", "actions"))
    found = rows(edited("equifax-2017", {"value: 0.22..0.61": f"value: {share}"}), "actions", "actions")
    assert list(found)[:7] == shipped[:7]
    assert list(found)[-1] == least
    e = number(found["renew"]["change"])
    assert (-100 * e.high, -100 * e.low) == pytest.approx(renewed, abs=0.5)


def test_equifax_what_is_in_no_list_decides_the_order(edited: Edited) -> None:
    """Of what is listed, patching within days does most; with what is in no list counted, the segments and the passwords do."""
    assert set(list(rows(EQUIFAX, "actions", "actions"))[:2]) == {"segment", "vault"}
    e = number(rows(EQUIFAX, "actions", "actions")["patch_in_days"]["change"])
    assert e.value is not None
    assert (-100 * e.value, -100 * e.high, -100 * e.low) == pytest.approx((82, 3.3, 99), abs=0.5)
    listed = edited(
        "equifax-2017",
        {"    T1190: {value: 0.1..2 per year, basis: judged}\n": "    T1190: {value: 0 per year, basis: judged}\n"},
    )
    assert next(iter(rows(listed, "actions", "actions"))) == "patch_in_days"
    e = number(rows(listed, "actions", "actions")["patch_in_days"]["change"])
    assert e.value is not None
    assert (-100 * e.value, -100 * e.high) == pytest.approx((95, 10), abs=0.8)


@pytest.mark.parametrize("question", ["structure", "actions"])
def test_the_generated_variant_counts_as_one_written_out(edited: Edited, question: str) -> None:
    """An oracle for what §1 and the action table count: the unknown variant as one more exploit without a class."""
    written = edited(
        "equifax-2017",
        {
            "  stolen_login:\n": "  any_other:\n    kind: exploit\n    rate: {value: 0.1..2 per year, basis: judged}\n    in_incident: no\n  stolen_login:\n",
            "(cve_2017_5638 or cve_2017_9805)": "(cve_2017_5638 or cve_2017_9805 or any_other)",
            "    T1190: {value: 0.1..2 per year, basis: judged}\n": "    T1190: {value: 0 per year, basis: judged}\n",
        },
    )
    table = "removal" if question == "structure" else "actions"
    given, plain = rows(EQUIFAX, question, table), rows(written, question, table)
    names = [n for n in plain if n not in ("any_other", "unknown_t1190")]
    assert len(names) > 8
    for n in names:
        a, b = number(given[n]["change"]), number(plain[n]["change"])
        assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high), abs=2e-3), n  # ends are searched for


def test_log4shell_the_releases_are_the_list_of_what_each_patch_leaves() -> None:
    """Of ten variants 8, 4, 2, 1; of the four vulnerabilities 3, 2, 1, 0, as the project's page tells it."""
    actions = rows(LOG4SHELL, "actions", "actions")
    releases = ("release_2_15_0", "release_2_16_0", "release_2_17_0", "release_2_17_1")
    assert [actions[r]["variants"].text for r in releases] == ["8 of 10", "4 of 10", "2 of 10", "1 of 10"]
    case = read_case(LOG4SHELL)
    cves = {n for n, f in case.factors.items() if f.role == "exploit"}
    prevented = [{c.target for c in case.actions[r].does if c.target in cves} for r in releases]
    assert [len(cves - p) for p in prevented] == [3, 2, 1, 0]
    assert all(a < b for a, b in pairwise(prevented))


def test_log4shell_the_class_taken_out_breaks_what_2_16_0_breaks() -> None:
    """Whatever the numbers; and no patch of one vulnerability is enough but that of the first."""
    actions = rows(LOG4SHELL, "actions", "actions")
    assert actions["drop_class"]["variants"].text == left(LOG4SHELL)["lookups_fetch"] == "4 of 10"
    same, more = order(LOG4SHELL)
    assert {"release_2_16_0", "drop_class", "close lookups_fetch"} in same
    for newer, older in (("7_1", "7_0"), ("7_0", "6_0"), ("6_0", "5_0")):
        assert reaches(more, f"release_2_1{newer}", f"release_2_1{older}")
    enough = {n: r["enough"].text for n, r in rows(LOG4SHELL, "exposure", "measures").items() if n.startswith("cve")}
    assert {n for n, e in enough.items() if e == "never enough"} == set(enough) - {"cve_2021_44228"}


def test_log4shell_what_the_switch_and_the_way_out_are_worth() -> None:
    """As the report rounds it, so the narrative and the summary say it."""
    actions = rows(LOG4SHELL, "actions", "actions")
    switch, out, lost = (
        number(actions["switch"]["change"]),
        number(actions["close_exits"]["change"]),
        number(actions["close_exits"]["loss_change"]),
    )
    narrative, summary = (
        " ".join((LOG4SHELL / name).read_text(encoding="utf-8").split()) for name in ("postmortem.md", "case.yaml")
    )
    for e, told, summed in ((switch, "off", "off"), (out, "rarer", "less often"), (lost, "smaller", "less")):
        assert e.value is not None
        ends = f"({per_cent(-e.high)} to {per_cent(-e.low)} %)"
        assert f"{per_cent(-e.value)} % {told} {ends}" in narrative
        assert f"{per_cent(-e.value)} % {summed} {ends}" in summary


def test_capital_one_the_token_leaves_one_variant_and_the_role_none() -> None:
    """Summary: 46 % (4 to 95 %) after the firewall, 6 % (under 1 to 68 %) with a token."""
    variants = left(CAPITAL_ONE)
    assert [variants[m] for m in ("waf_relay", "keys_without_token", "role_broad")] == ["3 of 4", "1 of 4", "0 of 4"]
    assert remains(CAPITAL_ONE, "waf_relay") == pytest.approx((46, 3.5, 95), abs=0.5)
    middle, low, high = remains(CAPITAL_ONE, "keys_without_token")
    assert (middle, high) == pytest.approx((6, 68), abs=0.5)
    assert 0 < low < 1
    assert rows(CAPITAL_ONE, "actions", "actions")["mend_firewall"]["verdict"].text == "trigger only"


def test_capital_one_token_and_home_network_break_the_same_ways() -> None:
    assert any({"require_token", "keys_at_home"} <= c for c in order(CAPITAL_ONE)[0])


def test_capital_one_a_declared_variant_says_the_same_as_a_generated_one(edited: Edited) -> None:
    """An oracle: the unknown variant written out as one more exploit, so that plain structure counts it."""
    written = edited(
        "capital-one-2019",
        {
            "  code_on_machine:\n": "  any_other:\n    kind: exploit\n    rate: {value: 0.1..2 per year, basis: judged}\n    in_incident: no\n  code_on_machine:\n",
            "(waf_relay or app_relay)": "(waf_relay or app_relay or any_other)",
            "    CWE-918: {value: 0.1..2 per year, basis: judged}\n": "    CWE-918: {value: 0 per year, basis: judged}\n",
        },
    )
    plain = rows(written, "structure", "removal")
    for measure in ("waf_relay", "app_relay", "code_on_machine", "keys_without_token", "role_broad"):
        a, b = number(rows(CAPITAL_ONE, "exposure", "measures")[measure]["change"]), number(plain[measure]["change"])
        assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high), abs=1e-4)  # ends are searched for
