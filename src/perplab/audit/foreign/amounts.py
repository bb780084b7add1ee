"""Amounts: exact numbers and times from the text of exports, as exchanges and tools write them."""

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_WITH_ASSET = re.compile(r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*([A-Za-z][A-Za-z0-9]*)?")
_MOMENT = re.compile(
    r"(\d{2}|\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?"
    r"\s*(Z|UTC|[+-]\d{2}:?\d{2})?"
)
_OFFSET = re.compile(r"\(UTC[+-]{0,1}([+-]\d{1,2})(?::?(\d{2}))?\)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS_OF_DIGITS = {10: 10**9, 13: 10**6, 16: 10**3, 19: 1}
"""Nanoseconds of the unit of a time in so many digits: s, ms, us, ns."""


@lru_cache(maxsize=65_536)
def amount(text: str) -> Fraction:
    """Return the exact number of a text; thousands may have commas, exponents may stand.

    Raises `ValueError` for anything else.

    >>> amount("1,234.5"), amount("-2e-3")
    (Fraction(2469, 2), Fraction(-1, 500))
    """
    stripped = text.strip()
    if _GROUPED.fullmatch(stripped):
        return Fraction(stripped.replace(",", ""))
    if not _PLAIN.fullmatch(stripped) or not stripped.isascii():
        raise ValueError(f"{text!r} is not a decimal number")
    return Fraction(stripped)


def decimals(text: str) -> int:
    """Return how many decimals a number is printed with."""
    return len(text.strip().partition(".")[2])


def amount_with_asset(text: str) -> tuple[Fraction, str]:
    """Return the number and the asset of a cell such as `0.0352 BNB`; the asset may be missing."""
    found = _WITH_ASSET.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a number with an asset")
    return amount(found[1]), (found[2] or "").upper()


def moment(text: str, offset: timedelta | None = None) -> int:
    """Return a time in ns since the epoch: a count of s, ms, us or ns, or a date and time.

    A two-digit year is of this century. A text that names no zone is `offset` ahead of UTC.
    Raises `ValueError` for anything else.
    """
    stripped = text.strip()
    if stripped.isdecimal() and stripped.isascii() and len(stripped) in _UNITS_OF_DIGITS:
        return int(stripped) * _UNITS_OF_DIGITS[len(stripped)]
    found = _MOMENT.fullmatch(stripped)
    if found is None:
        raise ValueError(f"{text!r} is not a time")
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    year += 2000 if len(found[1]) == 2 else 0  # noqa: PLR2004 - digits of a year
    at = datetime(year, month, day, hour, minute, int(found[6] or 0), tzinfo=UTC)
    at -= _zone(found[8]) if found[8] else offset or timedelta()
    whole = (at - _EPOCH) // timedelta(seconds=1) * 10**9
    return whole + int((found[7] or "").ljust(9, "0"))


def names_zone(text: str) -> bool:
    """Return whether a time needs no zone from outside: a count, or a text that names one."""
    found = _MOMENT.fullmatch(text.strip())
    return found is None or found[8] is not None


def offset_in(name: str) -> timedelta | None:
    """Return how far ahead of UTC a file's name says that its times are, None if it does not.

    Binance names exports like `Binance-Futures-Trade-History-202603230520(UTC--6).csv`.
    """
    found = _OFFSET.search(name)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    return timedelta(hours=hours, minutes=-minutes if found[1].startswith("-") else minutes)


def _zone(text: str) -> timedelta:
    if not text.startswith(("+", "-")):
        return timedelta()
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if text.startswith("-") else size
