"""Whatever an attack flow or a list of vulnerabilities holds, the command ends in bounded time and memory, with places and cures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.further import one_in
from tests.hostile.cases import factors
from tests.hostile.command import fuelbed

UUID = "00000000-0000-4000-8000-{:012d}"


def _chain(n: int, together: bool = False) -> bytes:
    """A bundle of `n` actions in one row; `together`: each leads to the next hundred."""
    ids = [f"attack-action--{UUID.format(i)}" for i in range(n)]
    ahead = 100 if together else 1
    objects = [
        {"type": "attack-action", "id": a, "name": f"Step {i}", "effect_refs": ids[i + 1 : i + 1 + ahead]}
        for i, a in enumerate(ids)
    ]
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": objects}).encode()


def _drawn(objects: str) -> bytes:
    return b'{"schema": "attack_flow_v2", "objects": ' + objects.encode() + b"}"


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "deep": (lambda: b'{"objects": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "FB150"),
    "deep objects": (lambda: b'{"objects":' * 50_000, "FB150"),
    "cut off": (lambda: _chain(1000)[:50_000], "FB150"),
    "too large": (lambda: b'{"objects": [' + b" " * 50_000_000 + b"]}", "FB150"),
    "huge number": (lambda: _drawn("[" + "9" * 100_000 + "]"), "FB150"),
    "not a number": (lambda: _drawn("[NaN]"), "FB150"),
    "a key twice": (lambda: b'{"objects": [], "objects": []}', "FB150"),
    "not UTF-8": (lambda: b'{"objects": "\xff"}', "FB150"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(1000), "FB150"),
    "nothing": (lambda: b"", "FB150"),
    "objects of another kind": (lambda: _drawn('{"a": 1}'), "FB152"),
    "wrong everywhere": (lambda: _drawn(json.dumps([i if i % 2 else [] for i in range(100_000)])), "FB152"),
    "one id a thousand times": (lambda: _drawn(json.dumps([{"id": "action", "instance": "x", "anchors": {}}] * 10_000)), "FB153"),
    "no action": (lambda: _drawn("[]"), "FB151"),
    "another program's": (lambda: b'{"nodes": [], "edges": []}', "FB151"),
    "properties that nest": (
        lambda: _drawn(
            '[{"id": "action", "instance": "a", "anchors": {}, "properties": [["name", ' + "[" * 55 + "]" * 55 + "]]}]"
        ),
        "FB152",
    ),
    "too long to be a case": (lambda: _chain(30_000), "more than a case can hold"),
    "too tight to be a case": (lambda: _chain(3_000, together=True), "more than a case can hold"),
}


@pytest.mark.parametrize("name", one_in(2, BAD))
def test_it_is_refused_with_a_place_and_a_cure(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    folder.mkdir()
    make, words = BAD[name]
    (folder / "flow.afb").write_bytes(make())
    done = fuelbed("draft", folder / "flow.afb", case=folder)
    assert done.is_clean, (done.code, done.err[-1000:], done.seen[:1000])
    assert done.code == 2
    assert words in done.err
    assert "flow.afb" in done.err
    assert len(done.err) < 100_000
    assert done.seconds < 60


HEAVY: dict[str, Callable[[], bytes]] = {
    "a long chain": lambda: _chain(1_500),
    "a line that ends nowhere, often": lambda: _drawn(
        json.dumps([{"id": "action", "instance": "a", "anchors": {}}]
                   + [{"id": "dynamic_line", "instance": f"l{i}", "source": "x", "target": "y"} for i in range(20_000)])
    ),
    "names of a megabyte": lambda: _drawn(json.dumps([{"id": "action", "instance": "a", "anchors": {}, "properties": [["name", "x y" * 300_000]]}])),
}  # fmt: skip  # one row each


@pytest.mark.parametrize("name", HEAVY)
def test_it_is_drafted(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "flow.afb").write_bytes(HEAVY[name]())
    done = fuelbed("draft", folder / "flow.afb", case=folder)
    assert done.is_clean, (done.code, done.err[-1000:], done.seen[:1000])
    assert done.code == 0
    assert "status: draft" in done.out


LISTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "deep": ("kev", lambda: b'{"vulnerabilities": ' + b"[" * 200_000),
    "wrong everywhere": ("kev", lambda: json.dumps({"vulnerabilities": list(range(200_000))}).encode()),
    "too large": ("kev", lambda: b'{"vulnerabilities": [' + b" " * 50_000_000 + b"]}"),
    "no line ends": ("epss", lambda: b"cve,epss" * 10_000_000),
    "zeros": ("epss", lambda: bytes(10_000_000)),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_refused_with_a_place_and_a_cure(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    role, make = LISTS[name]
    (folder / "list").write_bytes(make())
    (folder / "case.yaml").write_text(factors(2, 1, 1) + f"evidence:\n  {role}: list\n")
    done = fuelbed("check", folder, case=folder)
    assert done.is_clean, (done.code, done.err[-1000:], done.seen[:1000])
    assert done.code == 2
    assert "FB157" in done.err
    assert "list:1:" in done.err
    assert len(done.err) < 100_000


@pytest.mark.parametrize("role", ["kev", "epss"])
def test_a_list_that_is_no_file(role: str, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    (folder / "list").mkdir(parents=True)
    (folder / "case.yaml").write_text(factors(2, 1, 1) + f"evidence:\n  {role}: list\n")
    done = fuelbed("check", folder, case=folder)
    assert done.is_clean, done
    assert done.code == 2


def test_300_000_scores_are_read_in_no_time(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    rows = "".join(f"CVE-{2000 + i % 25}-{10_000 + i},0.00042,0.1\n" for i in range(300_000))
    (folder / "epss.csv").write_text(f"#model_version:v1,score_date:2025-11-01T00:00:00Z\ncve,epss,percentile\n{rows}")
    (folder / "case.yaml").write_text(
        "fuelbed: 1\ntitle: t\nfailure: f\nfactors:\n  a: {kind: exploit, cve: CVE-2024-309999, rate: yearly}\n"
        "structure:\n  f: a\nevidence:\n  epss: epss.csv\n"
    )
    done = fuelbed("check", folder, case=folder)
    assert done.is_clean, done
    assert done.code == 0
    assert "EPSS of 2025-11-01 gives CVE-2024-309999 0.00042" in done.out + done.err
    assert done.seconds < 20
