"""OpenMetrics text with timestamps: what `promtool tsdb dump-openmetrics` writes, or scrapes one after the other.

Format: OpenMetrics 1.0, https://prometheus.io/docs/specs/om/open_metrics_spec/ (text format): `# TYPE`, `# UNIT`, `# HELP`, samples
`name{labels} value timestamp # exemplar`, `# EOF` at the end. Times are seconds since 1970.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from fuelbed.core.findings import Span
from fuelbed.readers.entries import FileFaults
from fuelbed.readers.series import MAX_SERIES, Kind, Series, SeriesFile, mean_of, sample, too_many_series
from fuelbed.readers.sheets import SheetFault

__all__ = ["read_openmetrics"]

_TYPES: dict[str, tuple[str, ...]] = {
    "counter": ("_total", "_created"), "gauge": ("",), "unknown": ("",), "info": ("_info",), "stateset": ("",),
    "histogram": ("_bucket", "_count", "_sum", "_created"), "gaugehistogram": ("_bucket", "_gcount", "_gsum"),
    "summary": ("", "_count", "_sum", "_created"),
}  # fmt: skip  # one table
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*+"
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*+)="((?:[^"\\]|\\.)*+)"')
_ID = re.compile(rf'({_NAME})(?:\{{((?:[^"}}]|"(?:[^"\\]|\\.)*+")*+)\}})?(?= )')
_META = re.compile(rf"# (TYPE|UNIT|HELP) ({_NAME})(?: (.*))?\Z")
_ESCAPE = re.compile(r"\\(.)")
_FAR = 1e11
_TIME_CURE = "Times are seconds since 1970, such as 1769853600.5."


@dataclass(slots=True)
class _Family:
    name: str
    kind: str = "unknown"
    unit: str = ""


@dataclass(slots=True)
class _Reader:
    faults: FileFaults
    families: dict[str, _Family] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    lines: dict[str, array[int]] = field(default_factory=dict)  # of each series, the line of every sample
    ended: int = 0
    last: int = 0
    width: int = 0  # of the last line
    untimed: int = 0

    def fault(self, code: str, line: int, column: int, message: str, cure: str) -> None:
        self.faults.add(code, Span(self.faults.shown, line, column), message, cure)

    def read(self, number: int, line: str) -> None:
        self.last, self.width = number, len(line)
        if self.ended:
            if line.strip() and self.ended < number:
                self.fault("FB052", number, 1, "something follows `# EOF`.", "Remove it, or make a file of its own of it.")
                self.ended = 10**9  # once is enough
        elif line == "# EOF":
            self.ended = number
        elif line.startswith("#"):
            self._meta(number, line)
        elif line.strip():
            self._sample(number, line)

    def _meta(self, number: int, line: str) -> None:
        m = _META.match(line)
        if m is None:
            self.fault("FB052", number, 1, "this is no `# TYPE`, `# UNIT`, `# HELP` or `# EOF`.", "Remove the line.")
            return
        word, name, text = m[1], m[2], m[3] or ""
        if len(self.families) >= MAX_SERIES:
            raise too_many_series(number)
        family = self.families.setdefault(name, _Family(name))
        if word == "TYPE":
            if text not in _TYPES:
                self.fault(
                    "FB052",
                    number,
                    m.start(3) + 1 if m[3] else len(line) + 1,
                    f"`{text[:40]}` is no type.",
                    f"Types are: {', '.join(_TYPES)}.",
                )
            else:
                family.kind = text
        elif word == "UNIT" and text:
            if not name.endswith("_" + text):
                cure = f"Call it `{name[:60]}_{text[:20]}`, or remove the unit."
                self.fault("FB055", number, m.start(3) + 1, f"`{name[:60]}` does not end with its unit `{text[:20]}`.", cure)
            family.unit = text

    def _sample(self, number: int, line: str) -> None:
        m = _ID.match(line)
        if m is None:
            bad = next((i for i, c in enumerate(line) if not (c.isascii() and (c.isalnum() or c in "_:"))), len(line))
            self.fault("FB052", number, bad + 1, "this is no sample.", 'Write `name{label="value"} 1.5 1769853600`.')
            return
        series = self.series.get(m.group()) or self._begin(number, m)
        if series is None:
            return
        rest = line[m.end() + 1 :]
        said = rest.partition(" # ")[0].split(" ")
        value = sample(said[0])
        column = m.end() + 2
        if value is None:
            self.fault("FB054", number, column, f"`{said[0][:40]}` is not a number.", "Write a number, NaN, +Inf or -Inf.")
        if len(said) == 1:
            self.untimed += 1
            return
        at = sample(said[1])
        column += len(said[0]) + 1
        if len(said) > 2 or at is None or not abs(at) < _FAR:
            self.fault("FB055", number, column, f"`{' '.join(said[1:])[:40]}` is not a time.", _TIME_CURE)
        elif series.times and at <= series.times[-1]:
            cure = "Keep one sample of a series for each time, in order."
            self.fault("FB055", number, column, f"the time `{said[1][:40]}` does not come after the one before.", cure)
        elif value is not None:
            series.times.append(at)
            series.values.append(value)
            self.lines[m.group()].append(number)

    def _begin(self, number: int, m: re.Match[str]) -> Series | None:
        labels: dict[str, str] = {}
        inside, at = m[2] or "", 0
        while at < len(inside):
            label = _LABEL.match(inside, at)
            column = m.start(2) + at + 1
            if label is None:
                self.fault("FB052", number, column, "this is no label.", 'Write `label="value"`, with `\\"` for a quote inside.')
                return None
            if label[1] in labels:
                self.fault("FB052", number, column, f"the label `{label[1][:60]}` stands there twice.", "Remove one of the two.")
                return None
            labels[label[1]] = _ESCAPE.sub(lambda e: {"n": "\n"}.get(e[1], e[1]), label[2])
            at = label.end()
            if inside[at : at + 1] == ",":
                at += 2 if inside[at + 1 : at + 2] == " " else 1  # some write a blank there
            elif at < len(inside):
                self.fault("FB052", number, m.start(2) + at + 1, "a comma is missing between two labels.", "Write one.")
                return None
        if len(self.series) >= MAX_SERIES:
            raise too_many_series(number)
        lines = array("q")
        kind, unit, family = self._kind(m[1])
        series = Series(m[1], labels, kind=kind, unit=unit, family=family)
        series.locate = lambda i: Span(self.faults.shown, lines[i], m.end() + 2)
        self.series[m.group()], self.lines[m.group()] = series, lines
        return series

    def _kind(self, name: str) -> tuple[Kind, str, str]:
        """(kind, unit, family) of the samples of a name."""
        for suffix in ("_total", "_created", "_bucket", "_count", "_sum", "_gcount", "_gsum", "_info", ""):
            family = self.families.get(name.removesuffix(suffix)) if name.endswith(suffix) else None
            if family is not None and suffix in _TYPES[family.kind]:
                counts = family.kind in ("counter", "histogram", "summary") and suffix in ("_total", "_count", "_sum", "_bucket")
                unit = family.unit if suffix not in ("_count", "_bucket", "_created", "_info") else ""
                kind: Kind = "counter" if counts else "gauge" if family.kind != "unknown" else "unknown"
                return kind, unit, family.name if suffix == "_total" else ""
        return ("counter" if name.endswith("_total") else "unknown"), "", ""

    def finish(self) -> SeriesFile:
        if not self.ended:
            cure = "The file is cut off: export it again. (Prometheus' older text format is not read.)"
            self.fault("FB052", self.last, self.width + 1, "the file does not end with `# EOF`.", cure)
        elif self.untimed and not any(s.times for s in self.series.values()):
            cure = "Export with times: `promtool tsdb dump-openmetrics`, or `/api/v1/query_range` as JSON."
            self.fault("FB055", self.last, 1, "no sample has a time.", cure)
        out = SeriesFile([s for s in self.series.values() if s.times and not self._tells_creation(s.name)])
        out.series += self._means()
        if self.untimed:
            out.notes.append(f"{self.untimed} samples have no time, and are left out.")
        return out

    def _tells_creation(self, name: str) -> bool:
        family = self.families.get(name.removesuffix("_created"))
        return name.endswith("_created") and family is not None and "_created" in _TYPES[family.kind]

    def _means(self) -> Iterator[Series]:
        """Of histograms and summaries: the mean of what was observed between two samples.

        Dumps write no types: there a sum and a count of one name are taken to be of one summary.
        """
        by = {(s.name, frozenset(s.labels.items())): s for s in self.series.values() if s.times}
        for (name, labels), count in by.items():
            family = name.removesuffix("_count")
            total = by.get((family + "_sum", labels))
            known = self.families.get(family)
            if name == family or total is None or (known is not None and known.kind not in ("histogram", "summary", "unknown")):
                continue
            count.kind = total.kind = "counter"
            yield mean_of(total, count, family)


def read_openmetrics(lines: Iterator[tuple[int, list[str]]], faults: FileFaults) -> SeriesFile:
    """lines: pieces of whole lines, each with the number of its first. Raises `TooManyHere` and `SheetFault`."""
    reader = _Reader(faults)
    for number, piece in lines:
        for i, line in enumerate(piece):
            reader.read(number + i, line)
    if not reader.last:
        raise SheetFault("the file is empty.", "Write samples, and `# EOF` at the end.")
    return reader.finish()
