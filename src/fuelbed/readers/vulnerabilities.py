"""`evidence.kev` and `evidence.epss`: local copies of CISA's catalogue (JSON) and of FIRST's scores (CSV), for the CVEs that a case names.

Nothing is fetched. Of the catalogue every entry is looked at, of the scores (a line for each of some 300,000 CVEs) only the wanted lines.
Sources: the catalogue's schema at cisa.gov/known-exploited-vulnerabilities-catalog; first.org/epss/data_stats.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fuelbed.core.findings import Severity, Span
from fuelbed.core.vulnerabilities import ExploitPrediction, KnownExploited, Vulnerability, yearly_rate
from fuelbed.readers.entries import FileFaults, TooManyHere
from fuelbed.readers.fields import Fields, Reading
from fuelbed.readers.files import FileFault, read_bounded, resolve_inside
from fuelbed.readers.json_faults import JsonFaults
from fuelbed.readers.json_text import JsonText
from fuelbed.readers.sheets import SheetFault
from fuelbed.readers.yaml import Map, Node, Scalar

__all__ = ["LISTS", "read_vulnerabilities"]

LISTS = ("kev", "epss")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}\Z", re.ASCII)
_KEV_BYTES, _EPSS_BYTES = 50_000_000, 200_000_000
_KEV_CURE = "Download `known_exploited_vulnerabilities.json` again, and leave it as it is."
_EPSS_CURE = "Download `epss_scores-YYYY-MM-DD.csv` again, and unpack it if it ends in `.gz`."
_HEADER = ("cve", "epss")
_HEAD = 1_000  # characters of a line


@dataclass(slots=True)
class _Kev:
    entries: Mapping[str, KnownExploited]
    released: str


@dataclass(slots=True)
class _Epss:
    scores: Mapping[str, ExploitPrediction]
    date: str


def read_vulnerabilities(r: Reading, f: Fields, root: Path | None) -> dict[str, Vulnerability]:
    """By CVE, for each that a factor names in `cve`; empty where the case carries neither list. Call it after `evidence` was checked."""
    section = f.node_of("evidence")
    nodes = {k: e.value for k, e in section.entries.items() if k in LISTS} if isinstance(section, Map) else {}
    if not nodes or root is None:
        return {}
    wanted = _wanted(r, f)
    kev = _list(r, nodes.get("kev"), root, _KEV_BYTES, lambda faults, data: _kev(faults, data, set(wanted)))
    epss = _list(r, nodes.get("epss"), root, _EPSS_BYTES, lambda faults, data: _epss(faults, data, set(wanted)))
    out: dict[str, Vulnerability] = {}
    for cve, places in wanted.items():
        known = Vulnerability(cve)
        if kev is not None:
            known = replace(known, kev=kev.entries.get(cve), kev_read=True, kev_released=kev.released)
        if epss is not None:
            known = replace(known, epss=epss.scores.get(cve), epss_read=True)
        out[cve] = known
        for span in places:
            _tell(r, span, known, epss.date if epss else "")
    return out


def _wanted(r: Reading, f: Fields) -> dict[str, list[Span]]:
    """The CVEs of the factors and where they stand."""
    out: dict[str, list[Span]] = {}
    factors = f.node_of("factors")
    for entry in factors.entries.values() if isinstance(factors, Map) else ():
        cve = entry.value.entries.get("cve") if isinstance(entry.value, Map) else None
        if cve is None or not isinstance(cve.value, Scalar):
            continue
        text = cve.value.text.strip().upper()
        if _CVE.match(text):
            out.setdefault(text, []).append(cve.value.span)
        elif text:
            message = f"`{cve.value.text[:60]}` is no CVE id: it is looked up in no list."
            r.warn("FB158", cve.value.span, message, "Write `cve: CVE-2021-44228`.", Severity.NOTE)
    return out


def _list(r: Reading, node: Node | None, root: Path, most: int, read: Any) -> Any:
    """What `read(faults, data)` makes of the file, None where there is none or it is at fault."""
    if isinstance(node, Map):
        node = node.entries["file"].value if "file" in node.entries else None
    if not isinstance(node, Scalar) or not node.text:
        return None
    faults = FileFaults(r, node.text, node.span)
    try:
        data = read_bounded(resolve_inside(root, node.text), node.text, most)
        if len(data) > most:
            raise SheetFault(f"the file is larger than {most} bytes.", "Name the list itself.")
        got = read(faults, data)
    except SheetFault as e:
        faults.add("FB157", Span(faults.shown, e.line, e.column), e.message, e.cure)
    except (FileFault, TooManyHere):  # told by `evidence`, or just now
        return None
    return got if not faults.count else None


def _kev(faults: FileFaults, data: bytes, wanted: set[str]) -> _Kev | None:
    json = JsonFaults(JsonText.of(data, faults.shown), faults)
    root = json.value
    rows = root.get("vulnerabilities") if isinstance(root, dict) else None
    if not isinstance(rows, list):
        json.add((), "FB157", "this JSON has no list `vulnerabilities`: it is not CISA's catalogue.", _KEV_CURE)
        json.tell()
        return None
    found: dict[str, tuple[int, KnownExploited]] = {}
    for i, row in enumerate(rows):
        cve = row.get("cveID") if isinstance(row, dict) else None
        if not isinstance(cve, str):
            json.add(("vulnerabilities", i), "FB157", "this entry has no `cveID`.", _KEV_CURE)
        elif cve.upper() in wanted and cve.upper() not in found:
            since = row.get("dateAdded")
            if not _is_day(since):
                json.add(("vulnerabilities", i, "dateAdded"), "FB157", "`dateAdded` is no date.", "Write it as 2021-12-10.")
                continue
            found[cve.upper()] = (i, _entry(row, since))
    json.tell()
    places = json.document.places([("vulnerabilities", i) for i, _ in found.values()])
    entries = {cve: replace(e, span=places[("vulnerabilities", i)]) for cve, (i, e) in found.items()}
    released = root.get("dateReleased")
    return _Kev(entries, released[:10] if isinstance(released, str) else "")


def _entry(row: Mapping[str, Any], since: str) -> KnownExploited:
    def text(key: str) -> str:
        value = row.get(key)
        return value if isinstance(value, str) else ""

    return KnownExploited(
        since, text("vulnerabilityName"), text("knownRansomwareCampaignUse").lower() == "known", text("dueDate")
    )


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and dt.date.fromisoformat(value) is not None
    except ValueError:
        return False


def _epss(faults: FileFaults, data: bytes, wanted: set[str]) -> _Epss:
    if data[:2] == b"\x1f\x8b":
        raise SheetFault("the file is packed.", "Unpack it: `gunzip epss_scores-2025-11-01.csv.gz`.")
    comment, header, line = _head(data)
    columns = [c.strip().lower() for c in header.split(",")]
    if not set(_HEADER) <= set(columns) or len(header) >= _HEAD:
        raise SheetFault("there is no header `cve,epss,percentile`.", _EPSS_CURE, "FB157", line)
    said = dict(part.strip().split(":", 1) for part in comment.lstrip("#").split(",") if ":" in part)
    date = said.get("score_date", "")[:10]
    date = date if _is_day(date) else ""
    scores = {}
    for number, row in _rows(data, wanted):
        got = _score(faults, row.split(","), columns, Span(faults.shown, number, 1, number, len(row) + 1))
        if got is not None:
            scores[row.split(",")[columns.index("cve")].strip().upper()] = replace(
                got, date=date, model=said.get("model_version", "")
            )
    return _Epss(scores, date)


def _head(data: bytes) -> tuple[str, str, int]:
    """The comment line ("" for none), the header, and the line that it stands on."""
    if not data.strip():
        raise SheetFault("the file is empty.", _EPSS_CURE)
    first, _, rest = data.partition(b"\n")
    try:
        comment = first[:_HEAD].decode("utf-8-sig").strip()
        if not comment.startswith("#"):
            return "", comment, 1
        return comment, rest.partition(b"\n")[0][:_HEAD].decode("utf-8").strip(), 2 if rest else 1
    except UnicodeDecodeError:
        raise SheetFault("the file is not UTF-8.", _EPSS_CURE) from None


def _rows(data: bytes, wanted: set[str]) -> list[tuple[int, str]]:
    """(line, text) of the first row of each wanted CVE, which begins its line."""
    out = []
    for cve in sorted(wanted):
        at = data.find(b"\n" + cve.encode() + b",")
        if at >= 0:
            end = data.find(b"\n", at + 1)
            row = data[at + 1 : end if end >= 0 else len(data)][:_HEAD]
            out.append((data.count(b"\n", 0, at + 1) + 1, row.decode("utf-8", "replace").strip()))
    return out


def _score(faults: FileFaults, cells: list[str], columns: list[str], span: Span) -> ExploitPrediction | None:
    values: dict[str, float | None] = {}
    for name in ("epss", "percentile"):
        cell = cells[columns.index(name)].strip() if name in columns and columns.index(name) < len(cells) else ""
        try:
            number = float(cell) if cell or name == "epss" else None
        except ValueError:
            number = -1.0
        if number is not None and not 0 <= number <= 1:
            faults.add("FB157", span, f"`{cell[:40]}` is no number from 0 to 1 (`{name}`).", _EPSS_CURE)
            return None
        values[name] = number
    assert values["epss"] is not None
    return ExploitPrediction(values["epss"], values["percentile"], span=span)


def _tell(r: Reading, span: Span, known: Vulnerability, date: str) -> None:
    """What the lists say, at the factor's own `cve`."""
    if known.kev is not None:
        also = ", in ransomware campaigns too" if known.kev.ransomware else ""
        message = f"{known.cve} is known to be exploited (CISA KEV, since {known.kev.since}{also})."
        r.warn("FB159", span, message, "It says that somebody does it, not how often it is tried against you.", Severity.NOTE)
    elif known.kev_read:
        stand = f" of {known.kev_released}" if known.kev_released else ""
        r.warn(
            "FB159",
            span,
            f"{known.cve} is not in CISA's catalogue{stand}.",
            "That is no proof that nobody exploits it.",
            Severity.NOTE,
        )
    if known.epss is not None:
        p, rate = known.epss.probability, yearly_rate(known.epss.probability)
        message = f"EPSS{f' of {date}' if date else ''} gives {known.cve} {p:.3g}: the chance that somebody is seen to exploit it anywhere within 30 days."
        pace = (
            f"At that pace it is {rate:.2g} sightings a year, anywhere" if rate < 1e6 else "That is as good as surely, somewhere"
        )
        cure = f"{pace}; it is published, and no rate of your system: use it where you judge `rate`, and name it as `source`."
        r.warn("FB159", span, message, cure, Severity.NOTE)
    elif known.epss_read:
        r.warn(
            "FB159",
            span,
            f"EPSS{f' of {date}' if date else ''} has no score for {known.cve}.",
            "Nothing is taken from it.",
            Severity.NOTE,
        )
