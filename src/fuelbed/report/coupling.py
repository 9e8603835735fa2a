"""What `fuelbed coupling` writes beside its page: pairs for a spreadsheet, everything for programs, common causes as YAML to paste."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from fuelbed.core.case import Case
from fuelbed.core.scanner import is_identifier, visible
from fuelbed.core.shown import inert, listed, number
from fuelbed.engines.coupling.answer import Looked
from fuelbed.engines.coupling.gather import span_words
from fuelbed.engines.coupling.system import Offered, System
from fuelbed.numerics.joint.study import PairResult

__all__ = ["FORMAT", "as_csv", "as_data", "suggestions"]

FORMAT = 1
_WIDTH = 100


def as_csv(x: Looked) -> str:
    """A row for each pair that was looked at closely, the surprising ones first; a cell that would be a formula is quoted as text."""
    out = io.StringIO()
    rows = [_flat(p) for p in x.study.pairs]
    names = list(rows[0]) if rows else ["a", "b", "together"]
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: _cell(v) for k, v in r.items()} for r in rows)
    return out.getvalue()


def _flat(p: PairResult) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, v in asdict(p).items():
        if isinstance(v, Mapping):
            row.update({f"{key}_{k}" if k != "value" else key: x for k, x in v.items()})
        elif key == "lag":
            row.update(dict.fromkeys((f"lag_{k}" for k in ("median", "low", "high", "after", "before", "p")), ""))
        else:
            row[key] = v
    return row


def _cell(v: Any) -> Any:
    if v is None or (isinstance(v, float) and math.isnan(v)):
        return ""
    if not isinstance(v, str):
        return v
    return inert(visible(v.replace("`", "")))


def as_data(case: Case, x: Looked) -> dict[str, Any]:
    """Plain data, infinities as None."""
    g, s = x.gathered, x.study
    return {
        "fuelbed-coupling": FORMAT,
        "title": case.title,
        "days": s.days,
        "failures": len(g.which),
        "window": g.reach,
        "window_chosen": g.chosen,
        "held_equal": s.strata,
        "discovery": s.discovery,
        "tests": s.tests,
        "components": dict(s.components),
        "pairs": [_finite(asdict(p)) for p in s.pairs],
        "groups": [_group(o) for o in x.offered],
        "system": _system(x.system),
        "notes": [*s.notes, *g.said],
    }


def _finite(v: Any) -> Any:
    if isinstance(v, float) and not math.isfinite(v):
        return None
    if isinstance(v, Mapping):
        return {str(k): _finite(x) for k, x in v.items()}
    return [_finite(x) for x in v] if isinstance(v, (list, tuple)) else v


def _group(o: Offered) -> dict[str, Any]:
    return {
        "components": list(o.group.members),
        "factors": list(o.members),
        "all_at_once": o.all_at_once,
        "all_at_once_by_chance": o.by_chance,
        "share_of_all": asdict(o.share),
        "events": list(o.group.events),
        "alpha": [asdict(a) for a in o.group.alpha],
        "beta": asdict(o.group.beta),
        "declared": o.declared.name if o.declared is not None else None,
    }


def _system(w: System | None) -> dict[str, Any] | None:
    if w is None or w.numbers is None:
        return None
    n = w.numbers
    found = {"independent": n.without, "history": n.included, **({"declared": n.given} if n.given is not None else {})}
    out: dict[str, Any] = {k: {o: _finite(asdict(c.after)) for o, c in rows.items()} for k, rows in found.items()}
    out["times"] = _finite({o: asdict(c.ratio) for o, c in n.included.items()})
    out["cut_sets"] = [
        _finite(
            {
                "example": [f for _, f in j.cut],
                "cut_sets": w.counts[j.members],
                "members": list(j.members),
                **{k: asdict(getattr(j, k)) for k in ("product", "joint", "times")},
            }
        )
        for j in w.cuts
    ]
    return out


# ---- the patch -------------------------------------------------------------------------------------------------------------------


def suggestions(case: Case, x: Looked) -> str:
    """`common_causes` for the case as YAML; comments say what each rests on, and what has no place in the structure yet."""
    found = list(x.offered)
    if not found:
        return (
            "# No group of components fails together more often than independence allows, so there is no common cause to add.\n"
        )
    entries = [line for o in found for line in _entry(case, o, x)]
    return (
        "\n".join(
            [
                *_comment("Take what you believe into the case file; nothing is changed by this command."),
                "common_causes:",
                *entries,
            ]
        )
        + "\n"
    )


def _entry(case: Case, o: Offered, x: Looked) -> Iterator[str]:
    if case.factors and o.cause is None:
        what = listed(_name(n) for n in (o.members or o.group.members))
        if o.members:
            text = f"{what}: not two controls. What they share is a condition of its own, in the lines of both."
        else:
            text = f"{what}: say which controls these are, under `coupling: components`, and run this again."
        yield from _comment(text, "  ")
        return
    of = o.cause.of if o.cause is not None else o.group.members
    if o.declared is not None:
        yield from _comment(f"in place of `{o.declared.name}`, which is declared", "  ")
    if not all(map(is_identifier, of)):
        yield from _comment("names as the log has them: write those of the controls of your case", "  ")
    yield f"  - of: [{', '.join(map(_name, of))}]"
    low, high = number(o.share.low).replace("−", "-"), number(o.share.high).replace("−", "-")
    yield f"    beta: {{value: {low if low == high else f'{low}..{high}'}, basis: measured, source: {_quoted(_source(case, o, x))}}}"
    if o.cause is not None and o.cause.acts_on == "fails":
        yield "    acts_on: fails"
    yield "    because: history shows that they fail together"


def _source(case: Case, o: Offered, x: Looked) -> str:
    """What history says, in words that stand in the case from then on."""
    s = x.study
    known = [c for c in o.group.members if not o.members or case.coupling.components.get(c, c) in o.members]
    rarest = min(known, key=lambda c: s.components[c])
    within = span_words(x.gathered.reach)
    return (
        f"{x.gathered.source}: of {s.components[rarest]} failures of {rarest} in {span_words(s.days * 86_400)}, "
        f"{number(100 * o.share.value)} % took all within {within}"
    )


def _comment(text: str, before: str = "") -> Iterator[str]:
    words, line = visible(text).split(), ""
    for w in words:
        if line and len(line) + len(w) > _WIDTH:
            yield f"{before}# {line}"
            line = ""
        line = f"{line} {w}".strip()
    yield f"{before}# {line}"


def _name(name: str) -> str:
    return name if is_identifier(name) else _quoted(name)


def _quoted(text: str) -> str:
    """A double-quoted scalar: no word of a log ends it."""
    inner = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'
