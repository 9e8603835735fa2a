"""`./dev bench`: names, each with its own words."""

from __future__ import annotations

from importlib import import_module

import pytest

from bench import run as bench


def test_each_name_gets_the_words_that_follow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(bench, "_run", lambda name, words: seen.append((name, words)) or len(seen) - 1)
    assert bench.run(["structure", "a.xml", "exposure", "text", "--errors"]) == 2, "the worst code"
    assert seen == [("structure", ["a.xml"]), ("exposure", []), ("text", ["--errors"])]


def test_a_name_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.run(["structur"]) == 2
    assert "There are: action_items, analyze, corpus, coupling" in capsys.readouterr().err


@pytest.mark.parametrize("module", bench.MODULES.values())
def test_every_benchmark_has_a_main(module: str) -> None:
    assert callable(import_module(module).main)
