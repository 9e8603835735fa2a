"""XML as elements with their places, by expat. A document type, and so every entity and every outside file, is refused, and depth
and size have limits: a fault tree may come from a stranger."""

from __future__ import annotations

from fuelbed.core.errors import InputError
from fuelbed.readers.faulttrees.faults import At, Faults

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from typing import Any

__all__ = ["MAX_BYTES", "Element", "parse"]

MAX_BYTES = 100_000_000
MAX_DEPTH = 200
MAX_ELEMENTS = 5_000_000


class Element:
    """`at` is its place; `text` what stands directly in it."""

    __slots__ = ("at", "attrs", "children", "tag", "text")

    def __init__(self, tag: str, attrs: dict[str, str], at: At, children: list[Element] | None = None, text: str = "") -> None:
        self.tag = tag
        self.attrs = attrs
        self.at = at
        self.children: list[Element] = [] if children is None else children
        self.text = text

    def get(self, name: str) -> str:
        return self.attrs.get(name, "")

    def first(self, *tags: str) -> Element | None:
        return next((c for c in self.children if c.tag in tags), None)


class _Refused(Exception):
    """What the file holds that is not read, and the cure."""


def parse(data: bytes, file: str, faults: Faults) -> Element:
    """The root element. Raises `InputError` for what is no XML, and for what is refused."""
    from xml.parsers import expat

    parser = expat.ParserCreate()
    if hasattr(parser, "SetReparseDeferralEnabled"):
        parser.SetReparseDeferralEnabled(False)
    builder = _Builder(parser, file)
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.EntityDeclHandler = builder.doctype
    parser.ExternalEntityRefHandler = builder.doctype
    try:
        if len(data) > MAX_BYTES:
            raise _Refused(f"the file is larger than {MAX_BYTES} bytes.", "Split it.")
        parser.Parse(data, True)
    except _Refused as e:
        faults.error("FB141", builder.place(), *e.args)
        raise InputError(faults.found) from None
    except (expat.ExpatError, ValueError, LookupError) as e:
        reason = expat.ErrorString(e.code) if isinstance(e, expat.ExpatError) else "unknown encoding"
        at = (e.lineno, e.offset + 1, file) if isinstance(e, expat.ExpatError) else (1, 1, file)
        faults.error("FB140", at, f"this is not well-formed XML: {reason}.", "Correct it there, or export the file anew.")
        raise InputError(faults.found) from None
    assert builder.root is not None
    return builder.root


class _Builder:
    def __init__(self, parser: Any, file: str) -> None:
        self.parser, self.file = parser, file
        self.open: list[Element] = []
        self.root: Element | None = None
        self.count = 0

    def place(self) -> At:
        return (max(self.parser.CurrentLineNumber, 1), self.parser.CurrentColumnNumber + 1, self.file)

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        element = Element(tag, attrs, (self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1, self.file))
        self.count += 1
        if len(self.open) >= MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise _Refused(
                f"elements are nested deeper than {MAX_DEPTH}." if len(self.open) >= MAX_DEPTH else f"there are more than {MAX_ELEMENTS} elements.",
                "Give inner formulas names of their own." if len(self.open) >= MAX_DEPTH else "Split the file.",
            )  # fmt: skip  # one case a line
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, tag: str) -> None:
        del tag
        self.open.pop()

    def characters(self, data: str) -> None:
        if self.open and not data.isspace():
            self.open[-1].text += data

    def doctype(self, *args: object) -> Any:
        del args
        raise _Refused("a document type or an entity is declared; none is read.", "Remove the `<!DOCTYPE ...>` part.")
