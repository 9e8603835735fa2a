"""The mathematics of declared maps: programs, systems, fixed points, continuation, basins, boundaries, loops."""
