"""The corpus: what comes back by mechanism, what is late, what is cached, what is found; against documents whose answer is known by hand."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path
from random import Random

import jsonschema
import pytest

from fuelbed.corpus import cache as cache_module
from fuelbed.corpus import compare
from fuelbed.corpus.cache import Cache
from fuelbed.corpus.compare import Compared, interval
from fuelbed.corpus.entry import of_text, packed, unpacked
from fuelbed.corpus.gather import gather
from fuelbed.report import render_text
from tests.commands import fuelbed
from tests.unit.corpus.documents import DOCUMENTS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in DOCUMENTS.items():
        path = tmp_path / "pm" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def compared(today: str | None = None) -> Compared:
    entries = [of_text(text, name) for name, text in DOCUMENTS.items()]
    return compare(entries, dt.date.fromisoformat(today) if today else None)


def test_one_latent_condition_under_four_unlike_triggers() -> None:
    found = {r.kind: r for r in compared().mechanisms}
    r = found["whole_fleet_at_once"]
    assert {e.file for e, _ in r.found} == {
        "edge/2019-rule.md",
        "agents/2024-content.md",
        "quota/2025-policy.md",
        "edge/2025-features.md",
    }
    assert r.unlike == 4
    assert {e.file for e, _ in found["fatal_on_bad_data"].found} == {
        "agents/2024-content.md",
        "quota/2025-policy.md",
        "edge/2025-features.md",
    }
    assert "expired" not in found, "told once"


def test_tags_group_nothing() -> None:
    for r in compared().mechanisms:
        files = {e.file for e, _ in r.found}
        assert not {"edge/2019-rule.md", "web/2023-cert.md"} <= files


def test_what_came_back_after_a_done_item_of_the_same_team() -> None:
    backs = [b for b in compared().back if b.kind == "whole_fleet_at_once"]
    assert [(b.first.file, b.later.file, b.item.done) for b in backs] == [("edge/2019-rule.md", "edge/2025-features.md", True)]


def test_late_and_repeated_items() -> None:
    c = compared("2025-12-31")
    assert [(e.file, str(d)) for e, _, d in c.overdue] == [
        ("agents/2024-content.md", "2024-09-01"),
        ("edge/2025-features.md", "2025-12-01"),
    ]
    assert [{e.file for e, _ in r.items} for r in c.repeated] == [{"edge/2019-rule.md", "edge/2025-features.md"}]
    assert [e.file for e, _, _ in compared().overdue] == ["agents/2024-content.md"], "against the newest account"


def test_advisories_are_no_accounts() -> None:
    assert "web/notice.md" not in {e.file for e in compared().entries}


def test_order_changes_nothing() -> None:
    names = list(DOCUMENTS)
    Random(3).shuffle(names)
    other = compare([of_text(DOCUMENTS[n], n) for n in names])
    assert repr(other.mechanisms) == repr(compared().mechanisms)
    assert repr(other.back) == repr(compared().back)


def test_an_entry_is_the_same_after_the_cache() -> None:
    for name, text in DOCUMENTS.items():
        e = of_text(text, name)
        assert unpacked(packed(e), name) == e


def test_the_interval_of_a_share_of_documents() -> None:
    for x in interval(3, 7):  # Wilson's, at 90 %
        assert (3 / 7 - x) ** 2 == pytest.approx(1.645**2 * x * (1 - x) / 7)
    assert interval(0, 0) == (0.0, 1.0)


def test_what_has_not_changed_is_not_read_again(folder: Path) -> None:
    file = folder / "c.sqlite"
    first = gather([folder / "pm"], Cache(file))
    assert (first.cached, len(first.entries)) == (0, 7)
    again = gather([folder / "pm"], Cache(file))
    assert again.cached == 7
    assert again.entries == first.entries
    (folder / "pm/web/2023-load.md").write_text(DOCUMENTS["web/2023-load.md"].replace("unbounded", "short"))
    (folder / "pm/web/notice.md").unlink()
    third = gather([folder / "pm"], Cache(file))
    assert (third.cached, len(third.entries)) == (5, 6)


def test_other_rules_read_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "c.sqlite"
    gather([folder / "pm"], Cache(file))
    monkeypatch.setattr(cache_module, "rules_version", lambda: "other")
    assert gather([folder / "pm"], Cache(file)).cached == 0


@pytest.mark.parametrize("content", [b"", b"not a database" * 100, b"SQLite format 3\0" + b"\0" * 200])
def test_a_cache_that_is_none_stops_nothing(folder: Path, content: bytes) -> None:
    file = folder / "c.sqlite"
    file.write_bytes(content)
    r = fuelbed("corpus", "pm", "--cache", file)
    assert r.exit_code == 0
    assert "whole fleet" in r.output


def test_a_damaged_index_says_what_to_do(folder: Path) -> None:
    file = folder / "c.sqlite"
    assert fuelbed("corpus", "pm", "--cache", file).exit_code == 0
    db = sqlite3.connect(file)
    db.execute("PRAGMA writable_schema = 1")
    db.execute("UPDATE sqlite_master SET sql = replace(sql, 'porter', 'nobody') WHERE name = 'pieces'")
    db.commit()
    db.close()
    assert fuelbed("corpus", "pm", "--cache", file).exit_code == 0
    r = fuelbed("corpus", "pm", "--cache", file, "--search", "rollout")
    assert r.exit_code == 2
    assert r.output.startswith("error: the cache cannot be searched (")
    assert "--no-cache" in r.output


def test_somebody_elses_database_is_left_alone(folder: Path) -> None:
    file = folder / "theirs.sqlite"
    db = sqlite3.connect(file)
    db.execute("CREATE TABLE entries (x)")
    db.commit()
    db.close()
    before = file.read_bytes()
    r = fuelbed("corpus", "pm", "--cache", file)
    assert r.exit_code == 0
    assert "left alone" in r.output
    assert file.read_bytes() == before


def test_search_needs_all_words_and_says_where(folder: Path) -> None:
    out = fuelbed("corpus", "pm", "--search", "staged rollout").output
    assert out.startswith("pm/edge/2019-rule.md:")
    line = int(out.split(":")[1])
    assert "staged rollout" in DOCUMENTS["edge/2019-rule.md"].splitlines()[line - 1 + 0] or "staged rollout" in out
    assert "Nothing holds all of" in fuelbed("corpus", "pm", "--search", "staged certificate zebra").output
    for hostile in ('"', "a OR b NEAR(", "pieces: x", "*", "'; DROP TABLE pieces; --", "x" * 5000):
        assert fuelbed("corpus", "pm", "--search", hostile).exit_code == 0
    assert json.loads(fuelbed("corpus", "pm", "--search", "certificate", "--format", "json").output)["hits"]


@pytest.mark.parametrize("form", ["text", "md", "html", "json"])
def test_every_format(folder: Path, form: str) -> None:
    out = folder / "out.txt"
    assert fuelbed("corpus", "pm", "--format", form, "-o", out).exit_code == 0
    text = out.read_text(encoding="utf-8")
    if form == "json":
        data = json.loads(text)
        schema = json.loads(fuelbed("schema", "--corpus").output)
        jsonschema.Draft202012Validator(schema).validate(data)
        assert data["mechanisms"][0]["kind"] == "whole_fleet_at_once"
    else:
        assert "whole fleet" in text.lower()
    if form == "text":
        assert max(map(len, text.splitlines())) <= 80


def test_words_of_a_document_do_nothing_in_the_page(folder: Path) -> None:
    (folder / "pm/x.md").write_text(
        DOCUMENTS["edge/2019-rule.md"].replace("Rules used up", "<script>alert(1)</script> `a` [x](javascript:y)")
    )
    (folder / "pm/y.md").write_text(
        DOCUMENTS["edge/2019-rule.md"].replace("Rules used up", "</script><img src=x onerror=alert(1)>")
    )
    fuelbed("corpus", "pm", "-o", folder / "out.html")
    page = (folder / "out.html").read_text()
    assert "<script>alert" not in page
    assert "<img" not in page


def test_what_cannot_be_read_stops_nothing(folder: Path) -> None:
    (folder / "pm/binary.md").write_bytes(b"\x00\x01" * 1000)
    (folder / "pm/latin.md").write_bytes("café".encode("latin-1"))
    (folder / "pm/empty.md").write_text("")
    (folder / "pm/huge.md").write_bytes(b"x" * 1_100_000)
    (folder / "pm/copy.md").write_text(DOCUMENTS["web/2023-load.md"])
    (folder / "pm/loop").symlink_to(folder / "pm")
    (folder / "pm/bad").mkdir()
    (folder / "pm/bad/case.yaml").write_text("fuelbed: 1\ntitle: x\n")
    r = fuelbed("corpus", "pm", "--full")
    assert r.exit_code == 2  # as of `review`: what could be read is compared all the same
    for name in ("binary.md", "latin.md", "huge.md", "bad/case.yaml"):
        assert name in r.output.replace("\n", "").replace(" ", "")
    assert "Copies were counted once" in r.output


def test_wrong_use(folder: Path) -> None:
    (folder / "none").mkdir()
    for args in (["none"], ["nowhere"], ["pm", "--today", "soon"], []):
        r = fuelbed("corpus", *args)
        assert r.exit_code == 2
        assert "Traceback" not in r.output


def test_secrets_are_hidden_and_kept_in_no_cache(folder: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    (folder / "pm/web/2023-load.md").write_text(
        DOCUMENTS["web/2023-load.md"].replace("The queue was unbounded", f"The queue was unbounded {secret}")
    )
    (folder / "pm/web/again.md").write_text(DOCUMENTS["web/2023-load.md"].replace("shop", "store"))
    assert secret in fuelbed("corpus", "pm", "--full", "--no-cache").output.replace("\n", "").replace(" ", "")
    assert secret not in fuelbed("corpus", "pm", "--full", "--redact").output.replace("\n", "").replace(" ", "")


def test_shipped_cases_are_compared_by_their_models() -> None:
    r = gather([Path(__file__).parents[3] / "src/fuelbed/cases/posthog-2025-09-29"], Cache(None))
    (entry,) = r.entries
    assert entry.kind == "case"
    assert entry.triggers
    assert entry.weak
    from fuelbed.corpus.answer import report

    assert "account" in render_text(report(compare(r.entries), (), (), "x"), 80, full=True)


def test_what_a_case_changes_is_what_its_item_is_about(folder: Path) -> None:
    """The words of the item say nothing of a fleet; the factor that it removes does. It is still open, which is told."""
    for year in (2019, 2024):
        at = folder / f"cases/{year}"
        at.mkdir(parents=True)
        (at / "case.yaml").write_text(
            f"fuelbed: 1\ntitle: Down {year}\ndate: {year}-03-01\nfailure: down\nauthor_team: edge\n"
            "factors:\n  rule: {kind: trigger, what: A rule was added}\n  at_once: {kind: condition, what: It is pushed to the whole fleet at once}\n"
            "structure:\n  down: rule and at_once\nactions:\n  slower: {what: Take more time, does: [remove at_once], status: in progress}\n",
            encoding="utf-8",
        )
    (back,) = compare(gather([folder / "cases"], Cache(None)).entries).back
    assert (back.kind, back.first.year, back.later.year, back.item.done) == ("whole_fleet_at_once", "2019", "2024", False)
    text = " ".join(fuelbed("corpus", "cases", "--no-cache").output.split())
    assert "1 weakness came back after an action item about it (1 marked open)" in text
    assert " open " in text


def test_rows_that_are_left_out_are_counted() -> None:
    from fuelbed.core.blocks import Answer, Cell, Column, Table
    from fuelbed.report.brief import brief

    table = Table("t", "t", (Column("a", "a"),), tuple((Cell(str(n)),) for n in range(5)), note="Read it.")
    (short,) = brief(Answer("", (table,)), 3).blocks
    assert isinstance(short, Table)
    assert (len(short.rows), short.note) == (3, "Read it. And 2 more rows: --full.")
    assert brief(Answer("", (table,))).blocks == (table,)
