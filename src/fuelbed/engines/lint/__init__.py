"""§7: which well-known misconceptions does the text hold, and what does it leave open? Rules over a reading, one file each.

The answer for a case is `examine.examine`: a text alone needs nothing of the case language that it imports.
"""

from fuelbed.engines.lint.catalogue import all_rules, rule
from fuelbed.engines.lint.check import check
from fuelbed.engines.lint.gaps import Gap, gaps
from fuelbed.engines.lint.rule import Known, Rule, ToldLoop

__all__ = ["Gap", "Known", "Rule", "ToldLoop", "all_rules", "check", "gaps", "rule"]
