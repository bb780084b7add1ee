"""Drawdown: looked up on the tape, it is what a witness sees who looks at every tick."""

import random
from typing import Any

import numpy as np
import pytest

from perplab.domain.commands import MarginMode
from perplab.domain.instrument import Config, Kind, Settings
from perplab.domain.numbers import ONE, divide_up
from perplab.domain.state import State
from perplab.journal.manifest import Manifest, manifest_config
from perplab.journal.memory import Memory
from perplab.lab.chronicle import Chronicle
from perplab.lab.outcome import outcomes_of
from perplab.lab.tally import balance_of
from perplab.tape.stream import Stream
from perplab.venue.plan import AccountPlan, ActionPlan, Plan
from perplab.venue.venue import Prices, Venue, in_turn
from runs import SECOND, START_NS, SYMBOLS, TICK, instrument

ROWS = 300
DEEDS = ("buy 1 {}", "sell 2 {}", "close {}", "close 50% {}", "withdraw 3", "deposit 7")


class Witness:
    """Adds up an account's result after every tick and every batch, and keeps the worst fall."""

    def __init__(self, venue: Venue) -> None:
        self.state, self.deposited = venue.state, 0
        self.peak: int | None = None
        self.worst = 0
        tick = venue._writer.tick

        def watched(*terms: Any) -> Any:
            before = self.result()
            events = tick(*terms)
            # What came before the events, at the new price, is seen as well.
            self.see(before if events else self.result())
            self.see(self.result())
            return events

        venue._writer.tick = watched  # type: ignore[assignment, method-assign]
        venue.listen(self.batch)

    def batch(self, batch: Any, _state: State) -> None:
        for event in batch.events:
            name = type(event).__name__
            if name in {"Deposited", "Withdrawn"}:
                self.deposited += event.amount if name == "Deposited" else -event.amount
        self.see(self.result())

    def result(self) -> int:
        account = self.state.accounts.get("ann")
        if account is None:
            return 0
        total = (balance_of(account) - self.deposited) * ONE
        for (symbol, _), position in account.positions.items():
            total += position.quantity * self.state.prices[symbol].mark - position.cost
        return total

    def see(self, result: int) -> None:
        self.peak = result if self.peak is None else max(self.peak, result)
        self.worst = max(self.worst, self.peak - result)


def stream(symbol: str, chance: random.Random, offset: int) -> Stream:
    price, prices = 1_000, []
    for _ in range(ROWS):
        price = max(500, price + chance.randint(-6, 6))
        prices.append(price * TICK)
    times = START_NS + np.arange(ROWS, dtype=np.int64) * SECOND + offset
    return Stream(
        symbol=symbol,
        kind=Kind.TRADE,
        name="drawn",
        time_ns=times,
        price=np.array(prices, dtype=np.int64),
    )


@pytest.mark.parametrize("symbols", [SYMBOLS[:1], SYMBOLS[:2]])
@pytest.mark.parametrize("seed", range(12))
def test_the_worst_fall_is_the_one_that_a_witness_of_every_tick_sees(
    seed: int, symbols: tuple[str, ...]
) -> None:
    chance = random.Random(seed)
    streams = in_turn([stream(symbol, chance, n) for n, symbol in enumerate(symbols)])
    config = Config(
        settings=Settings(), instruments=tuple(instrument(s, (Kind.TRADE,)) for s in symbols)
    )
    seconds = sorted(chance.sample(range(2, ROWS - 2), 8))
    actions = [
        ActionPlan(do=chance.choice(DEEDS).format(chance.choice(symbols)), at=f"+{second}s")
        for second in seconds
    ]
    ann = AccountPlan(
        name="ann",
        futures="900",
        margin_mode=MarginMode.CROSS,
        leverage=10,
        actions=(ActionPlan(do=f"buy 2 {symbols[0]}"), *actions),
    )
    start_ns = START_NS + len(symbols)
    plan = Plan(start_ns=start_ns, end_ns=START_NS + ROWS * SECOND, accounts=(ann,))
    memory = Memory(Manifest(perplab="test", config=manifest_config(config), scenario={}))
    venue = Venue(config, plan, Prices(streams=streams), memory.append, every_tick=True)
    witness, chronicle = Witness(venue), Chronicle(config)
    venue.listen(chronicle)
    venue.run()
    found = outcomes_of(chronicle, plan.end_ns, streams)["ann"]
    assert found.drawdown == divide_up(witness.worst, ONE)
    assert found.drawdown > 0
    assert outcomes_of(chronicle, plan.end_ns, None)["ann"].drawdown is None
