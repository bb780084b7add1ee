"""Liquidation prices and ratios of pools, beside the closed forms and beside the trigger."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, strategies as st

from perplab import liquidation_price
from perplab.domain.commands import MarginMode, PositionMode, PositionSide
from perplab.domain.instrument import Bracket, Config, Instrument, Kind, Settings
from perplab.domain.numbers import ONE, Money, Price, Qty, Rate, Value, format_units
from perplab.domain.state import Account, PoolKey, Position, State, cross_pool
from perplab.engine.outlook import Zone, liquidation_prices, outlook, printed, zone_of
from perplab.engine.risk import Risk, assess, is_liquidatable
from perplab.engine.standing import reaches

SYMBOLS = ("AAAUSDT", "BBBUSDT")
FAR = Price(10**7 * ONE)
STEEP = (
    (0, 2_000, 1, 0),
    (2_000, 6_000, 2, 20),
    (6_000, 20_000, 5, 200),
    (20_000, 10**6, 25, 4_200),
)
"""Floor, cap, percent and amount, so that small positions have several brackets."""

units = st.integers(1, 40).map(lambda tenths: tenths * ONE // 10)
prices = st.integers(500_000, 2_000_000).map(lambda cents: Price(cents * ONE // 1000))
wallets = st.integers(1, 40_000).map(lambda tenths: Money(tenths * ONE // 10))


def brackets() -> tuple[Bracket, ...]:
    return tuple(
        Bracket(
            floor=Money(floor * ONE),
            cap=Money(cap * ONE),
            rate=Rate(percent * ONE // 100),
            amount=Money(amount * ONE),
            max_leverage=4,
        )
        for floor, cap, percent, amount in STEEP
    )


def instrument(symbol: str) -> Instrument:
    return Instrument(
        symbol=symbol,
        tick=Price(1),
        step=Qty(1),
        min_quantity=Qty(1),
        max_quantity=Qty(10**6 * ONE),
        min_notional=Money(0),
        price_up=Rate(2 * ONE),
        price_down=Rate(0),
        max_orders=50,
        liquidation_fee=Rate(0),
        brackets=brackets(),
        streams=(Kind.TRADE,),
    )


def state_with(account: Account, marks: dict[str, Price]) -> State:
    instruments = tuple(instrument(symbol) for symbol in marks)
    state = State(Config(settings=Settings(), instruments=instruments))
    state.accounts[account.name] = account
    for symbol, mark in marks.items():
        state.prices[symbol].mark = state.prices[symbol].last = mark
    return state


def one_position(quantity: int, entry: int, margin: Money, mode: MarginMode) -> Account:
    account = Account(name="ann", number=0, position_mode=PositionMode.ONE_WAY)
    isolated = mode is MarginMode.ISOLATED
    account.futures = Money(0) if isolated else margin
    account.positions[SYMBOLS[0], PositionSide.BOTH] = Position(
        margin_mode=mode,
        quantity=Qty(quantity),
        cost=Value(quantity * entry),
        margin=margin if isolated else Money(0),
    )
    return account


@given(st.booleans(), units, st.tuples(prices, prices), wallets, st.sampled_from(MarginMode))
def test_the_price_of_one_position_is_the_closed_form(
    long: bool, size: int, entry_and_mark: tuple[Price, Price], margin: Money, mode: MarginMode
) -> None:
    entry, mark = entry_and_mark
    account = one_position(size if long else -size, entry, margin, mode)
    state = state_with(account, {SYMBOLS[0]: mark})
    view = outlook(state, account, SYMBOLS[0], PositionSide.BOTH)
    assert view is not None
    assume(view.margin_ratio is not None and view.margin_ratio < 1)
    expected = liquidation_price(
        "long" if long else "short",
        format_units(size),
        format_units(entry),
        format_units(margin),
        brackets(),
    )
    found, none = (view.below, view.above) if long else (view.above, view.below)
    assert none is None
    assert expected == (None if found is None else Decimal(format_units(found)))


@st.composite
def cross_accounts(draw: st.DrawFn) -> tuple[State, PoolKey]:
    """Draw a cross pool of one or two symbols, in hedge mode with both legs or one."""
    account = Account(name="ann", number=0, position_mode=PositionMode.HEDGE)
    account.futures = draw(wallets)
    symbols = SYMBOLS[: draw(st.integers(1, 2))]
    for symbol in symbols:
        sides = draw(st.sampled_from(((1,), (-1,), (1, -1))))
        for sign in sides:
            side = PositionSide.LONG if sign > 0 else PositionSide.SHORT
            quantity = sign * draw(units)
            account.positions[symbol, side] = Position(
                margin_mode=MarginMode.CROSS,
                quantity=Qty(quantity),
                cost=Value(quantity * draw(prices)),
            )
    return state_with(account, {symbol: draw(prices) for symbol in symbols}), cross_pool("ann")


@given(cross_accounts())
def test_a_pool_is_liquidated_by_the_first_price_at_or_beyond_and_by_none_before(
    drawn: tuple[State, PoolKey],
) -> None:
    state, key = drawn
    assume(not is_liquidatable(assess(state, key)))

    def dies_at(symbol: str, mark: int) -> bool:
        before = state.prices[symbol].mark
        state.prices[symbol].mark = Price(mark)
        dead = is_liquidatable(assess(state, key))
        state.prices[symbol].mark = before
        return dead

    for symbol in state.instruments:
        below, above = liquidation_prices(state, key, symbol)
        if below is None:
            assert not dies_at(symbol, 1)
        else:
            last = below.numerator // below.denominator
            assert last < 1 or dies_at(symbol, last)
            assert not dies_at(symbol, last + 1)
        if above is None:
            assert not dies_at(symbol, FAR)
        else:
            first = -(-above.numerator // above.denominator)
            assert dies_at(symbol, first)
            assert not dies_at(symbol, first - 1)


@given(st.booleans(), units, prices, wallets)
def test_the_bands_lead_to_the_liquidation_price_and_not_beyond(
    long: bool, size: int, entry: Price, margin: Money
) -> None:
    account = one_position(size if long else -size, entry, margin, MarginMode.ISOLATED)
    state = state_with(account, {SYMBOLS[0]: entry})
    key = PoolKey("ann", SYMBOLS[0], PositionSide.BOTH)
    assume(not is_liquidatable(assess(state, key)))
    below, above = liquidation_prices(state, key, SYMBOLS[0])
    account.positions[SYMBOLS[0], PositionSide.BOTH].called = True
    for _ in range(20):
        ((_, low, high),) = reaches(state, key)
        edge = low if long else high
        if edge is None or edge < 1:
            assert (below if long else above) is None or long
            return
        state.prices[SYMBOLS[0]].mark = Price(edge)
        if is_liquidatable(assess(state, key)):
            break
    if long:
        assert below is not None
        assert edge == below.numerator // below.denominator
    else:
        assert above is not None
        assert edge == -(-above.numerator // above.denominator)


def test_a_ratio_of_exactly_a_half_is_yellow_and_of_four_fifths_red() -> None:
    assert zone_of(risk(needed=49)) is Zone.GREEN
    assert zone_of(risk(needed=50)) is Zone.YELLOW
    assert zone_of(risk(needed=79)) is Zone.YELLOW
    assert zone_of(risk(needed=80)) is Zone.RED


def test_equity_that_is_gone_has_no_ratio_and_is_red() -> None:
    account = one_position(ONE, 100 * ONE, Money(5 * ONE), MarginMode.ISOLATED)
    state = state_with(account, {SYMBOLS[0]: Price(90 * ONE)})
    view = outlook(state, account, SYMBOLS[0], PositionSide.BOTH)
    assert view is not None
    assert view.margin_ratio is None
    assert view.zone is Zone.RED
    assert (view.below, view.above, view.distance) == (None, None, None)


def test_a_price_is_printed_half_up_and_none_at_zero() -> None:
    assert printed(Fraction(5, 2)) == 3
    assert printed(Fraction(1, 3)) is None
    assert printed(None) is None


def risk(*, needed: int) -> Risk:
    """Return a pool with an equity of 100 and so much maintenance margin."""
    return Risk(Value(100 * ONE**2), needed * ONE**3)  # type: ignore[arg-type]  # a Fine
