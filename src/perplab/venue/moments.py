"""Moments: when an action is done, as a time or as a price that is touched."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from perplab.domain.numbers import NumberError, parse_units
from perplab.venue.words import ActionError

NS_PER_SECOND = 1_000_000_000
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_UNIT_NS = {10: NS_PER_SECOND, 13: 1_000_000, 16: 1_000, 19: 1}
_DURATION = re.compile(r"(\d+)(ns|us|ms|s|m|h|d)")
_UNITS_NS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    **{unit: seconds * NS_PER_SECOND for unit, seconds in _SECONDS.items()},
}
_LATER = re.compile(r"\+(\d+)([smhd])")
_FRACTION = re.compile(r"[.,](\d+)")
_NANOSECOND_DIGITS = 9
_TOUCH = re.compile(r"(?:(last|mark)\s+)?(?:([^\s<>]+)\s+)?(?:(<=|>=)\s*)?([0-9.]+)")


class Touch(NamedTuple):
    """A price to be touched: from above if `falls`, from below if not, None for whichever."""

    symbol: str
    on_mark: bool
    falls: bool | None
    price: int


def parse_time(text: str, start_ns: int = 0) -> int:
    """Return a time in ns: ISO 8601 (UTC unless it says otherwise), a number, or +30m.

    A number counts s, ms, µs or ns by its digits; `start` and +30m count from the start of the
    run (s, m, h, d).
    """
    if text == "start":
        return start_ns
    later = _LATER.fullmatch(text)
    if later:
        return start_ns + int(later[1]) * _SECONDS[later[2]] * NS_PER_SECOND
    if text.isdecimal() and len(text) in _UNIT_NS:
        return int(text) * _UNIT_NS[len(text)]
    fraction = _FRACTION.search(text)
    if fraction and len(fraction[1]) > _NANOSECOND_DIGITS:
        raise ActionError(f"{text!r} is finer than a nanosecond")
    try:
        # datetime counts microseconds; what is finer is counted here.
        moment = datetime.fromisoformat(_FRACTION.sub("", text, count=1))
    except ValueError as error:
        raise ActionError(
            f"{text!r} is not a time; expected like 2024-08-05T13:30:00, +30m, start,"
            " or seconds to nanoseconds since 1970"
        ) from error
    since = moment.replace(tzinfo=moment.tzinfo or UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    nanoseconds = int(fraction[1].ljust(9, "0")) if fraction else 0
    return since // timedelta(seconds=1) * NS_PER_SECOND + nanoseconds


def parse_duration(text: str) -> int:
    """Return a length of time in ns, of `250ms`, `5s`, `15m`, `8h`, `1d`."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ActionError(f"{text!r} is not a length of time; expected like 250ms, 5s, 15m, 8h, 1d")
    return int(match[1]) * _UNITS_NS[match[2]]


def parse_touch(text: str, symbols: tuple[str, ...]) -> Touch:
    """Return a price to wait for, as `57300`, `<= 57300`, `mark ETHUSDT >= 4000`."""
    match = _TOUCH.fullmatch(text.strip())
    if match is None:
        raise ActionError(
            f"{text!r} is not a price to wait for; expected like 57300 or mark BTCUSDT <= 57300"
        )
    symbol = match[2] or (symbols[0] if len(symbols) == 1 else "")
    if symbol not in symbols:
        raise ActionError(f"{text!r} needs one of the symbols {', '.join(symbols)}")
    try:
        price = parse_units(match[4])
    except NumberError as error:
        raise ActionError(f"{text!r}: {error}") from error
    falls = None if match[3] is None else match[3] == "<="
    return Touch(symbol, match[1] == "mark", falls, price)


def format_time(time_ns: int) -> str:
    """Return a time as ISO 8601 in UTC, with as many decimals as it has."""
    seconds, fraction = divmod(time_ns, NS_PER_SECOND)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{fraction:09d}".rstrip("0") + "Z" if fraction else f"{text}Z"
