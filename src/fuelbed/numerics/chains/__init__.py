"""Sparse Markov chains: what noise does, which the fluid cannot say. Expected recovery and collapse times, and how the chain forgets."""

from __future__ import annotations

from fuelbed.numerics.chains.lattice import MOST_STATES, Chain, lattice_chain
from fuelbed.numerics.chains.words import NEVER, duration_words

__all__ = ["MOST_STATES", "NEVER", "Chain", "duration_words", "lattice_chain"]
