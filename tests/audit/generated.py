"""Generated corruptions: one change of a right log, drawn from a seed, that always makes it wrong.

A run's commands and its tape leave no choice: they have one right log. So whatever is changed in
its events alone, or in a row of the tape, is wrong, and so is a command whose own answer says
otherwise. What a user asked for and did not get is never changed: it might have been refused too.
"""

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from audit.forging import Entry, Line, Log, bumped
from audit.world import recorded
from audit.worlds import WORLDS, text_of, world
from perplab.domain import commands as cm, events as ev
from perplab.domain.reasons import Cancellation, Expiry, Reason
from perplab.lab.preparation import Setup
from runs import Chance

DECIMALS = {"equity": 16, "cost": 16, "maintenance": 24}
"""Of numbers that have more than eight."""
CHOICES: dict[str, list[str]] = {
    "side": list(cm.Side),
    "position_side": list(cm.PositionSide),
    "margin_mode": list(cm.MarginMode),
    "position_mode": list(cm.PositionMode),
    "wallet": list(cm.Wallet),
    "source": list(cm.Wallet),
    "target": list(cm.Wallet),
    "order_type": list(cm.OrderType),
    "time_in_force": list(cm.TimeInForce),
    "trigger_on": list(cm.TriggerOn),
    "taker": list(ev.Taker),
    "outcome": list(ev.Outcome),
    "cancellation": list(Cancellation),
    "expiry": list(Expiry),
    "reason": list(Reason),
}
ECHOED = {
    "Deposit": "Deposited",
    "Withdraw": "Withdrawn",
    "Transfer": "Transferred",
    "SetLeverage": "LeverageSet",
    "SetMarginMode": "MarginModeSet",
    "SetPositionMode": "PositionModeSet",
    "AddMargin": "MarginAdded",
    "ReduceMargin": "MarginReduced",
    "SetAutoAddMargin": "AutoAddMarginSet",
    "PlaceOrder": "OrderAccepted",
    "AmendOrder": "OrderAmended",
    "CancelOrder": "OrderCanceled",
    "SettleFunding": "FundingPaid",
}
"""Commands and the answers that repeat their fields."""
Draw = random.Random


@lru_cache(maxsize=64)
def drawn(seed: int) -> tuple[Setup, str]:
    """Return a run drawn from a seed, and its right log."""
    chance = Chance(seed).draw()
    setup = Setup(config=chance.config, plan=chance.plan, prices=chance.prices)
    return setup, recorded(setup)


def right_log(draw: Draw) -> tuple[Setup, str]:
    """Return a run and its right log: a drawn one, now and then a world."""
    if draw.random() < 0.3:
        name = draw.choice(list(WORLDS))
        return world(name), text_of(name)
    return drawn(draw.randrange(40))


def corrupted(seed: int) -> tuple[Log, str]:
    """Return a log with one corruption, and the corruption in words."""
    draw = random.Random(seed)
    while True:
        setup, right = right_log(draw)
        log = Log.of(setup, right)
        what = draw.choice(WAYS)(log, draw)
        if what is not None and log.text != right:
            return log, what


def _events(log: Log) -> list[tuple[Entry, Line]]:
    return [(entry, line) for entry, line in log.lines() if line.kind == "event"]


def _told(line: Line, name: str, old: Any) -> str:
    return f"{line.type} {line.body.get('account', '')}: {name} {old} -> {line.body.get(name)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.removeprefix("-").replace(".", "", 1).isdecimal()


def a_number_is_off_by_one(log: Log, draw: Draw) -> str | None:
    _, line = draw.choice(_events(log))
    return _change_number(
        line, draw, lambda text, places: bumped(text, draw.choice((-1, 1)), places)
    )


def a_number_is_another(log: Log, draw: Draw) -> str | None:
    _, line = draw.choice(_events(log))
    units = draw.choice((-1, 1)) * draw.randint(2, 10**9)
    return _change_number(
        line,
        draw,
        lambda text, places: draw.choice((bumped(text, units, places), _negated(text), "0")),
    )


def _negated(text: str) -> str:
    return text.removeprefix("-") if text.startswith("-") else f"-{text}" if text != "0" else "1"


def _change_number(line: Line, draw: Draw, change: Callable[[str, int], str]) -> str | None:
    names = [name for name, value in line.body.items() if _is_number(value) and name != "order_id"]
    if not names:
        return None
    name = draw.choice(names)
    old = line[name]
    line[name] = change(old, DECIMALS.get(name, 8))
    return None if _left_out(line, name) else _told(line, name, old)


def _left_out(line: Line, name: str) -> bool:
    """Return whether a field is now as by default, and so would not be written."""
    return name in {"callback_rate", "activation_price", "extreme"} and line[name] == "0"


def a_whole_number_is_off_by_one(log: Log, draw: Draw) -> str | None:
    _, line = draw.choice(_events(log))
    names = [name for name, value in line.body.items() if type(value) is int]
    if not names:
        return None
    name = draw.choice(names)
    old = line[name]
    line[name] = old + draw.choice((-1, 1))
    return None if line.type == "OrderTriggered" and not line[name] else _told(line, name, old)


def a_choice_is_another(log: Log, draw: Draw) -> str | None:
    _, line = draw.choice(_events(log))
    names = [name for name, value in line.body.items() if name in CHOICES or type(value) is bool]
    names = [name for name in names if name != "price_protect"]
    if not names:
        return None
    name = draw.choice(names)
    old = line[name]
    line[name] = not old if type(old) is bool else str(draw.choice(CHOICES[name]))
    return _told(line, name, old)


