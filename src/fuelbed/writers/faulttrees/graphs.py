"""A fault tree as a drawing for others to lay out: Graphviz and Mermaid."""

from __future__ import annotations

from fuelbed.core.faulttrees import FaultTree

__all__ = ["graphviz", "mermaid"]


def _words(tree: FaultTree, name: str) -> tuple[str, str]:
    """What a node shows: its kind, and its label or name."""
    gate = tree.network.gates.get(name)
    if gate is None:
        return "", tree.labels.get(name, name)
    if not gate.args:
        return "true" if gate.op == "and" else "false", tree.labels.get(name, name)
    kind = f"{gate.k} of {len(gate.args)}" if gate.op == "atleast" else {"pass": ""}.get(gate.op, gate.op)
    return kind, tree.labels.get(name, name)


def _order(tree: FaultTree) -> dict[str, str]:
    """Identifiers for gates and events, the top first."""
    names = [*reversed(tree.network.upward()), *tree.events]
    return {n: f"n{i}" for i, n in enumerate(dict.fromkeys(names))}


def graphviz(tree: FaultTree) -> str:
    """DOT: boxes for gates, with what they are, circles for basic events."""
    ids = _order(tree)
    out = ["digraph fault_tree {", "  rankdir=TB;", '  node [fontname="sans-serif"];']
    for name, key in ids.items():
        kind, label = _words(tree, name)
        gate = tree.network.gates.get(name)
        shape = "circle" if gate is None else "house" if not gate.args else "box"
        text = _quoted(f"{label}\n{kind}" if kind else label)
        out.append(f"  {key} [shape={shape}, label={text}];")
    for name, gate in tree.network.gates.items():
        out += [f"  {ids[name]} -> {ids[a]};" for a in gate.args]
    return "\n".join([*out, "}"]) + "\n"


def _quoted(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{safe}"'


def mermaid(tree: FaultTree) -> str:
    """A Mermaid flowchart, as Markdown shows it."""
    ids = _order(tree)
    out = ["flowchart TD"]
    for name, key in ids.items():
        kind, label = _words(tree, name)
        text = "".join(c if c.isalnum() or c in " .,_-/" else f"#{ord(c)};" for c in label)
        body = f"{text}<br/><b>{kind}</b>" if kind else text
        out.append(f'  {key}["{body}"]' if name in tree.network.gates else f'  {key}(("{body}"))')
    for name, gate in tree.network.gates.items():
        out += [f"  {ids[name]} --> {ids[a]}" for a in gate.args]
    return "\n".join(out) + "\n"
