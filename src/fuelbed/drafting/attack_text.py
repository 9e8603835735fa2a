"""The draft of an attack flow -> the text of `case.yaml`."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.attackflow import AttackFlow
from fuelbed.drafting.attacks import AttackFactor, attack_parts
from fuelbed.drafting.write import SCHEMA_LINE, comment, quoted

__all__ = ["write_attack_case"]

_NOTE = 600  # characters of a step's description that the case repeats


def write_attack_case(flow: AttackFlow) -> str:
    """The file's text; it validates as it is, and says `status: draft`."""
    draft = attack_parts(flow)
    out = [
        SCHEMA_LINE,
        "# A draft, made from an attack flow by rules; nobody has confirmed it. A flow is one chain that was seen, not every way there is.",
        "# Answer each `# ask:`, correct what is wrong, then delete `status: draft`.",
        *comment(
            "which zones does the attack pass? Name them under `zones`, give each asset its `zone`, and each exposure its `boundary`",
            "",
            "ask",
        ),
        *comment("what else could have set it off, or taken the place of a step? Every such exploit is a variant", "", "ask"),
        *(line for r in draft.remarks for line in comment(r, "")),
        "fuelbed: 1",
        "status: draft",
        f"title: {quoted(flow.name or 'Attack flow without a name')}",
        f"failure: {draft.failure}",
        *([f"summary: {quoted(flow.description)}"] if flow.description.strip() else []),
        *_sources(flow),
        "",
        "factors:",
    ]
    for f in draft.factors:
        out += _factor(f)
    out += ["", "structure:"]
    for line in draft.lines:
        out += [c for a in line.asks for c in comment(a, "  ", "ask")]
        out.append(f"  {line.name}: {line.expression}")
    if draft.assets:
        out += ["", "assets:"]
        for name, (what, gained) in draft.assets.items():
            out += [f"  {name}:", f"    what: {quoted(what)}", *([f"    gained: {gained}"] if gained else [])]
    return "\n".join(out) + "\n"


def _sources(flow: AttackFlow) -> Iterator[str]:
    rows = [r for r in flow.references if r.url or r.source or r.description]
    if rows:
        yield "sources:"
    for i, r in enumerate(rows, 1):
        yield f"  - id: s{i}"
        if r.url:
            yield f"    address: {quoted(r.url)}"
        yield f"    what: {quoted(': '.join(t for t in (r.source, r.description) if t) or r.url)}"


def _factor(f: AttackFactor) -> Iterator[str]:
    yield from (c for r in f.remarks for c in comment(r, "  "))
    yield from (c for a in f.asks for c in comment(a, "  ", "ask"))
    yield f"  {f.name}:"
    yield f"    kind: {f.kind}"
    yield f"    what: {quoted(f.what)}"
    for key, value in f.fields.items():
        yield f"    {key}: {quoted(value) if key in ('class', 'cve') else value}"
    if f.note.strip():
        yield f"    note: {quoted(f.note[:_NOTE])}"
