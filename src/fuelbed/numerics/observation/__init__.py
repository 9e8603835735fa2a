"""What can be told from what is seen: discrete states from signals, states and parameters of a running system from its metrics."""
