"""A fault tree as Open-PSA MEF 2.0d; what this writes, `readers/faulttrees/openpsa.py` reads back to the same tree."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from fuelbed.core.faulttrees import Chance, FaultTree, Group
from fuelbed.core.networks import Gate

__all__ = ["openpsa"]

_NAMES = {"uniform": "uniform-deviate", "normal": "normal-deviate", "lognormal": "lognormal-deviate",
          "lognormal_level": "lognormal-deviate", "gamma": "gamma-deviate", "beta": "beta-deviate", "glm": "GLM", "weibull": "Weibull",
          "periodic_test": "periodic-test"}  # fmt: skip  # the others are called as here
_MODELS = {"beta": "beta-factor", "mgl": "MGL", "alpha": "alpha-factor", "phi": "phi-factor"}


def openpsa(tree: FaultTree) -> str:
    """The text of an Open-PSA file. Gates without arguments are written as house events."""
    gates = tree.network.gates
    constant = {n: "true" if g.op == "and" else "false" for n, g in gates.items() if not g.args}
    out = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<opsa-mef>",
        f"  <define-fault-tree name={quoteattr(_identifier(tree.name))}>",
    ]
    for name in reversed(tree.network.upward()):
        if name not in constant:
            out += _gate(tree, name, gates[name], constant)
    out.append("  </define-fault-tree>")
    out.append("  <model-data>")
    for name, c in tree.events.items():
        inner = [] if c is None or name in _members(tree) else list(_chance(c, "      "))
        out += _define("basic-event", name, tree.labels.get(name, ""), inner)
    for name, value in constant.items():
        out += _define("house-event", name, tree.labels.get(name, ""), [f'      <constant value="{value}"/>'])
    for name, c in tree.parameters.items():
        out += _define("parameter", name, "", list(_chance(c, "      ")))
    out.append("  </model-data>")
    for g in tree.groups:
        out += _group(g)
    return "\n".join([*out, "</opsa-mef>"]) + "\n"


def _identifier(text: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "_" for c in text) or "tree"
    return kept if kept[0].isalpha() else f"t{kept}"


def _members(tree: FaultTree) -> set[str]:
    return {m for g in tree.groups for m in g.members}


def _define(kind: str, name: str, label: str, inner: list[str]) -> list[str]:
    head = f"    <define-{kind} name={quoteattr(name)}"
    body = [*([f"      <label>{_text(label)}</label>"] if label else []), *inner]
    return [f"{head}>", *body, f"    </define-{kind}>"] if body else [f"{head}/>"]


def _text(s: str) -> str:
    return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _gate(tree: FaultTree, name: str, gate: Gate, constant: dict[str, str]) -> list[str]:
    kinds = [("house-event" if a in constant else "gate" if a in tree.network.gates else "basic-event", a) for a in gate.args]
    leaves = [f"<{kind} name={quoteattr(a)}/>" for kind, a in kinds]
    if gate.op == "pass":
        inner = [f"      {leaves[0]}"]
    else:
        at = f' min="{gate.k}"' if gate.op == "atleast" else ""
        inner = [f"      <{gate.op}{at}>", *(f"        {x}" for x in leaves), f"      </{gate.op}>"]
    return _define("gate", name, tree.labels.get(name, ""), inner)


def _group(g: Group) -> list[str]:
    first = 2 if g.model in ("beta", "mgl") else 1
    level = {"beta": len(g.members)}.get(g.model, first)
    out = [f"  <define-CCF-group name={quoteattr(g.name)} model={quoteattr(_MODELS[g.model])}>", "    <members>"]
    out += [f"      <basic-event name={quoteattr(m)}/>" for m in g.members]
    out += ["    </members>", "    <distribution>", *_chance(g.chance, "      "), "    </distribution>"]
    for k, f in enumerate(g.factors):
        out += [f'    <factor level="{level + k}">', *_chance(f, "      "), "    </factor>"]
    return [*out, "  </define-CCF-group>"]


def _chance(c: Chance, indent: str) -> Iterator[str]:
    if c.op == "number":
        yield f'{indent}<float value="{c.value!r}"/>'
    elif c.op == "parameter":
        yield f"{indent}<parameter name={quoteattr(c.name)}/>"
    elif c.op == "time":
        yield f"{indent}<system-mission-time/>"
    elif c.op == "histogram":
        yield f"{indent}<histogram-deviate>"
        yield from _chance(c.args[0], indent + "  ")
        for bound, weight in zip(c.args[1::2], c.args[2::2], strict=True):
            yield f"{indent}  <bin>"
            yield from _chance(bound, indent + "    ")
            yield from _chance(weight, indent + "    ")
            yield f"{indent}  </bin>"
        yield f"{indent}</histogram-deviate>"
    else:
        tag = _NAMES.get(c.op, c.op)
        if not c.args:
            yield f"{indent}<{tag}/>"
            return
        yield f"{indent}<{tag}>"
        for a in c.args:
            yield from _chance(a, indent + "  ")
        yield f"{indent}</{tag}>"
