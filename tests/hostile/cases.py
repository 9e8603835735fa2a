"""Cases that a stranger might send: too large, too deep, too many ways. Each is text, made when it is asked for."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

__all__ = ["LARGE", "MARKER", "REFUSED", "factors"]

MARKER = "hostilemarker"
HEAD = f"fuelbed: 1\ntitle: {MARKER}\nfailure: out\n"
UNCERTAIN = "condition, present: 0.1..0.9"


def factors(triggers: int, conditions: int, controls: int, present: str = "0.1..0.9") -> str:
    return (
        f"{HEAD}factors:\n"
        + "".join(f"  t{i}: {{kind: trigger, rate: monthly}}\n" for i in range(triggers))
        + "".join(f"  c{i}: {{kind: condition, present: {present}}}\n" for i in range(conditions))
        + "".join(f"  k{i}: {{kind: control, state: failed, fails: 0.1..0.5}}\n" for i in range(controls))
    )


def _lines(n: int, line: Callable[[int], str]) -> str:
    lines = "".join(f"  l{i}: {line(i)}\n" for i in range(1, n))
    return f"{factors(2, 2, 2)}structure:\n  l0: t0 and c0\n{lines}  out: l{n - 1} and fails(k1)\n"


def _gate(expression: str, n: int, kind: str = UNCERTAIN) -> str:
    """One line over `n` equal factors, met by a trigger, with two action items."""
    verb = "prevent" if kind.startswith("trigger") else "remove"
    rows = "".join(f"  x{i}: {{kind: {kind}}}\n" for i in range(n))
    return (
        f"{HEAD}factors:\n  t: {{kind: trigger, rate: monthly}}\n{rows}structure:\n  g: {expression}\n  out: t and g\n"
        f"actions:\n  a: {{does: [{verb} x1]}}\n  b: {{does: [{verb} x2, {verb} x3]}}\n"
    )


def _names(n: int) -> str:
    return ", ".join(f"x{i}" for i in range(n))


def _threshold(n: int, tau: float) -> str:
    chance = random.Random(1)
    return _gate(f"threshold({tau}, {', '.join(f'{chance.uniform(0.01, 1):.3f}*x{i}' for i in range(n))})", n)


def _actions(n: int, one: Callable[[int], str]) -> str:
    return f"{factors(3, 10, 10)}actions:\n" + "".join(f"  a{i}: {{does: [{one(i)}]}}\n" for i in range(n))


_ALIASES = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))

REFUSED: Mapping[str, tuple[Callable[[], str], str]] = {
    "alias bomb": (lambda: _ALIASES, "FB008"),
    "100,000 brackets": (lambda: "[" * 100_000, "FB004"),
    "100,000 braces": (lambda: "{a: " * 100_000, "FB004"),
    "100,000 dashes": (lambda: "- " * 100_000, "FB004"),
    "brackets in a field": (lambda: factors(1, 1, 1) + "system: {components: " + "[" * 100_000, "FB004"),
    "20 MB of comment": (lambda: "#" * 20_000_000, "FB002"),
    "20 MB of factors": (lambda: HEAD + "factors:\n" + "  a: {kind: trigger}\n" * 1_000_000, "FB002"),
    "threshold of 300 terms": (lambda: _threshold(300, 10), "FB026"),
    "parentheses": (lambda: _gate("(" * 900 + "x1" + ")" * 900, 2), "FB026"),
    "code for an expression": (lambda: _gate("__import__('os').system('true')", 2), "FB02"),
    "python tag": (lambda: f"!!python/object/apply:os.system ['{MARKER}']", "FB008"),
    "two momentary triggers": (lambda: _gate(f"all({_names(60)})", 60, "trigger, rate: monthly"), "FB027"),
    "thousands of faults": (
        lambda: HEAD + "factors:\n" + "".join(f"  X{i}: {{kynd: {MARKER}}}\n" for i in range(20_000)),
        "FB016",
    ),
}
"""Name -> text, and the code that must be among the faults."""

LARGE: Mapping[str, Callable[[], str]] = {
    "5,000 triggers": lambda: factors(5_000, 1, 1),
    "5,000 controls": lambda: factors(1, 0, 5_000),
    "5,000 factors": lambda: factors(1_700, 1_700, 1_600),
    "chain of 3,000 lines": lambda: _lines(3_000, lambda i: f"l{i - 1} and (c1 or fails(k0))"),
    "chain of 20,000 lines": lambda: _lines(20_000, lambda i: f"l{i - 1} and (c1 or fails(k0))"),
    "cycle of 3,000 lines": lambda: _lines(3_000, lambda i: f"l{i - 1} or " + (f"l{i + 1}" if i < 2_999 else "t1")),
    "ring of 5,000 lines": lambda: f"{factors(1, 1, 0)}structure:\n"
    + "".join(f"  l{i}: l{(i + 1) % 5_000} and c0 or t0\n" for i in range(5_000))
    + "  out: l0\n",
    "threshold of 45 terms": lambda: _threshold(45, 10),
    "threshold of 60 terms": lambda: _threshold(60, 12.5),
    "at least 20 of 40 conditions": lambda: _gate(f"atleast(20, {_names(40)})", 40),
    "at least 20 of 40 triggers": lambda: _gate(f"atleast(20, {_names(40)})", 40, "trigger, rate: monthly, lasts: 1 d"),
    "at least 150 of 300": lambda: _gate(f"atleast(150, {_names(300)})", 300),
    "60 pairs, any": lambda: _gate(" or ".join(f"x{2 * i} and x{2 * i + 1}" for i in range(60)), 120),
    "60 pairs, all": lambda: _gate(" and ".join(f"(x{2 * i} or x{2 * i + 1})" for i in range(60)), 120),
    "1,000 action items": lambda: _actions(1_000, lambda i: f"remove c{i % 10}, set k{i % 10}.fails to 0.0{i % 9 + 1}"),
    "2,000 added controls": lambda: _actions(2_000, lambda i: f"add control n{i} fails 0.1 on out"),
    "200 distributions": lambda: factors(5, 200, 0, "beta(2 18)"),
    "1,000 common causes": lambda: factors(3, 4, 40)
    + "common_causes:\n"
    + "".join(f"  - {{of: [k{i % 40}, k{(i * 7 + 1) % 40}], beta: 0.1}}\n" for i in range(1_000)),
    "5,000 signals": lambda: factors(3, 3, 3)
    + "signals:\n"
    + "".join(f"  s{i}: {{sees: c{i % 3}, misses: 0..0.{i % 9 + 1}, shares: g{i % 50}, installed: {'yes' if i % 2 else 'no'}}}\n" for i in range(5_000))
    + "seen:\n"
    + "".join(f"  s{i}: no\n" for i in range(1, 5_000, 2))
    + "hypotheses:\n"
    + "".join(f"  h{i}: {{says: c{i % 3} and not t{i % 3}}}\n" for i in range(1_000)),
    "3,000 controllers": lambda: factors(1, 1, 1)
    + "control_structure:\n"
    + "".join(f"  c{i}: {{actions: {{a: {{unsafe: [{{form: provided, when: x, leads_to: out}}]}}}}}}\n" for i in range(3_000)),
    "20,000 invariants": lambda: factors(1, 1, 1)
    + "evidence: {events: {rows: [{at: '2025-09-29T10:00:00Z', name: x}, {at: '2025-09-29T10:05:00Z', name: y}]}}\ninvariants:\n"
    + "".join(f"  i{i}: {{holds: not event(x) or event(y)}}\n" for i in range(20_000)),
    "rates near the largest number": lambda: factors(2, 1, 1).replace("monthly", "1e300 per year"),
    "rates near the smallest number": lambda: factors(2, 1, 1).replace("monthly", "1e-300 per year"),
}  # fmt: skip  # one case an entry
"""Name -> text of a case that is well formed; it is analyzed, or said to be too much."""
