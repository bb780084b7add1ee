"""Holding: open a position and do nothing more."""

from typing import Unpack

from perplab.agents.context import Context, Script
from perplab.agents.entries import Entry, enter


def hold(ctx: Context, **entry: Unpack[Entry]) -> Script:
    """Open a position and hold it, whatever comes."""
    yield from enter(ctx, **entry)
