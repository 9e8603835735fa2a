"""Findings: implicit trust boundaries, controls that are thinner than drawn, and dependencies that the numbers do not know."""

from __future__ import annotations

from collections.abc import Iterator

from fuelbed.core.engine_codes import ALL_CODES
from fuelbed.core.findings import Finding, Span
from fuelbed.core.shown import listed
from fuelbed.engines.exposure.scene import Ways
from fuelbed.numerics.attack.boundaries import implicit

__all__ = ["findings"]


def findings(scene: Ways) -> list[Finding]:
    return [*_boundaries(scene), *_thin(scene), *_unknown_to_numbers(scene)]


def _made(code: str, message: str, cure: str, span: Span | None) -> Finding:
    return Finding(code, ALL_CODES[code].severity, message, cure, span)


def _boundaries(scene: Ways) -> Iterator[Finding]:
    assets = scene.case.exposure.assets
    for c in implicit(scene.case):
        message = (
            f"the way from `{c.source}` ({c.source_zone}) to `{c.target}` ({c.target_zone}) crosses a trust boundary, "
            "and no exposure on it says what opens it."
        )
        cure = f"Add the exposure that lets it through, with a `boundary` from the one zone to the other, to `{assets[c.target].gained}`."
        yield _made("FB240", message, cure, c.span)


def _thin(scene: Ways) -> Iterator[Finding]:
    d = scene.layers
    if d.effective.groups is None or d.nominal.groups == d.effective.groups:
        return
    drawn = d.nominal.words
    for group, shared in zip(d.groups, d.shared, strict=True):
        if len(group) > 1:
            message = (
                f"{listed([f'`{n}`' for n in group])} fall together ({listed(list(shared)) or 'by others between them'}): "
                f"{drawn} layers are drawn, {d.effective.groups} are there."
            )
            yield _made("FB241", message, ALL_CODES["FB241"].cure, scene.case.factors[group[0]].span)


def _unknown_to_numbers(scene: Ways) -> Iterator[Finding]:
    """Controls that share a `depends_on`, and no common cause says how much of their failures that makes."""
    case = scene.case
    by: dict[str, list[str]] = {}
    for n in scene.layers.controls:
        for x in case.factors[n].traits.depends_on if n in case.factors else ():
            by.setdefault(x, []).append(n)
    for shared, names in by.items():
        if shared in case.factors or shared in case.lines:
            continue  # it stands in the lines by itself, and so in the numbers
        if len(names) > 1 and not any(len(set(names) & set(g.of)) > 1 for g in case.common_causes):
            message = f"{listed([f'`{n}`' for n in names])} depend on {shared}, but the numbers take them as independent."
            cure = f"Add `common_causes: [{{of: [{', '.join(names)}], beta: 0.1}}]`, or {shared} as a condition of its own in their lines."
            yield _made("FB242", message, cure, case.factors[names[0]].span)
