"""Graphs of dependencies: OTLP and Jaeger traces, Backstage catalogues, CSV; each in its documented shape, and every fault at its place."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuelbed.core.case import Case
from fuelbed.core.dependencies import ancestors, depends_on, edges
from fuelbed.core.errors import InputError
from fuelbed.core.history import DependencyGraph
from fuelbed.readers.case import parse_case, read_case
from fuelbed.readers.graphs.calls import Calls, Span
from fuelbed.readers.shapes import CaseFile
from fuelbed.readers.yaml import load_yaml, plain

HEAD = "fuelbed: 1\ntitle: t\nfailure: out\nfactors:\n  a: {kind: trigger}\nstructure:\n  out: a\nevidence:\n  traces:\n"
PETSHOP = Path(__file__).parents[5] / "shared" / "data" / "petshop"


def case(folder: Path, data: Any, file: str = "g.json", more: str = "", rest: str = "") -> Case:
    (folder / "case.yaml").write_text(HEAD + f"    calls: {{file: {file}{more}}}\n{rest}")
    text = data if isinstance(data, str | bytes) else json.dumps(data, indent=1)
    (folder / file).write_bytes(text.encode() if isinstance(text, str) else text)
    return read_case(folder)


def graph(folder: Path, data: Any, file: str = "g.json", more: str = "") -> DependencyGraph:
    (found,) = case(folder, data, file, more).dependencies.values()
    return found


def notes(folder: Path, data: Any, file: str = "g.json", more: str = "") -> list[str]:
    return [f.message for f in case(folder, data, file, more).findings if f.code == "FB169"]


def faults(folder: Path, data: Any, file: str = "g.json", more: str = "") -> list[tuple[str, int, int]]:
    with pytest.raises(InputError) as e:
        case(folder, data, file, more)
    assert all(f.cure and f.span for f in e.value.findings)
    return [(f.code, f.span.line, f.span.column) for f in e.value.findings if f.span]


def attributes(**said: str | int) -> list[dict[str, Any]]:
    return [
        {"key": k.replace("__", "."), "value": {"intValue": str(v)} if isinstance(v, int) else {"stringValue": v}}
        for k, v in said.items()
    ]


def span(
    known: str, parent: str = "", kind: int | str = 2, trace: str = "5b8efff798038103d269b633813fc60c", **said: str | int
) -> dict[str, Any]:
    """A span of an OTLP request."""
    return {
        "traceId": trace, "spanId": known, "parentSpanId": parent, "name": "GET /", "kind": kind, "startTimeUnixNano": "1544712660000000000",
        "endTimeUnixNano": "1544712661000000000", "attributes": attributes(**said), "status": {},
    }  # fmt: skip  # as the exporter writes it


def request(**services: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": attributes(service__name=name)},
                "scopeSpans": [{"scope": {"name": "lib"}, "spans": spans}],
            }
            for name, spans in services.items()
        ]
    }


SHOP = request(
    frontend=[
        span("a1"),
        span("a2", "a1", 3, server__address="cart"),
        span("a3", "a1", 3, peer__service="payments", server__address="10.0.0.7"),
    ],
    cart=[span("b1", "a2"), span("b2", "b1", "SPAN_KIND_CLIENT", db__system="redis", server__port=6379), span("b3", "b1", 1)],
)
EDGES = {("frontend", "cart"): 1, ("frontend", "payments"): 1, ("cart", "redis"): 1}


def test_otlp_edges_where_the_service_changes(tmp_path: Path) -> None:
    """A client span that a server answered is one call; one that nobody answered names its far end."""
    found = graph(tmp_path, SHOP)
    assert found.edges == EDGES
    assert set(found.nodes) == {"frontend", "cart", "payments", "redis"}
    assert graph(tmp_path, {"batches": SHOP["resourceSpans"]}).edges == EDGES


def test_otlp_on_lines_with_parents_on_other_lines(tmp_path: Path) -> None:
    """The collector writes one request a line, in any order, and may write one again."""
    one, two = ({"resourceSpans": [r]} for r in SHOP["resourceSpans"])
    text = "".join(json.dumps(d) + "\n" for d in (two, one, two))
    assert graph(tmp_path, text, "traces.jsonl").edges == EDGES
    assert any("3 spans stood there twice" in n for n in notes(tmp_path, text))


def test_otlp_says_what_it_lacks(tmp_path: Path) -> None:
    data = request(
        web=[span("a", "gone"), span("b", "a", trace="other"), span("c") | {"links": [{"traceId": "t", "spanId": "s"}]}]
    )
    data["resourceSpans"].append({"resource": {}, "scopeSpans": [{"spans": [span("d")]}]})
    said = notes(tmp_path, data)
    for words in ("the parents of 2 of 3 spans are not there", "without `service.name`", "links to other traces"):
        assert any(words in n for n in said), (words, said)


def trace(**more: Any) -> dict[str, Any]:
    """What Jaeger answers."""

    def of(known: str, process: str, *references: tuple[str, str], **tags: str) -> dict[str, Any]:
        return {
            "traceID": "t1", "spanID": known, "operationName": "op", "startTime": 1, "duration": 2, "processID": process, "logs": [],
            "references": [{"refType": kind, "traceID": "t1", "spanID": s} for kind, s in references],
            "tags": [{"key": k.replace("__", "."), "type": "string", "value": v} for k, v in tags.items()], "warnings": None,
        }  # fmt: skip  # as the answer has them

    spans = [
        of("1", "p1", span__kind="server"), of("2", "p1", ("CHILD_OF", "1"), span__kind="client"), of("3", "p2", ("CHILD_OF", "2")),
        of("4", "p2", ("CHILD_OF", "3"), span__kind="client", peer__service="mysql"), of("5", "p3", ("FOLLOWS_FROM", "3")),
    ]  # fmt: skip  # two a line
    names = {"p1": "frontend", "p2": "customer", "p3": "audit"}
    processes = {k: {"serviceName": v, "tags": []} for k, v in names.items()}
    return {
        "data": [{"traceID": "t1", "spans": spans, "processes": processes, "warnings": None}],
        "total": 0,
        "errors": None,
    } | more


def test_jaeger_traces_and_dependencies(tmp_path: Path) -> None:
    expected = {("frontend", "customer"): 1, ("customer", "mysql"): 1}
    found = graph(tmp_path, trace())
    assert found.edges == expected
    assert "audit" in found.nodes
    assert any("only followed from another" in n for n in notes(tmp_path, trace()))
    assert graph(tmp_path, trace()["data"][0], more=", format: jaeger").edges == expected  # one trace, downloaded
    computed = {
        "data": [{"parent": "frontend", "child": "driver", "callCount": 12}, {"parent": "a", "child": "a", "callCount": 1}]
    }
    assert graph(tmp_path, computed | {"total": 0}).edges == {("frontend", "driver"): 12}


CATALOGUE = """\
# the shop
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: &me
  name: web
  annotations: {a/b: "x, y", c: 010}
