"""Renderers: one function per format, all reading `core.reporting.Report`."""

from fuelbed.core.reporting import Report, Section
from fuelbed.report.html import render_html

__all__ = ["Report", "Section", "render_html"]
