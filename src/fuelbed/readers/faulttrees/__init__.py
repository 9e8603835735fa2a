"""Readers of fault trees in outside formats, one file each; what they give is `core.faulttrees.FaultTree`."""