spec:
  type: website
  owner: team-a
  system: shop
  dependsOn: [resource:default/orders-db, "component:search/index"]
  consumesApis: [cart-api]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: cart}
spec: {type: service, lifecycle: production, owner: b, providesApis: [cart-api], consumesApis: [bank-api], dependencyOf: [component:Web]}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: cart-api}
spec: {type: openapi, lifecycle: production, owner: b, definition: !include cart.yaml}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: basket, labels: *me}
spec: {type: library, lifecycle: production, owner: b, subcomponentOf: cart}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop}
spec: {owner: team-a}
---
"""


def test_backstage_catalogue(tmp_path: Path) -> None:
    """Several documents, with an anchor and a tag, as foreign files have them; names are compared without case."""
    found = graph(tmp_path, CATALOGUE, "catalog-info.yaml")
    assert set(found.edges) == {
        ("web", "orders-db"),
        ("web", "search/index"),
        ("web", "cart"),
        ("cart", "bank-api"),
        ("cart", "basket"),
    }
    assert "cart-api" not in found.nodes
    said = notes(tmp_path, CATALOGUE, "catalog-info.yaml")
    assert any("kind System left out" in n for n in said)
    assert any("3 parts are named by others and not described, such as `orders-db`" in n for n in said)


@pytest.mark.parametrize("wrapped", [False, True])
def test_backstage_as_the_server_answers(wrapped: bool, tmp_path: Path) -> None:
    def relation(kind: str, to: str) -> dict[str, Any]:
        return {"type": kind, "targetRef": to, "target": {"kind": "component", "namespace": "default", "name": "x"}}

    entities = [
        {"kind": "Component", "metadata": {"name": "web", "namespace": "default", "uid": "u", "etag": "e"}, "spec": {"type": "website"},
         "relations": [relation("dependsOn", "resource:default/db"), relation("consumesApi", "api:default/q"), relation("ownedBy", "group:default/a")]},
        {"kind": "Resource", "metadata": {"name": "db", "namespace": "default"}, "spec": {}, "relations": [relation("dependencyOf", "component:default/web")]},
        {"kind": "API", "metadata": {"name": "q", "namespace": "default"}, "spec": {}, "relations": [relation("apiProvidedBy", "component:default/search")]},
    ]  # fmt: skip  # an entity a line
    data = {"items": entities, "totalItems": 3, "pageInfo": {}} if wrapped else entities
    assert set(graph(tmp_path, data).edges) == {("web", "db"), ("web", "search")}


def test_a_resource_of_the_name_of_a_component(tmp_path: Path) -> None:
    text = "kind: Component\nmetadata: {name: cart}\nspec: {dependsOn: [resource:cart]}\n---\nkind: Resource\nmetadata: {name: cart}\n"
    assert graph(tmp_path, text, "c.yaml").edges == {("cart", "resource:cart"): 1}


def test_matrix_and_rows(tmp_path: Path) -> None:
    text = ',web,"db, main",cache\nweb,0.0,1.0,0\n"db, main",0,1,\ncache,,12,0.4\n'
    found = graph(tmp_path, text, "graph.csv")
    assert found.nodes == ("web", "db, main", "cache")
    assert found.edges == {("web", "db, main"): 1, ("cache", "db, main"): 12}
    assert graph(tmp_path, text, "graph.txt", ", format: petshop").edges == found.edges
    rows = "Source,Target,Calls\nweb,db,3\nweb,db,4\nweb,web,9\nidle,,\nweb,old,0\nweb,cache,\n"
    found = graph(tmp_path, rows, "calls.csv")
    assert found.edges == {("web", "db"): 7, ("web", "cache"): 1}
    assert found.nodes == ("web", "db", "idle", "old", "cache")


@pytest.mark.skipif(not PETSHOP.is_dir(), reason="the PetShop data are not here")
@pytest.mark.parametrize("traffic", ["high_traffic", "low_traffic", "temporal_traffic1", "temporal_traffic2"])
def test_petshop(traffic: str, tmp_path: Path) -> None:
    """Against the csv module."""
    text = (PETSHOP / traffic / "graph.csv").read_text()
    head, *body = csv.reader(text.splitlines())
    expected = {(row[0], to) for row in body for to, cell in zip(head[1:], row[1:], strict=True) if float(cell) and to != row[0]}
    found = graph(tmp_path, text, "graph.csv")
    assert set(found.edges) == expected
    assert set(found.nodes) == set(head[1:])
    assert ("PetSite", "payforadoption_AWS::ECS::Container") in found.edges


def test_several_files_are_one_graph(tmp_path: Path) -> None:
    """A collector starts a new file now and then: the parent of a span may be in the one before."""
    one, two = ({"resourceSpans": [r]} for r in SHOP["resourceSpans"])
    (tmp_path / "two.json").write_text(json.dumps(two))
    made = case(tmp_path, one, "one.json").dependencies
    assert set(made["calls"].edges) == {("frontend", "cart"), ("frontend", "payments")}
    (tmp_path / "case.yaml").write_text(HEAD + "    calls: {file: [one.json, two.json]}\n")
    both = read_case(tmp_path)
    assert both.dependencies["calls"].edges == EDGES
    assert set(both.inputs) == {"case.yaml", "one.json", "two.json"}
    (tmp_path / "two.json").write_text("{")
    (tmp_path / "case.yaml").write_text(HEAD + "    calls: {file: [one.json, two.json, none.json]}\n")
    with pytest.raises(InputError) as e:
        read_case(tmp_path)
    assert [f.code for f in e.value.findings] == ["FB051"]  # then nothing is read
    (tmp_path / "case.yaml").write_text(HEAD + "    calls: {file: [one.json, two.json]}\n")
    with pytest.raises(InputError) as e:
        read_case(tmp_path)
    assert [(f.code, Path(f.span.file).name) for f in e.value.findings if f.span] == [("FB052", "two.json")]


def test_the_schema_knows_what_is_read() -> None:
    text = (
        "    a: {file: [x.json, y.json], components: {pg: database}}\n    b: {file: c.csv, format: csv}\n"
        "  history: {file: [x.json, y.json], only: {label: [a, b], urgency: high}, components: {pg: database}, format: github}\n"
    )
    CaseFile.model_validate(plain(load_yaml(HEAD + text, "f")[0]))
    parse_case(HEAD + text)


def test_names_of_the_case(tmp_path: Path) -> None:
    """Two names that become one are one, with all of their calls."""
    text = "from,to,calls\nweb,pg-1,3\nweb,pg-2,4\npg-1,pg-2,1\n"
    made = case(tmp_path, text, "e.csv", ", components: {pg-1: database, pg-2: database, pg-3: database}")
    found = made.dependencies["calls"]
    assert (found.nodes, found.edges) == (("web", "database"), {("web", "database"): 7})
    assert [f.code for f in made.findings] == ["FB168"]
    assert "`pg-3`" in made.findings[0].message
    assert set(made.inputs) == {"case.yaml", "e.csv"}
    assert made.inputs["e.csv"]


def test_edges_of_a_case_from_everything_that_says_some(tmp_path: Path) -> None:
    rest = "system:\n  components: [web, api, db]\n  depends_on: {web: [api], api: db, db: db}\n"
    made = case(tmp_path, "from,to\nweb,api\ndb,disk\n", "e.csv", rest=rest)
    said = edges(made)
    assert said == {("web", "api"): ("system", "calls"), ("api", "db"): ("system",), ("db", "disk"): ("calls",)}
    on = depends_on(said)
    assert on == {"web": ("api",), "api": ("db",), "db": ("disk",)}
    assert ancestors(on, "web") == ["api", "db", "disk"]
    assert ancestors({"a": ["b"], "b": ["a", "c"]}, "a") == ["b", "a", "c"]
    assert ancestors(on, "nobody") == []


@pytest.mark.parametrize(
    ("data", "file", "more", "expected"),
    [
        ("", "g.json", "", [("FB052", 1, 1)]),
        ("", "g.yaml", "", [("FB052", 1, 1)]),
        ("hello\n", "g.txt", "", [("FB167", 1, 1)]),
        ('{"a": 1}', "g.json", "", [("FB167", 1, 1)]),
        ('{"resourceSpans": []}', "g.json", "", [("FB167", 1, 1)]),
        ('{"resourceSpans": [', "g.json", "", [("FB052", 1, 20)]),
        ('{"resourceSpans": 3}', "g.json", "", [("FB052", 1, 19)]),
        ('{"resourceSpans": []}\n{"data": [], "errors": null}', "g.json", "", [("FB167", 2, 1)]),
        ('{"data": [{"parent": "a"}, {"child": "b"}, {"parent": "a", "child": "b", "callCount": "x"}]}', "g.json", "",
         [("FB167", 1, 11), ("FB167", 1, 28), ("FB167", 1, 87)]),
        ("kind: Component\nmetadata: {}\n---\nmetadata: {name: x}\nspec: {}\n", "g.yaml", "", [("FB167", 2, 11), ("FB167", 4, 1)]),
        ("kind: Component\nmetadata: [x\n", "g.yaml", "", [("FB052", 3, 1)]),
        ("[" * 2_000, "g.yaml", ", format: backstage", [("FB052", 1, 1)]),
        ("just words\n", "g.yaml", "", [("FB167", 1, 1)]),
        (",a,b\na,0,1\n", "g.csv", "", [("FB167", 1, 4)]),
        (",a,b\na,0,x\nc,0,0\nb,-1,0\n", "g.csv", "", [("FB167", 2, 5), ("FB167", 3, 1), ("FB167", 4, 3)]),
        (",a,a\na,0,1\n", "g.csv", "", [("FB167", 1, 4)]),
        ("x,y\na,b\n", "g.csv", "", [("FB167", 1, 1)]),
        ("from,to\n,b\n", "g.csv", "", [("FB167", 2, 1)]),
        ("from,to\na,b\n", "g.csv", ", format: petshop", [("FB052", 1, 1)]),
        (json.dumps(SHOP), "g.json", ", format: jaeger", [("FB167", 1, 1)]),
        (json.dumps(SHOP), "g.json", ", format: zipkin", [("FB015", 10, 35)]),
    ],
)  # fmt: skip  # a file a row
def test_wrong_files(data: str, file: str, more: str, expected: list[tuple[str, int, int]], tmp_path: Path) -> None:
    assert faults(tmp_path, data, file, more) == expected


def test_faults_of_spans_at_their_places(tmp_path: Path) -> None:
    text = '{"data": [{"traceID": "t", "processes": {"p": {}},\n "spans": [{"spanID": "1"},\n {"traceID": "t", "spanID": "1", "processID": "p"}, 4]}]}'
    line = text.split("\n")[2]
    assert faults(tmp_path, text) == [("FB167", 2, 12), ("FB167", 3, line.index('"p"') + 1), ("FB052", 3, line.index("4") + 1)]


def test_what_is_not_there_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(HEAD + "    calls: {file: none.json}\n    more: {format: otlp}\n")
    with pytest.raises(InputError) as e:
        read_case(tmp_path)
    assert sorted(f.code for f in e.value.findings) == ["FB017", "FB051"]


_SPANS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(-1, 6), st.integers(0, 2), st.sampled_from(["", "far", "s0"])),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(_SPANS)
def test_calls_are_those_of_a_slow_look_at_every_pair(spans: list[tuple[int, int, int, int, str]]) -> None:
    calls = Calls()
    services = [calls.service(f"s{k}") for k in range(3)]
    kept: dict[tuple[int, int], tuple[int, int, str]] = {}
    for of, known, parent, service, far in spans:
        calls.add(str(of), str(known), Span(str(of), str(parent) if parent >= 0 else "", services[service], far))
        kept.setdefault((of, known), (parent, service, far))
    expected: Counter[tuple[str, str]] = Counter()
    for (of, known), (_, service, far) in kept.items():
        children = [s for (of2, _), (p, s, _) in kept.items() if of2 == of and p == known and s != service]
        expected.update((f"s{service}", f"s{s}") for s in children)
        if not children and far and far != f"s{service}":
            expected[f"s{service}", far] += 1
    assert calls.finish().edges == expected
