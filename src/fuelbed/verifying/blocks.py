"""What was verified as a report of blocks: a table of ratios, then each item in words."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from fuelbed import __version__
from fuelbed.core.blocks import Answer, Ask, Block, Cell, Column, Sentence, Table, Tone
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.reporting import Report, Section
from fuelbed.core.shown import count, counted, listed, number
from fuelbed.report.numbers import estimate
from fuelbed.verifying.judge import WORDS, Outcome
from fuelbed.verifying.verify import Side, Verified

__all__ = ["as_report", "headline", "sentence"]

_TONES: dict[Outcome, Tone] = {
    "as_predicted": "good", "no_change_predicted": "muted", "less": "bad", "more": "good", "too_early": "plain", "prediction_open": "plain", "confounded": "muted",
    "not_found": "muted", "not_done": "muted",
}  # fmt: skip  # one table
_LOOKS = (
    "An interval holds for one look: who looks every week and stops at the first good one is wrong more often than 1 time in 20. "
    "Before and after are told apart by the day only, so what else changed around it is in the ratio, too."
)


def as_report(case: Case, rows: Sequence[Verified]) -> Report:
    judged = [v for v in rows if v.observed is not None]
    sections = [
        Section("verify", "", "Did it do what was predicted?", _table(judged)),
        *([Section("words", "", "Item by item", _words(judged))] if judged else []),
        Section("missing", "", "What could not be verified?", _missing([v for v in rows if v.observed is None])),
    ]
    provenance = {"fuelbed": __version__, **{f"sha256 {name}": digest for name, digest in case.inputs.items()}}
    return Report(case.title, "", headline(rows), tuple(sections), (), provenance)


def headline(rows: Sequence[Verified]) -> tuple[str, ...]:
    """How many of the items that were done came out how; each by the worst that its evidence says."""
    worst: dict[str, Outcome] = {}
    order = list(_SAID)
    for v in rows:
        worst[v.action] = min(worst.get(v.action, v.outcome), v.outcome, key=order.index)
    done: list[Outcome] = [o for o in worst.values() if o != "not_done"]
    if not done:
        return ("No action item is done yet (`done: YYYY-MM-DD`), so there is nothing to verify.",)
    counts: Counter[Outcome] = Counter(done)
    parts = [f"{counts[o]} {_SAID[o][counts[o] != 1]}" for o in order if counts[o]]
    return (f"Of {counted(len(done), 'action item')} that {'was' if len(done) == 1 else 'were'} done, {listed(parts)}.",)


_SAID: dict[Outcome, tuple[str, str]] = {
    "less": ("did less than predicted", "did less than predicted"),
    "as_predicted": ("did as predicted", "did as predicted"),
    "more": ("did more than predicted", "did more than predicted"),
    "too_early": ("cannot be told yet", "cannot be told yet"),
    "prediction_open": ("has no prediction that could fail", "have no prediction that could fail"),
    "no_change_predicted": (
        "was to change nothing here, and nothing changed",
        "were to change nothing here, and nothing changed",
    ),
    "confounded": ("cannot be told from what was done on the same day", "cannot be told from what was done on the same day"),
    "not_found": ("lacks what it takes to tell", "lack what it takes to tell"),
    "not_done": ("", ""),
}
"""In the order of what matters; of one, of several."""


def _table(rows: Sequence[Verified]) -> Answer:
    cells = []
    for v in rows:
        assert v.observed is not None
        assert v.predicted is not None
        verdict = Cell(WORDS[v.outcome], tone=_TONES[v.outcome])
        cells.append(
            (
                Cell(v.action),
                Cell(str(v.done)),
                Cell(v.of),
                Cell(_side(v.before, v.kind)),
                Cell(_side(v.after, v.kind)),
                Cell(estimate=_ratio(v.observed)),
                Cell(estimate=_ratio(v.predicted)),
                verdict,
            )
        )
    columns = (
        Column("action", "action", "code"),
        Column("done", "done", brief=False),
        Column("of", "what", "code", brief=False),
        Column("before", "before"),
        Column("after", "after"),
        Column("observed", "left of it", "estimate"),
        Column("predicted", "predicted", "estimate"),
        Column("verdict", "verdict", "verdict"),
    )
    note = (
        "Before and after: how many in how many days (of how many records). Left of it: the rate after, as a share of the rate before (of records: the share that failed). "
        + _LOOKS
    )
    return Answer(
        "", (Table("verify", "", columns, tuple(cells), note=note if cells else "", empty="No action item could be compared."),)
    )


def _ratio(e: Estimate) -> Estimate:
    """A ratio reads as a share of what was."""
    return Estimate(e.value, e.low, e.high, "share", "", e.how, e.method)


def _side(s: Side | None, kind: str) -> str:
    if s is None:
        return ""
    return f"{s.count}/{s.of:.0f}" if kind == "share" else f"{s.count}/{s.of:.0f}d"


def _words(rows: Sequence[Verified]) -> Answer:
    blocks: list[Block] = []
    for v in rows:
        blocks.append(Sentence(sentence(v), "bad" if v.outcome == "less" else "plain"))
        blocks += [Sentence(n, "muted") for n in v.notes]
    return Answer("", tuple(blocks))


def sentence(v: Verified) -> str:
    """One item in words, with how long to wait."""
    assert v.before is not None
    assert v.after is not None
    assert v.observed is not None
    assert v.predicted is not None
    who = f"`{v.action}`" + (f" (with {listed(f'`{n}`' for n in v.together)}, done on the same day)" if v.together else "")
    unit = "records" if v.kind == "share" else "days"
    counts = (
        f"`{v.of}` came {_times(v.before.count)} in the {v.before.of:.0f} {unit} before ({_day(v.before.begin)} to {_day(v.before.end)}) and "
        f"{_times(v.after.count)} in the {v.after.of:.0f} {unit} after, by {v.source}"
    )
    ratio = f"{estimate(_ratio(v.observed))} of what it was, where the model says {estimate(_ratio(v.predicted))}"
    return f"{who}: {WORDS[v.outcome]}. {counts}: {ratio}.{_more(v)}"


def _times(n: int) -> str:
    return "never" if n == 0 else "once" if n == 1 else f"{count(n)} times"


def _more(v: Verified) -> str:
    """What the verdict leaves open, and what would close it."""
    assert v.before is not None
    assert v.observed is not None
    assert v.predicted is not None
    if v.outcome == "less" and v.observed.high >= 1:
        return " No change at all is possible."
    if v.outcome == "less" and v.observed.low > 1:
        return " It came more often than before."
    if v.outcome == "prediction_open":
        return " That interval holds a fall, and no change: give the numbers it rests on more closely (`fuelbed analyze --full` lists them)."
    if v.outcome != "too_early":
        return ""
    weak = " Only the weak end of the prediction is still possible." if v.observed.low > (v.predicted.value or 0.0) > 0 else ""
    return weak + _waiting(v, v.before.count)


def _waiting(v: Verified, before: int) -> str:
    if before == 0:
        return " Nothing came before (but for the incident itself), so fewer cannot be seen: look for what comes more often, such as a near miss."
    if v.kind == "share":
        return " More records of days that were near would tell."
    if v.ended:
        return " The time after is over, so no wait will tell: only what all of them did together can still be seen."
    if v.wait is None:
        return f" With {count(before)} before, no wait would show that, however long: look for something that comes more often."
    return f" If the prediction is right, about {_days(v.wait)} more show it (with 4 chances in 5)."


def _days(days: float) -> str:
    if days < 90:
        return counted(max(1, round(days)), "day")
    return f"{number(days / 30.44)} months" if days < 730 else f"{number(days / 365.25)} years"


def _day(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()


def _missing(rows: Sequence[Verified]) -> Answer:
    blocks: list[Block] = []
    waiting = [v.action for v in rows if v.outcome == "not_done"]
    for v in rows:
        if v.missing is not None:
            blocks.append(Sentence(f"`{v.action}`: {WORDS[v.outcome]}."))
            blocks += [Ask(v.missing), *(Sentence(n, "muted") for n in v.notes)]
    if waiting:
        blocks.append(Sentence(f"Not done yet: {listed(f'`{n}`' for n in waiting)}.", "muted"))
    return Answer("" if blocks else "Everything that was done could be compared.", tuple(blocks))
