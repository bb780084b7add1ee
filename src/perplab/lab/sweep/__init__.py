"""Sweeps: the same decisions over many starts of one tape, each a run of its own."""
