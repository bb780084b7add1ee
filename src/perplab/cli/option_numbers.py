"""Option numbers: decimal text of an option as a count of 1e-8, or what is wrong with it."""

from perplab.cli.failures import UsageError
from perplab.domain.numbers import ONE, NumberError, parse_units

_TOO_LARGE = ONE * 10**15


def units_of(option: str, text: str, expected: str) -> int:
    """Return a number in 1e-8, or raise `UsageError` naming the option and what was expected."""
    try:
        return parse_units(text)
    except NumberError as error:
        raise UsageError(f"{option}: {error}; expected {expected}") from error


def above_zero(option: str, text: str, expected: str) -> int:
    """Return a number above zero in 1e-8, as `units_of`; prices, quantities and amounts."""
    units = units_of(option, text, expected)
    if units <= 0:
        raise UsageError(f"{option}: found {text}, expected {expected} above zero")
    if units >= _TOO_LARGE:
        raise UsageError(f"{option}: found {text}, which is too large")
    return units
