"""Every archetype file: it says what it is for and where it comes from, everything in it is used, and its law is a law."""

from __future__ import annotations

import re

import numpy as np
import pytest

from fuelbed.core.arithmetic import names_in
from fuelbed.numerics.maps.fixed import fixed_points
from fuelbed.numerics.maps.loops import find_loops
from fuelbed.numerics.maps.system import compile_model
from fuelbed.readers.archetypes import archetype_names, load_archetype, needs_graph
from tests.unit.archetypes.plain import EXAMPLES, FOLDER, GRAPH, Plain, model

each = pytest.mark.parametrize("name", archetype_names())
LOOPS = {
    "retry_service": "waiting ahead too_late timed_out again sent_again fail resending wanted resends attempts enter",
    "failover_pool": "up sharing each_takes too_much die",
    "lookaside_cache": "cached warm cold asked queries query waiting too_late in_time fills fill",
    "crash_loop": "starting active takes in_time ready",
    "accumulation": "waiting held live free collecting work_rate serve",
    "recovery_blocked": "working share tool by_tool mended",
}


def options_of(name: str) -> list[dict[str, str]]:
    """The defaults, and each other word by itself."""
    found = load_archetype(name, GRAPH if needs_graph(name) else ()).options.values()
    return [{}, *({o.name: w} for o in found for w in o.choices if w != o.default)]


def test_the_examples_are_of_all_archetypes() -> None:
    assert sorted(EXAMPLES) == sorted(archetype_names()) == sorted(p.stem for p in FOLDER.glob("*.yaml"))


@each
def test_the_head_says_what_for_from_where_and_how_far(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    head = " ".join(line.removeprefix("#").strip() for line in text.split("archetype:")[0].splitlines())
    assert all(word in head for word in ("For incidents in which", "Mechanism:", "Law:", "What ends", "imits:")), name
    assert re.search(r"(19|20)\d\d", head)
    assert all(len(line) <= 140 for line in text.splitlines())
    assert len(text.splitlines()) <= 400


@each
def test_nothing_in_it_is_idle(name: str) -> None:
    a = load_archetype(name, (("a", ("b",)), ("b", ("a",))) if needs_graph(name) else ())
    used = {n for e in (*a.laws.let.values(), *a.laws.next.values(), a.laws.failed) for n in names_in(e)}
    used |= {n for e in a.laws.events.values() for n in names_in(e.rate)}
    idle = [n for n in (*a.parameters, *a.laws.states, *a.laws.let) if n not in used]
    assert idle == []
    for o in a.options.values():
        assert any(f"{o.name}_{w}" in used for w in o.choices), o.name


@each
def test_rates_are_finite_and_never_negative_and_no_jump_leaves_the_lattice(name: str) -> None:
    rng = np.random.default_rng(3)
    for options in options_of(name):
        m = model(name, options, **EXAMPLES[name])
        s = compile_model(m)
        assert s.whole.all()
        x = np.floor(rng.uniform(s.low, s.high + 1, (500, len(s.low))))
        x[:10], x[10:20] = s.low, s.high
        if name == "crash_loop":
            x[:, 1] = np.minimum(x[:, 1], 100 - x[:, 0])  # no more instances than there are
        p = np.tile(s.today, (500, 1))
        rates = s.rates(x, p)
        assert np.isfinite(rates).all(), options
        assert (rates >= 0).all(), options
        for i, change in enumerate(s.changes):
            out = ((x + change < s.low) | (x + change > s.high)).any(axis=1)
            if name == "retry_service" and s.events[i] == "fail":
                continue  # the orbit has no end of its own: its lattice is cut far above what a full service feeds
            assert (rates[out, i] <= 1e-9).all(), (options, s.events[i])


@each
def test_the_compiled_law_is_the_plain_one(name: str) -> None:
    rng = np.random.default_rng(5)
    for options in options_of(name):
        m = model(name, options, **EXAMPLES[name])
        s, plain = compile_model(m), Plain(m)
        width = s.high - s.low
        x = rng.uniform(s.low + 0.2 * width, s.high - 0.2 * width, (40, len(width)))
        if name == "crash_loop":
            x[:, 1] = np.minimum(x[:, 1], 99 - x[:, 0]).clip(0)
        rates, let = s.rates(x, s.today), s.let(x, s.today)
        for i, row in enumerate(x):
            at = dict(zip(s.states, row, strict=True))
            assert np.allclose(rates[i], list(plain.rates(at).values()), rtol=1e-9, atol=1e-9), options
            v = plain.values(at)
            assert np.allclose(let[i, : len(m.let)], [v[n] for n in m.let], rtol=1e-9, atol=1e-9), options
            assert (s.failed(row, s.today) > 0) == plain.failed(at)


@each
def test_a_step_is_short_enough(name: str) -> None:
    """A step half as long leads to the same place: no state is a product of the step."""
    for options in options_of(name):
        m = model(name, options, **EXAMPLES[name])
        s = compile_model(m)
        for f in fixed_points(s, s.today, starts=24):
            if f.kind == "stable":
                assert (np.abs(f.multipliers) < 1.0 + 1e-9).all()
                assert (f.multipliers.real > -0.5).all(), (options, f)


@each
def test_its_loop_reads_in_words(name: str) -> None:
    if name not in LOOPS:
        pytest.skip("its loops run from component to component")
    m = model(name, **{**EXAMPLES[name], **({"hands": 0.0} if name == "recovery_blocked" else {})})
    s = compile_model(m)
    found = fixed_points(s, s.today)
    normal = next(f.x for f in found if f.kind == "stable" and not f.failed > 0)
    failed = next(f.x for f in found if f.kind == "stable" and f.failed > 0)
    edge = next(f.x for f in found if f.kind not in ("stable", "neutral"))
    loops = find_loops(s, s.today, normal, failed, edge)
    assert LOOPS[name] in [" ".join(loop.nodes) for loop in loops.sustaining]
    assert all(loop.positive for loop in loops.sustaining)
