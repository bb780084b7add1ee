"""The task as our program's user would write it, and where a run closed its position."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from perplab.domain.batch import Batch
from perplab.domain.commands import ObserveTrade
from perplab.domain.events import LiquidationFilled, OrderFilled, PositionClosed
from perplab.domain.numbers import ONE

TRADER = Path(__file__).with_name("trader.py")
WALLET = "10000"
SYMBOL = "BTCUSDT"
MODES = ("ticks", "stop", "liquidation")


def scenario_text(tape: Path, mode: str, level: float) -> str:
    """Return the scenario: an agent on every tick, a stop at the level, or nothing but margin."""
    does = {
        "ticks": f'agent = "{TRADER}:every_tick"',
        "stop": f'actions = [{{ do = "buy 1" }}, {{ do = "stop {level}" }}]',
        "liquidation": 'actions = [{ do = "buy 1" }]',
    }
    return f"""\
tape = [{{ files = ["{tape}"], symbol = "{SYMBOL}" }}]

[[account]]
name = "trader"
futures = {WALLET}
margin_mode = "isolated"
leverage = 10
{does[mode]}
"""


def closing(batches: Iterable[Batch]) -> dict[str, Any]:
    """Return row and price of the tick at which the position was closed; nothing if never."""
    row = 0
    for batch in batches:
        if isinstance(batch.command, ObserveTrade):
            row = batch.command.row
        if any(isinstance(event, PositionClosed) for event in batch.events):
            fills = [e for e in batch.events if isinstance(e, OrderFilled | LiquidationFilled)]
            return {"row": row, "price": fills[-1].price / ONE}
    return {}
