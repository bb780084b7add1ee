"""Prices: tick-file readers, columns, and the index that finds the next tick that matters."""
