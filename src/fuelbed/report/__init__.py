"""Renderers: one function per format over `core.reporting.Report`. Nothing here knows an engine.

Names are imported when they are asked for: a format's renderer, and what it needs, costs nothing to those who use another.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in `typing`, whose import is a tenth of a short command
if TYPE_CHECKING:
    from typing import Any

    from fuelbed.core.reporting import Report, Section
    from fuelbed.report.html import render_html
    from fuelbed.report.json import render_json, report_json_schema
    from fuelbed.report.markdown import render_markdown
    from fuelbed.report.terminal import render_text

__all__ = ["Report", "Section", "render_html", "render_json", "render_markdown", "render_text", "report_json_schema"]

_WHERE = {
    "Report": "fuelbed.core.reporting", "Section": "fuelbed.core.reporting", "render_html": "fuelbed.report.html",
    "render_json": "fuelbed.report.json", "render_markdown": "fuelbed.report.markdown", "render_text": "fuelbed.report.terminal",
    "report_json_schema": "fuelbed.report.json",
}  # fmt: skip  # one table


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)
