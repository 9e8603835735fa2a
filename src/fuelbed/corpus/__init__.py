"""Many postmortems and cases: what comes back, whatever set it off."""

from fuelbed.corpus.compare import Compared, compare
from fuelbed.corpus.entry import Entry

__all__ = ["Compared", "Entry", "compare"]
