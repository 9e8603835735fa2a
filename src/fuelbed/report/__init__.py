"""Renderers: one function per format over `core.reporting.Report`. Nothing here knows an engine."""

from fuelbed.core.reporting import Report, Section
from fuelbed.report.html import render_html
from fuelbed.report.json import render_json, report_json_schema
from fuelbed.report.markdown import render_markdown
from fuelbed.report.terminal import render_text

__all__ = ["Report", "Section", "render_html", "render_json", "render_markdown", "render_text", "report_json_schema"]
