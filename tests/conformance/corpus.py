"""Odd cases that every engine must survive: shipped ones, the design's example, and the corners of the case language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from fuelbed.core.case import Case
from fuelbed.core.registry import owned_sections
from fuelbed.readers.case import parse_case, read_case
from tests.joint_failures import backups, failure_log, year

__all__ = ["CORPUS", "make"]

ROOT = Path(__file__).parents[2]
BUILT = tuple(name for name, row in owned_sections() if row.load)

HEAD = "fuelbed: 1\ntitle: an odd case\nfailure: out\n"
PARTS = """\
factors:
  push: {kind: trigger, rate: monthly}
  other: {kind: trigger, rate: 2 per year, lasts: 3 days}
  weak: {kind: condition, present: 0.2..0.6}
  old: {kind: condition, present: yes}
  guard: {kind: control, state: failed, fails: 0.05..0.4}
  last: {kind: control, fails: 0.1}
"""
LINE = "structure:\n  out: (push or other) and weak and old and fails(guard) and fails(last)\n"
ACTIONS = """\
actions:
  a1: {what: less push, does: [prevent push]}
  a2: {what: no weakness, does: [remove weak], cost: 3}
  a3: {what: a better guard, does: [set guard.fails to 0.01..0.02, make last perfect], cost: 1..5}
  a4:
    what: a new guard
    does: [add control fresh fails 0.1 on out]
  a5: {what: look at it, does: [observe out misses 0.1]}
  a6: {what: nothing the model knows}
  a7: {what: worse, does: [disable last]}
"""
FULL = PARTS + LINE + ACTIONS
MODELS = """\
structure:
  out: tips(push) and weak or tips(other) and fails(guard)
dynamics:
  retry:
    archetype: retry_service
    parameters:
      capacity: 100 per second
      load: {varies: 40..90 per second}
      timeout: 300 ms
      retries: 2..3
    pushes: {push: {load: times 1.6, lasts: 20 s}}
  spread:
    parameters: {catch: 0.5, heal: 0.2}
    states: {ill: {start: 0, range: 0..1}}
    next: {ill: ill + catch * ill * (1 - ill) - heal * ill}
    step: 1 h
    failed: ill > 0.5
    pushes: {other: {ill: plus 0.2}}
actions:
  a1: {does: [set retry.retries to 1]}
  a2: {does: [set retry.stale_work to dropped]}
  a3: {does: [set retry.retries to 0..1, remove weak]}
  a4: {does: [set spread.heal to 0.6, set retry.load to 20..30 per second]}
"""

CONTROLLED = """\
control_structure:
  orchestrator:
    what: Moves the primary
    process: the databases
    feedback: [lag, the telephone]
    actions:
      promote:
        what: makes a replica the primary
        unsafe:
          - {form: provided, when: the other has writes, leads_to: out, in_incident: yes, because: it saw nothing}
          - {form: wrong_time, when: too early, leads_to: weak}
          - {form: not_provided, when: the primary is gone, in_incident: no}
  people: {}
signals:
  lag: {sees: out, blind_when: weak}
"""
KEPT = """\
evidence:
  events:
    rows:
      - {at: '2025-09-29T10:00:00Z', end: '2025-09-29T10:20:00Z', name: east}
      - {at: '2025-09-29T10:10:00Z', name: west}
invariants:
  one_writer: {holds: not (event(east) and event(west))}
  few: {holds: "always(ill <= 0.1)", on: spread}
  heals: {holds: "ill > 0.1 -> eventually[0..2 h] ill <= 0.1", on: spread}
  quick: {holds: latency <= 300 ms}
"""


SIGNALS = """signals:
  lamp: {sees: out, misses: 0.02..0.1, false_alarms: 0.01}
  early: {sees: push and weak, misses: 0.1, false_alarms: beta(2 18), shares: pipe, blind_when: old and not weak}
  late: {sees: other, misses: 0.1..0.3, false_alarms: 0.05, shares: pipe}
  unread: {sees: fails(guard), misses: 0.2, false_alarms: 0.1}
  gauge: {sees: weak, misses: 0.05, false_alarms: 0.05, installed: no, cost: 2}
  gauge_too: {sees: weak, misses: 0.05, false_alarms: 0.05, installed: no, cost: 3, shares: pipe}
seen: {lamp: yes, early: {state: yes, at: 2025-09-29 17:05Z}, late: no}
hypotheses:
  first: {what: It was the other one, says: other and weak, at: 2025-09-29 17:00Z}
  then: {says: push and weak, at: 2025-09-29 18:00Z}
  never: {says: push and not weak and not old}
