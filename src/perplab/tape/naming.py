"""What a file's name and folders say about the prices in it."""

import re
from pathlib import Path
from typing import Literal

from perplab.domain.instrument import Kind

CandleKind = Kind | Literal["funding", "index", "premium"]

_QUOTES = "USDT|USDC|BUSD|FDUSD|TUSD|USD"
_SETTLED = re.compile(rf"(?<![A-Z0-9])([A-Z0-9]+)[_/-]({_QUOTES})[_:](?:{_QUOTES})(?![A-Z0-9])")
_PAIR = re.compile(rf"(?<![A-Z0-9])([A-Z0-9]+)[_/-]({_QUOTES})(?![A-Z0-9])")
_PLAIN = re.compile(rf"(?<![A-Z0-9])([A-Z0-9]+?(?:{_QUOTES})(?:_(?:PERP|\d{{6}}))?)(?![A-Z0-9])")
_INTERVAL = re.compile(r"(?:^|[-_.])(\d{1,2})([smhdw])(?:[-_.]|$)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_FOLDERS = 3

_CANDLES: tuple[tuple[re.Pattern[str], CandleKind], ...] = (
    (re.compile(r"markPriceKlines|(?:^|[-_.])mark(?:[-_.]|$)"), Kind.MARK),
    (re.compile(r"(?:^|[-_.])funding_?rate(?:[-_.]|$)", re.IGNORECASE), "funding"),
    (re.compile(r"indexPriceKlines|(?:^|[-_.])index(?:[-_.]|$)"), "index"),
    (re.compile(r"premiumIndexKlines|(?:^|[-_.])premium(?:[-_.]|$)"), "premium"),
)


def symbol_of(text: str) -> str | None:
    """Return the market that a file name or cell speaks of, as the exchange writes it, or None.

    >>> symbol_of("BTC_USDT_USDT-1h-mark.feather")
    'BTCUSDT'
    """
    upper = text.upper()
    for pattern in (_SETTLED, _PAIR):
        if match := pattern.search(upper):
            return match[1] + match[2]
    match = _PLAIN.search(upper)
    return match[1] if match else None


def market(text: str) -> str:
    """Return a symbol in the exchange's writing: BTC/USDT:USDT and btcusdt are BTCUSDT."""
    upper = text.strip().upper()
    for pattern in (_SETTLED, _PAIR):
        if match := pattern.fullmatch(upper):
            return match[1] + match[2]
    return upper


def candle_kind_of(path: Path) -> CandleKind | None:
    """Return what candles these are as far as the name or the nearest folders tell, or None."""
    for text in (path.name, *(folder.name for folder in list(path.parents)[:_FOLDERS])):
        for pattern, kind in _CANDLES:
            if pattern.search(text):
                return kind
    return None


def interval_of(path: Path) -> int | None:
    """Return the candle length that the file's name states, in nanoseconds, or None."""
    match = _INTERVAL.search(path.name)
    return int(match[1]) * _SECONDS[match[2]] * 1_000_000_000 if match else None
