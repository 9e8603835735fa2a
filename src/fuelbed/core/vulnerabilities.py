"""What public lists say about a vulnerability that a case names: CISA's known exploited vulnerabilities, FIRST's EPSS.

Both are knowledge about the world. Neither is a rate for one system, and none is taken from them without a word of the user.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fuelbed.core.findings import Span

__all__ = ["ExploitPrediction", "KnownExploited", "Vulnerability", "yearly_rate"]

_DAYS = 365.25 / 30  # stretches of 30 days in a year


@dataclass(frozen=True, slots=True)
class KnownExploited:
    """An entry of CISA's catalogue: exploitation of it was seen somewhere. `since` is the day on which it was added (YYYY-MM-DD), which is
    at or after the first exploitation; `ransomware`: known to be used by such campaigns; `due`: by when federal agencies had to act."""

    since: str
    name: str = ""
    ransomware: bool = False
    due: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ExploitPrediction:
    """A score of the Exploit Prediction Scoring System: `probability` that exploitation is observed anywhere within the 30 days after `date`
    (YYYY-MM-DD, "" where the file does not say); `percentile` is the share of all scored vulnerabilities that score at most as high."""

    probability: float
    percentile: float | None = None
    date: str = ""
    model: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """What is known of one CVE. A list that the case does not carry says nothing (`kev_read`, `epss_read` are then False); one that was
    read and does not name it says that it is not in it."""

    cve: str
    kev: KnownExploited | None = None
    epss: ExploitPrediction | None = None
    kev_read: bool = False
    epss_read: bool = False
    kev_released: str = ""


def yearly_rate(probability: float) -> float:
    """The rate (per year) at which something arrives within 30 days with this probability: -ln(1 - p) * 365.25 / 30."""
    return math.inf if probability >= 1 else -math.log1p(-probability) * _DAYS
