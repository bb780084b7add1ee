"""Verdict: what the adviser answers, and the reasons with the numbers that they rest on."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from perplab.domain.commands import MarginMode, PositionSide
from perplab.domain.numbers import Money, Qty
from perplab.engine.outlook import Outlook


class AdviceError(ValueError):
    """Advice that cannot be given: what was found, and what was expected."""


class Verdict(StrEnum):
    """What to do with a position now."""

    ADD_MARGIN = "add margin"
    PARTIAL_STOP = "partial stop"
    FULL_STOP = "full stop"
    LEAVE_IT = "leave it"
    TRAILING_STOP = "trailing stop"


class Rule(StrEnum):
    """The rules, in the order in which they are asked. docs/advice.md explains each."""

    STOP_CROSSED = "stop crossed"
    IN_PROFIT = "in profit"
    KEY_LEVEL = "key level broken"
    NEAR = "near liquidation"
    ADDED_BEFORE = "margin added before"
    HASTE = "acting in haste"
    CONCENTRATED = "too much in one position"
    AMOUNT = "more than may be added"
    TIME_LEFT = "time left"


class Unit(StrEnum):
    """What a figure counts: the first three in 1e-8, a share as a fraction, a time in ns."""

    PRICE = "price"
    MONEY = "money"
    QUANTITY = "quantity"
    SHARE = "share"
    COUNT = "count"
    TIME = "time"


class Figure(NamedTuple):
    """A number with its name and unit; the value is exact."""

    name: str
    unit: Unit
    value: int | Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule, whether it applies, and its numbers: what was found beside the threshold.

    `found` is None where the rule could not be asked, and `lacks` then says why. `more` holds
    what else the rule looked at.
    """

    rule: Rule
    applies: bool
    found: Figure | None = None
    limit: Figure | None = None
    more: tuple[Figure, ...] = ()
    lacks: str = ""

    def figure(self, name: str) -> Figure | None:
        """Return one of the further figures by its name."""
        return next((one for one in self.more if one.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The verdict on one position, the rule that decided it, and every rule's reason.

    `amount` is the money to move: into the isolated margin, or in cross from the spot and
    funding wallets into the futures wallet. `quantity` is how much to close; after a partial
    stop `amount` is what then goes to the rest. `entry` is the exact average price, `held` signed.
    `view` is how the position's pool stands, and
    `after` how it will once the advice is followed, None where nothing moves or nothing is left.
    """

    account: str
    symbol: str
    side: PositionSide
    margin_mode: MarginMode
    time_ns: int
    held: Qty
    entry: Fraction
    verdict: Verdict
    rule: Rule
    amount: Money = Money(0)
    quantity: Qty = Qty(0)
    reasons: tuple[Reason, ...]
    view: Outlook
    after: Outlook | None = None
