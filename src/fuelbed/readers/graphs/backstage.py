"""Backstage: entities of a software catalogue, as YAML files (`catalog-info.yaml`) or as `/api/catalog/entities` gives them.

Format: https://backstage.io/docs/features/software-catalog/descriptor-format and .../well-known-relations. A Component or Resource depends on what
`dependsOn` names, on who provides the APIs that it consumes, and on its own subcomponents. Systems, domains and people are no parts that fail.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from fuelbed.core.shown import counted
from fuelbed.readers.history_rows import GraphRows
from fuelbed.readers.json_items import JsonItem

__all__ = ["Catalogue", "is_entity"]

_PARTS = ("component", "resource", "api")
_OTHERS = ("system", "domain", "group", "user", "location", "template")
_CURE = "Write `kind`, and `metadata: {name: ...}`."
_RELATIONS = {
    "dependsOn": "depends", "dependencyOf": "serves", "consumesApi": "consumes", "providesApi": "provides", "apiProvidedBy": "provided",
    "apiConsumedBy": "consumed",
}  # fmt: skip  # what the catalogue's own answer says
_Ref = tuple[str, str, str]
"""Kind, namespace, name, in lower case as Backstage compares them."""


def is_entity(value: Any) -> bool:
    return isinstance(value, dict) and "kind" in value and ("metadata" in value or "spec" in value)


@dataclass(slots=True)
class Catalogue:
    """Gathers entities; `finish` joins who consumes an API with who provides it."""

    called: dict[_Ref, str] = field(default_factory=dict)
    described: set[_Ref] = field(default_factory=set)
    depends: dict[tuple[_Ref, _Ref], None] = field(default_factory=dict)
    consumes: dict[tuple[_Ref, _Ref], None] = field(default_factory=dict)
    provides: dict[_Ref, dict[_Ref, None]] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)

    def read(self, item: JsonItem) -> None:
        kind, meta, spec = item.text("kind").lower(), item.inner("metadata"), item.inner("spec")
        name = meta.text("name") if meta is not None else ""
        if not kind or not name:
            missing = "kind" if not kind else "metadata"
            item.fault(missing, "FB167", f"an entity has a {'`kind`' if not kind else '`metadata.name`'}.", _CURE)
            return
        if kind not in _PARTS:
            self.left[f"of kind {kind.capitalize()}" if kind in _OTHERS else "of kinds that are not known here"] += 1
            return
        space = (meta.text("namespace") if meta is not None else "") or "default"
        me = self._ref(f"{kind}:{space}/{name}", "component", "default")
        self.described.add(me)
        if spec is not None:
            for key, default, relation in (
                ("dependsOn", "component", "depends"), ("dependencyOf", "component", "serves"), ("consumesApis", "api", "consumes"),
                ("providesApis", "api", "provides"),
            ):  # fmt: skip  # a field each
                for said in spec.names(key):
                    self._relate(me, relation, self._ref(said, default, space))
            if whole := spec.text("subcomponentOf"):
                self._relate(self._ref(whole, "component", space), "depends", me)
        for one in item.items("relations"):
            relation = _RELATIONS.get(one.text("type"), "")
            if relation and (target := one.text("targetRef")):
                self._relate(me, relation, self._ref(target, "component", space))

    def _ref(self, said: str, kind: str, space: str) -> _Ref:
        """`[kind:][namespace/]name`."""
        head, colon, rest = said.partition(":")
        kind, rest = (head, rest) if colon else (kind, said)
        head, slash, name = rest.partition("/")
        space, name = (head, name) if slash else (space, rest)
        ref = kind.strip().lower(), space.strip().lower(), name.strip().lower()
        self.called.setdefault(ref, name.strip() if ref[1] == "default" else f"{space.strip()}/{name.strip()}")
        return ref

    def _relate(self, me: _Ref, relation: str, other: _Ref) -> None:
        if relation in ("serves", "consumed", "provided"):
            me, other = other, me
            relation = {"serves": "depends", "consumed": "consumes", "provided": "provides"}[relation]
        if relation == "depends":
            self.depends[me, other] = None
        elif relation == "consumes":
            self.consumes[me, other] = None
        else:
            self.provides.setdefault(other, {})[me] = None

    def finish(self) -> GraphRows:
        edges = dict(self.depends)
        for who, api in self.consumes:
            for provider in self.provides.get(api, {api: None}):
                edges[who, provider] = None
        alone = {x for pair in edges for x in pair}
        refs = [r for r in self.called if (r in self.described and r[0] != "api") or r in alone]
        names = self._names(refs)
        notes = [f"{counted(n, 'entity', 'entities')} {words} left out: no part that fails." for words, n in self.left.items()]
        if strange := [r for r in refs if r not in self.described]:
            message = f"is named by others and not described, such as `{names[strange[0]][:60]}`."
            plural = f"are named by others and not described, such as `{names[strange[0]][:60]}`."
            notes.append(f"{counted(len(strange), 'part')} {message if len(strange) == 1 else plural}")
        return GraphRows(
            [names[r] for r in refs], {(names[a], names[b]): 1 for a, b in edges if a != b and names[a] != names[b]}, notes
        )

    def _names(self, refs: list[_Ref]) -> dict[_Ref, str]:
        """A component and a resource of one name are told apart by the kind of the second."""
        out: dict[_Ref, str] = {}
        taken: set[str] = set()
        for ref in sorted(refs, key=lambda r: _PARTS.index(r[0]) if r[0] in _PARTS else 9):
            name = self.called[ref]
            out[ref] = name if name not in taken else f"{ref[0]}:{name}"
            taken.add(name)
        return out