def a_name_is_another(log: Log, draw: Draw) -> str | None:
    _, line = draw.choice(_events(log))
    pool = {
        "account": sorted({one.body["account"] for _, one in log.lines() if "account" in one.body}),
        "symbol": [one.symbol for one in log.setup.config.instruments],
        "order_id": ["A", "B", "o1", "o2", "o3"],
        "against": ["user0", "user1"],
    }
    names = [name for name in pool if name in line.body]
    if not names:
        return None
    name = draw.choice(names)
    old = line[name]
    line[name] = draw.choice(pool[name])
    return _told(line, name, old)


def an_event_is_left_out(log: Log, draw: Draw) -> str | None:
    entry, line = draw.choice(_events(log))
    entry.lines = [one for one in entry.lines if one is not line]
    return f"{line.type} left out"


def an_event_is_doubled(log: Log, draw: Draw) -> str | None:
    _, line = draw.choice(_events(log))
    log.insert_after(line, Line(line.kind, line.type, dict(line.body)))
    return f"{line.type} doubled"


def two_events_are_swapped(log: Log, draw: Draw) -> str | None:
    entry = draw.choice(log.entries)
    if len(entry.events) < 2:
        return None
    place = draw.randrange(1, len(entry.lines) - 1)
    pair = entry.lines[place : place + 2]
    entry.lines[place : place + 2] = reversed(pair)
    return f"{pair[0].type} and {pair[1].type} swapped"


def an_event_is_moved(log: Log, draw: Draw) -> str | None:
    entry, line = draw.choice(_events(log))
    other = draw.choice(log.entries)
    if other is entry or line.type == "RunEnded":
        return None  # a log that goes on after its end is not even read as one
    entry.lines = [one for one in entry.lines if one is not line]
    other.lines.insert(draw.randint(1, len(other.lines)), line)
    return f"{line.type} moved to the batch of a {other.command.type}"


def _ticks(log: Log) -> list[Entry]:
    return [entry for entry in log.entries if entry.command.type.startswith("Observe")]


def a_tick_is_another(log: Log, draw: Draw) -> str | None:
    entry = draw.choice(_ticks(log))
    line, name = entry.command, draw.choice(("row", "price", "quantity", "bid", "ask", "time"))
    units = draw.choice((-1, 1)) * draw.choice((1, 10**6, 10**7))
    if name == "time":
        entry.time_ns += units
        return f"{line.type} at another time"
    if name not in line.body:
        return None
    old = line[name]
    line[name] = old + draw.choice((-1, 1)) if name == "row" else bumped(old, units)
    return _told(line, name, old)


def a_range_is_another(log: Log, draw: Draw) -> str | None:
    line = draw.choice(_ticks(log)).command
    if line.type == "ObserveQuote":
        return None
    name: str = draw.choice(("low", "high"))
    old = line.body.get(name)
    kept: dict[str, str] = {key: line.body.pop(key) for key in ("low", "high") if key in line.body}
    units = draw.choice((1, 10**7)) * (1 if name == "high" else -1)
    kept[name] = bumped(old or line["price"], units)
    if draw.random() < 0.3:
        del kept[name]
    line.body.update({key: kept[key] for key in ("low", "high") if key in kept})
    return _told(line, name, old)


def a_tick_is_left_out(log: Log, draw: Draw) -> str | None:
    entry = draw.choice(_ticks(log))
    log.entries = [one for one in log.entries if one is not entry]
    return f"{entry.command.type} left out with {[line.type for line in entry.events]}"


def a_tick_is_doubled(log: Log, draw: Draw) -> str | None:
    entry = draw.choice(_ticks(log))
    again = Entry(entry.time_ns, [entry.command])
    log.entries.insert(log.entries.index(entry), again)
    return f"{entry.command.type} doubled"


def what_the_run_does_by_itself_is_left_out(log: Log, draw: Draw) -> str | None:
    own = ("StartRun", "SettleFunding", "ChangeBrackets", "ExpireOrders")
    entry = draw.choice(log.entries)
    if entry.command.type not in own or not entry.events:
        return None
    log.entries = [one for one in log.entries if one is not entry]
    return f"{entry.command.type} left out"


def a_command_is_not_what_its_answer_says(log: Log, draw: Draw) -> str | None:
    entry = draw.choice(log.entries)
    line = entry.command
    answer = next((one for one in entry.events if one.type == ECHOED.get(line.type)), None)
    if answer is None:
        return None
    names = [name for name in line.body if name in answer.body and name != "good_till_ns"]
    name = draw.choice(names)
    old = line[name]
    if name in CHOICES:
        line[name] = str(draw.choice(CHOICES[name]))
    elif type(old) is bool:
        line[name] = not old
    elif type(old) is int:
        line[name] = old + 1
    elif _is_number(old):
        line[name] = bumped(old, draw.choice((1, 10**7)))
    else:
        line[name] = draw.choice(("AAAUSDT", "BBBUSDT", "user0", "user1", "A", "B"))
    return _told(line, name, old) if line.body.get("price_protect", True) else None


WAYS = (
    *(a_number_is_off_by_one, a_number_is_off_by_one, a_number_is_off_by_one),
    *(a_number_is_another, a_whole_number_is_off_by_one, a_choice_is_another),
    *(a_name_is_another, an_event_is_left_out, an_event_is_doubled, two_events_are_swapped),
    *(an_event_is_moved, a_tick_is_another, a_range_is_another, a_tick_is_left_out),
    *(a_tick_is_doubled, what_the_run_does_by_itself_is_left_out),
    a_command_is_not_what_its_answer_says,
)
