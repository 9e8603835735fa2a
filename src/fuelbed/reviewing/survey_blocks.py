"""A survey as blocks, for the renderers of reports, and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fuelbed.core.attribution import BASES, Basis
from fuelbed.core.blocks import Answer, Block, Cell, Column, Sentence, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.shown import counted, listed, per_cent
from fuelbed.engines.attribution import BASIS_NAMES, LIMITS, NAMES, NOT_CLASSIFIED, ROLE_NAMES, By, quotes
from fuelbed.reviewing.survey import Account, Group, Survey

__all__ = ["survey_answer", "survey_data"]

_AT_ONCE = 3  # groups beside one another
_ENOUGH = 3  # documents of a group that is shown without --full
_LEFT = {
    "template": ("template", "templates"),
    "empty": ("file without prose", "files without prose"),
    "advisory": ("advisory", "advisories"),
}
_TOLD: tuple[tuple[Basis, By, str], ...] = (
    ("text", "scope", "Sentences by scope"), ("causes", "scope", "Stated causes by scope"), ("causes", "role", "Stated causes by role"),
    ("actions", "scope", "Action items by scope"), ("actions", "role", "Action items by role"),
)  # fmt: skip  # one table


def survey_answer(s: Survey, accounts: Sequence[Account], full: bool) -> Answer:
    """The claim and the tables; of one document its quotes, too. `full`: every table for every group, by team and year together, too."""
    return Answer(_claim(s), tuple(_blocks(s, accounts, full)))


def _claim(s: Survey) -> str:
    if not s.all.documents:
        return f"No account of an incident was found{_left(s)}."
    said = f"{counted(s.all.documents, 'account')}{_left(s)}."
    found = s.all.spreads["causes", "scope"]
    if not found.n:
        return f"{said} No stated cause was recognized."
    top = sorted(((e.value or 0.0, n) for n, e in found.shares.items() if n != NOT_CLASSIFIED), key=lambda x: (-x[0], x[1]))[:2]
    named = listed(f"{per_cent(v)} % goes to {NAMES[n]}" for v, n in top if v > 0)
    none = per_cent(found.shares[NOT_CLASSIFIED].value or 0.0)
    return f"{said} Of {counted(found.n, 'stated cause')} {named if named else 'none goes to any scope'}; {none} % are not classified. {_told_and_done(s)}".strip()


def _told_and_done(s: Survey) -> str:
    """Scopes that the action items go to more or less than the stated causes do, beyond both intervals."""
    causes, actions = s.all.spreads["causes", "scope"], s.all.spreads["actions", "scope"]
    if not causes.n or not actions.n:
        return ""
    apart = [n for n in causes.shares if n != NOT_CLASSIFIED and _apart(causes.shares[n], actions.shares[n])]
    told = [
        f"{NAMES[n]} ({per_cent(causes.shares[n].value or 0)} % and {per_cent(actions.shares[n].value or 0)} %)" for n in apart
    ]
    return f"Causes and action items part over {listed(told)}." if told else ""


def _apart(a: Estimate, b: Estimate) -> bool:
    return a.high < b.low or b.high < a.low


def _left(s: Survey) -> str:
    parts = [counted(n, *_LEFT[kind]) for kind, n in sorted(s.left_out.items())]
    return f"; left out: {listed(parts)}" if parts else ""


def _blocks(s: Survey, accounts: Sequence[Account], full: bool) -> Iterator[Block]:
    yield _whole("scope", s.all)
    yield _whole("role", s.all)
    if s.all.gaps:
        yield _gaps("gap_all", "The attribution gap over all cases, by scope", [s.all])
    several = [
        (key, title, groups)
        for key, title, groups in (("team", "By team", s.teams), ("year", "By year", s.years))
        if len(groups) > 1
    ]
    if full and s.teams_and_years:
        several.append(("both", "By team and year", s.teams_and_years))
    for key, title, every in several:
        groups = every if full else [g for g in every if g.documents >= _ENOUGH]
        if len(groups) < len(every):
            yield Sentence(
                f"{title}: {counted(len(every) - len(groups), 'group')} of fewer than {_ENOUGH} documents not shown (--full shows all).",
                "muted",
            )
        if len(groups) < 2 and not full:
            continue
        for basis, by, what in _TOLD if full else _TOLD[:3]:
            yield from _beside(f"{key}_{basis}_{by}", f"{title}: {what.lower()}", basis, by, groups)
        with_gaps = [g for g in groups if g.gaps]
        if with_gaps:
            yield _gaps(f"{key}_gap", f"{title}: the attribution gap", with_gaps)
    if len(accounts) == 1 and s.all.documents:
        told = accounts[0].told
        yield from quotes(told.document.source.file, told, "scope")
        yield from quotes(told.document.source.file, told, "role")
    yield Sentence(LIMITS, "muted")


def _whole(by: By, g: Group) -> Table:
    """Scopes or roles in rows, what is counted in columns."""
    names = NAMES if by == "scope" else ROLE_NAMES
    columns = (
        Column("name", "Goes to"),
        *(Column(b, f"{BASIS_NAMES[b].capitalize()} ({g.spreads[b, by].n})", "estimate") for b in BASES),
    )
    rows = tuple(
        (Cell(names[n], tone="muted" if n == NOT_CLASSIFIED else "plain"), *(_cell(g.spreads[b, by].shares[n]) for b in BASES))
        for n in g.spreads["text", by].shares
    )
    which = "All documents" if g.documents != 1 else "The text"
    return Table(f"all_{by}", f"{which}, by {by}", columns, rows, "The interval in brackets is of 90 %." if by == "scope" else "")


def _beside(table: str, title: str, basis: Basis, by: By, groups: Sequence[Group]) -> Iterator[Table]:
    """Groups in columns, a few at once; the heads say how much was counted."""
    names = NAMES if by == "scope" else ROLE_NAMES
    for at in range(0, len(groups), _AT_ONCE):
        part = groups[at : at + _AT_ONCE]
        columns = (
            Column("name", "Goes to"),
            *(
                Column(f"g{i}", f"{_plain(g.name)} ({counted(g.documents, 'document')}, {g.spreads[basis, by].n})", "estimate")
                for i, g in enumerate(part)
            ),
        )
        rows = tuple(
            (Cell(names[n]), *(_cell(g.spreads[basis, by].shares[n]) for g in part)) for n in part[0].spreads[basis, by].shares
        )
        yield Table(f"{table}_{at // _AT_ONCE + 1}", title if at == 0 else f"{title}, further", columns, rows)


def _gaps(table: str, title: str, groups: Sequence[Group]) -> Table:
    columns = (
        Column("group", "Group"), Column("cases", "Cases"), Column("name", "Scope"), Column("story", "Story", "estimate"),
        Column("risk", "Risk", "estimate"), Column("gap", "Story − risk", "estimate"),
    )  # fmt: skip  # a row of columns
    rows = tuple(
        (
            Cell(_plain(g.name)),
            Cell(str(m.n)),
            Cell(NAMES.get(m.name, m.name)),
            Cell(estimate=m.story),
            Cell(estimate=m.risk),
            Cell(estimate=m.gap),
        )
        for g in groups
        for m in g.gaps
    )
    return Table(table, title, columns, rows)


def _cell(e: Estimate) -> Cell:
    return Cell(estimate=e) if e.value is not None else Cell("none")


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "'").split())


def survey_data(s: Survey, accounts: Sequence[Account]) -> dict[str, Any]:
    """Everything as JSON can hold it; shares with `value`, `low`, `high`, and how many were counted."""
    return {
        "fuelbed_attribution": 1,
        "documents": [
            {
                "file": a.told.document.source.file, "title": a.told.document.title, "kind": a.told.document.kind, "team": a.team, "year": a.year,
                "passages": [_passage(a, i) for i in range(len(a.told.passages))],
            }
            for a in sorted(accounts, key=lambda a: a.told.document.source.file)
        ],
        "left_out": dict(sorted(s.left_out.items())),
        "all": _group_data(s.all),
        "teams": [_group_data(g) for g in s.teams],
        "years": [_group_data(g) for g in s.years],
        "teams_and_years": [_group_data(g) for g in s.teams_and_years],
    }  # fmt: skip  # the shape is the point


def _passage(a: Account, i: int) -> Mapping[str, Any]:
    p, d = a.told.passages[i], a.told.document
    return {
        "basis": p.basis, "line": d.line(p.place), "start": p.place.start, "end": p.place.end, "quote": d.quote(p.place),
        "scopes": list(p.scopes), "roles": list(p.roles), "why": list(p.why),
    }  # fmt: skip  # the shape is the point


def _group_data(g: Group) -> dict[str, Any]:
    shares: dict[str, Any] = {}
    for (basis, by), x in g.spreads.items():
        table = {n: {"count": x.counts[n], "value": e.value, "low": e.low, "high": e.high} for n, e in x.shares.items()}
        shares.setdefault(basis, {})[by] = {"n": x.n, "shares": table}
    gaps = [
        {"name": m.name, "cases": m.n, **{k: _three(asdict(getattr(m, k))) for k in ("story", "risk", "gap")}} for m in g.gaps
    ]
    return {"name": g.name, "documents": g.documents, **shares, "gaps": gaps}


def _three(e: Mapping[str, Any]) -> dict[str, Any]:
    return {k: e[k] for k in ("value", "low", "high")}
