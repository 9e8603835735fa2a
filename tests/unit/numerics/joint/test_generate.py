"""A generated history is what its truth says: coupled pairs coincide as declared, others as often as chance, and a seed is a history."""

from __future__ import annotations

import numpy as np
import pytest

from fuelbed.numerics.joint.generate import DAY, MECHANISMS, Recipe, Simulated, generate

REACH = 300.0


def _times(s: Simulated, name: str) -> np.ndarray:
    return s.starts[s.which == s.names.index(name)]


def _together(s: Simulated, a: str, b: str) -> int:
    x, y = _times(s, a), _times(s, b)
    return int((np.abs(x[:, None] - y[None, :]) <= REACH).any(axis=1).sum()) if len(x) and len(y) else 0


def test_a_seed_is_a_history() -> None:
    one, same, other = (generate(Recipe(60), np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert one.names == same.names
    assert np.array_equal(one.starts, same.starts)
    assert np.array_equal(one.load, same.load)
    assert one.truth == same.truth
    assert not np.array_equal(one.starts[:20], other.starts[:20])


def test_failures_stand_in_order_and_in_the_window() -> None:
    s = generate(Recipe(90), np.random.default_rng(0))
    assert (np.diff(s.starts) >= 0).all()
    assert s.starts.min() >= s.window[0]
    assert s.starts.max() < s.window[1]
    assert (s.ends - s.starts >= 60).all()
    assert np.array_equal(s.starts, np.floor(s.starts))
    assert len(s.load) == 90 * 96


def test_coupled_pairs_coincide_as_declared() -> None:
    """Common events: together * days * reaches, squared where either has to be reached; the job: chance squared, each night."""
    r, seen, runs = Recipe(365), dict.fromkeys(MECHANISMS.values(), 0), 40
    for seed in range(runs):
        s = generate(r, np.random.default_rng(seed))
        assert sorted(c.mechanism for c in s.truth) == sorted(MECHANISMS.values())
        for c in s.truth:
            seen[c.mechanism] += _together(s, c.a, c.b)
    events = r.together * r.days * runs
    chance = {"shared dependency": events * 0.81, "hidden dependency": events * 0.81, "cascade": events * 0.9}
    chance["synchronized trigger"] = r.job**2 * r.days * runs
    for mechanism, expected in chance.items():
        assert seen[mechanism] == pytest.approx(expected, abs=4 * np.sqrt(expected) + 0.15 * runs)  # and what chance adds
    # two Poisson processes with one shape f of rate: n^2 (2 reach) / T times the mean of f^2, here far above 1
    plain = (r.busy * r.days) ** 2 * 2 * REACH / (r.days * DAY) * runs
    assert seen["contention"] > 2 * plain


def test_pairs_that_are_not_coupled_coincide_by_chance() -> None:
    met = expected = 0.0
    for seed in range(20):
        s = generate(Recipe(365, mechanisms=()), np.random.default_rng(seed))
        assert s.truth == ()
        for i, a in enumerate(s.names[:8]):
            for b in s.names[i + 1 : 8]:
                met += _together(s, a, b)
                expected += len(_times(s, a)) * len(_times(s, b)) * 2 * REACH / s.window[1]
    assert met == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_what_is_declared() -> None:
    s = generate(Recipe(30, 48), np.random.default_rng(2))
    by = {m: [c for c in s.truth if c.mechanism == m] for m in MECHANISMS.values()}
    assert {len(x) for x in by.values()} == {2}
    on = set(s.depends_on)
    for c in by["cascade"]:
        assert {(c.a, c.b), (c.b, c.a)} & on
    for c in by["shared dependency"]:
        assert {w for d, w in on if d == c.a} & {w for d, w in on if d == c.b} - set(s.names)
    for c in by["hidden dependency"]:
        assert not {d for d, _ in on} & {c.a, c.b}
    assert "each deploy" in by["synchronized trigger"][1].how
    coupled = {x for c in s.truth for x in (c.a, c.b)}
    assert [d for d in on if not set(d) & coupled]  # decoys
    assert len(coupled) == 20


def test_the_measured_load_is_as_noisy_as_asked() -> None:
    s = generate(Recipe(200, load_noise=0.5), np.random.default_rng(1))
    assert np.std(np.log(s.load / s.true)) == pytest.approx(0.5, rel=0.03)
    exact = generate(Recipe(10, load_noise=0.0), np.random.default_rng(1))
    assert np.array_equal(exact.load, exact.true)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Recipe(mechanisms=("magic",)), "no mechanism is called 'magic'"),
        (Recipe(components=8), "5 mechanisms need 10 components"),
        (Recipe(days=0), "at least one day"),
        (Recipe(load_noise=float("nan")), "noise"),
    ],
)
def test_what_cannot_be_made(recipe: Recipe, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        generate(recipe, np.random.default_rng(0))


def test_names_do_not_run_out() -> None:
    s = generate(Recipe(3, 130), np.random.default_rng(0))
    assert len(set(s.names)) == 130
