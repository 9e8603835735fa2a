"""Everything that reads what a stranger wrote, once: `./dev fuzz` and the tests take it from here.

A target gets bytes and an empty folder. It returns findings, or raises `FuelbedError`; what else may be is in `judge.py`.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest import mock

from fuelbed.core.errors import InputError
from fuelbed.core.findings import Finding
from fuelbed.core.formulas import parse_formula
from fuelbed.core.grammar import parse_expression
from fuelbed.core.numbers import parse_quantity
from fuelbed.core.scanner import TextFault
from fuelbed.core.sentences import parse_sentence
from fuelbed.core.settings import ReviewSettings
from fuelbed.core.temporal import parse_temporal
from fuelbed.readers.history_rules import parse_rule
from fuelbed.readers.selectors import parse_selector
from tests.fuzz.seeds import DATA, SEEDS, WORDS

__all__ = ["TARGETS", "Target"]

Found = Sequence[Finding]
_CASE = (
    "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: exploit, cve: CVE-2021-44228}\nstructure:\n  out: a\nevidence:\n"
)
_DIMENSIONS = ("probability", "rate", "duration", "loss", "plain", "flow", "time", "number")


@dataclass(frozen=True)
class Target:
    """what: what is read. file: what the file is called, where one is written. slow: a reading takes tens of milliseconds."""

    name: str
    what: str
    run: Callable[[bytes, Path], Found]
    file: str = ""
    slow: bool = False

    @property
    def seeds(self) -> list[bytes]:
        made = {"cache": cache_file, "result": result_file}.get(self.name)
        return SEEDS[self.name] if made is None else [made()]

    @property
    def words(self) -> tuple[bytes, ...]:
        return WORDS.get(self.name, ())


def _scalar(parse: Callable[[str], object]) -> Callable[[bytes, Path], Found]:
    """A small language: its one fault lies inside the text."""

    def run(data: bytes, _: Path) -> Found:
        text = data.decode("utf-8", "replace")
        try:
            parse(text)
        except TextFault as e:
            assert 0 <= e.start <= len(text), (e.start, e.end)
            assert e.end > e.start, (e.start, e.end)
            assert e.cure
            raise
        return ()

    return run


def _quantities(text: str) -> None:
    """In every dimension; the last fault counts."""
    fault = None
    for dimension in _DIMENSIONS:
        try:
            parse_quantity(text, dimension, {"share": None})  # type: ignore[arg-type]  # one of them
        except TextFault as e:
            fault = e
    if fault is not None:
        raise fault


def _case(data: bytes, folder: Path) -> Found:
    from fuelbed.readers.case import read_case

    (folder / "case.yaml").write_bytes(data)
    for name, text in (
        ("postmortem.md", "# Down\n"),
        ("db.csv", "time,load\n1,0.5\n2,0.7\n"),
        ("timeline.csv", "time,name\n2018-10-21,a\n"),
    ):
        (folder / name).write_text(text)
    return read_case(folder).findings


def _yaml(data: bytes, _: Path) -> Found:
    from fuelbed.readers.yaml import load_yaml

    return load_yaml(data, "x.yaml")[1]


def _json(data: bytes, _: Path) -> Found:
    from fuelbed.readers.json_text import JsonText
    from fuelbed.readers.sheets import SheetFault

    try:
        text = JsonText.of(data, "x.json")
    except SheetFault as e:
        assert e.line >= 1
        assert e.column >= 1
        assert e.cure
        return ()
    json.dumps(text.value, allow_nan=False)
    return ()


def _evidence(role: str, file: str, more: str) -> Callable[[bytes, Path], Found]:
    """A file that a case names under `evidence`."""

    def run(data: bytes, folder: Path) -> Found:
        from fuelbed.readers.case import read_case

        (folder / file).write_bytes(data)
        inner = f"  {role}: {file}\n" if not more else f"  {role}:\n    it: {{file: {file}{more}}}\n"
        (folder / "case.yaml").write_text(_CASE + inner)
        return read_case(folder).findings

    return run


def _log(file: str) -> Callable[[bytes, Path], Found]:
    def run(data: bytes, folder: Path) -> Found:
        from fuelbed.readers.bare_log import read_bare_log

        (folder / file).write_bytes(data)
        return read_bare_log(folder / file).findings

    return run


def _tree(file: str) -> Callable[[bytes, Path], Found]:
    def run(data: bytes, _: Path) -> Found:
        from fuelbed.readers.faulttrees.read import parse_fault_tree

        return parse_fault_tree([(file, data)]).findings

    return run


def _flow(file: str) -> Callable[[bytes, Path], Found]:
    """Read, and drafted as a case where it is a flow; a flow that would be no case says so."""

    def run(data: bytes, _: Path) -> Found:
        from fuelbed.drafting import write_attack_case
        from fuelbed.readers.attackflow import parse_attack_flow
        from fuelbed.readers.case import parse_case

        flow = parse_attack_flow(data, file)
        parse_case(write_attack_case(flow))
        return flow.findings

    return run


def _postmortem(data: bytes, _: Path) -> Found:
    """Read, reviewed, and drafted; the draft is a case."""
    from fuelbed.drafting import draft, write_case
    from fuelbed.engines.lint import check
    from fuelbed.readers.case import parse_case
    from fuelbed.readers.postmortem import decode_text
    from fuelbed.text.read import read
    from fuelbed.text.understand import understand

    reading = understand(read(decode_text(data, "postmortem.md")))
    parse_case(write_case(draft(reading), "postmortem.md", ()))
    return check(reading)


def _editor(data: bytes, _: Path) -> Found:
    """Marks lie inside the text, in the units of the protocol."""
    from fuelbed.editor.look import UNITS, look

    text = data.decode("utf-8", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for file, encoding in (("pm.md", "utf-16"), ("case.yaml", "utf-8")):
        looked = look(text, file, ReviewSettings(), file, encoding)
        for mark in looked.marks:
            for line, column in (mark.start, mark.end):
                assert 0 <= line < len(lines), mark
                assert 0 <= column <= UNITS[encoding](lines[line]), mark
            assert mark.start <= mark.end, mark
    return ()


def _settings(data: bytes, folder: Path) -> Found:
    from fuelbed.readers.settings import find_settings, read_settings

    for name in ("pyproject.toml", "fuelbed.toml"):
        (folder / name).write_bytes(data)
    (folder / ".git").touch()
    assert find_settings(folder) == folder / "fuelbed.toml"
    read_settings(folder / "fuelbed.toml", _codes())
    read_settings(folder / "pyproject.toml", _codes())
    return ()


@cache
def _codes() -> tuple[str, ...]:
    from fuelbed.engines.lint import all_rules

    return tuple(r.code for r in all_rules())


def _baseline(data: bytes, folder: Path) -> Found:
    from fuelbed.cli._baseline import new_findings

    (folder / "known.json").write_bytes(data)
    try:
        return new_findings([], folder / "known.json")
    except SystemExit as e:
        assert e.code == 2
        return ()


def _answer(data: bytes, _: Path) -> Found:
    from fuelbed.reviewing.answers import document_of, judge

    document = document_of((DATA / "answered.md").read_text(encoding="utf-8"), "answered.md")
    found = judge(data, "answer.json", document).findings
    if found:
        raise InputError(found)
    return ()


def _server(data: bytes, _: Path) -> Found:
    """What a server answers to `draft --model`."""
    from fuelbed.cli import _model, _wire

    _model._content(_wire._object(data))
    return ()


def _mcp(data: bytes, _: Path) -> Found:
    """One message, its tool called in this process. Not `analyze`: what it computes with is no parser."""
    from fuelbed.cli import _mcp as mcp
    from fuelbed.cli._mcp_call import _run
    from fuelbed.cli._mcp_tools import TOOLS, Budget

    def call(name: str, given: object, budget: Budget) -> tuple[str, bool]:
        if said := TOOLS[name].wrong(given, bool(budget.root)):
            return said, True
        tool = "check" if name == "analyze" else name
        return _run({"tool": tool, "given": given, "budget": dataclasses.asdict(budget)})

    with mock.patch.object(mcp, "call", call):
        answer = mcp._answer(data, Budget())
    if answer is not None:
        assert ("result" in answer) != ("error" in answer)
        json.dumps(answer, allow_nan=False).encode("ascii")
    return ()


def _archetype(data: bytes, _: Path) -> Found:
    from fuelbed.readers.archetypes import parse_archetype

    parse_archetype(data.decode("utf-8", "replace"), "it", (("a", "b"), ("b", "c")))
    return ()


def _cache(data: bytes, folder: Path) -> Found:
    """A damaged cache is left out with a word."""
    from fuelbed.corpus.cache import Cache

    file = folder / "corpus.sqlite"
    file.write_bytes(data)
    cache_ = Cache(file)
    try:
        cache_.entries(["0" * 64])
        cache_.search('retry* "queue grew"', ["0" * 64], 5)
        cache_.put([("1" * 64, "{}", [(1, "retry the queue grew")])])
    finally:
        cache_.close()
    return ()


def _result(data: bytes, folder: Path) -> Found:
    """A result of `analyze --format json`, read and compared with an undamaged one."""
    from fuelbed.comparing.blocks import as_report
    from fuelbed.comparing.cases import Side, compare_sides
    from fuelbed.core.options import Options
    from fuelbed.readers.reports import read_report
    from fuelbed.report.markdown import render_markdown

    (folder / "r.json").write_bytes(data)
    (folder / "good.json").write_bytes(result_file())
    sides = [Side(name, report=read_report(folder / name)) for name in ("r.json", "good.json")]
    render_markdown(as_report(compare_sides(sides[0], sides[1], (), Options())))
    return ()


@cache
def result_file() -> bytes:
    """What `analyze` writes of a small case."""
    from fuelbed.analysis import analyze
    from fuelbed.readers.case import parse_case
    from fuelbed.report.json import render_json

    case = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger, rate: monthly}\n  b: {kind: condition, present: yes}\nstructure:\n  out: a and b\nactions:\n  x: {what: Close it, does: [remove b]}\n"
    return render_json(analyze(parse_case(case))).encode()


def cache_file() -> bytes:
    """A cache as it is written."""
    import tempfile

    from fuelbed.corpus.cache import Cache

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "c.sqlite"
        made = Cache(file)
        made.put([("0" * 64, '{"a": 1}', [(1, "the queue grew"), (3, "retries without a limit")])])
        made.close()
        with sqlite3.connect(file) as db:
            db.execute("PRAGMA wal_checkpoint")
        db.close()
        return file.read_bytes()


_ROLES = ", columns: {load: load, queue: queue}"
_ALL = (
    Target("case", "case.yaml", _case, "case.yaml", slow=True),
    Target("yaml", "YAML by itself", _yaml, "x.yaml"),
    Target("expression", "a line of `structure`", _scalar(parse_expression)),
    Target("formula", "a formula of `dynamics`", _scalar(parse_formula)),
    Target("temporal", "a temporal formula of `invariants`", _scalar(parse_temporal)),
    Target("rule", "a rule of `evidence.history`", _scalar(parse_rule)),
    Target("number", "a number with its unit", _scalar(_quantities)),
    Target("sentence", "an intervention of an action item", _scalar(parse_sentence)),
    Target("selector", "which series a column is", _scalar(parse_selector)),
    Target("json", "JSON by itself", _json, "x.json"),
    Target("metrics.csv", "metrics in CSV", _evidence("metrics", "m.csv", _ROLES), "m.csv"),
    Target("metrics.json", "metrics of Prometheus and OTLP", _evidence("metrics", "m.json", _ROLES), "m.json"),
    Target("metrics.om", "metrics in OpenMetrics", _evidence("metrics", "m.om", _ROLES), "m.om"),
    Target("metrics.parquet", "metrics in Parquet", _evidence("metrics", "m.parquet", _ROLES), "m.parquet"),
    Target("events.csv", "events", _evidence("events", "e.csv", ", zone: Europe/Berlin"), "e.csv"),
    Target("log.csv", "a bare log of failures in CSV", _log("log.csv"), "log.csv"),
    Target("log.parquet", "a bare log of failures in Parquet", _log("log.parquet"), "log.parquet"),
    Target("log.json", "exports of PagerDuty, Opsgenie, Statuspage, GitHub", _log("log.json"), "log.json"),
    Target("incidents.csv", "a table of incidents", _evidence("incidents", "i.csv", ", factors: [peak_load]"), "i.csv"),
    Target("graph.json", "traces of OTLP and Jaeger", _evidence("traces", "g.json", ", name: it"), "g.json"),
    Target("graph.yaml", "a catalogue of Backstage", _evidence("traces", "g.yaml", ", format: backstage"), "g.yaml"),
    Target("graph.csv", "a table of dependencies", _evidence("traces", "g.csv", ", name: it"), "g.csv"),
    Target("kev.json", "CISA's catalogue of exploited vulnerabilities", _evidence("kev", "kev.json", ""), "kev.json"),
    Target("epss.csv", "scores of EPSS", _evidence("epss", "epss.csv", ""), "epss.csv"),
    Target("tree.xml", "a fault tree in Open-PSA", _tree("tree.xml"), "tree.xml"),
    Target("tree.dft", "a fault tree in Galileo", _tree("tree.dft"), "tree.dft"),
    Target("flow.afb", "a drawing of the Attack Flow Builder", _flow("flow.afb"), "flow.afb"),
    Target("flow.json", "an attack flow in STIX", _flow("flow.json"), "flow.json"),
    Target("postmortem.md", "a postmortem in Markdown or HTML", _postmortem, "postmortem.md", slow=True),
    Target("editor", "a text open in an editor (LSP)", _editor, slow=True),
    Target("settings", "fuelbed.toml and pyproject.toml", _settings, "fuelbed.toml"),
    Target("baseline", "the file of --baseline", _baseline),
    Target("answer", "an answer of draft --accept", _answer, "answer.json", slow=True),
    Target("server", "an answer of a model's server", _server),
    Target("mcp", "a message of MCP", _mcp, slow=True),
    Target("archetype", "an archetype", _archetype, "it.yaml"),
    Target("result", "a result that `diff` compares", _result, "r.json", slow=True),
    Target("cache", "the cache of `corpus`", _cache, slow=True),
)
TARGETS: Mapping[str, Target] = {t.name: t for t in _ALL}
