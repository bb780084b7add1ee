"""Values: the exchange's integers as decimal numbers, and an agent's numbers as exact text."""

from decimal import Context, Decimal, InvalidOperation
from fractions import Fraction

from perplab.agents.errors import AgentError
from perplab.domain.numbers import DECIMALS, NumberError, format_units, parse_units

Number = Decimal | int | float | str
"""What an agent may write where a number is wanted; a float counts as the digits it prints."""

RATIO_DECIMALS = 12
_EXACT = Context(prec=100)


def decimal_of(units: int, decimals: int = DECIMALS) -> Decimal:
    """Return units of 10**-decimals as the exact decimal number, without needless zeros."""
    # Not the agent's own context, whose precision it may change; nor text, which takes longer.
    return _EXACT.divide(Decimal(units), Decimal(10**decimals))


def ratio_of(fraction: Fraction) -> Decimal:
    """Return a fraction to 12 decimals, cut toward zero."""
    scale = 10**RATIO_DECIMALS
    cut = abs(fraction.numerator) * scale // fraction.denominator
    return decimal_of(cut if fraction >= 0 else -cut, RATIO_DECIMALS)


def text_of(number: Number, what: str) -> str:
    """Return a number as plain text of at most 8 decimals, or `AgentError`."""
    return format_units(units_of(number, what))


def units_of(number: Number, what: str) -> int:
    """Return a number in 1e-8, exact, or `AgentError`."""
    try:
        return parse_units(str(number))
    except NumberError as error:
        cure = "; round it to the tick or step first" if _is_number(number) else ""
        raise AgentError(f"{what}: {error}{cure}") from error


def _is_number(number: Number) -> bool:
    try:
        return Decimal(str(number)).is_finite()
    except InvalidOperation:
        return False
