"""Fault trees in outside formats: Open-PSA, Graphviz, Mermaid."""

from fuelbed.writers.faulttrees.graphs import graphviz, mermaid
from fuelbed.writers.faulttrees.openpsa import openpsa

__all__ = ["graphviz", "mermaid", "openpsa"]
