"""Replay: one position through a tick file, the quick way: no file to write."""

import typer

from perplab.cli import replay_terms as terms


def replay(
    ticks: terms.Ticks,
    *,
    symbol: terms.Symbol,
    side: terms.Side,
    quantity: terms.Quantity,
    wallet: terms.Wallet,
    leverage: terms.Leverage = None,
    margin_mode: terms.MarginMode = None,
    profile: terms.Profile = None,
    at: terms.At = None,
    add_margin: terms.AddMargin = None,
    auto_add: terms.AutoAdd = False,
    stop: terms.Stop = None,
    take_profit: terms.TakeProfit = None,
    stop_on: terms.StopOn = "last",
    mark: terms.Mark = None,
    funding: terms.Funding = None,
    brackets: terms.Brackets = None,
    brackets_lookup: terms.BracketsLookup = False,
    start: terms.From = None,
    end: terms.To = None,
    candle_path: terms.CandlePath = None,
    columns: terms.Columns = None,
    tick: terms.Tick = None,
    settings: terms.Set = None,
    log: terms.Log = None,
    every_tick: terms.EveryTick = False,
    as_json: terms.Json = False,
) -> None:
    """Replay one position and print its life: would it have lived, and what did it cost?

    perplab replay BTCUSDT-aggTrades-2024-08-05.zip --symbol BTCUSDT --side long
    --quantity 0.1 --leverage 20 --wallet 1000 --add-margin 200@57300 --log run.db
    """
    from perplab.cli import replay_work  # noqa: PLC0415 - polars loads only when it has work

    chosen = replay_work.chosen(leverage, margin_mode, profile)
    asked = terms.Terms(
        prices=terms.PriceFiles(
            ticks=tuple(ticks),
            symbol=symbol,
            mark=tuple(mark or ()),
            funding=tuple(funding or ()),
            columns=columns,
        ),
        side=side,
        quantity=quantity,
        leverage=chosen.leverage,
        margin_mode=chosen.margin_mode,
        wallet=wallet,
        at=at,
        add_margin=tuple(add_margin or ()),
        auto_add=auto_add,
        stop=tuple(stop or ()),
        take_profit=tuple(take_profit or ()),
        trigger_on=stop_on,
        brackets=tuple(brackets or ()),
        brackets_lookup=brackets_lookup,
        start=start,
        end=end,
        candle_path=candle_path,
        tick=tick,
        settings=tuple(settings or ()),
    )
    opened = replay_work.replay(asked, log, every_tick=every_tick, as_json=as_json)
    if not opened:
        raise typer.Exit(2)
