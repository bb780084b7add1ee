"""Advice: what a trader might do now with an open position, by named rules and their numbers."""
