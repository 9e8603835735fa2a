"""One answer out of the study, the groups and what they mean for the case."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from fuelbed.core.blocks import Answer, Ask, Block, Sentence
from fuelbed.core.case import Case
from fuelbed.core.estimates import Estimate
from fuelbed.core.facts import JointFailures, NotFound, Tipping
from fuelbed.core.options import Options
from fuelbed.core.shown import counted, listed, number
from fuelbed.engines.coupling.findings import findings
from fuelbed.engines.coupling.gather import Gathered, gather, span_words
from fuelbed.engines.coupling.system import Offered, System, of_declared, offered, system
from fuelbed.engines.coupling.tables import chances_table, cut_table, groups_table, matrix, pairs_table, system_estimates
from fuelbed.engines.coupling.words import HIDDEN, claim, cut_words, is_settled, times_words
from fuelbed.numerics.joint.bins import onsets
from fuelbed.numerics.joint.exact import longer
from fuelbed.numerics.joint.study import Study, clusters, study
from fuelbed.numerics.process.values import estimate, has_unknown_rates

__all__ = ["Looked", "answer", "look", "without_history"]

_FEW = 2  # components with a failure


@dataclass(frozen=True, eq=False)
class Looked:
    """Everything that was found out; the command prints it in other forms."""

    gathered: Gathered
    study: Study
    offered: tuple[Offered, ...]
    system: System | None


def look(case: Case, tipping: Tipping | None, options: Options) -> Looked | NotFound:
    """The study of a case's history, and what it means for the structure."""
    g = gather(case)
    if isinstance(g, NotFound):
        return g
    if len(np.unique(g.which)) < _FEW:
        what = "no component" if not len(g.which) else "one component"
        return NotFound(
            f"Is there a longer or wider log of failures? In {span_words(g.days * 86_400)} {what} failed, and two are needed to fail together.",
            "which parts fail together though they were thought independent",
        )
    s = study(
        g.names, g.which, g.starts, g.ends, g.window, g.reach, g.context, case.coupling.discovery, options.seed, spread=options.spread
    )  # fmt: skip  # one call
    o = clusters(onsets(g.which, g.starts, g.ends, len(g.names), g.window), g.reach)
    found = offered(case, g, s, o)
    return Looked(g, s, found, system(case, found, g, o, tipping, options.seed) if case.factors else None)


def answer(case: Case, tipping: Tipping | None, options: Options) -> Answer:
    """Answer §3 for a case with a history."""
    x = look(case, tipping, options)
    if isinstance(x, NotFound):
        return Answer("The history is too short or too narrow to say which parts fail together.", (Ask(x),))
    g, s = x.gathered, x.study
    blocks: list[Block] = []
    if s.surprising:
        blocks += [matrix(s), pairs_table(s, g)]
    if x.offered:
        blocks.append(groups_table(x.offered))
    blocks += _whole(case, x)
    blocks += _asks(s, g)
    if s.surprising:
        blocks.append(chances_table(s, g))
    blocks.append(_method(g, s))
    return Answer(claim(g, s, x.system), tuple(blocks), findings(case, g, s, x.offered, x.system), (_joint(x),))


def _joint(x: Looked) -> JointFailures:
    """The groups for the board, and what believing them would change; nothing of that where no cut set needs two of a group."""
    groups = {o.cause.of: _beta(o) for o in x.offered if o.cause is not None}
    n = x.system.numbers if x.system is not None and x.system.needed else None
    if n is None:
        return JointFailures(groups)
    known = not has_unknown_rates(n.model)
    given, counted_ = ((y or n.without)["probability"].after for y in (n.given, n.included))
    times = n.instead["hazard"].ratio
    return JointFailures(
        groups,
        estimate(given, "probability", "", known),
        estimate(counted_, "probability", "", known),
        Estimate(
            times.value if known and math.isfinite(times.value) else None,
            times.low,
            times.high,
            "plain",
            "times",
            method=times.method,
        ),
    )


def without_history(case: Case, tipping: Tipping | None, options: Options, missing: NotFound) -> Answer:
    """What the case's own common causes are worth, and what history would add; without any, the question alone."""
    nothing = "Nothing says which parts have failed together before"
    w = of_declared(case, tipping, options.seed)
    if w is None or w.numbers is None or not w.needed:
        return Answer(f"{nothing}.", (Ask(missing),))
    numbers, cuts = system_estimates(case, w, "with the common causes of the case"), cut_table(w)
    if not is_settled(w):
        return Answer(f"{nothing}.", (Ask(missing), replace(numbers, detail=True), replace(cuts, detail=True)))
    words = times_words(w, "By the common causes that it declares")
    return Answer(
        f"{nothing}; what the case declares to be shared can be weighed.\n{words}\n{cut_words(w)}".rstrip(),
        (numbers, cuts, Ask(missing)),
    )


