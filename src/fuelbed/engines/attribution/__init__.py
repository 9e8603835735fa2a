"""§4: does the written story follow the risk, or what was convenient to record?"""

from fuelbed.engines.attribution.examine import case_gaps, examine, story_of
from fuelbed.engines.attribution.gaps import Gap, Gaps
from fuelbed.engines.attribution.spread import NOT_CLASSIFIED, By, Spread, spread
from fuelbed.engines.attribution.story import Story
from fuelbed.engines.attribution.tables import BASIS_NAMES, quotes
from fuelbed.engines.attribution.words import LIMITS, NAMES, ROLE_NAMES

__all__ = ["BASIS_NAMES", "LIMITS", "NAMES", "NOT_CLASSIFIED", "ROLE_NAMES", "By", "Gap", "Gaps", "Spread", "Story", "case_gaps", "examine", "quotes",
           "spread", "story_of"]  # fmt: skip  # one list
