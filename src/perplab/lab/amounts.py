"""Amounts: exact counts as a person reads them, with thousands and units, and times in UTC."""

from datetime import UTC, datetime
from fractions import Fraction

from perplab.domain.numbers import DECIMALS, ONE, divide_half_up, format_units

_QUOTES = ("USDT", "USDC", "BUSD", "FDUSD", "TUSD", "USD")
NONE = "none"
_CENTS = 2


def base_of(symbol: str) -> str:
    """Return the currency that a symbol's quantity counts: BTC of BTCUSDT."""
    for quote in _QUOTES:
        if symbol.endswith(quote) and symbol != quote:
            return symbol.removesuffix(quote)
    return symbol


def quote_of(symbol: str) -> str:
    """Return the currency that a symbol's prices count: USDT of BTCUSDT."""
    return symbol.removeprefix(base_of(symbol)) or "USDT"


def exact(units: int) -> str:
    """Return all of a count of 1e-8, with thousands: 12,345.67."""
    whole, point, fraction = format_units(units).partition(".")
    return f"{int(whole):,}{point}{fraction}" if whole != "-0" else f"-0{point}{fraction}"


def rounded(units: int, places: int = _CENTS) -> str:
    """Return a count of 1e-8 to so many decimals; a smaller one to its first two digits."""
    if not units:
        return "0"
    small = DECIMALS + 1 - len(str(abs(units)))
    kept = min(DECIMALS, max(places, small + 1))
    step = 10 ** (DECIMALS - kept)
    return exact(divide_half_up(units, step) * step)


def price(units: int) -> str:
    """Return a price to eight significant digits, which is finer than any market's tick."""
    return rounded(units, max(0, 2 * DECIMALS - len(str(units))))


def signed(units: int) -> str:
    """Return a rounded amount with its sign: +12.3, -4."""
    return rounded(units) if units <= 0 else f"+{rounded(units)}"


def percent(ratio: Fraction | None) -> str:
    """Return a ratio in percent, rounded as an amount: 12.35%, 0.0016%."""
    if ratio is None:
        return "over 100%"
    return f"{rounded(divide_half_up(ratio.numerator * 100 * ONE, ratio.denominator))}%"


def ratio_text(ratio: Fraction | None) -> str | None:
    """Return a ratio's decimal text for programs, rounded half up to 8 decimals."""
    if ratio is None:
        return None
    return format_units(divide_half_up(ratio.numerator * ONE, ratio.denominator))


def moment(time_ns: int) -> str:
    """Return a time in UTC, cut to the second."""
    return datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def iso(time_ns: int) -> str:
    """Return a time as ISO 8601 in UTC, with all the decimals that it has."""
    seconds, rest = divmod(time_ns, 1_000_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:09d}".rstrip("0") + "Z" if rest else f"{text}Z"


def span(length_ns: int) -> str:
    """Return a length of time in its two largest units: 3 d 4 h, 12 min 5 s."""
    left = length_ns // 1_000_000_000
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "less than 1 s"
