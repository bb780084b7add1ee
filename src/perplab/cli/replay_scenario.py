"""A replay as a scenario: one account, called trader, that opens one position."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from perplab.cli.column_roles import columns_of
from perplab.cli.failures import UsageError
from perplab.cli.option_numbers import above_zero
from perplab.cli.replay_terms import Direction, FirstExtreme, Margin, PriceFiles, Terms
from perplab.domain.numbers import NumberError, format_units, parse_units
from perplab.lab.preparation import Setup, prepare
from perplab.lab.scenario import scenario_of
from perplab.tape.naming import market, symbol_of
from perplab.venue.moments import format_time, parse_time
from perplab.venue.plan import ActionPlan

TRADER = "trader"
_PRICE = re.compile(r"\d+(\.\d*)?")
_EPOCH_DIGITS = {10, 13, 16, 19}


def setup_of(terms: Terms) -> Setup:
    """Return the run that the terms ask for; files are found from the current folder."""
    symbol = market(terms.prices.symbol)
    if not symbol:
        raise UsageError("--symbol: found no name, expected a market, as BTCUSDT")
    data = {
        "name": "replay",
        "start": terms.start,
        "end": terms.end,
        "candle_path": path_of(terms.side, terms.candle_path).value,
        "settings": settings_of(terms.settings),
        "brackets": terms.brackets,
        "brackets_lookup": terms.brackets_lookup,
        "instrument": {} if terms.tick is None else {symbol: {"tick": terms.tick}},
        "account": [_account(terms, symbol)],
        **tapes_of(terms.prices),
    }
    setup = prepare(scenario_of(data, "replay"), Path())
    _check_leverage(setup, symbol, terms.leverage)
    return _in_time(setup, terms)


def tapes_of(prices: PriceFiles) -> dict[str, Any]:
    """Return a scenario's tapes and constant funding.

    A file whose name tells another symbol is read as that symbol's; without a symbol, files
    have to tell it.
    """
    symbol = market(prices.symbol)
    columns = columns_of(prices.columns) if prices.columns else None
    groups: dict[str, list[str]] = {}
    for name in prices.ticks:
        groups.setdefault(symbol_of(Path(name).name) or symbol, []).append(name)
    tapes: list[dict[str, Any]] = [
        {"files": tuple(files), "symbol": mine or None, "columns": columns}
        for mine, files in groups.items()
    ]
    if prices.mark:
        tapes.append({"files": prices.mark, "symbol": symbol or None, "kind": "mark"})
    rates = [text for text in prices.funding if _is_number(text)]
    if rates and len(prices.funding) > 1:
        raise UsageError("--funding: give one rate, or files; not both, and not two rates")
    if rates:
        return {"tape": tapes, "funding": [{"rate": rates[0], "symbol": symbol}]}
    if prices.funding:
        tapes.append({"files": prices.funding, "symbol": symbol or None, "kind": "funding"})
    return {"tape": tapes}


def path_of(side: Direction, asked: FirstExtreme | None) -> FirstExtreme:
    """Return the path inside a candle: the one against the position unless asked otherwise."""
    if asked is not None:
        return asked
    return FirstExtreme.LOW_FIRST if side is Direction.LONG else FirstExtreme.HIGH_FIRST


def settings_of(texts: tuple[str, ...]) -> dict[str, Any]:
    """Return the settings of texts like taker_fee=0.0004, or raise `UsageError`."""
    settings: dict[str, Any] = {}
    for text in texts:
        key, equals, value = (piece.strip() for piece in text.partition("="))
        if not (key and equals and value):
            raise UsageError(f"--set: found {text!r}, expected KEY=VALUE, as taker_fee=0.0004")
        if key in settings:
            raise UsageError(f"--set: {key} is given twice")
        settings[key] = _toml(value)
    return settings


def _toml(value: str) -> Any:
    """Return a value as a TOML file would hold it, a plain word as text."""
    try:
        return tomllib.loads(f"value = {value}", parse_float=str)["value"]
    except tomllib.TOMLDecodeError:
        return value


def _account(terms: Terms, symbol: str) -> dict[str, Any]:
    at = {} if terms.at is None else {"at": terms.at}
    verb = "buy" if terms.side is Direction.LONG else "sell"
    opening = [f"{verb} {_positive('--quantity', terms.quantity)} {symbol}"]
    if terms.auto_add:
        if terms.margin_mode is Margin.CROSS:
            raise UsageError("--auto-add: a cross position has no margin of its own to add to")
        opening.append(f"auto-add on {symbol}")
    opening += [_protection("stop", text, terms, symbol) for text in terms.stop]
    opening += [_protection("take-profit", text, terms, symbol) for text in terms.take_profit]
    actions = [{"do": do, **at} for do in opening]
    actions += [_addition(text, terms, symbol) for text in terms.add_margin]
    return {
        "name": TRADER,
        "futures": _positive("--wallet", terms.wallet),
        "margin_mode": terms.margin_mode.value,
        "leverage": terms.leverage,
        "actions": actions,
    }


def _protection(verb: str, text: str, terms: Terms, symbol: str) -> str:
    """Return the action of a stop or take-profit written as 58000 or 58000:50%."""
    option = f"--{verb}"
    if terms.trigger_on not in {"last", "mark"}:
        raise UsageError(f"--stop-on: found {terms.trigger_on!r}, expected last or mark")
    price, colon, part = text.partition(":")
    _positive(option, price)
    percent = ""
    if colon:
        if not part.endswith("%"):
            raise UsageError(f"{option}: found {text!r}, expected a part as 58000:50%")
        _positive(option, part.removesuffix("%"))
        percent = f" {part}"
    return f"{verb} {price}{percent} {symbol} on {terms.trigger_on}"


def _addition(text: str, terms: Terms, symbol: str) -> dict[str, str]:
    """Return the action of an addition written as 200@57300 or 200@2024-08-05T13:30."""
    if terms.margin_mode is Margin.CROSS:
        raise UsageError("--add-margin: a cross position has no margin of its own to add to")
    amount, at, moment = text.partition("@")
    if not at or not moment:
        raise UsageError(f"--add-margin: found {text!r}, expected AMOUNT@PRICE or AMOUNT@TIME")
    do = f"add-margin {_positive('--add-margin', amount)} {symbol}"
    is_price = _PRICE.fullmatch(moment) and len(moment) not in _EPOCH_DIGITS
    return {"do": do, "when": f"mark {symbol} {moment}"} if is_price else {"do": do, "at": moment}


def _check_leverage(setup: Setup, symbol: str, leverage: int) -> None:
    """Refuse a leverage that the exchange would refuse, before anything runs."""
    instrument = next(one for one in setup.config.instruments if one.symbol == symbol)
    if leverage > instrument.max_leverage:
        raise UsageError(
            f"--leverage: found {leverage}, but the brackets of {symbol} in force at"
            f" {format_time(setup.plan.start_ns)} allow at most {instrument.max_leverage}"
        )


def _in_time(setup: Setup, terms: Terms) -> Setup:
    """Return the setup with the additions after the opening, those at a time in its order."""
    (account,) = setup.plan.accounts
    start_ns = setup.plan.start_ns
    open_ns = parse_time(terms.at or "start", start_ns)
    if not start_ns <= open_ns:
        raise UsageError(f"--at: {terms.at} is before the start, {format_time(start_ns)}")

    def time_of(action: ActionPlan) -> int:
        return parse_time(action.at or "start", start_ns)

    count = len(account.actions) - len(terms.add_margin)
    opening, additions = account.actions[:count], account.actions[count:]
    timed = sorted((action for action in additions if not action.when), key=time_of)
    for action in timed:
        if time_of(action) < open_ns:
            raise UsageError(
                f"--add-margin: {action.at} is before the position is opened,"
                f" {format_time(open_ns)}"
            )
    touched = [action for action in additions if action.when]
    ordered = account.model_copy(update={"actions": (*opening, *touched, *timed)})
    return replace(setup, plan=setup.plan.model_copy(update={"accounts": (ordered,)}))


def _positive(option: str, text: str) -> str:
    """Return a number above zero as plain decimal text, or raise `UsageError`."""
    return format_units(above_zero(option, text, "a number"))


def _is_number(text: str) -> bool:
    try:
        parse_units(text)
    except NumberError:
        return False
    return True
