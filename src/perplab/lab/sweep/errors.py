"""Errors of a sweep."""


class SweepError(ValueError):
    """A sweep that cannot be done: what was asked or found, and what was expected."""
