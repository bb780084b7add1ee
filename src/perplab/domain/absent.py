"""Absent: message fields that are left out of the log where they are as by default."""

from dataclasses import field
from typing import TypeVar

T = TypeVar("T")

ABSENT = "absent"
"""The mark in a field's metadata that the journal reads."""


def absent(default: T) -> T:
    """Return a dataclass field with a default that is not written.

    So a message can grow a field, and what was written before it keeps its bytes.
    """
    made: T = field(default=default, metadata={ABSENT: True})
    return made
