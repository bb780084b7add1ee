"""Study: how near forced orders were filled to the liquidation price that their limits imply."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from perplab.audit.foreign.forced import NEAR
from perplab.audit.foreign.records import QUOTES, Forced
from perplab.audit.foreign.stream import Seen

LARGE = Fraction(1, 100)
"""A symbol whose first bracket asks for less than this is a large cap, as the exchange sees it."""


MEANING = (
    (
        "The limit of a forced order is taken as the bankruptcy price of a position that is alone;"
        " with the brackets of the day it implies a liquidation price. A fill near it says that the"
        " position was liquidated when its equity was at its maintenance margin."
    ),
    (
        "A fill further away says one of three things, and the stream cannot tell which: the market"
        " moved between trigger and fill, the pool held other positions too, or the limit was"
        " rounded to a coarse tick."
    ),
    (
        "Brackets of a later day say nothing: where the rate has changed by half a percent since,"
        " every implied price is that much off."
    ),
    "At most one order per symbol and second is published, so this is a sample.",
)
"""What the table means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """Forced orders of a class: how many, and how near their fills are to the implied price.

    Shares are of 1; `median` and `worst_tenth` (what nine in ten are within) are distances as
    shares of the implied liquidation price. None where there is none.
    """

    name: str
    criterion: str
    orders: int
    near: Fraction | None
    median: Fraction | None
    worst_tenth: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The table, and how it came about."""

    rows: tuple[StudyRow, ...]
    recorded: int
    repeated: int
    without_average: int
    without_brackets: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what the table counts and what it means, in words."""
        left_out = self.without_average + self.without_brackets
        counted = (
            f"{self.recorded:,} rows, of which {self.repeated:,} are duplicates; {left_out:,}"
            f" orders are not counted: {self.without_average:,} have no average price, of"
            f" {self.without_brackets:,} the symbol is in no bracket table."
        )
        return (counted, *MEANING)


def study_of(seen: Sequence[Seen], recorded: int, repeated: int) -> Study:
    """Return the study of the orders that an audit saw."""
    told = [one for one in seen if one.away is not None]
    return Study(
        rows=tuple(
            _row(name, criterion, [one for one in told if belongs(one)])
            for name, criterion, belongs in CLASSES
        ),
        recorded=recorded,
        repeated=repeated,
        without_average=sum(one.order.average is None for one in seen),
        without_brackets=sum(
            one.first_rate is None and one.order.average is not None for one in seen
        ),
    )


def _row(name: str, criterion: str, seen: Sequence[Seen]) -> StudyRow:
    away = sorted(abs(one.away) for one in seen if one.away is not None)
    near = Fraction(sum(one <= NEAR for one in away), len(away)) if away else None
    return StudyRow(
        name=name,
        criterion=criterion,
        orders=len(away),
        near=near,
        median=_quantile(away, Fraction(1, 2)),
        worst_tenth=_quantile(away, Fraction(9, 10)),
    )


def _quantile(values: Sequence[Fraction], share: Fraction) -> Fraction | None:
    """Return the middle value, or of sorted values that below which a share of them lies."""
    if not values:
        return None
    place = (len(values) - 1) * share
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def _base(order: Forced) -> str:
    pair = order.symbol.partition("_")[0]
    return next((pair.removesuffix(quote) for quote in QUOTES if pair.endswith(quote)), pair)


def _is_large(seen: Seen) -> bool:
    rate = seen.first_rate
    rest = _base(seen.order) not in {"BTC", "ETH"}
    return seen.dated and rest and rate is not None and rate < LARGE


def _is_other(seen: Seen) -> bool:
    rest = _base(seen.order) not in {"BTC", "ETH"}
    return seen.dated and rest and not _is_large(seen)


CLASSES: tuple[tuple[str, str, Callable[[Seen], bool]], ...] = (
    ("BTC", "every contract on BTC", lambda seen: seen.dated and _base(seen.order) == "BTC"),
    ("ETH", "every contract on ETH", lambda seen: seen.dated and _base(seen.order) == "ETH"),
    ("large caps", "first bracket's maintenance rate below 1%", _is_large),
    ("others", "first bracket's maintenance rate 1% or more", _is_other),
    ("all of these", "brackets of the day", lambda seen: seen.dated),
    ("later brackets", "the earliest brackets given are of a later day", lambda s: not s.dated),
)
"""Name, criterion in words, and who belongs: the first four to be judged by, the last not."""
