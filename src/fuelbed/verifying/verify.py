"""Every action item that was done: predicted against observed, before and after, with what else could explain the difference.

What is left out, and why. The *incident of the case* is taken out of the time before: the case was written because of it, so a rate that counts
it is too high (regression to the mean). For Poisson arrivals the others are then what they would have been anyway (Slivnyak's theorem), so this
correction is exact. *Another item* that moves the same rate ends the time before, or the time after; on the same day, both are judged together.
The *day* on which it was done belongs to neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fuelbed.core.actions import Action
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import NotFound
from fuelbed.core.history import midnight
from fuelbed.core.options import Options
from fuelbed.core.shown import counted, named, number
from fuelbed.numerics.rates import Counts, dispersion, rate_ratio, share_ratio, wait
from fuelbed.verifying.judge import Outcome, judge
from fuelbed.verifying.predict import Predictor
from fuelbed.verifying.series import DAY, Series, Tested, gather, unmatched

__all__ = ["Side", "Verified", "verify"]

_DONE = frozenset(
    ("done", "closed", "complete", "completed", "resolved", "fixed", "finished", "shipped", "deployed", "implemented")
)
_NEAR = 1.5 * DAY  # the incident's onset may be told in another zone than its date
_BURSTS = 0.01  # a chance this small that even counts vary so much
_RATES = ("prevent", "revert")


@dataclass(frozen=True, slots=True)
class Side:
    """How many, in how many days (of a table of near misses: of how many records), from when to when."""

    count: int
    of: float
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Verified:
    """One action item against one piece of evidence; `together` are items done on the same day that move the same.

    kind      `rate` (onsets by time) or `share` (failures by records of days that were near).
    wait      days until it could be told, None where nobody can say; ended: another item that moves the same has ended the time after.
    """

    action: str
    what: str
    done: dt.date | None
    outcome: Outcome
    of: str = ""
    source: str = ""
    kind: str = "rate"
    together: tuple[str, ...] = ()
    before: Side | None = None
    after: Side | None = None
    observed: Estimate | None = None
    predicted: Estimate | None = None
    wait: float | None = None
    ended: bool = False
    notes: tuple[str, ...] = ()
    missing: NotFound | None = None


def verify(
    case: Case, options: Options, only: Sequence[str] = (), progress: Callable[[str], None] | None = None
) -> tuple[Verified, ...]:
    """In file order; deterministic for a seed."""
    series, tested = gather(case)
    names = [n for n in case.actions if not only or n in only]
    if not any(case.actions[n].done is not None and case.actions[n].does for n in names):
        return tuple(_undone(case.actions[n]) for n in names)
    if progress is not None:
        progress("what the model predicts")
    work = _Work(case, Predictor(case, options), series, tested)
    return tuple(v for n in names for v in work.of(case.actions[n]))


def _undone(a: Action) -> Verified:
    """An item that cannot be verified: not done, no day, or no effect in the model."""
    if a.done is None and a.status.strip().lower() not in _DONE:
        return Verified(a.name, a.what, None, "not_done")
    if not a.does:
        ask = NotFound(f"What does `{a.name}` change in the model (`does`)?", "what it was to be expected to do")
        return Verified(a.name, a.what, a.done, "not_found", missing=ask)
    ask = NotFound(f"On which day did `{a.name}` take effect (`done: YYYY-MM-DD`)?", "before and after it")
    return Verified(a.name, a.what, None, "not_found", missing=ask)


@dataclass(slots=True)
class _Work:
    case: Case
    predictor: Predictor
    series: list[Series]
    tested: list[Tested]

    def of(self, a: Action) -> list[Verified]:
        if a.done is None or not a.does:
            return [_undone(a)]
        moved = [s for s in self.series if self.predictor.moves(s.of, a.name)]
        chosen = moved or [s for s in self.series if s.of == self.case.failure]
        out = [self._rate(a, s) for s in sorted(chosen, key=lambda s: s.of != self.case.failure)]
        if not self._touches_rates(a):
            out += [v for t in self.tested if (v := self._share(a, t)) is not None]
        return out or [self._no_evidence(a)]

    def _no_evidence(self, a: Action) -> Verified:
        there = unmatched(self.case)
        hint = (
            f" The logs name {named(there, most=4)}, which is no line and no trigger: map it under `coupling: components`."
            if there
            else ""
        )
        ask = NotFound(
            f"When did `{self.case.failure}` come, and from when to when would it have been logged (`evidence.history` or `evidence.incidents`, "
            f"with `observed`)?{hint}",
            f"whether `{a.name}` did what was predicted",
        )
        return Verified(a.name, a.what, a.done, "not_found", missing=ask)

    def _touches_rates(self, a: Action) -> bool:
        """Then the days that were near are other days than before, and a share of them says nothing."""
        return any(c.verb in _RATES or c.parameter in ("rate", "lasts") for c in a.does)

    # ---- rates ------------------------------------------------------------------------------------------------------------

    def _others(self, a: Action, of: str) -> dict[str, dt.date]:
        """Other items that were done and move the same."""
        rows = {n: x.done for n, x in self.case.actions.items() if n != a.name and x.done is not None and x.does}
        return {n: d for n, d in rows.items() if self.predictor.moves(of, n)}

    def _rate(self, a: Action, s: Series) -> Verified:
        assert a.done is not None
        base = Verified(a.name, a.what, a.done, "not_found", s.of, s.source)
        if not s.declared:
            ask = NotFound(
                f"From when to when would `{s.of}` have been logged in {s.source} (`observed`)?",
                "rates before and after, instead of counts",
            )
            return replace(base, missing=ask)
        others = self._others(a, s.of)
        together = tuple(n for n, d in others.items() if d == a.done)
        already = [n for n, d in others.items() if d < a.done]
        (begin, cut, resume, end), notes = _windows(s.window, a.done, {n: d for n, d in others.items() if d != a.done})
        if cut <= begin or end <= resume:
            return replace(base, together=together, missing=_no_time(a, s, cut <= begin), notes=tuple(notes))
        predicted = self.predictor.ratio(s.of, [a.name, *together], already)
        if predicted is None:
            ask = NotFound(
                f"How often does what leads to `{s.of}` come, and with what chance does it fail?",
                "a prediction to hold against it",
            )
            return replace(base, missing=ask)
        base = replace(base, together=together, predicted=predicted)
        return self._held_against(base, a, s, (begin, cut, resume, end), notes)

    def _held_against(
        self, base: Verified, a: Action, s: Series, windows: tuple[float, float, float, float], notes: list[str]
    ) -> Verified:
        """The rate after beside the rate before, and the verdict on what was predicted."""
        begin, cut, resume, end = windows
        predicted = base.predicted
        assert predicted is not None
        starts, index = self._without_incident(s, begin, cut)
        before = Side(sum(begin <= t < cut for t in starts), (cut - begin) / DAY, begin, cut)
        after = Side(sum(resume <= t < end for t in starts), (end - resume) / DAY, resume, end)
        counts = Counts(before.count, before.of, after.count, after.of)
        spread, bursts = _spread([t for t in starts if begin <= t < cut], begin, cut)
        observed = _observed(counts, spread)
        outcome = judge(observed, predicted)
        if base.together and not self.predictor.moves(s.of, a.name):
            outcome = "confounded"  # what is seen is what the others did
        ended = end < s.window[1]
        likely = predicted.value if predicted.value is not None else predicted.high
        more = wait(counts, likely) if outcome == "too_early" and not ended else None
        notes = [*index(counts), *notes, *bursts, *_trend(starts, begin, cut), *self._unmodelled(a, begin, end), *_merged(s)]
        return replace(
            base,
            outcome=outcome,
            before=before,
            after=after,
            observed=observed,
            wait=more,
            ended=ended,
            notes=tuple(notes),
        )

    def _without_incident(self, s: Series, begin: float, cut: float) -> tuple[list[float], Callable[[Counts], list[str]]]:
        """The onsets without that of the incident, where it lies before; and what to say of it."""
        if self.case.date is None:
            return list(s.starts), lambda _: [_NO_DATE]
        noon = midnight(self.case.date) + DAY / 2
        near = [t for t in s.starts if abs(t - noon) <= _NEAR and begin <= t < cut]
        if not near:
            late = begin <= noon and noon >= cut and any(abs(t - noon) <= _NEAR for t in s.starts)
            return list(s.starts), lambda _: [_LATE] if late else []
        gone = min(near, key=lambda t: abs(t - noon))
        rest = list(s.starts)
        rest.remove(gone)

        def told(c: Counts) -> list[str]:
            value, low, high = rate_ratio(Counts(c.k0 + 1, c.t0, c.k1, c.t1))
            with_it = "" if value is None else f" With it the ratio would be {number(value)} ({number(low)}..{number(high)})."
            return [
                f"The incident of {self.case.date} is left out of the time before: the case was written because of it, and a rate that counts it is too "
                f"high (regression to the mean).{with_it}"
            ]

        return rest, told

    def _unmodelled(self, a: Action, begin: float, end: float) -> list[str]:
        """Items done within the time that the model gives no effect on this: it may be wrong about them."""
        rows = [
            n
            for n, x in self.case.actions.items()
            if n != a.name and x.done is not None and begin <= midnight(x.done) < end and not x.does
        ]
        if not rows:
            return []
        return [
            f"{named(rows)} {'was' if len(rows) == 1 else 'were'} done within this time and {'has' if len(rows) == 1 else 'have'} no effect in the model: what came of it cannot be told apart."
        ]

    # ---- shares -----------------------------------------------------------------------------------------------------------

    def _share(self, a: Action, t: Tested) -> Verified | None:
        """Of the days on which it was near, how many failed: the chance per demand, whatever the rate."""
        assert a.done is not None
        day = midnight(a.done)
        index = None if self.case.date is None else midnight(self.case.date)
        rows = [(at, failed) for at, failed in t.rows if index is None or not (failed and index <= at < index + DAY)]
        before, after = [f for at, f in rows if at < day], [f for at, f in rows if at >= day + DAY]
        predicted = self.predictor.ratio(self.case.failure, [a.name])
        if not before or not after or predicted is None or any(self._others(a, self.case.failure)):
            return None
        value, low, high = share_ratio(sum(before), len(before), sum(after), len(after))
        method = "quotient of two exact intervals (97.5 % each): never too narrow"
        observed = Estimate(value, low, high, "plain", how="measured", method=method)
        sides = (
            Side(sum(before), len(before), rows[0][0], day),
            Side(sum(after), len(after), day + DAY, rows[-1][0] + DAY),
        )
        notes = [_PICKED] + ([] if len(rows) == len(t.rows) else [f"The incident of {self.case.date} is left out."])
        return Verified(
            a.name,
            a.what,
            a.done,
            judge(observed, predicted),
            self.case.failure,
            t.source,
            "share",
            (),
            *sides,
            observed,
            predicted,
            notes=tuple(notes),
        )


_NO_DATE = "The case has no `date`, so its incident is not left out of the time before: a part of any fall may be that (regression to the mean)."
_LATE = "The incident of the case came after it was done, and counts: a case that was written because of it speaks against the item more than chance would."
_PICKED = "A share of records is worth as much as the way in which they were picked: near misses must be recorded after the item as they were before."


def _windows(
    window: tuple[float, float], done: dt.date, others: dict[str, dt.date]
) -> tuple[tuple[float, float, float, float], list[str]]:
    """Before (begin, cut) and after (resume, end), ended by other items that move the same."""
    begin, end = window
    day, notes = midnight(done), []
    for n, d in sorted(others.items(), key=lambda x: x[1]):
        at = midnight(d)
        if at < day and at + DAY > begin:
            begin = at + DAY
            notes.append(f"The time before begins after `{n}`, which was done on {d} and moves the same.")
        elif day < at < end:
            end = at
            notes.append(f"The time after ends with `{n}`, which was done on {d} and moves the same.")
            break
    return (begin, min(day, end), max(day + DAY, begin), end), notes


def _no_time(a: Action, s: Series, is_before: bool) -> NotFound:
    if is_before:
        return NotFound(
            f"What was logged of `{s.of}` before {a.done}, when `{a.name}` was done ({s.source})?", "a rate to compare with"
        )
    return NotFound(
        f"What was logged of `{s.of}` since {a.done}, when `{a.name}` was done ({s.source})?", "whether it did what was predicted"
    )


def _observed(c: Counts, spread: float) -> Estimate:
    value, low, high = rate_ratio(c, spread=spread)
    wide = f", widened for bursts (variance {number(spread)} times the mean)" if spread > 1 else ""
    return Estimate(
        value, low, high, "plain", how="measured", method=f"exact conditional interval of two Poisson rates, 95 %{wide}"
    )


def _spread(starts: list[float], begin: float, cut: float) -> tuple[float, list[str]]:
    """How much more the counts before vary than Poisson counts do; 1 where that may be chance."""
    found = dispersion(starts, begin, cut)
    if found is None or found[1] > _BURSTS or found[0] <= 1:
        return 1.0, []
    return found[0], [
        f"They come in bursts: counts vary {number(found[0])} times as much as independent events would, and the interval is widened for it."
    ]


def _trend(starts: list[float], begin: float, cut: float) -> list[str]:
    """Whether the rate had changed already before anything was done."""
    middle = (begin + cut) / 2
    first, second = sum(begin <= t < middle for t in starts), sum(middle <= t < cut for t in starts)
    _, low, high = rate_ratio(Counts(first, 1.0, second, 1.0))
    if low <= 1 <= high:
        return []
    way = "fallen" if high < 1 else "risen"
    return [
        f"It had {way} already before it was done ({first} in the first half of that time, {second} in the second): a trend may be all that is seen."
    ]


def _merged(s: Series) -> list[str]:
    return (
        [f"{counted(s.merged, 'row')} began while another still lasted and {'is' if s.merged == 1 else 'are'} counted with it."]
        if s.merged
        else []
    )
