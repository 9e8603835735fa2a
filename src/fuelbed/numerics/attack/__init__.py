"""Attack graphs: AND/OR graphs that may have cycles, what is reachable in them, the cheapest cut, how deep the defence is."""

from fuelbed.numerics.attack.cut import Cut, cheapest_cut
from fuelbed.numerics.attack.depth import Depth, depth
from fuelbed.numerics.attack.graph import AndOr
from fuelbed.numerics.attack.words import choke_points, reached

__all__ = ["AndOr", "Cut", "Depth", "cheapest_cut", "choke_points", "depth", "reached"]