def _beta(o: Offered) -> Estimate:
    return Estimate(
        o.share.value, o.share.low, o.share.high, "share", "", "measured", "90 % of the posterior (Jeffreys), from history"
    )


def _whole(case: Case, x: Looked) -> list[Block]:
    """The numbers of the system, or why there are none."""
    w = x.system
    if w is None:
        return _unmapped(case, x)
    if w.numbers is None:
        return [
            Sentence("The case is too large to be compiled with these common causes, so the risk with them is not worked out.")
        ]
    out: list[Block] = [system_estimates(case, w)]
    if w.needed:
        out.append(cut_table(w))
    large = [o for o in x.offered if o.cause is not None and len(o.cause.of) > 2]
    if large:
        out.append(
            Sentence(
                "Of three and more, only what takes all of them at once is counted; what takes some of them comes on top.",
                detail=True,
            )
        )
    out.append(
        Sentence("Nothing of this moves the numbers of the other questions: it is offered, and the case decides.", detail=True)
    )
    return out


def _unmapped(case: Case, x: Looked) -> list[Block]:
    if not x.study.groups or not case.factors:
        return []
    coupled = [o for o in x.offered if o.members]
    if coupled:
        names = listed(f"`{n}`" for n in coupled[0].members)
        text = f"{names} are not two controls, and only controls fail by a common cause: give what they share as a condition of its own."
        return [Sentence(text)]
    members = x.study.groups[0].members
    question = (
        f"Which control is {listed((f'`{m}`' for m in members), most=4)} in the structure? Say it under `coupling: components`, "
        "as `component: factor`."
    )
    return [Ask(NotFound(question, "how much of the risk sits in the intersection, and which cut sets are underestimated"))]


def _asks(s: Study, g: Gathered) -> list[Block]:
    """What could not be decided, and how much more would settle it."""
    undecided = s.of("undecided")
    if undecided:
        best = min((p for p in undecided if p.longer is not None), key=lambda p: p.longer or 0.0, default=None)
        text = f"{counted(len(undecided), 'pair')} {'is' if len(undecided) == 1 else 'are'} more often together than chance and not decided"
        if best is None or best.longer is None:
            return [Ask(NotFound(f"Is there a longer log? {text}.", "whether they are coupled"))]
        return [
            Ask(NotFound(f"Is there a longer log? {text}. {_more(best.a, best.b, best.longer, g)}", "whether they are coupled"))
        ]
    if s.surprising:
        return []
    near = [
        (t, p)
        for p in s.pairs
        if p.together > p.expected and (t := longer(p.together, p.expected, s.discovery / max(s.tests, 1)))
    ]
    if not near:
        return []
    times, p = min(near, key=lambda x: x[0])
    if times <= 1:
        return []
    return [Ask(NotFound(f"Is there a longer log? {_more(p.a, p.b, times, g)}", "whether they are coupled"))]


def _more(a: str, b: str, times: float, g: Gathered) -> str:
    """`... about 210 more records (8 months more at this rate) would settle ...`."""
    records, seconds = round((times - 1) * len(g.which)), (times - 1) * g.days * 86_400
    if times <= 1:
        return f"For `{a}` and `{b}`, a few more records would settle it."
    return (
        f"For `{a}` and `{b}`, if their lift is what it seems, {number(max(records, 1))} more records would settle it in 4 of 5 cases: "
        f"{span_words(seconds)} more at this rate."
    )


def _method(g: Gathered, s: Study) -> Sentence:
    how = "chosen by the resolution of the log" if g.chosen else "as the case says"
    alive = sum(n > 0 for n in s.components.values())
    parts = [
        f"{len(g.which):,} failures of {counted(alive, 'component')} in {span_words(g.days * 86_400)}; onsets within {span_words(g.reach)} ({how}) are together.",
        f"Held equal: {s.strata}. All {s.tests:,} pairs are tests; of the pairs called coupled {number(100 * s.discovery)} % may be none.",
        *s.notes,
        *g.said,
        *(["No dependencies are declared, so none can explain a pair."] if not g.declared and s.of(HIDDEN) else []),
    ]
    return Sentence(" ".join(parts), "muted", detail=True)
