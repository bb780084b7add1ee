"""The exchange: executes one command at a time and settles all that follows from it."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from perplab.domain import events as ev
from perplab.domain.commands import (
    Command,
    MarginMode,
    Observation,
    ObserveMark,
    ObserveQuote,
    ObserveTrade,
    PositionSide,
    kind_of,
)
from perplab.domain.evolve import evolve, observe
from perplab.domain.instrument import Config
from perplab.domain.state import Account, Order, PoolKey, State, watched_stream
from perplab.engine.bands import Bands, Bound, StreamKey
from perplab.engine.decide import decide
from perplab.engine.matching import limit_bounds, meet
from perplab.engine.risk import pools_of
from perplab.engine.standing import reaches
from perplab.engine.trade import cover
from perplab.engine.watch import watch

_ENDS_OR_MOVES_ORDER = (
    ev.OrderFilled,
    ev.OrderCanceled,
    ev.OrderExpired,
    ev.OrderAmended,
    ev.OrderTriggered,
)
_OF_ORDERS = frozenset((*_ENDS_OR_MOVES_ORDER, ev.OrderAccepted))


class Exchange:
    """A state, the bands around it, and the rules that move both.

    With `exhaustive` every tick is checked against every order and pool of its symbol, and the
    bands are not used: the slow twin that the skipping one must equal.
    """

    def __init__(self, config: Config, *, exhaustive: bool = False) -> None:
        self.state = State(config)
        self._bands = Bands()
        self._marks = {
            instrument.symbol: StreamKey(instrument.symbol, instrument.mark_stream)
            for instrument in config.instruments
        }
        self._exhaustive = exhaustive
        self._drawn: dict[str, list[PoolKey]] = {}
        self._events: list[ev.Event] = []
        self._dirty: dict[str, None] = {}
        self._moved: dict[int, None] = {}
        self._told: list[tuple[Observation, list[Order], dict[PoolKey, None]]] = []
        self._postponed: dict[PoolKey, None] = {}
        self.unmoved: list[PoolKey] = []
        """The pools that were due at the last command, and to which nothing happened."""

    def execute(self, time_ns: int, command: Command) -> tuple[ev.Event, ...]:
        """Execute a command at a time; return its events and all that they caused."""
        self._events = []
        due, held_back = self._look_at_told()
        if isinstance(command, ObserveTrade | ObserveMark | ObserveQuote):
            self.state.time_ns = time_ns
            observe(self.state, command, time_ns)
            orders, pools = self._concerned(command)
            due.update(pools)
            orders += [o for o in held_back if o.symbol == command.symbol and o not in orders]
            if orders:
                self._apply(meet(self.state, command, orders))
        else:
            if due:
                self._settle(due)
                due = {}
            self.state.time_ns = time_ns
            self._apply(decide(self.state, command))
        self._settle(due)
        return tuple(self._events)

    def tell(self, time_ns: int, tick: Observation) -> None:
        """Take a recorded tick that caused nothing; the rules look at it before what comes next.

        Ticks that are current together stand in the log one after the other. Between two of them
        are prices side by side that never were, and of those no rule may judge.
        """
        self.state.time_ns = time_ns
        observe(self.state, tick, time_ns)
        self._told.append((tick, *self._concerned(tick)))

    def pass_time(self, time_ns: int) -> None:
        """Let a time come at which nothing is decided."""
        self.state.time_ns = time_ns

    def interval(self, stream: StreamKey) -> tuple[int | None, int | None]:
        """Return the prices between which a stream's ticks cannot matter, None where open."""
        return self._bands.interval(stream)

    def postpone(self, key: PoolKey) -> None:
        """Look at a pool no more, until it changes or is expected: somebody knows the prices."""
        self._bands.put(key, [])
        self._postponed[key] = None

    def is_postponed(self, key: PoolKey) -> bool:
        """Return whether a pool is still not looked at."""
        return key in self._postponed

    def expect(self, key: PoolKey, stream: StreamKey) -> None:
        """Look at a pool that was postponed with the next tick of a stream, whatever its price."""
        self._bands.put(key, [Bound(stream, None, 0)])

    def trailing(self, stream: StreamKey) -> list[Order]:
        """Return the trailing stops that watch a stream, by arrival."""
        trailing = self.state.trailing
        if not trailing:
            return []
        instrument = self.state.instruments[stream.symbol]
        return [
            order
            for order in trailing.values()
            if order.symbol == stream.symbol and watched_stream(instrument, order) is stream.kind
        ]

    def _look_at_told(self) -> tuple[dict[PoolKey, None], list[Order]]:
        """Let the rules look at the told ticks; return what is to be looked at with the next.

        Those are the pools, and the protected stops: they go by prices that may be about to come.
        """
        told, self._told = self._told, []
        due: dict[PoolKey, None] = {}
        held_back: list[Order] = []
        for tick, orders, pools in told:
            protected = [order for order in orders if order.conditional and order.price_protect]
            held_back += [order for order in protected if order not in held_back]
            self._apply(meet(self.state, tick, [o for o in orders if o not in protected]))
            due.update(pools)
        return due, held_back

    def _concerned(self, tick: Observation) -> tuple[list[Order], dict[PoolKey, None]]:
        """Return the orders and pools that a tick may concern."""
        if self._exhaustive:
            return self._all_of(tick.symbol)
        stream = StreamKey(tick.symbol, kind_of(tick))
        if isinstance(tick, ObserveQuote):
            low, high = tick.ask, tick.bid
        else:
            low = high = tick.price
        orders = self.trailing(stream)
        pools: dict[PoolKey, None] = {}
        for key in self._bands.due(stream, low, high):
            if isinstance(key, PoolKey):
                pools[key] = None
            else:
                self._moved[key] = None
                orders.append(self.state.orders[key])
        return orders, pools

    def _all_of(self, symbol: str) -> tuple[list[Order], dict[PoolKey, None]]:
        orders = [order for order in self.state.orders.values() if order.symbol == symbol]
        holders = [
            account
            for account in self.state.accounts.values()
            if any(held == symbol for held, _ in account.positions)
        ]
        return orders, dict.fromkeys(key for account in holders for key in pools_of(account))

    def _apply(self, events: Iterator[ev.Event]) -> None:
        """Let each event be a fact, and remember whose pools and which orders it may have moved."""
        state, accounts, dirty = self.state, self.state.accounts, self._dirty
        note, last = self._events.append, None
        for event in events:
            kind = type(event)
            if kind in _OF_ORDERS:
                self._move(event)
            evolve(state, event)
            note(event)
            name = getattr(event, "account", None)
            if name is not last and name in accounts:
                last = name
                dirty[name] = None
            if kind is ev.BracketsChanged:
                dirty.update(dict.fromkeys(accounts))

    def _move(self, event: ev.Event) -> None:
        """Remember an order whose bounds are to be drawn again, by its numbers before and after."""
        if isinstance(event, _ENDS_OR_MOVES_ORDER):
            order = self.state.accounts[event.account].orders[event.order_id]
            self._moved[order.number] = None
        if isinstance(event, ev.OrderAccepted | ev.OrderAmended | ev.OrderTriggered):
            self._moved[event.number] = None

    def _settle(self, due: dict[PoolKey, None]) -> None:
        """Run the consequences to their fixed point, then draw the touched bands again.

        Always the first waiting pool in turn is looked at, and whoever it changed waits again:
        so it makes no difference how many pools wait in which nothing is due.
        """
        accounts = self.state.accounts
        touched: dict[str, None] = {}
        waiting = [(_turn(accounts[key.account], key), key) for key in due]
        heapify(waiting)
        while waiting or self._dirty:
            changed, self._dirty = self._dirty, {}
            touched.update(changed)
            for name in changed:
                account = accounts[name]
                if account.futures < 0:
                    self._apply(_cover_futures(self.state, account))
                if account.positions:
                    for key in pools_of(account):
                        heappush(waiting, (_turn(account, key), key))
            if waiting:
                self._apply(watch(self.state, heappop(waiting)[1]))
        if not self._exhaustive:
            self._redraw(touched, due)
        self._moved = {}

    def _redraw(self, touched: dict[str, None], due: dict[PoolKey, None]) -> None:
        """Put the bounds of all orders and pools that changed or were due; drop those gone."""
        for number in self._moved:
            self._draw_order(number)
        for name in touched:
            pools = pools_of(self.state.accounts[name])
            for gone in self._drawn.pop(name, ()):
                if gone not in pools:
                    self._bands.drop(gone)
                    self._postponed.pop(gone, None)
            if pools:
                self._drawn[name] = pools
            for key in pools:
                self._draw_pool(key)
        self.unmoved = [key for key in due if key.account not in touched]
        for key in self.unmoved:
            self._draw_pool(key)

    def _draw_order(self, number: int) -> None:
        order = self.state.orders.get(number)
        if order is None:
            self._bands.drop(number)
            return
        instrument = self.state.instruments[order.symbol]
        bounds = limit_bounds(self.state, instrument, order)
        self._bands.put(
            number, [Bound(StreamKey(order.symbol, kind), low, high) for kind, low, high in bounds]
        )

    def _draw_pool(self, key: PoolKey) -> None:
        bounds = [
            Bound(self._marks[symbol], low, high) for symbol, low, high in reaches(self.state, key)
        ]
        self._bands.put(key, bounds)
        self._postponed.pop(key, None)


def _turn(account: Account, key: PoolKey) -> tuple[int, str, PositionSide]:
    return account.number, key.symbol, key.position_side


def _cover_futures(state: State, account: Account) -> Iterator[ev.Event]:
    """Yield the payment of a negative futures wallet that no cross position stands behind."""
    held = any(p.margin_mode is MarginMode.CROSS for p in account.positions.values())
    if not held:
        yield cover(state, account, "", PositionSide.BOTH, -account.futures)
