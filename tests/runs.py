"""Small random runs for the properties: tapes, accounts and what they do."""

import os
import random
from typing import Any

import numpy as np

from perplab.domain.batch import Batch
from perplab.domain.commands import MarginMode, PositionMode
from perplab.domain.instrument import Bracket, Config, Instrument, Kind, LimitFill, Settings
from perplab.domain.numbers import ONE, Money, Price, Qty, Rate, format_units
from perplab.domain.state import State
from perplab.engine.exchange import Exchange
from perplab.journal.manifest import Manifest, manifest_config
from perplab.journal.memory import Memory
from perplab.journal.verify import execute_again
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.plan import (
    AccountPlan,
    ActionPlan,
    BracketChange,
    ConstantFunding,
    Plan,
    PopulationPlan,
    bracket_text,
)
from perplab.venue.venue import Prices, Venue, in_turn

SCENARIOS = int(os.environ.get("PERPLAB_SCENARIOS", "150"))
SECOND = 1_000_000_000
START_NS = 1_700_000_000 * SECOND
TICK, STEP = ONE // 10, ONE // 1000
SYMBOLS = ("AAAUSDT", "BBBUSDT", "CCCUSDT")


def brackets(steeper: int = 1) -> tuple[Bracket, ...]:
    """Return a steep table, so that small positions have several brackets."""
    rows, floor, amount, rate = [], 0, 0, 0
    table = (
        (300, 1, 50),
        (450, 2, 40),
        (700, 3, 25),
        (1_000, 6, 20),
        (2_500, 9, 10),
        (10**6, 25, 4),
    )
    for cap, first, leverage in table:
        percent = first * steeper
        amount += floor * (percent - rate) * ONE // 100
        rows.append(
            Bracket(
                floor=Money(floor * ONE),
                cap=Money(cap * ONE),
                rate=Rate(percent * ONE // 100),
                amount=Money(amount),
                max_leverage=leverage,
            )
        )
        floor, rate = cap, percent
    return tuple(rows)


def instrument(
    symbol: str, streams: tuple[Kind, ...], tick: int = TICK, coin: int = ONE
) -> Instrument:
    return Instrument(
        symbol=symbol,
        tick=Price(tick),
        step=Qty(coin // 1000),
        min_quantity=Qty(coin // 1000),
        max_quantity=Qty(10**6 * coin),
        min_notional=Money(5 * ONE),
        price_up=Rate(ONE * 3 // 2),
        price_down=Rate(ONE // 2),
        max_orders=50,
        liquidation_fee=Rate(ONE // 80),
        trigger_protect=Rate(ONE // 100),
        brackets=brackets(),
        streams=streams,
    )


class Chance:
    """Draws a whole run from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.crowds = random.Random(f"crowds of {seed}")
        self.rows = self.random.choice((30, 120, 400))
        self.symbols = SYMBOLS[: self.random.randint(1, 3)]
        # A slow world lasts long enough for orders that are good till a date.
        self.beat = self.random.choice((SECOND, 20 * SECOND))
        self.end_ns = START_NS + self.rows * self.beat
        # A coarse world has prices around 100 in tenths. A fine one has the same numbers of
        # ticks, but its tick is the last decimal: there prices meet the bounds of bands exactly.
        self.tick, self.coin = self.random.choice(((TICK, ONE), (1, ONE * TICK)))

    def run(self, *, every_tick: bool) -> Memory:
        """Run it and return the log, each batch of which is executed again as it is recorded."""
        memory = Memory(Manifest(perplab="test", config=manifest_config(self.config), scenario={}))
        again = Exchange(self.config)

        def record(batch: Batch) -> None:
            memory.append(batch)
            events = execute_again(again, batch.time_ns, batch.command, quiet=not batch.events)
            assert events == batch.events, "the log alone says something else"

        venue = Venue(self.config, self.plan, self.prices, record, every_tick=every_tick)
        venue.listen(lambda _batch, state: self._check(state.total()))
        venue.run()
        return memory

    def last_state(self) -> State:
        """Return the state at the end of the run."""
        return Venue(self.config, self.plan, self.prices, lambda _: None).run()

    @staticmethod
    def _check(total: int) -> None:
        assert total == 0, "money does not sum to zero"

    def draw(self) -> "Chance":
        streams = [self._cut(one) for symbol in self.symbols for one in self._streams(symbol)]
        kinds = {s: tuple(t.kind for t in streams if t.symbol == s) for s in self.symbols}
        ready = max(int(s.time_ns[0]) for s in streams if s.kind is not Kind.QUOTE)
        late = self.random.choice((0, 0, 5 * self.beat))
        self.end_ns = max(ready, self.end_ns - self.random.choice((0, 0, 7)) * self.beat)
        self.start_ns = min(self.end_ns, ready + late)
        funding = tuple(self._funding(s) for s in self.symbols if self.random.random() < 0.3)
        self.prices = Prices(streams=in_turn(streams), funding=funding)
        self.config = Config(
            settings=self._settings(),
            instruments=tuple(
                instrument(symbol, kinds[symbol], self.tick, self.coin) for symbol in self.symbols
            ),
        )
        self.plan = Plan(
            start_ns=self.start_ns,
            end_ns=self.end_ns,
            accounts=tuple(self._account(n) for n in range(self.random.randint(1, 4))),
            populations=self._populations(),
            funding=tuple(
                ConstantFunding(symbol=s, rate="0.0013", interval_ns=37 * SECOND)
                for s in self.symbols
                if self.random.random() < 0.3
            ),
            bracket_changes=tuple(
                BracketChange(
                    symbol=symbol,
                    time_ns=self.start_ns + (self.end_ns - self.start_ns) // 2,
                    brackets=tuple(
                        bracket_text(row) for row in brackets(self.random.choice((1, 3)))
                    ),
                )
                for symbol in self.symbols
                if self.random.random() < 0.2
            ),
        )
        return self

    def _populations(self) -> tuple[PopulationPlan, ...]:
        """Return, now and then, holders; of a leverage that the brackets cut, they are near death.

        Some have the name of an account, and are refused.
        """
        pick = self.crowds.choice
        return tuple(
            PopulationPlan(
                name=pick(("crowd", "user")),
                accounts=pick((1, 4, 9)),
                seed=self.crowds.randrange(1000),
                symbol=symbol,
                longs=pick(("0.2", "0.8")),
                isolated=pick(("0", "0.5", "1")),
                leverage=pick(((3, 10), (25, 50))),
                notional=(str(pick((10, 200))), "3000"),
                entry=pick(("0", "0.05", "1")),
                spare=pick(("0", "0.3")),
            )
            for symbol in self.symbols
            if self.crowds.random() < 0.2
        )

    def _settings(self) -> Settings:
        pick = self.random.choice
        fill = pick(tuple(LimitFill))
        return Settings(
            half_spread=Rate(pick((0, 20_000))),
            slippage=Rate(pick((0, 30_000))),
            limit_fill=fill,
            queue_ahead=Money(pick((0, 3, 400)) * ONE if fill is LimitFill.QUEUE else 0),
            auto_add=pick(tuple(type(Settings().auto_add))),
            auto_add_amount=Money(pick((1, 7, 40)) * ONE),
            partial_liquidation=pick((True, True, False)),
            liquidation_taker_fee=pick((True, False)),
            remainder_to_fund=pick((True, False)),
            insurance_fund=Money(pick((0, 3, 10**6)) * ONE),
        )

    def _walk(self, rows: int) -> list[int]:
        """Return prices in ticks: calm or wild, with jumps."""
        price, prices = self.random.randint(800, 1200), []
        width = self.random.choice((2, 8, 25))
        for _ in range(rows):
            price += self.random.randint(-width, width)
            if self.random.random() < 0.02:
                price += self.random.randint(-150, 150)
            price = max(price, 30)
            prices.append(price)
        return prices

    def _streams(self, symbol: str) -> list[Stream]:
        shape = self.random.choice(("trade", "trade", "mark", "both", "quotes", "all"))
        rows, walk = self.rows, self._walk(self.rows)
        gaps = [self.random.choice((0, 1, 1, 2)) for _ in range(rows)]
        times = START_NS + np.minimum(np.cumsum(np.array(gaps)), rows) * self.beat
        ticks = np.array(walk, dtype=np.int64) * self.tick
        result = []
        if shape != "mark":
            size = np.array([self.random.choice((0, 50, 4000)) for _ in range(rows)]) * (
                self.coin // 1000
            )
            result.append(self._stream(symbol, Kind.TRADE, times, ticks, quantity=size))
        if shape in {"mark", "both", "all"}:
            fine = max(1, self.tick // 100)
            drift = np.array([self.random.randint(-300, 300) for _ in range(rows)]) * fine
            if self.tick == 1:
                drift //= 100
            result.append(self._stream(symbol, Kind.MARK, times, ticks + drift + self.tick // 800))
        if shape in {"quotes", "all"}:
            wide = np.array([self.random.randint(1, 6) for _ in range(rows)]) * self.tick
            result.append(self._stream(symbol, Kind.QUOTE, times, ticks, ask=ticks + wide))
        return result

    def _cut(self, stream: Stream) -> Stream:
        """Return a stream that, now and then, starts late or ends early."""
        rows = len(stream)
        first = self.random.choice((0, 0, 0, 0, rows // 4))
        last = self.random.choice((rows, rows, rows, rows, first + 1, rows // 2 + 1))
        columns: dict[str, Any] = {
            name: column[first : max(last, first + 1)] for name, column in stream.columns()
        }
        return Stream(symbol=stream.symbol, kind=stream.kind, name=stream.name, **columns)

    @staticmethod
    def _stream(symbol: str, kind: Kind, times: Any, price: Any, **more: Any) -> Stream:
        columns = {name: column.astype(np.int64) for name, column in more.items()}
        return Stream(
            symbol=symbol,
            kind=kind,
            name="drawn",
            time_ns=times.astype(np.int64),
            price=price.astype(np.int64),
            **columns,
        )

    def _funding(self, symbol: str) -> FundingSeries:
        at = sorted(self.random.sample(range(1, self.rows), 3))
        rates = [self.random.randint(-ONE // 50, ONE // 50) for _ in at]
        return FundingSeries(
            symbol=symbol,
            name="drawn",
            time_ns=np.array([START_NS + beat * self.beat for beat in at], dtype=np.int64),
            rate=np.array(rates, dtype=np.int64),
        )

    def _account(self, number: int) -> AccountPlan:
        pick = self.random.choice
        mode = pick((PositionMode.ONE_WAY, PositionMode.HEDGE))
        return AccountPlan(
            name=f"user{number}",
            futures=str(pick((60, 200, 900, 5_000))),
            spot=str(pick((0, 100))),
            position_mode=mode,
            margin_mode=pick((MarginMode.CROSS, MarginMode.ISOLATED)),
            leverage=pick((None, 3, 10, 20, 50)),
            actions=tuple(
                [ActionPlan(do=do) for do in self._opening(mode)]
                + [self._action() for _ in range(self.random.randint(1, 12))]
            ),
        )

    def _opening(self, mode: PositionMode) -> list[str]:
        """Return entries at the start, so that most accounts hold something."""
        pick = self.random.choice
        both = ("buy", "sell")
        sides = both if mode is PositionMode.HEDGE else pick((("buy",), ("sell",), both, ()))
        opened = [
            f"{side} {format_units(pick((2, 10, 40, 90)) * self.coin // 10)} {symbol}"
            for symbol in self.symbols
            for side in sides
            if self.random.random() < 0.8
        ]
        if self.random.random() < 0.3:
            opened.append(f"auto-add on {pick(self.symbols)}")
        return opened

    def _action(self) -> ActionPlan:
        pick = self.random.choice
        symbol, other = pick(self.symbols), pick(self.symbols)
        price = format_units(self.random.randint(700, 1300) * self.tick)
        size = format_units(self.random.choice((1, 10, 50, 130, 300)) * self.coin // 10)
        if self.random.random() < 0.3:
            do = self._waiting(symbol, price, size)
        else:
            do = self._deed(symbol, other, price, size)
        if self.random.random() < 0.25:
            kind = pick(("last", "mark"))
            return ActionPlan(do=do, when=f"{kind} {symbol} {pick(('', '<= ', '>= '))}{price}")
        if self.random.random() < 0.5:
            return ActionPlan(do=do)
        most = max(0, min(self.rows // 2 * self.beat, self.end_ns - self.start_ns)) // SECOND
        return ActionPlan(do=do, at=f"+{self.random.randint(0, most)}s")

    def _deed(self, symbol: str, other: str, price: str, size: str) -> str:
        pick = self.random.choice
        side, on = pick(("buy", "sell")), f"on {pick(('last', 'mark'))}"
        limit = f"{side} {size} {symbol} at {price}"
        return pick(
            (
                f"{side} {size} {symbol}",
                f"{side} {size} {symbol}",
                f"{limit} {pick(('gtc', 'gtx', 'ioc'))}",
                f"{limit} as {pick('AB')}",
                f"{limit} as {pick('AB')}",
                f"{pick(('stop', 'take-profit'))} {price} {symbol} {on}",
                f"{pick(('stop', 'take-profit'))} {price} {pick((30, 50))}% {symbol}",
                f"stop-{side} {price} {size} {symbol} {on}",
                f"close {pick((25, 100))}% {symbol}",
                f"add-margin {pick((5, 40, 150))} {symbol}",
                f"reduce-margin {pick((1, 10))} {symbol}",
                f"auto-add on {symbol}",
                f"auto-add on {symbol}",
                f"leverage {pick((2, 5, 20))} {symbol}",
                f"{pick(('isolated', 'cross'))} {other}",
                f"transfer {pick((10, 60))} futures spot",
                f"transfer {pick((10, 60))} spot futures",
                f"cancel-all {symbol}",
                f"cancel {pick('AB')}",
                f"amend {pick('AB')} {price} {size}",
                f"amend {pick('AB')} {price} {size}",
            )
        )

    def _waiting(self, symbol: str, price: str, size: str) -> str:
        """Return an order that waits: with a limit, for a return, for a time, protected."""
        pick = self.random.choice
        limit = format_units(self.random.randint(700, 1300) * self.tick)
        side, on = pick(("buy", "sell")), f"on {pick(('last', 'mark'))}"
        rate = f"{pick((0.3, 1, 2.5, 7))}%"
        start = f"from {price}" if self.random.random() < 0.4 else ""
        till = pick((f"+{self.random.randint(601, 5000)}s", "+601s", "+700s"))
        stop = pick(("stop", "take-profit"))
        limited = f"{symbol} limit {limit} {pick(('', 'ioc', 'fok', 'fok'))} {on}"
        return pick(
            (
                f"{stop} {price} {pick((30, 100))}% {limited}",
                f"stop-{side} {price} {size} {limited} {pick(('', 'as A'))}",
                f"stop-{side} {price} {size} {symbol} protected {on}",
                f"trail {rate} {pick((30, 100))}% {symbol} {start} {on}",
                f"trail {rate} {symbol} {on}",
                f"trail-{side} {rate} {size} {symbol} {start} {on}",
                f"trail-{side} {rate} {size} {symbol} {on}",
                f"{side} {size} {symbol} at {price} good-till {till} {pick(('', 'as B'))}",
            )
        )
