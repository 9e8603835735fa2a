"""Fuelbed in a notebook or a script: `fuelbed.load(path)`, `fuelbed.analyze(case)`, `fuelbed.review(text)`. Stable names (docs/api.md); everything else may move.

What is returned shows itself inline where there is something to show it in, and prints as text elsewhere. Nothing is read but the case's folder, and nothing is sent.
"""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fuelbed.core.errors import InputError

if TYPE_CHECKING:
    from fuelbed.core.case import Case
    from fuelbed.core.findings import Finding
    from fuelbed.core.reporting import Report
    from fuelbed.reviewing import Review

__all__ = ["Analysis", "InputError", "Reviewed", "analyze", "load", "review"]

_HEIGHT = 720  # pixels of the frame; the page scrolls within it


class Analysis:
    """The report of one case: what `analyze` gives. It shows itself inline in a notebook, and prints as the terminal's summary."""

    def __init__(self, report: Report) -> None:
        self.report = report

    @property
    def verdict(self) -> tuple[str, ...]:
        """The sentences that matter most."""
        return self.report.verdict

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Coded statements, each with its severity, its place and a cure."""
        return self.report.findings

    def part(self, name: str) -> Analysis:
        """One question alone, by its section ("§5") or engine ("threshold", "actions"). Raises `KeyError` with the names there are."""
        kept = tuple(s for s in self.report.sections if name in (s.section, s.engine))
        if not kept:
            there = ", ".join(f"{s.section or s.engine}" for s in self.report.sections)
            raise KeyError(f"no section is called {name!r}; there are {there}")
        return Analysis(replace(self.report, sections=kept, verdict=(), findings=(), summary=()))

    def html(self) -> str:
        """The self-contained page."""
        from fuelbed.report import render_html

        return render_html(self.report)

    def markdown(self) -> str:
        """As `fuelbed analyze --format md`."""
        from fuelbed.report import render_markdown

        return render_markdown(self.report)

    def data(self) -> dict[str, Any]:
        """As `fuelbed analyze --format json`; its schema is `fuelbed schema --report`."""
        from fuelbed.report import render_json

        made: dict[str, Any] = json.loads(render_json(self.report))
        return made

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that its styles and the notebook's do not meet. It may run its own script and reach nothing."""
        return f'<iframe sandbox="allow-scripts" style="width:100%;height:{_HEIGHT}px;border:0" srcdoc="{escape(self.html(), quote=True)}"></iframe>'

    def __str__(self) -> str:
        from fuelbed.report import render_text

        return render_text(self.report, 80)

    def __repr__(self) -> str:
        return f"<fuelbed.Analysis of {self.report.title!r}: {len(self.report.sections)} sections, {len(self.report.findings)} findings>"


class Reviewed:
    """What `fuelbed review` says of one text: what `review` gives. It prints as in the terminal."""

    def __init__(self, of: Review) -> None:
        self.of = of

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules found, with lines and cures."""
        return self.of.findings

    @property
    def questions(self) -> tuple[str, ...]:
        """One for each part of the account that the text leaves open."""
        return tuple(g.question for g in self.of.gaps)

    def data(self) -> dict[str, Any]:
        """As in `fuelbed review --format json`."""
        from fuelbed.reviewing.data import review_data

        return review_data(self.of, self.of.findings)

    def __str__(self) -> str:
        from fuelbed.reviewing.text import render_review

        return render_review(self.of, 80)

    def __repr__(self) -> str:
        return f"<fuelbed.Reviewed {self.of.document.title!r}: {len(self.findings)} findings, {len(self.questions)} questions>"


def load(path: str | PathLike[str]) -> Case:
    """The case in a folder (or its `case.yaml`). Raises `fuelbed.core.errors.InputError` with every fault."""
    from fuelbed.readers.case import read_case

    return read_case(Path(path))


def analyze(case: Case | str | PathLike[str], seed: int | None = None) -> Analysis:
    """Every question, answered or *asked for, not found*. Pure: the same case and seed give the same report."""
    from fuelbed.analysis import analyze as run
    from fuelbed.core.options import Options

    read = load(case) if isinstance(case, str | PathLike) else case
    return Analysis(run(read, Options() if seed is None else Options(seed=seed)))


def review(text: str | PathLike[str]) -> Reviewed:
    """A postmortem: its text, or the path of its file (a `pathlib.Path`, or a text of one line that ends in .md)."""
    from fuelbed.readers.postmortem import read_text
    from fuelbed.reviewing import review as run
    from fuelbed.text.read import read

    if isinstance(text, PathLike) or ("\n" not in text and text.endswith((".md", ".markdown"))):
        path = Path(text)
        return Reviewed(run(read(read_text(path), str(path))))
    return Reviewed(run(read(text, "text")))