"""


def _sixty(plain: bool = False) -> str:
    """20 triggers, 20 uncertain conditions, 20 controls, in ten lines apart; `plain`: in the default structure."""
    factors = "".join(
        f"  t{i}: {{kind: trigger, rate: {i + 1} per year, lasts: 1 h}}\n"
        f"  c{i}: {{kind: condition, present: 0.1..0.9}}\n"
        f"  k{i}: {{kind: control, state: failed, fails: 0.1..0.3}}\n"
        for i in range(20)
    )
    if plain:
        return f"factors:\n{factors}actions:\n  a1: {{does: [remove c0, prevent t1]}}\n"
    lines = "".join(
        f"  l{i}: (t{2 * i} or t{2 * i + 1}) and c{2 * i} and (c{2 * i + 1} or fails(k{2 * i})) and fails(k{2 * i + 1})\n"
        for i in range(10)
    )
    every = " or ".join(f"l{i}" for i in range(10))
    return f"factors:\n{factors}structure:\n{lines}  out: {every}\nactions:\n  a1: {{does: [remove c0, prevent t1]}}\n"


TEXTS: Mapping[str, str] = {
    "full": HEAD + FULL,
    "no numbers": HEAD + "factors:\n  a: {kind: trigger}\n  b: {kind: trigger}\n  c: {kind: condition}\n  k: {kind: control, state: failed}\n"
    "structure:\n  out: (a or b) and c and fails(k)\nactions:\n  a1: {does: [remove c]}\n  a2: {does: [prevent a]}\n",
    "no triggers": HEAD + "factors:\n  c: {kind: condition, present: 0.3}\n  d: {kind: condition}\n  k: {kind: control}\n"
    "structure:\n  out: c and d and fails(k)\nactions:\n  a1: {does: [remove c]}\n",
    "no structure": HEAD + PARTS + ACTIONS,
    "no structure, no trigger": HEAD + "factors:\n  c: {kind: condition, present: 0.3}\n",
    "only a trigger": HEAD + "factors:\n  a: {kind: trigger}\n",
    "only a trigger, with a rate": HEAD + "factors:\n  a: {kind: trigger, rate: 3 per year}\nactions:\n  a1: {does: [prevent a]}\n",
    "only a control": HEAD + "factors:\n  k: {kind: control, state: missing}\n",
    "not": HEAD + PARTS + "structure:\n  out: (push and not weak or other and weak) and fails(guard)\n" + ACTIONS,
    "not of a line": HEAD + PARTS + "structure:\n  held: weak or old\n  out: push and not held and fails(last)\n",
    "cycle": HEAD + PARTS + "structure:\n  a: push and weak or b\n  b: a and old or other and fails(guard)\n  out: a and b\n" + ACTIONS,
    "cycle that starts nowhere": HEAD + PARTS + "structure:\n  a: b\n  b: a\n  out: a and push\n",
    "impossible incident": HEAD + FULL.replace("rate: monthly", "rate: monthly, in_incident: no").replace("3 days", "3 days, in_incident: no"),
    "standing failure": HEAD + PARTS + "structure:\n  out: old or push\n" + ACTIONS,
    "standing, perhaps": HEAD + PARTS + "structure:\n  out: weak or push and old\n" + ACTIONS,
    "zero rates": HEAD + FULL.replace("monthly", "0 per year").replace("2 per year", "0 per year"),
    "one zero rate": HEAD + FULL.replace("monthly", "0 per year"),
    "huge rates": HEAD + FULL.replace("monthly", "1e9 per year").replace("2 per year", "1e7..1e9 per year"),
    "tiny rates": HEAD + FULL.replace("monthly", "1e-300 per year").replace("2 per year", "1e-308..1e-200 per year"),
    "from zero": HEAD + FULL.replace("monthly", "0..10 per year").replace("2 per year", "0..1 per year"),
    "one rate unknown": HEAD + FULL.replace(", rate: monthly", ""),
    "certain and impossible": HEAD + FULL.replace("0.2..0.6", "0").replace("0.05..0.4", "1").replace("fails: 0.1}", "fails: 0}"),
    "all certain": HEAD + FULL.replace("0.2..0.6", "1").replace("0.05..0.4", "1").replace("fails: 0.1}", "fails: 1}"),
    "the whole range": HEAD + FULL.replace("0.2..0.6", "0..1").replace("0.05..0.4", "0..1").replace("fails: 0.1}", "fails: 0..1}"),
    "no actions section": HEAD + PARTS + LINE,
    "empty actions": HEAD + PARTS + LINE + "actions: {}\n",
    "actions that do nothing": HEAD + PARTS + LINE + "actions:\n  a1: {what: talk}\n  a2: {does: []}\n",
    "never": HEAD + PARTS + "structure:\n  out: false\n" + ACTIONS,
    "always": HEAD + PARTS + "structure:\n  out: true\n" + ACTIONS,
    "needs a contradiction": HEAD + PARTS + "structure:\n  out: push and weak and not weak\n" + ACTIONS,
    "factors without a part": HEAD + PARTS + "structure:\n  out: push\n" + ACTIONS,
    "threshold": HEAD + PARTS + "structure:\n  out: threshold(0.6, 0.4*push, 0.3*weak, 0.3*old, 0.2*fails(guard))\n" + ACTIONS,
    "negative weight": HEAD + PARTS + "structure:\n  out: push and threshold(0.2, 0.5*weak, -0.4*fails(guard), 0.1*old)\n" + ACTIONS,
    "at least": HEAD + PARTS + "structure:\n  out: push and atleast(2, weak, old, fails(guard), fails(last))\n" + ACTIONS,
    "tips": HEAD + PARTS + "structure:\n  out: tips(push) and weak or other and old\n" + ACTIONS,
    "models": HEAD + PARTS + MODELS,
    "models without numbers": HEAD + PARTS + MODELS.replace("100 per second", "").replace("300 ms", "").replace("2..3", ""),
    "models and no tips": HEAD + FULL + MODELS[MODELS.index("dynamics:") : MODELS.index("actions:")],
    "meeting triggers": HEAD + PARTS + "structure:\n  out: push and other and weak\n" + ACTIONS,
    "always on": HEAD + FULL.replace("3 days", "40 years") + "horizon: 1 year\n",
    "short horizon": HEAD + FULL + "horizon: 1 ms\n",
    "long horizon": HEAD + FULL + "horizon: 100000 years\n",
    "in force now": HEAD + FULL.replace("3 days", "3 days, today: yes").replace("0.2..0.6", "0.2..0.6, today: 0.1..0.2"),
    "shared number": HEAD + FULL.replace("0.05..0.4", "p").replace("fails: 0.1}", "fails: p}") + "numbers:\n  p: {value: 0.01..0.3, source: a guess, basis: judged}\n",
    "distributions": HEAD + FULL.replace("0.05..0.4", "beta(2 18)").replace("monthly", "lognormal(4 ef 5) per year").replace("0.2..0.6", "lognormal(0.02 ef 5)"),
    "common causes": HEAD + FULL + "common_causes:\n  - {of: [guard, last], beta: 0..1}\n  - {of: [last, guard], beta: 0.1, acts_on: fails, name: second}\n",
    "shared by an added control": HEAD + FULL.replace("0.1 on out", "0.1 on out shares guard") + "common_causes:\n  - {of: [guard, last], beta: 0.2, acts_on: fails}\n",
    "outcomes": HEAD.replace("failure: out\n", "") + PARTS
    + "structure:\n  out: push and weak\n  worse: out and fails(last)\noutcomes:\n  out: {loss: 0..30 minutes}\n  worse: {loss: 10 h}\n" + ACTIONS,
    "no loss": HEAD.replace("failure: out\n", "") + PARTS + LINE + "outcomes:\n  out: {loss: 0 USD}\n" + ACTIONS,
    "onset and duty": HEAD + "date: 2025-01-01\n" + FULL.replace("0.2..0.6", "0.1, since: 2020, onset: 0.1..0.5 per year").replace("present: yes}", "present: yes, duty: 0.2..0.3}"),
    "needs": HEAD + FULL.replace("fails: 0.1}", "fails: 0.1, needs: early}").replace("structure:\n", "structure:\n  early: push and weak\n").replace("observe out", "observe early"),
    "security words": HEAD + "factors:\n  cve: {kind: exploit, class: CWE-94, rate: yearly}\n  parser: {kind: exposure, present: yes, boundary: edge -> inside}\n"
    "structure:\n  out: cve and parser\nactions:\n  patch: {does: [prevent cve]}\n",
    "exploits without numbers": HEAD + "factors:\n  cve: {kind: exploit, class: a b}\n  other: {kind: exploit, class: a b, lasts: 2 days}\n  weak: {kind: exposure}\n"
    "  guard: {kind: control, depends_on: [x]}\n  last: {kind: control, state: missing, depends_on: [x]}\n"
    "structure:\n  out: back and weak and fails(guard) or cve and other and not weak\n  back: cve and fails(last) or out\nexposure: {goal: back}\nactions:\n  patch: {does: [prevent cve]}\n  patches: {does: [prevent cve, prevent other, make guard perfect]}\n",
    "an exposure and no exploit": HEAD + FULL.replace("kind: condition", "kind: exposure, cost: 0..2"),
    "held in the incident": HEAD + FULL.replace("fails: 0.1}", "fails: 0.1, in_incident: held}"),
    "layers": HEAD + FULL.replace("present: yes}", "present: yes, layer: database}").replace("0.2..0.6}", "0.2..0.6, layer: client}"),
    "invariants and events": HEAD + PARTS + MODELS + KEPT,
    "invariants without numbers": HEAD + PARTS + MODELS.replace("0.5, heal: 0.2", "0.5, heal: {what: not known}") + KEPT,
    "control structure": HEAD + FULL + CONTROLLED,
    "controls that need one signal": HEAD + FULL.replace("0.05..0.4}", "0.05..0.4, needs: lag}").replace("fails: 0.1}", "fails: 0.1, needs: lag}")
    + "signals:\n  lag: {sees: push and weak}\nsystem: {components: [a, b], depends_on: {a: [b]}}\n",
    "signals": HEAD + FULL + SIGNALS,
    "signals without numbers": HEAD + FULL + "signals: {lamp: {sees: weak}, bell: {sees: push or other, installed: no}}\nseen: {lamp: yes}\n",
    "signals and nothing seen": HEAD + FULL + SIGNALS[: SIGNALS.index("seen:")],
    "signals that contradict the model": HEAD + FULL + "signals: {lamp: {sees: out, misses: 0, false_alarms: 0}}\nseen: {lamp: no}\n",
    "a control that needs a signal": HEAD + FULL.replace("fails: 0.1}", "fails: 0.1, needs: lamp}").replace("observe out", "observe lamp")
    + "signals: {lamp: {sees: push or other, misses: 0.1..0.3, blind_when: weak}}\n",
    "a control that needs a candidate": HEAD + FULL.replace("fails: 0.1}", "fails: 0.1, needs: lamp}").replace("observe out", "observe lamp")
    + "signals: {lamp: {sees: weak, misses: 0.1, installed: no}}\n",
    "believed, with no signal": HEAD + FULL + "hypotheses: {evil: {says: other and not weak}, fine: {says: push, tried: 1}}\n",
    "signals over sixty factors": HEAD + _sixty() + "signals: {lamp: {sees: l0 or l1, misses: 0.1, false_alarms: 0.1}, bell: {sees: c3, misses: 0.1, false_alarms: 0.2, installed: no}}\nseen: {lamp: yes}\n",
    "sections of others": HEAD + FULL + "attribution: {scopes: {weak: team}, owners: {weak: lights}, ours: [lights], story: {old: []}}\nlint: {off: []}\n",
    "a limit in plain sight": HEAD + FULL + "threshold: {sums: {room: {limit: 10, over: yes, terms: {push: 1..3, weak: 2, base: 6..8}}}}\n",
    "sixty factors": HEAD + _sixty(),
    "sixty factors, one way": HEAD + _sixty(plain=True),
}  # fmt: skip  # one case an entry


def _shipped() -> dict[str, Callable[[], Case]]:
    folders = sorted(p.parent for p in (ROOT / "src/fuelbed/cases").glob("*/case.yaml"))
    return {f"shipped: {p.name}": (lambda p=p: read_case(p, BUILT)) for p in folders}


@cache
def _example() -> str:
    return (ROOT / "tests/unit/readers/design_example.yaml").read_text(encoding="utf-8")


CORPUS: Mapping[str, Callable[[], Case]] = {
    **_shipped(),
    "a history of failures": backups,
    "a history that is too short": lambda: backups(outages=failure_log(year()[:1])),
    "a history without a failure": lambda: backups(outages=failure_log([])),
    "design example": lambda: parse_case(_example(), built=BUILT),
    **{name: (lambda text=text: parse_case(text, built=BUILT)) for name, text in TEXTS.items()},
}


def make(name: str) -> Case:
    """A new case object: what was worked out for another one is not remembered for it."""
    return CORPUS[name]()
