"""What the comparison says, as blocks that every renderer knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fuelbed import __version__
from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Sentence, Table
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import NotFound
from fuelbed.core.findings import Finding
from fuelbed.core.reporting import Report, Section
from fuelbed.core.shown import counted, listed, number
from fuelbed.corpus.compare import Compared, Recurring, interval
from fuelbed.corpus.entry import Entry
from fuelbed.corpus.meeting import meeting, pair_title
from fuelbed.corpus.words import loop_title, mechanism_title, name, quote, short
from fuelbed.engines.lint import rule

__all__ = ["report"]

_ROWS = 20
_QUOTES = 3  # documents that are quoted for a mechanism
_TRIGGERS = 4
_SHARE = "90 % Wilson interval of a share of documents"


def report(c: Compared, faults: Sequence[Finding], notes: Sequence[str], title: str) -> Report:
    """One section a question, in the order of what matters."""
    alone = Section("mechanisms", "", "Which latent conditions come back, whatever set it off?", _mechanisms(c))
    paired = Section("together", "", "Which latent conditions stand together, whatever set it off?", meeting(c))
    sections = (
        *((paired, alone) if c.together else (alone, paired)),
        Section("loops", "", "Which loops come back?", _loops(c)),
        Section("back", "", "What came back after it was fixed?", _back(c)),
        Section("actions", "", "Which action items are late, and which are asked for again?", _actions(c)),
        Section("rules", "", "Which misconceptions come back, and do they become rarer?", _rules(c)),
        Section("files", "", "What was read?", _files(c, faults, notes)),
    )
    return Report(title, "", _verdict(c), sections, tuple(faults), {"fuelbed": __version__})


_MARKED = {True: "marked done", False: "marked open", None: "not said"}  # of an action item: how far it was


def _verdict(c: Compared) -> tuple[str, ...]:
    many = counted(len(c.entries), "account")
    if not c.mechanisms:
        return (f"In {many} no kind of weakness is told twice.",)
    first = max(c.mechanisms, key=lambda r: (r.unlike, len(r.found)))
    out = [f"In {many}, {counted(len(c.mechanisms), 'kind')} of weakness {'comes' if len(c.mechanisms) == 1 else 'come'} back."]
    if c.together:
        t = c.together[0]
        out[0] += (
            f" Two of them stood together under {counted(len(t.triggers), 'unlike trigger')}, where chance would make it {number(t.expected)}: {pair_title(t)}."
        )
    else:
        out[0] += f" One latent condition, {counted(first.unlike, 'unlike trigger')}: {mechanism_title(first.kind)}."
    if c.back:
        out.append(f"{_came_back(c)}.")
    if c.overdue:
        out.append(
            f"{counted(len(c.overdue), 'action item')} {'was' if len(c.overdue) == 1 else 'were'} due before {c.today}, and nothing says that {'it is' if len(c.overdue) == 1 else 'they are'} done."
        )
    return tuple(out)


def _share(n: int, of: int) -> Estimate:
    return Estimate(n / of if of else None, *interval(n, of), "share", "", "measured", _SHARE)


def _mechanisms(c: Compared) -> Answer:
    if not c.mechanisms:
        ask = NotFound(
            "Are there more postmortems, or some of another team?", "latent conditions that come back under other triggers"
        )
        return Answer("No kind of weakness is told in two accounts.", (Ask(ask),))
    rows = []
    for r in c.mechanisms[:_ROWS]:
        shown = [w for w, _ in r.triggers[:_TRIGGERS]]
        rows.append(
            (
                Cell(mechanism_title(r.kind)),
                Cell(estimate=_share(len(r.found), len(c.entries))),
                Cell(f"{len(r.found)}"),
                Cell(f"{r.unlike}"),
                Cell(
                    "; ".join(short(w) for w in shown) + (f"; and {r.unlike - len(shown)} more" if r.unlike > len(shown) else "")
                ),
                Cell(f"{r.touched} of {len(r.found)}"),
                Cell(str(r.back) if r.back else ""),
            )
        )
    columns = (
        Column("mechanism", "what stood there"), Column("share", "of the accounts", "estimate"), Column("documents", "accounts"), Column("triggers", "unlike triggers"),
        Column("set_off_by", "set off by", brief=False), Column("touched", "an item is about it"), Column("back", "came back after one"),
    )  # fmt: skip  # one list
    note = "A kind of weakness is read from the words for what is wrong (a lexicon with counter-examples), never from tags or from what set it off. Reading misses and misreads: each row has its quotes."
    table = Table("mechanisms", "Kinds of weakness that come back", columns, tuple(rows), note=note)
    top = max(c.mechanisms, key=lambda r: (r.unlike, len(r.found)))
    claim = f"{mechanism_title(top.kind).capitalize()}: told in {len(top.found)} of {len(c.entries)} accounts, under {counted(top.unlike, 'unlike trigger')}."
    quotes = [b for r in c.mechanisms[:_ROWS] for b in _quotes(r, mechanism_title(r.kind))]
    return Answer(claim, (table, *quotes))


def _quotes(r: Recurring, title: str) -> Iterator[Block]:
    yield Sentence(f"{title.capitalize()}:", detail=True)
    for e, told in r.found[: _QUOTES * 4]:
        trigger = f" Set off by: {short(e.triggers[0].what)}." if e.triggers else ""
        yield Sentence(f"{name(e)}.{trigger}", "muted", detail=True)
        yield quote(e, told)


def _loops(c: Compared) -> Answer:
    if not c.loops:
        return Answer("No kind of feedback is told in two accounts.")
    rows = tuple(
        (
            Cell(loop_title(r.kind)),
            Cell(estimate=_share(len(r.found), len(c.entries))),
            Cell(str(len(r.found))),
            Cell(str(r.unlike)),
        )
        for r in c.loops[:_ROWS]
    )
    columns = (
        Column("loop", "what kept it going"),
        Column("share", "of the accounts", "estimate"),
        Column("documents", "accounts"),
        Column("triggers", "unlike triggers"),
    )
    first = c.loops[0]
    claim = f"{counted(len(c.loops), 'kind')} of feedback {'comes' if len(c.loops) == 1 else 'come'} back; most often: {loop_title(first.kind)}, in {len(first.found)} of {len(c.entries)} accounts."
    return Answer(
        claim,
        (
            Table("loops", "Feedback that comes back", columns, rows),
            *(b for r in c.loops for b in _quotes(r, loop_title(r.kind))),
        ),
    )


def _back(c: Compared) -> Answer:
    blocks: list[Block] = [_back_table(c)] if c.back else []
    blocks += [_again_table(c)] if c.again else []
    if not blocks:
        return Answer("Nothing is seen to have come back after an action item about it.")
    again = f"{counted(len(c.again), 'account')} say{'s' if len(c.again) == 1 else ''} by {'itself' if len(c.again) == 1 else 'themselves'} that it had been there before"
    return Answer("; ".join([*([_came_back(c)] if c.back else []), *([again] if c.again else [])]) + ".", tuple(blocks))


def _came_back(c: Compared) -> str:
    """How many weaknesses are told again after an action item about them, and how far the items were."""
    marks = [b.item.done for b in c.back]
    far = [f"{marks.count(mark)} {words}" for mark, words in _MARKED.items() if mark in marks]
    return f"{counted(len(c.back), 'weakness', 'weaknesses')} came back after an action item about it ({listed(far)})"


def _back_table(c: Compared) -> Table:
    rows = tuple(
        (
            Cell(mechanism_title(b.kind)),
            Cell(f"{b.first.date} {short(b.item.text)}"),
            Cell(_MARKED[b.item.done].removeprefix("marked ")),
            Cell(f"{b.later.date} {short(b.later.title or b.later.file)}"),
            Cell(f"{short(b.told.quote or b.told.what)} (line {b.told.line})"),
        )
        for b in c.back[:_ROWS]
    )
    columns = (
        Column("kind", "what stood there"),
        Column("item", "the item about it"),
        Column("done", "marked"),
        Column("later", "told again in"),
        Column("words", "in the words", brief=False),
    )
    note = "Of one team or folder: a kind of weakness with an action item about it, told again in a later account. That the kind is the same does not say that the place is."
    return Table("back", "Told again after an action item about it", columns, rows, note=note + _first_of(len(c.back)))


def _again_table(c: Compared) -> Table:
    rows = tuple(
        (
            Cell(f"{a.entry.date} {short(a.entry.title or a.entry.file)}"),
            Cell(short(a.told.quote, 120)),
            Cell(f"{a.told.file or a.entry.file}:{a.told.line}"),
        )
        for a in c.again[:_ROWS]
    )
    columns = (Column("account", "account"), Column("words", "in its words"), Column("at", "at", brief=False))
    return Table("again", "Accounts that say it had been there before", columns, rows)


def _first_of(n: int) -> str:
    """What a note says of rows that are not shown."""
    return f" The first {_ROWS} of {n}." if n > _ROWS else ""


def _actions(c: Compared) -> Answer:
    blocks: list[Block] = [_overdue_table(c)] if c.overdue else []
    blocks += [_repeated_table(c)] if c.repeated else []
    items = [i for e in c.entries for i in e.items]
    dated = sum(bool(i.due) for i in items)
    unsaid = sum(i.done is None for i in items)
    told = f"Of {counted(len(items), 'action item')}, {dated} have a date and {unsaid} do not say whether they are done."
    blocks.append(Sentence(told, "muted"))
    if items and not dated:
        question = "By when is each action item due? A column or a word with a date in the list of action items."
        blocks.append(Ask(NotFound(question, "which items are overdue")))
    return Answer(f"{len(c.overdue)} overdue, {counted(len(c.repeated), 'item')} asked for again.", tuple(blocks))


def _overdue_table(c: Compared) -> Table:
    rows = tuple(
        (Cell(str(due)), Cell(short(i.text, 90)), Cell(i.owner), Cell(f"{e.file}:{i.line}")) for e, i, due in c.overdue[:_ROWS]
    )
    columns = (Column("due", "due"), Column("item", "action item"), Column("owner", "owner"), Column("at", "at", brief=False))
    newest = "" if c.today_said else ", the date of the newest account: `--today` sets another"
    return Table("overdue", "Due, and not said to be done", columns, rows, note=f"Due before {c.today}{newest}.")


def _repeated_table(c: Compared) -> Table:
    rows = tuple(
        (Cell(str(len(r.items))), Cell(short(r.items[-1][1].text, 90)), Cell(listed([_when(e) for e, _ in r.items[:4]])))
        for r in c.repeated[:_ROWS]
    )
    columns = (Column("times", "times"), Column("item", "action item"), Column("in", "in"))
    note = "Items of different accounts that share most of their telling words." + _first_of(len(c.repeated))
    return Table("repeated", "Asked for again", columns, rows, note=note)


def _when(e: Entry) -> str:
    return e.date or short(e.title or e.file, 40)


def _rules(c: Compared) -> Answer:
    if not c.rules:
        return Answer("The rules of the review find nothing.")
    years = [y for y in sorted({y for r in c.rules for y in r.by_year}) if y][-6:]
    rows = []
    for r in c.rules[:_ROWS]:
        known = rule(r.code)
        of = sum(n for _, n in r.by_year.values())
        per = 1000 * r.findings / r.words if r.words else 0.0
        cells = [Cell(f"{r.code} {known.title if known else ''}"), Cell(estimate=_share(r.documents, of)), Cell(number(per))]
        rows.append((*cells, *(Cell("{} of {}".format(*r.by_year[y]) if y in r.by_year else "") for y in years)))
    columns = (
        Column("rule", "rule"),
        Column("share", "of the accounts", "estimate"),
        Column("per", "per 1,000 words"),
        *(Column(f"y{y}", y, brief=False) for y in years),
    )
    blocks: list[Block] = [Table("rules", "Rules of the review, by year of the account", columns, tuple(rows))]
    if c.undated:
        blocks.append(
            Ask(
                NotFound(
                    f"When was it? {counted(c.undated, 'account')} without a date: front matter with `date: 2025-03-01`, or the date in the file's name.",
                    "every account in its year",
                )
            )
        )
    first = c.rules[0]
    known = rule(first.code)
    return Answer(
        f"Most often: {known.title if known else first.code}, in {first.documents} of {len(c.entries)} accounts.", tuple(blocks)
    )


def _files(c: Compared, faults: Sequence[Finding], notes: Sequence[str]) -> Answer:
    kinds = listed([f"{sum(e.kind == k for e in c.entries)} {k}" for k in dict.fromkeys(e.kind for e in c.entries)])
    blocks = [Sentence(n, "muted") for n in notes]
    blocks += [Sentence(f"Not read: {f.line()}", "bad") for f in faults[:_ROWS]]
    if len(faults) > _ROWS:
        blocks.append(Sentence(f"and {len(faults) - _ROWS} more that could not be read.", "bad"))
    return Answer(f"{counted(len(c.entries), 'account')} ({kinds or 'none'}).", tuple(blocks))
