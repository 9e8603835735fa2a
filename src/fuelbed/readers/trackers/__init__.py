"""Exports of incident trackers -> rows of `evidence.history`: PagerDuty, Opsgenie, Statuspage and GitHub issues, as JSON.

A file holds one answer of the server, a list of its records, a list of answers (`jq -s .`), or several one after another (`cat page*.json`).
The format is seen by the fields of the first record that shows one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fuelbed.core.scanner import did_you_mean
from fuelbed.readers.clock import Clock
from fuelbed.readers.entries import FileFaults
from fuelbed.readers.history_rows import FailureRows, Names
from fuelbed.readers.json_documents import json_documents
from fuelbed.readers.json_faults import JsonFaults
from fuelbed.readers.json_items import JsonItem, items_of
from fuelbed.readers.sheets import SheetFault
from fuelbed.readers.stream import Stream
from fuelbed.readers.trackers import github, opsgenie, pagerduty, statuspage
from fuelbed.readers.trackers.log import Log
from fuelbed.readers.yaml import Scalar

__all__ = ["FORMATS", "Export"]

_LISTS = ("incidents", "data", "items", "values", "alerts", "issues", "services", "components", "scheduled_maintenances")
"""Under which keys an answer of some server holds its records."""
_SMALLER = "Write one answer on each line (`jq -c .`), and keep the fields that are read: the page on exports of histories has the lines."
_NONE = "Save what the server answered, or name the format: `format: pagerduty`, `opsgenie`, `statuspage` or `github`."


@dataclass(frozen=True, slots=True)
class _Form:
    title: str
    one: str
    only: tuple[str, ...]
    hint: str
    is_one: Callable[[dict[str, Any]], bool]


_FORMS: Mapping[str, _Form] = {
    "pagerduty": _Form("PagerDuty", "incident", pagerduty.ONLY, pagerduty.HINT, pagerduty.is_pagerduty),
    "statuspage": _Form("Statuspage", "incident", statuspage.ONLY, statuspage.HINT, statuspage.is_statuspage),
    "opsgenie": _Form("Opsgenie", "alert", opsgenie.ONLY, opsgenie.HINT, opsgenie.is_opsgenie),
    "github": _Form("GitHub", "issue", github.ONLY, github.HINT, github.is_github),
}
FORMATS: tuple[str, ...] = tuple(_FORMS)


@dataclass(slots=True)
class Export:
    """Records of one format, of one file or of several that are pages of one export.

    form   one of `FORMATS`; "" until the content shows it.
    only   field -> the values of which a record has to have one.
    names  what the file says -> what the case calls it: components, services, labels, tags.
    """

    form: str
    only: Mapping[str, Sequence[Scalar]]
    names: Names
    clock: Clock = field(default_factory=lambda: Clock("iso"))
    log: Log | None = None

    def add(self, stream: Stream, faults: FileFaults) -> None:
        """Reads a file. Faults of records go to `faults`. Raises `SheetFault` and `TooManyHere`."""
        for document in json_documents(stream, faults.shown, _SMALLER):
            found = JsonFaults(document, faults)
            _refuse_answers_of_failure(found)
            is_first = True
            for record, under in _records(found, document.value, self.clock):
                log = self._log(_of_page(document.value) or _of_record(record.value) if is_first else "", faults)
                is_first = False
                self._read(record, under, log)
            if is_first and (shown := self.form or _of_page(document.value)):
                self._log(shown, faults)
            found.tell()
            document.value = None
        if self.log is None and not faults.count:
            raise SheetFault("this JSON is no list of incidents that is known here.", _NONE)

    def _log(self, shown: str, faults: FileFaults) -> Log:
        """shown: the format that the content shows, "" where it was looked at before. Raises `SheetFault` where it is none, or another."""
        form = self.form or shown
        if not form:
            raise SheetFault("this JSON is no list of incidents that is known here.", _NONE)
        if shown and shown != form:
            cure = f"Write `format: {shown}`, or name the export of {_FORMS[form].title}."
            raise SheetFault(f"this is an export of {_FORMS[shown].title}, not of {_FORMS[form].title}.", cure)
        self.form = form
        if self.log is None:
            known = _FORMS[form].only
            for key, said in self.only.items():
                if key not in known:
                    cure = did_you_mean(key, known) or f"For {_FORMS[form].title} it may have: {', '.join(known)}."
                    faults.add("FB014", said[0].span if said else None, f"`only` has no `{key[:60]}`.", cure)
            self.log = Log(_FORMS[form].one, {k: v for k, v in self.only.items() if k in known}, self.names)
        return self.log

    def finish(self, faults: FileFaults) -> FailureRows:
        """The rows of all files; not whole where there were faults."""
        rows = self.log.finish(_FORMS[self.form].hint, faults) if self.log is not None else FailureRows()
        rows.zoned = self.clock.zoned
        return rows

    def _read(self, record: JsonItem, under: str, log: Log) -> None:
        if self.form == "pagerduty":
            (pagerduty.read_service if under == "services" else pagerduty.read_incident)(record, log)
        elif self.form == "statuspage":
            (statuspage.read_component if under == "components" else statuspage.read_incident)(record, log)
        elif self.form == "github":
            github.read_issue(record, log)
        elif opsgenie.is_service(record.value):
            opsgenie.read_service(record, log)
        else:
            opsgenie.read_record(record, log)


def _records(found: JsonFaults, value: Any, clock: Clock) -> Iterator[tuple[JsonItem, str]]:
    """The records of a document, each with the key that its list stands under ("" for none)."""
    if isinstance(value, dict):
        yield from _of_object(JsonItem(found, value, (), clock))
    elif isinstance(value, list) and any(isinstance(x, list) for x in value):  # pages that are lists: `gh api --paginate --slurp`
        for i, page in enumerate(value):
            for item in items_of(found, page, (i,), clock):
                yield item, ""
    elif isinstance(value, list):
        for item in items_of(found, value, (), clock):
            yield from _of_object(item)


def _of_object(item: JsonItem) -> Iterator[tuple[JsonItem, str]]:
    """A page, or a record by itself. A record may have lists called like those of a page; then it is a record of some format."""
    lists = [k for k in _LISTS if isinstance(item.value.get(k), list)]
    single = next((k for k in ("data", "incident") if isinstance(item.value.get(k), dict)), "")
    if single and not lists and not _of_record(item.value):
        inner = item.inner(single)
        if inner is not None:
            yield from _of_object(inner)
    elif not lists or _of_record(item.value):
        yield item, ""
    else:
        for key in sorted(lists, key=lambda k: k in ("incidents", "data")):  # services and components first: they give names
            for record in item.items(key):
                yield record, key


def _of_record(record: dict[str, Any]) -> str:
    return next((name for name, form in _FORMS.items() if form.is_one(record)), "")


def _of_page(value: Any) -> str:
    """The format of an answer by what stands around its list, "" where that is not told."""
    page = value[0] if isinstance(value, list) and value else value
    if not isinstance(page, dict) or _of_record(page):
        return ""
    if isinstance(page.get("page"), dict):
        return "statuspage"
    if ("incidents" in page or "services" in page) and "limit" in page and "offset" in page:
        return "pagerduty"
    if "data" in page and ("requestId" in page or "paging" in page):
        return "opsgenie"
    return ""


def _refuse_answers_of_failure(found: JsonFaults) -> None:
    """A server that refused says so in JSON, too."""
    value = found.value
    if not isinstance(value, dict) or any(k in value for k in _LISTS) or _of_record(value):
        return
    said = value.get("error") or value.get("message") or value.get("errors")
    if isinstance(said, dict):
        said = said.get("message")
    if isinstance(said, str) and said:
        place = found.place(())
        message = f"the server answered with an error: `{' '.join(said.split())[:80]}`."
        raise SheetFault(message, "Export it again, with a token that may read.", "FB052", place.line, place.column)
