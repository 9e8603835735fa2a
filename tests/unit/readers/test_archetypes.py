"""Every archetype file is read; what a file may get wrong is said; an archetype over components is written out."""

from __future__ import annotations

import pytest

from fuelbed.core.arithmetic import names_in
from fuelbed.core.errors import InputError
from fuelbed.core.evaluation import evaluate
from fuelbed.core.findings import Finding
from fuelbed.core.formulas import print_formula
from fuelbed.readers.archetypes import archetype_names, load_archetype, needs_graph, parse_archetype
from fuelbed.readers.case import parse_case
from tests.docs.pages import ROOT, blocks

GRAPH = (("web", ("db", "cache")), ("cache", ("db",)), ("db", ()))
HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  surge: {kind: trigger, rate: monthly, lasts: 1 h}\nstructure:\n  out: surge\n"
SYSTEM = "system:\n  components: [web, cache, db]\n  depends_on: {web: [db, cache], cache: [db]}\n"
_DOCUMENTED = {b.name.removesuffix(".yaml"): b.text for b in blocks(ROOT / "docs/formats/dynamics.md") if b.name}
PAGES = {"crowd": _DOCUMENTED["archetype"], "cascade": _DOCUMENTED["cascade"]}


def test_there_are_archetypes() -> None:
    assert "retry_service" in archetype_names()


@pytest.mark.parametrize("name", archetype_names())
def test_every_file_is_read_and_runs_from_its_own_words(name: str) -> None:
    a = load_archetype(name, GRAPH if needs_graph(name) else ())
    assert a.name == name
    assert a.what
    for p in a.parameters.values():
        assert p.what, p.name
        assert "?" in p.question or (p.default is not None and not p.question), p.name
    for c in a.options.values():
        assert c.what, c.name
        assert all(c.choices.values()), c.name
    assert all(s.what for s in a.laws.states.values())
    assert all(e.what for e in a.laws.events.values())
    read = {n for e in (*a.laws.let.values(), *a.laws.next.values(), a.laws.failed) for n in names_in(e)}
    read |= {n for e in a.laws.events.values() for n in names_in(e.rate)}
    assert needs_graph(name) or set(a.laws.let) <= read, "a named quantity that nothing reads"


@pytest.mark.parametrize("name", archetype_names())
def test_every_file_makes_a_model_that_can_be_computed_at_its_start(name: str) -> None:
    a = load_archetype(name, GRAPH if needs_graph(name) else ())
    units = {"flow": "1 per second", "time": "1 s", "number": "1"}
    said = "".join(f"      {p.name}: {units[p.dimension]}\n" for p in a.parameters.values() if p.default is None)
    m = parse_case(HEAD + SYSTEM + f"dynamics:\n  m:\n    archetype: {name}\n    parameters:\n{said or '      {}'}").dynamics["m"]
    assert m.missing == ()
    assert m.step > 0
    values = {n: p.quantity.low for n, p in m.parameters.items()}
    values |= {f"{o.name}_{w}": float(w == o.word) for o in m.options.values() for w in o.choices}
    values |= {n: s.start.low for n, s in m.states.items()}
    for n, e in m.let.items():
        values[n] = evaluate(e, values)
    every = [m.failed, *m.next.values(), *(e.rate for e in m.events.values())]
    assert all(evaluate(e, values) == evaluate(e, values) for e in every), "undefined at its own start"
    assert all(evaluate(e.rate, values) >= 0 for e in m.events.values())


def test_the_page_shows_archetypes_that_are_read() -> None:
    crowd = parse_archetype(PAGES["crowd"], "crowd")
    assert crowd.parameters["calm"].only_with == (("crowding", "some"),)
    default = crowd.parameters["leave"].default
    assert default is not None
    assert print_formula(default) == "pull / 4"


def test_an_archetype_over_components_is_written_out() -> None:
    a = parse_archetype(PAGES["cascade"], "cascade", GRAPH)
    assert list(a.laws.states) == ["down_web", "down_cache", "down_db"]
    assert {n: print_formula(e) for n, e in a.laws.let.items()} == {
        "work_web": "load_web + 0", "work_cache": "load_cache + down_web * load_web",
        "work_db": "load_db + (down_web * load_web + down_cache * load_cache)",
    }  # fmt: skip
    assert print_formula(a.laws.failed) == "down_web + down_cache + down_db > 0.5"
    assert a.parameters["load_db"].what == "load of db"


