"""A result of `fuelbed analyze --format json` -> `Report`, or an `InputError` that names the place at fault.

The file may come from anywhere: it is bounded, and every value is checked for its kind before it is used. What a later version writes beside
what is known here is passed over; another format version is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Estimates, Named, Picture, Quote, Sentence, Table, Tone
from fuelbed.core.errors import InputError
from fuelbed.core.estimates import Estimate, EstimateKind, How
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding, Severity, Span
from fuelbed.core.reporting import Report, Section
from fuelbed.core.scanner import visible
from fuelbed.readers.files import FileFault, read_bounded
from fuelbed.readers.json_text import JsonText
from fuelbed.readers.sheets import SheetFault

__all__ = ["MAX_REPORT", "read_report"]

MAX_REPORT = 50_000_000
_FORMAT = 1
_CURE = "Write it again: `fuelbed analyze CASE --format json -o FILE`."
_INFINITE = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}
T = TypeVar("T")
_At = tuple[str | int, ...]


class _Wrong(Exception):
    def __init__(self, at: _At, wanted: str) -> None:
        self.at, self.wanted = at, wanted


def read_report(path: Path) -> Report:
    """Raises `InputError` with the one fault that stops the reading."""
    shown = visible(str(path))
    try:
        data = read_bounded(path.resolve(), str(path), MAX_REPORT)
        if len(data) > MAX_REPORT:
            raise FileFault(f"the result is longer than {MAX_REPORT // 1_000_000} MB.", _CURE)
        text = JsonText.of(data, shown)
    except SheetFault as e:  # first: it is a fault of a file, too
        raise _error(visible(e.message), _CURE, Span(shown, e.line, e.column)) from None
    except (OSError, RuntimeError):  # a loop of links
        raise _error("the file cannot be followed.", _CURE, Span(shown, 1, 1)) from None
    except FileFault as e:
        raise _error(visible(e.message), e.cure, Span(shown, 1, 1)) from None
    try:
        return _report(text.value)
    except _Wrong as e:
        where = "".join(f"/{x}" for x in e.at) or "the file"
        span = text.places([e.at]).get(e.at) or Span(shown, 1, 1)
        raise _error(f"{visible(where)}: {e.wanted}.", _CURE, span) from None


def _error(message: str, cure: str, span: Span) -> InputError:
    return InputError([Finding("FB184", Severity.ERROR, message, cure, span)])


def _report(v: Any) -> Report:
    top = _object(v, ())
    if top.get("fuelbed-report") != _FORMAT or isinstance(top.get("fuelbed-report"), bool):
        raise _Wrong((), f'no result of `fuelbed analyze` (it has no `"fuelbed-report": {_FORMAT}`)')
    return Report(
        _text(top, "title", ()),
        _text(top, "failure", ()),
        _items(top, "verdict", (), _plain_text),
        _items(top, "sections", (), _section),
        _items(top, "findings", (), _finding),
        {visible(k): str(x) for k, x in _object(top.get("provenance", {}), ("provenance",)).items()},
        _items(top, "summary", (), _plain_text),
        _text(top, "notice", ()),
    )


def _section(v: Any, at: _At) -> Section:
    s = _object(v, at)
    answer: Answer | NotFound
    if s.get("status") == "not found":
        answer = _missing(s.get("missing"), (*at, "missing"))
    else:
        a, here = _object(s.get("answer"), (*at, "answer")), (*at, "answer")
        answer = Answer(
            _text(a, "claim", here),
            tuple(b for b in _items(a, "blocks", here, _block) if b),
            _items(a, "findings", here, _finding),
        )
    return Section(_text(s, "engine", at), _text(s, "section", at), _text(s, "question", at), answer)


def _block(v: Any, at: _At) -> Block | None:
    b = _object(v, at)
    make = _BLOCKS.get(_text(b, "type", at))
    return make(b, at) if make else None


def _table(b: Mapping[str, Any], at: _At) -> Table:
    columns = _items(b, "columns", at, _column)
    rows = _items(b, "rows", at, lambda row, here: tuple(_cell(c, (*here, i)) for i, c in enumerate(_list(row, here))))
    for i, row in enumerate(rows):
        if len(row) != len(columns):
            raise _Wrong((*at, "rows", i), f"a row of {len(row)} cells under {len(columns)} columns")
    return Table(
        _text(b, "id", at),
        _text(b, "title", at),
        columns,
        rows,
        _text(b, "note", at),
        _text(b, "empty", at),
        bool(b.get("detail")),
    )


def _column(v: Any, at: _At) -> Column:
    c = _object(v, at)
    kind = _word(c, "kind", at, ("text", "code", "estimate", "verdict", "list"))
    return Column(_text(c, "id", at), _text(c, "label", at), kind, bool(c.get("brief", True)))  # type: ignore[arg-type]  # one of the words


def _cell(v: Any, at: _At) -> Cell:
    c = _object(v, at)
    e = c.get("estimate")
    estimate = None if e is None else _estimate(e, (*at, "estimate"))
    return Cell(_text(c, "text", at), estimate, _items(c, "items", at, _plain_text), _tone(c, at))


def _estimate(v: Any, at: _At) -> Estimate:
    e = _object(v, at)
    value = None if e.get("value") is None else _number(e.get("value"), (*at, "value"))
    low, high = (_number(e.get(k), (*at, k)) for k in ("low", "high"))
    kind, how = _word(e, "kind", at, get_args(EstimateKind)), _word(e, "how", at, get_args(How))
    return Estimate(value, low, high, kind, _text(e, "unit", at), how, _text(e, "method", at))  # type: ignore[arg-type]  # words of closed sets


def _named(v: Any, at: _At) -> Named:
    i = _object(v, at)
    return Named(_text(i, "id", at), _text(i, "label", at), _estimate(i.get("estimate"), (*at, "estimate")))


def _finding(v: Any, at: _At) -> Finding:
    f = _object(v, at)
    severity = Severity(_word(f, "severity", at, [s.value for s in Severity]))
    return Finding(_text(f, "code", at), severity, _text(f, "message", at), _text(f, "cure", at), _place(f, at))


def _span(v: Any, at: _At) -> Span:
    s = _object(v, at)
    places = (int(_number(s.get(k, 0), (*at, k))) for k in ("line", "column", "end_line", "end_column"))
    return Span(_text(s, "file", at), *places)


def _missing(v: Any, at: _At) -> NotFound:
    m = _object(v, at)
    return NotFound(_text(m, "question", at), _text(m, "unlocks", at), _text(m, "reason", at))


def _tone(v: Mapping[str, Any], at: _At) -> Tone:
    return _word(v, "tone", at, get_args(Tone))  # type: ignore[return-value]  # one of the words


def _place(v: Mapping[str, Any], at: _At) -> Span | None:
    return None if v.get("span") is None else _span(v["span"], (*at, "span"))


def _sentence(b: Mapping[str, Any], at: _At) -> Block:
    return Sentence(_text(b, "text", at), _tone(b, at), bool(b.get("detail")))


def _picture(b: Mapping[str, Any], at: _At) -> Block:
    data = _object(b.get("data"), (*at, "data"))
    return Picture(_text(b, "kind", at), _text(b, "title", at), data, _text(b, "alt", at), bool(b.get("detail")))


_BLOCKS: dict[str, Callable[[Mapping[str, Any], _At], Block]] = {
    "sentence": _sentence,
    "estimates": lambda b, at: Estimates(_text(b, "title", at), _items(b, "items", at, _named), bool(b.get("detail"))),
    "table": _table,
    "picture": _picture,
    "quote": lambda b, at: Quote(_text(b, "text", at), _place(b, at), bool(b.get("detail"))),
    "ask": lambda b, at: Ask(_missing(b.get("missing"), (*at, "missing")), bool(b.get("detail"))),
}


# ---- values of one kind ------------------------------------------------------------------------------------------------------


def _object(v: Any, at: _At) -> Mapping[str, Any]:
    if not isinstance(v, dict):
        raise _Wrong(at, "an object is wanted here")
    return v


def _list(v: Any, at: _At) -> list[Any]:
    if not isinstance(v, list):
        raise _Wrong(at, "a list is wanted here")
    return v


def _items(of: Mapping[str, Any], key: str, at: _At, read: Callable[[Any, _At], T]) -> tuple[T, ...]:
    here = (*at, key)
    return tuple(read(x, (*here, i)) for i, x in enumerate(_list(of.get(key, []), here)))


def _plain_text(v: Any, at: _At) -> str:
    if not isinstance(v, str):
        raise _Wrong(at, "a text is wanted here")
    return v


def _text(of: Mapping[str, Any], key: str, at: _At) -> str:
    return _plain_text(of.get(key, ""), (*at, key))


def _word(of: Mapping[str, Any], key: str, at: _At, words: Any) -> str:
    v = of.get(key, words[0])
    if v not in words or not isinstance(v, str):
        raise _Wrong((*at, key), f"one of {', '.join(words)} is wanted here")
    return v


def _number(v: Any, at: _At) -> float:
    if isinstance(v, str) and v in _INFINITE:
        return _INFINITE[v]
    if isinstance(v, bool) or not isinstance(v, int | float):
        raise _Wrong(at, "a number is wanted here")
    return float(v)
