"""§7: which well-known misconceptions does the text hold, and what does it leave open? Rules over a reading, one file each."""

from fuelbed.engines.lint.catalogue import all_rules, rule
from fuelbed.engines.lint.check import check
from fuelbed.engines.lint.examine import examine
from fuelbed.engines.lint.gaps import Gap, gaps
from fuelbed.engines.lint.rule import Known, Rule, ToldLoop

__all__ = ["Gap", "Known", "Rule", "ToldLoop", "all_rules", "check", "examine", "gaps", "rule"]
