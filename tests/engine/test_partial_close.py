"""A partial close of a position whose isolated margin is below zero, which funding can make."""

from perplab.domain import commands as cm
from perplab.domain.instrument import Config, Kind, Settings
from perplab.domain.numbers import ONE, Money, Price, Qty, Rate
from perplab.engine.exchange import Exchange
from runs import SYMBOLS, instrument

SYMBOL = SYMBOLS[0]


def test_closing_a_part_takes_its_share_of_a_margin_below_zero() -> None:
    exchange = in_debt_and_in_profit()
    state = exchange.state
    position = state.accounts["ann"].positions[SYMBOL, cm.PositionSide.BOTH]
    assert position.margin == -29 * ONE
    assert position.quantity * 130 * ONE - position.cost == 60 * ONE * ONE

    wallet = state.accounts["ann"].futures
    exchange.execute(0, order(cm.Side.SELL, Qty(18 * ONE // 10)))

    # nine tenths of 60 in profit less nine tenths of 29 in debt; the tenth that stays is alike
    assert state.accounts["ann"].futures - wallet == 54 * ONE - 261 * ONE // 10
    assert position.margin == -29 * ONE // 10
    assert state.ledger.insurance == state.settings.insurance_fund


def in_debt_and_in_profit() -> Exchange:
    """Return a long of 2 bought at 100, at a mark of 130, after three payments of 13."""
    listed = (instrument(SYMBOL, (Kind.TRADE,)),)
    exchange = Exchange(Config(settings=Settings(taker_fee=Rate(0)), instruments=listed))
    commands: tuple[cm.Command, ...] = (
        cm.StartRun(),
        cm.OpenAccount(account="ann"),
        cm.Deposit(account="ann", wallet=cm.Wallet.FUTURES, amount=Money(100 * ONE)),
        cm.SetMarginMode(account="ann", symbol=SYMBOL, margin_mode=cm.MarginMode.ISOLATED),
        trade_at(100),
        order(cm.Side.BUY, Qty(2 * ONE)),
        trade_at(130),
        *[cm.SettleFunding(symbol=SYMBOL, rate=Rate(5 * ONE // 100))] * 3,
    )
    for command in commands:
        exchange.execute(0, command)
    return exchange


def trade_at(price: int) -> cm.ObserveTrade:
    return cm.ObserveTrade(symbol=SYMBOL, row=price, price=Price(price * ONE), quantity=Qty(0))


def order(side: cm.Side, quantity: Qty) -> cm.PlaceOrder:
    return cm.PlaceOrder(
        account="ann",
        symbol=SYMBOL,
        order_id="A",
        side=side,
        order_type=cm.OrderType.MARKET,
        quantity=quantity,
    )