_BASE = PAGES["crowd"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("archetype: crowd", "archetype: crowed", "FB033"), ("what: people who follow one another\n", "", "FB017"), ("unit: per second", "unit: per hour", "FB015"),
        ("    question: How fast does one follow another?\n", "", "FB017"), ("default: pull / 4", "default: pul / 4", "FB022"),
        ("default: pull / 4", "default: leave", "FB022"), ("    default: all\n", "", "FB017"),
        ("default: all", "default: al", "FB015"), ("only_with: {crowding: some}", "only_with: {crowding: sum}", "FB015"),
        ("only_with: {crowding: some}", "only_with: {crowd: some}", "FB022"), ("if(crowding_some,", "if(crowding_sum,", "FB022"), ("load: pull", "load: push", "FB022"),
        (", some: some do not", "", "FB017"), ("let:", "lett:", "FB0"), ("kernel:", "kern:", "FB014"), ("step: 0.1 s", "step: 0.1", "FB042"),
        ("range: 0..people", "range: 0..peeple", "FB040"), ("  follow:", "  crowding_all:", "FB0"), ("what: how many there are", "what: {a: b}", "FB013"),
    ],
)  # fmt: skip
def test_faults_of_a_file(old: str, new: str, code: str) -> None:
    assert old in _BASE
    faults = _found(_BASE.replace(old, new, 1))
    assert any(f.code.startswith(code) for f in faults), [f.line() for f in faults]


def test_defaults_in_a_circle() -> None:
    text = _BASE.replace("default: 100", "default: 400 * leave")
    assert [f.code for f in _found(text.replace("default: pull / 4", "default: people / 400"))] == ["FB092", "FB092"]
    assert parse_archetype(text, "crowd").parameters["people"].default is not None


def _found(text: str) -> list[Finding]:
    with pytest.raises(InputError) as caught:
        parse_archetype(text, "crowd")
    return list(caught.value.findings)


def test_what_a_case_must_have_for_an_archetype_over_components(monkeypatch: pytest.MonkeyPatch) -> None:
    import fuelbed.readers.dynamics as reader

    monkeypatch.setattr(reader, "archetype_names", lambda: ("over_parts",))
    monkeypatch.setattr(reader, "needs_graph", lambda name: True)
    monkeypatch.setattr(reader, "load_archetype", lambda name, graph: parse_archetype(PAGES["cascade"], "cascade", graph))
    model = "dynamics:\n  m:\n    archetype: over_parts\n    parameters:\n      load_db: 3 per second\n"
    m = parse_case(HEAD + SYSTEM + model).dynamics["m"]
    assert list(m.states) == ["down_web", "down_cache", "down_db"]
    assert [p.name for p in m.missing] == ["load_web", "load_cache"]
    many = ", ".join(f"c{i}" for i in range(11))
    for system, code in [
        ("", "FB017"),
        (SYSTEM.replace("cache", "Cache-1"), "FB016"),
        (f"system: {{components: [{many}]}}\n", "FB095"),
    ]:
        with pytest.raises(InputError) as caught:
            parse_case(HEAD + system + model)
        assert [f.code for f in caught.value.findings] == [code]
    long = [f"a_component_with_a_rather_long_name_{'x' * 60}_{i}" for i in range(9)]
    system = f"system:\n  components: [hub, {', '.join(long)}]\n  depends_on: {{{', '.join(f'{c}: [hub]' for c in long)}}}\n"
    with pytest.raises(InputError) as caught:
        parse_case(HEAD + system + model)
    assert [(f.code, f.span and f.span.file) for f in caught.value.findings] == [("FB016", "case.yaml")]


@pytest.mark.parametrize(
    "name", ["../retry_service", "/etc/passwd", "retry_service.yaml", "__init__", "archetypes/retry_service", "Retry_Service"]
)
def test_only_the_files_of_the_folder_are_archetypes(name: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_case(HEAD + f"dynamics:\n  m: {{archetype: {name}}}\n")
    assert [f.code for f in caught.value.findings] == ["FB022"]
