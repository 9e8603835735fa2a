"""The bow-tie: every way with its barriers in order, states by shape and word, and a file that stands alone."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from evidence_sample import PAYLOAD, PICTURES, dirty  # type: ignore[import-not-found]  # beside this file, see conftest.py

from fuelbed.report._bowtie import bowtie, bowtie_drawing, bowtie_svg

SVG = "{http://www.w3.org/2000/svg}"


def _data() -> dict[str, Any]:
    data: dict[str, Any] = PICTURES["bowtie"]()
    return data


def _tree(data: dict[str, Any]) -> ElementTree.Element:
    return ElementTree.fromstring(bowtie_svg(data))  # our own output


def _words(tree: ElementTree.Element) -> str:
    return " ".join(t.text or "" for t in tree.iter(f"{SVG}text"))


def test_the_file_stands_alone() -> None:
    text = bowtie_svg(_data())
    tree = ElementTree.fromstring(text)  # our own output
    assert tree.tag == f"{SVG}svg"
    assert {e.tag.removeprefix(SVG) for e in tree.iter()} <= {"svg", "title", "desc", "style", "rect", "path", "g", "text"}
    assert re.findall(r"https?://[^\"' ]+", text) == ["http://www.w3.org/2000/svg"]
    assert "prefers-color-scheme: dark" in text
    assert bowtie_svg(_data()) == text
    wide, high = (float(tree.get(k, "0")) for k in ("width", "height"))
    for e in tree.iter():
        for at, end in (("x", wide), ("y", high)):
            if e.get(at) is not None:
                assert 0 <= float(e.get(at, "0")) <= end


def test_every_way_has_its_signs_in_the_order_of_the_way() -> None:
    v = bowtie(_data())
    assert [[b.id for b in w.barriers] for w in v.threats] == [
        ["canary", "breaker", "probes"], ["limits", "breaker", "probes"], ["breaker", "probes"], []]  # fmt: skip  # one list
    assert [w.stopped for w in v.threats] == [False, True, False, False]
    tree = _tree(_data())
    signs = [g.get("class", "").split()[1] for g in tree.iter(f"{SVG}g") if g.get("class", "").startswith("barrier")]
    assert sorted(signs[:-4]) == sorted(["bypassed", "effective", *["missing"] * 3, *["failed"] * 3, "failed", "effective"])
    assert signs[-4:] == ["effective", "failed", "missing", "bypassed"]  # the key


def test_a_state_differs_in_shape_and_word_as_in_colour() -> None:
    tree = _tree(_data())
    shapes = {}
    for g in tree.iter(f"{SVG}g"):
        kind = g.get("class", "")
        if kind.startswith("barrier "):
            shapes[kind.split()[1]] = tuple((e.tag.removeprefix(SVG), e.get("class")) for e in g if e.tag != f"{SVG}title")
    assert shapes["effective"] == (("rect", "bar"),)
    assert shapes["failed"] == (("rect", "bar"), ("rect", "bar"), ("path", "cross"))
    assert shapes["bypassed"] == (("rect", "bar"), ("path", "around"))
    css = bowtie_svg(_data())
    assert re.search(r"\.missing \.bar.*stroke-dasharray", css)  # an outline of dashes
    heads = _words(tree)
    for word in ("effective", "failed", "missing", "bypassed"):
        assert word in heads


def test_columns_keep_the_order_of_every_way_where_ways_agree() -> None:
    data = _data()
    data["threats"][0]["barriers"] = ["probes", "canary"]
    data["threats"][1]["barriers"] = ["limits", "probes"]
    data["threats"][2]["barriers"] = ["canary", "breaker"]
    wide, _, body = bowtie_drawing(data)
    places = {
        m[1]: float(m[0])
        for m in re.findall(r'<text class="name" x="([\d.]+)"[^>]*>(Rate limit|Probes eject|Canary before|Circuit)', body)
    }
    assert places["Rate limit"] < places["Probes eject"] < places["Canary before"] < places["Circuit"]
    assert max(places.values()) < wide / 2


def test_ways_that_disagree_are_drawn_all_the_same() -> None:
    data = _data()
    data["threats"][0]["barriers"] = ["probes", "canary"]
    data["threats"][1]["barriers"] = ["canary", "probes"]
    assert bowtie_drawing(data)[2].count('class="barrier') == 4 + 2 + 2 + 4


def test_what_is_shared_is_told() -> None:
    v = bowtie(_data())
    assert v.shared == (("A", "cluster_api", "Probes eject sick pods and Roll-back"),)
    words = _words(_tree(_data()))
    assert "A: Probes eject sick pods and Roll-back share cluster_api" in words
    assert "sick pods (A)" in words


def test_chances_are_told_where_they_say_something() -> None:
    words = _words(_tree(_data()))
    assert "fails 0.14" in words
    assert "fails 1" not in words  # missing goes without saying


@pytest.mark.parametrize("payload", [PAYLOAD, "\x00\x1b\ud800\ufffe]]>&lt;", "漢字" * 60, "x" * 500, ""])
def test_hostile_words_break_no_drawing(payload: str) -> None:
    data = dirty(_data())

    def put(x: Any, key: str = "") -> Any:
        if isinstance(x, dict):
            return {k: put(v, k) for k, v in x.items()}
        if isinstance(x, list):
            return [put(v, key) for v in x]
        return payload if key == "label" else x

    for given in (data, put(_data())):
        text = bowtie_svg(given)
        text.encode()
        tree = ElementTree.fromstring(text)  # our own output
        assert {e.tag.removeprefix(SVG) for e in tree.iter()} <= {"svg", "title", "desc", "style", "rect", "path", "g", "text"}


@pytest.mark.parametrize(
    "data",
    [
        {"event": {"id": "f", "label": ""}, "threats": [], "consequences": [], "controls": {}},
        {"event": {"id": "f"}, "threats": [{"id": "t", "label": "t", "barriers": ["gone"]}], "consequences": [], "controls": {}},
        {"event": {"id": "f"}, "threats": [{"id": "t", "label": "t", "barriers": ["c"]}], "consequences": [],
         "controls": {"c": {"label": "c", "state": "odd", "fails": [None, 0.0, 1.0], "shares": None}}},
    ],
)  # fmt: skip
def test_little_is_drawn_too(data: dict[str, Any]) -> None:
    tree = _tree(data)
    assert tree.tag == f"{SVG}svg"
    assert float(tree.get("width", "0")) > 100


def test_more_than_fits_is_counted() -> None:
    data = _data()
    data["threats"] = [{"id": f"t{i}", "label": f"t{i}", "barriers": ["breaker"]} for i in range(30)]
    words = _words(_tree(data))
    assert "not drawn: 18 threats" in words
    data["controls"] = {f"c{i}": {"label": f"c{i}", "state": "failed", "fails": None, "shares": []} for i in range(9)}
    data["threats"] = [{"id": "t", "label": "t", "barriers": list(data["controls"])}]
    assert "3 barriers" in _words(_tree(data))
