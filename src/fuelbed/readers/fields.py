"""Reading typed fields out of positioned YAML nodes, collecting every fault instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.grammar import RESERVED
from fuelbed.core.numbers import Raw, parse_quantity
from fuelbed.core.quantities import Dimension, Quantity
from fuelbed.core.scanner import TextFault, did_you_mean, is_identifier, visible
from fuelbed.readers.yaml import Broken, Entry, Map, Node, Scalar, Seq

__all__ = ["BASES", "MAX_FAULTS", "Faults", "Fields", "Reading", "TooMany", "cut_by_a_comma", "named_entries"]

BASES = ("measured", "published", "judged", "assumed")
_NO_NUMBER = "FB041"  # what could be `yes` or `no` as well, where that is asked for
_YES_NO = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


MAX_FAULTS = 1_000


class TooMany(Exception):
    """Enough faults to work on; the rest would only cost time."""


class Faults(list[Finding]):
    """The faults so far; the one past the limit stops the reading."""

    def append(self, finding: Finding) -> None:
        super().append(finding)
        if len(self) >= MAX_FAULTS:
            raise TooMany


def cut_by_a_comma(key: str) -> str:
    """The cure where an unknown key is no name but words: inside `{...}`, the rest of a text that holds a comma."""
    return "Put the text before it in quotes: it holds a comma." if " " in key.strip() else ""


@dataclass(slots=True)
class Reading:
    """The faults so far and the names that numbers may stand for."""

    file: str
    findings: Faults = field(default_factory=Faults)
    numbers: dict[str, Raw | None] = field(default_factory=dict)
    number_meta: dict[str, Quantity] = field(default_factory=dict)
    cited: list[Scalar] = field(default_factory=list)  # every `source`, to be looked up when all sources are known

    def error(self, code: str, span: Span | None, message: str, cure: str) -> None:
        self.warn(code, span, message, cure, Severity.ERROR)

    def warn(self, code: str, span: Span | None, message: str, cure: str, severity: Severity = Severity.WARNING) -> None:
        self.findings.append(Finding(code, severity, visible(message), visible(cure), span))

    def mapping(self, node: Node, what: str, form: str) -> Map | None:
        if isinstance(node, Map):
            return node
        self.wrong(node, f"{what} is a mapping.", form)
        return None

    def wrong(self, node: Node, message: str, cure: str, code: str = "FB013") -> None:
        """A value of the wrong shape; silent where the fault is already reported."""
        if not isinstance(node, Broken):
            self.error(code, node.span, message, cure)

    def check_keys(self, node: Map, allowed: Iterable[str], what: str, code: str = "FB014") -> None:
        known = list(allowed)
        for key, entry in node.entries.items():
            if key not in known:
                cure = did_you_mean(key, known) or cut_by_a_comma(key) or f"It may have: {', '.join(known)}."
                self.error(code, entry.key.span, f"{what} has no `{key[:60]}`.", cure)

    def text(self, node: Node, what: str) -> str:
        """A text; numbers and booleans are taken as they are written, because `layer: 7` is a fine layer."""
        if isinstance(node, Scalar) and node.value is not None:
            return node.text
        self.wrong(node, f"`{what}` is a text.", f"Write `{what}: some words`.")
        return ""

    def source(self, node: Node) -> str:
        """An address, a quote, or the id of an entry of `sources`."""
        if isinstance(node, Scalar):
            self.cited.append(node)
        return self.text(node, "source")

    def identifier(self, key: Scalar, what: str) -> bool:
        name = key.text
        if name in RESERVED:
            self.error("FB016", key.span, f"`{name}` is a word of the expression language.", f"Give the {what} another name.")
            return False
        if not is_identifier(name):
            good = "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in name.lower()).split())
            cure = (
                f"Write `{good[:60]}`."
                if is_identifier(good)
                else "Write lower-case letters, digits and single `_`, a letter first."
            )
            self.error("FB016", key.span, f"`{name[:60]}` is not a snake_case name.", cure)
            return False
        return True

    def names(self, node: Node, what: str, form: str) -> list[Scalar]:
        if not isinstance(node, Seq):
            self.wrong(node, f"`{what}` is a list of names.", form)
            return []
        out = []
        for item in node.items:
            if isinstance(item, Scalar) and item.value is not None:
                out.append(item)
            else:
                self.wrong(item, f"`{what}` is a list of names.", form)
        return out

    def choice(self, node: Node, what: str, allowed: Iterable[str]) -> str:
        """One of a few words; "" after a fault."""
        known = list(allowed)
        if isinstance(node, Scalar):
            word = node.text.lower() if node.value in (True, False) else node.text
            if word in known:
                return word
            cure = did_you_mean(word, known) or f"Write one of: {', '.join(known)}."
            self.error("FB015", node.span, f"`{word[:60]}` is not a value of `{what}`.", cure)
        else:
            self.wrong(node, f"`{what}` is one word.", f"Write one of: {', '.join(known)}.")
        return ""

    def yes_no(self, node: Node, what: str) -> bool:
        return _YES_NO.get(self.choice(node, what, ("yes", "no", "true", "false")), 0.0) == 1.0

    def belief(self, node: Node, what: str) -> Quantity | None:
        """`yes`, `no` or a probability."""
        if isinstance(node, Scalar) and node.text.lower() in _YES_NO:
            return Quantity.point(_YES_NO[node.text.lower()], text=node.text, span=node.span)
        return self.quantity(node, what, "probability", "Write `yes`, `no` or a probability. ")

    def quantity(self, node: Node, what: str, dimension: Dimension, hint: str = "") -> Quantity | None:
        """A number, or its mapping form {value, source, basis}; None after a fault."""
        if isinstance(node, Map):
            return self._quantity_mapping(node, what, dimension, hint)
        if not isinstance(node, Scalar) or node.value is None:
            self.wrong(node, f"`{what}` is a number.", f"{hint}Write a {dimension}, or leave it out if it is unknown.")
            return None
        if isinstance(node.value, bool):
            self.error("FB040", node.span, f"`{node.text}` is not a number.", f"Write a {dimension}.")
            return None
        try:
            return self.meta(parse_quantity(node.text, dimension, self.numbers, node.span))
        except TextFault as fault:
            found = fault.finding(node.place)
            self.findings.append(replace(found, cure=hint + found.cure) if found.code == _NO_NUMBER else found)
            return None

    def meta(self, q: Quantity) -> Quantity:
        """Basis and source of the entry of `numbers` that the quantity stands for."""
        entry = self.number_meta.get(q.name)
        return replace(q, basis=entry.basis, source=entry.source) if q.name and entry else q

    def _quantity_mapping(self, node: Map, what: str, dimension: Dimension, hint: str) -> Quantity | None:
        self.check_keys(node, ("value", "source", "basis"), f"the number `{what}`")
        q = None
        if "value" in node.entries:
            q = self.quantity(node.entries["value"].value, what, dimension, hint)
        else:
            cure = "Write `{value: 0.05, source: ..., basis: judged}`."
            self.error("FB017", node.span, f"the number `{what}` has no `value`.", cure)
        return self.with_basis(node, q)

    def with_basis(self, node: Map, q: Quantity | None) -> Quantity | None:
        source, basis = node.entries.get("source"), node.entries.get("basis")
        said = self.source(source.value) if source else ""
        word = self.choice(basis.value, "basis", BASES) if basis else ""
        if q is None:
            return None
        return replace(q, source=said or q.source, basis=word or q.basis)  # type: ignore[arg-type]  # `choice` gave one of BASES


class Fields:
    """The fields of one mapping: each `get` reads one key if it is there."""

    def __init__(self, reading: Reading, node: Map) -> None:
        self.r = reading
        self.node = node

    def __contains__(self, key: str) -> bool:
        return key in self.node.entries

    def node_of(self, key: str) -> Node | None:
        entry: Entry | None = self.node.entries.get(key)
        return entry.value if entry else None

    @property
    def first(self) -> Span:
        """Where something is missing from the mapping: its first key."""
        return next(iter(self.node.entries.values())).key.span if self.node.entries else self.node.span

    def span_of(self, key: str) -> Span | None:
        node = self.node_of(key)
        return node.span if node is not None else None

    def section(self, key: str) -> Map | None:
        node = self.node_of(key)
        return self.r.mapping(node, f"`{key}`", f"Write `{key}:` and its entries below, indented.") if node is not None else None

    def text(self, key: str) -> str:
        node = self.node_of(key)
        return self.r.text(node, key) if node is not None else ""

    def source(self) -> str:
        """The field `source`, noted as cited; "" where there is none."""
        node = self.node_of("source")
        return self.r.source(node) if node is not None else ""

    def choice(self, key: str, allowed: Iterable[str], default: str) -> str:
        node = self.node_of(key)
        return (self.r.choice(node, key, allowed) if node is not None else "") or default

    def yes_no(self, key: str) -> bool:
        node = self.node_of(key)
        return self.r.yes_no(node, key) if node is not None else False

    def quantity(self, key: str, dimension: Dimension) -> Quantity | None:
        node = self.node_of(key)
        return self.r.quantity(node, key, dimension) if node is not None else None

    def belief(self, key: str) -> Quantity | None:
        node = self.node_of(key)
        return self.r.belief(node, key) if node is not None else None

    def names(self, key: str) -> list[Scalar]:
        node = self.node_of(key)
        return self.r.names(node, key, f"Write `{key}: [first, second]`.") if node is not None else []


def named_entries(r: Reading, node: Map | None, what: str, form: str) -> Iterator[tuple[str, Span, str, Fields]]:
    """The entries of a section that are mappings: name, place, title (`the zone `x``) and fields. form: `{what: ...}` of one entry."""
    for name, entry in node.entries.items() if node else ():
        r.identifier(entry.key, what)
        title = f"the {what} `{name[:60]}`"
        body = r.mapping(entry.value, title, f"Write `{name[:60]}: {form}`.")
        if body is not None:
            yield name, entry.key.span, title, Fields(r, body)
