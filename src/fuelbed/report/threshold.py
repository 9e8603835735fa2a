"""What `fuelbed threshold` says: text at 80 columns, JSON, and the learned line as YAML."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import numpy as np

from fuelbed.core.shown import number, per_cent
from fuelbed.engines.threshold.learned import claim
from fuelbed.engines.threshold.scene import Scene
from fuelbed.numerics.threshold import Spread, failing, gradient, margins, spread
from fuelbed.numerics.threshold import needed as still_needed

__all__ = ["as_data", "as_text", "as_yaml"]

_WIDE = 79


def as_text(s: Scene, needed: bool = False) -> str:
    out = [line for part in claim(s).replace("`", "").split("\n") for line in wrap(part, _WIDE)]
    told = sorted(s.told, key=lambda x: (x.margin.median, x.index))
    widest = max(len(r) for r in s.records.labels)
    out += ["", f"{'record':{widest}}  {'was':9}  {'margin, noise sd':22}  chance to fail"]
    for x in told:
        out.append(
            f"{s.records.labels[x.index]:{widest}}  {'incident' if x.failed else 'near miss':9}  {_words(x.margin):22}  {number(x.blind)}"
        )
    out += ["", *wrap(_more(s), _WIDE)] if needed else []
    return "\n".join(out)


def _words(m: Spread) -> str:
    return f"{number(m.median)} ({number(m.low)}..{number(m.high)})"


def _more(s: Scene) -> str:
    found = still_needed(s.fit, s.today if s.today is not None else s.at, np.random.default_rng(1))
    if found.more is None:
        return f"Even {found.furthest} more records like these would not halve the interval of the margin, by simulation."
    return f"About {found.more} more records like these would halve the interval of the margin, by simulation."


def as_yaml(s: Scene) -> str:
    """A patch for `structure`; nothing to paste where the records make no line."""
    found = s.line
    text = found.text([_mention(s, n) for n in s.names]) if found is not None else ""
    asked = s.case.threshold.line or s.case.failure
    if found is None or not text:
        return "# The learned threshold makes no line: in most draws it fails without any factor, or no factor pushes."
    out = [
        f"# Learned from {len(s.records)} records: right for {found.right} of {found.of}; over the draws {per_cent(found.disagree)} % of them lie on the other side.",
        "# Medians over the posterior, the threshold scaled to 1. Each factor counts as there or not, so strengths between are rounded.",
    ]
    if s.fit.prior_dominated:
        out.append(f"# Prior-dominated: {s.fit.why}.")
    strangers = [n for n, w in zip(s.names, found.weights, strict=True) if w > 0 and n not in s.case.factors]
    if strangers:
        out.append(f"# Add to `factors` first: {', '.join(strangers)}.")
    return "\n".join([*out, "structure:", f"  {asked}: {text}"])


def _mention(s: Scene, name: str) -> str:
    """A factor as a line of the structure names it: a control by its failing."""
    return f"fails({name})" if name in s.case.factors and s.case.factors[name].kind == "control" else name


def as_data(s: Scene, needed: bool = False) -> dict[str, Any]:
    """Quantiles and shares as numbers; draws are not given."""
    g, found = gradient(s.fit, s.at), s.line
    out: dict[str, Any] = {
        "records": len(s.records),
        "incidents": int(s.records.failed.sum()),
        "prior_dominated": s.fit.prior_dominated,
        "why": s.fit.why,
        "rhat": float(s.fit.rhat),
        "effective_size": float(s.fit.ess),
        "margins": [
            {"record": s.records.labels[x.index], "failed": x.failed, "margin": _data(x.margin), "chance_to_fail": x.blind}
            for x in s.told
        ],
        "incident": None if s.incident is None else s.records.labels[s.incident],
        "today": None
        if s.today is None
        else {"margin": _data(spread(margins(s.fit, s.today))), "chance_to_fail": failing(s.fit, s.today)},
        "gradient": {
            n: {"median": float(g.median[i]), "low": float(g.low[i]), "high": float(g.high[i])} for i, n in enumerate(s.names)
        },
        "line": None
        if found is None
        else {"text": found.text(s.names), "right": found.right, "of": found.of, "disagree": found.disagree},
    }
    if s.shares is not None:
        out["shapley_shubik"] = dict(zip(s.names, map(float, s.shares.shapley), strict=True))
        out["banzhaf"] = dict(zip(s.names, map(float, s.shares.banzhaf), strict=True))
    if needed:
        out["needed"] = _more(s)
    return out


def _data(m: Spread) -> dict[str, float]:
    return {"median": m.median, "low": m.low, "high": m.high, "below": m.below}
