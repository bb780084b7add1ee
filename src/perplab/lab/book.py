"""A book: positions as a person states them, and the state in which an exchange would hold them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perplab.advice.verdict import AdviceError
from perplab.domain.commands import MarginMode, PositionMode, PositionSide
from perplab.domain.instrument import Config, Instrument, Settings
from perplab.domain.numbers import (
    ONE,
    Money,
    NumberError,
    Price,
    Qty,
    Value,
    format_units,
    parse_units,
)
from perplab.domain.state import Account, Position, Prices, State
from perplab.engine.margin import initial_margin
from perplab.tape.naming import market

OWNER = "trader"
_WORDS = re.compile(r"(long|short) (\S+) (\S+) at (\S+?)(?: mark (\S+))?", re.IGNORECASE)
_EXAMPLE = "'long 0.1 BTCUSDT at 60000' or '... at 60000 mark 59000'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A position of the book; quantity, entry and mark count 1e-8 and are above zero."""

    symbol: str
    is_long: bool
    quantity: int
    entry: int
    mark: int

    @property
    def cost(self) -> int:
        """Return quantity * entry, 1e-16."""
        return self.quantity * self.entry


def holding_of(text: str) -> Holding:
    """Return the position of words such as `long 0.1 BTCUSDT at 60000 mark 59000`."""
    match = _WORDS.fullmatch(" ".join(text.split()))
    if match is None:
        raise AdviceError(f"position {text!r}: expected words like {_EXAMPLE}")
    quantity, entry = (_above_zero(text, match[index]) for index in (2, 4))
    mark = entry if match[5] is None else _above_zero(text, match[5])
    is_long = match[1].lower() == "long"
    return Holding(
        symbol=market(match[3]), is_long=is_long, quantity=quantity, entry=entry, mark=mark
    )


def book_state(
    holdings: Sequence[Holding],
    mode: MarginMode,
    *,
    wallet: int,
    leverage: int,
    instruments: Mapping[str, Instrument],
) -> State:
    """Return the state in which one account, `trader`, holds the book in a margin mode.

    No fee is taken. Raises `AdviceError` where the wallet or the brackets do not allow it.
    """
    chosen = tuple(instruments[symbol] for symbol in sorted({one.symbol for one in holdings}))
    state = State(Config(settings=Settings(), instruments=chosen))
    account = Account(name=OWNER, number=0, position_mode=_position_mode(holdings))
    account.futures = Money(wallet)
    state.accounts[OWNER] = account
    for one in holdings:
        prices = state.prices[one.symbol]
        if prices.mark and prices.mark != one.mark:
            two = f"{format_units(prices.mark)} and {format_units(one.mark)}"
            raise AdviceError(f"{one.symbol}: two marks, {two}; expected one for all its positions")
        state.prices[one.symbol] = Prices(mark=Price(one.mark), last=Price(one.mark))
        account.leverage[one.symbol] = leverage
        account.margin_mode[one.symbol] = mode
        _hold(account, one, mode, leverage)
    for symbol in account.leverage:
        _check_bracket(state, account, symbol, leverage)
    bound = sum(initial_margin(one.cost, leverage) for one in holdings)
    if bound > wallet:
        raise AdviceError(
            f"wallet: found {format_units(wallet)}, expected at least {format_units(bound)},"
            f" the initial margin at {leverage}x"
        )
    return state


def side_of(account: Account, holding: Holding) -> PositionSide:
    """Return the position side under which an account holds it."""
    if account.position_mode is PositionMode.ONE_WAY:
        return PositionSide.BOTH
    return PositionSide.LONG if holding.is_long else PositionSide.SHORT


def is_hedged(holdings: Sequence[Holding], symbol: str) -> bool:
    """Return whether a symbol is held both ways."""
    return len({one.is_long for one in holdings if one.symbol == symbol}) > 1


def _position_mode(holdings: Sequence[Holding]) -> PositionMode:
    hedged = any(is_hedged(holdings, one.symbol) for one in holdings)
    return PositionMode.HEDGE if hedged else PositionMode.ONE_WAY


def _hold(account: Account, one: Holding, mode: MarginMode, leverage: int) -> None:
    """Add a holding to the account's position, its margin moved if that is isolated."""
    key = (one.symbol, side_of(account, one))
    position = account.positions.setdefault(key, Position(margin_mode=mode))
    sign = 1 if one.is_long else -1
    position.quantity = Qty(position.quantity + sign * one.quantity)
    position.cost = Value(position.cost + sign * one.cost)
    if mode is MarginMode.ISOLATED:
        margin = initial_margin(one.cost, leverage)
        position.margin = Money(position.margin + margin)
        account.futures = Money(account.futures - margin)


def _check_bracket(state: State, account: Account, symbol: str, leverage: int) -> None:
    """Refuse a leverage that the brackets do not allow for what is held."""
    held = sum(abs(one.cost) for (other, _), one in account.positions.items() if other == symbol)
    instrument = state.instruments[symbol]
    cap = instrument.notional_cap(leverage)
    if held <= cap * ONE:
        return
    if not cap:
        most = f"at most {instrument.max_leverage}"
        raise AdviceError(f"leverage: found {leverage}, but {symbol} allows {most}")
    raise AdviceError(
        f"{symbol}: the position is above {format_units(cap)}, the most that {leverage}x allows"
    )


def _above_zero(text: str, number: str) -> int:
    try:
        units = parse_units(number)
    except NumberError as error:
        raise AdviceError(f"position {text!r}: {error}; expected words like {_EXAMPLE}") from error
    if units <= 0:
        raise AdviceError(f"position {text!r}: found {number}, expected a number above zero")
    return units
