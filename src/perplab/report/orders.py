"""Order lines: at which price each order and stop of an account waited, from when to when."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from perplab.domain.commands import OrderType, TriggerOn
from perplab.domain.numbers import ONE, divide_up
from perplab.domain.state import Account, Order, Prices
from perplab.lab.refusals import NAMES
from perplab.report.lines import Steps


@dataclass(slots=True)
class OrderLine:
    """One order and the price that it waits for, in 1e-8, for as long as it waits.

    `extreme` is the best price that a trailing stop has seen, drawn ticks included.
    """

    symbol: str
    order_id: str
    name: str
    side: str
    extreme: int = 0
    steps: Steps = field(default_factory=Steps)

    @property
    def group(self) -> str:
        """Return what it is drawn with: stops, take-profits, or limits."""
        if "stop" in self.name:
            return "stop"
        return "take-profit" if "take-profit" in self.name else "limit"

    @property
    def length_ns(self) -> int:
        """Return how long it waited."""
        times = self.steps.times
        return times[-1] - times[0] if times else 0

    def wait(self, order: Order, price: int, time_ns: int) -> None:
        """Take the order as it is, and the price that it watches, 0 if that is not known."""
        if order.order_type is OrderType.TRAILING_STOP_MARKET and order.extreme:
            better = max if order.falls else min
            seen = [one for one in (order.extreme, self.extreme, price) if one]
            self.extreme = better(seen)
        self.steps.add(time_ns, level_of(order, self.extreme) or None)


@dataclass(slots=True)
class OrderLines:
    """One account's lines, by the orders' numbers."""

    over: list[OrderLine] = field(default_factory=list)
    _open: dict[int, OrderLine] = field(default_factory=dict)

    def look(self, account: Account, time_ns: int) -> None:
        """Take the account's orders as they are after a batch."""
        waiting = {order.number: order for order in account.orders.values()}
        for number in [number for number in self._open if number not in waiting]:
            self._end(number, time_ns)
        for number, order in waiting.items():
            if number not in self._open:
                self._open[number] = _line_of(order)
            self._open[number].wait(order, 0, time_ns)

    def trail(self, account: Account, prices: Mapping[str, Prices], time_ns: int) -> None:
        """Take the prices of a drawn tick, which trailing stops follow."""
        for order in account.orders.values():
            line = self._open.get(order.number)
            if line is None or order.order_type is not OrderType.TRAILING_STOP_MARKET:
                continue
            seen = prices[order.symbol]
            line.wait(
                order, seen.mark if order.trigger_on is TriggerOn.MARK else seen.last, time_ns
            )

    def close(self, end_ns: int) -> list[OrderLine]:
        """Return all lines in order of time, those of orders that wait drawn to the end."""
        for number in list(self._open):
            self._end(number, end_ns)
        return sorted(self.over, key=lambda line: (line.steps.times[0], line.order_id))

    def _end(self, number: int, time_ns: int) -> None:
        line = self._open.pop(number)
        line.steps = line.steps.until(time_ns)
        if line.length_ns:
            self.over.append(line)


def level_of(order: Order, extreme: int) -> int:
    """Return the price that an order waits for, 0 if it waits for none.

    A trailing stop's is its extreme less the callback, once it is active.
    """
    if not order.conditional:
        return order.price
    if order.order_type is not OrderType.TRAILING_STOP_MARKET:
        return order.trigger_price
    ahead = order.activation_price
    active = not ahead or (extreme >= ahead if order.falls else 0 < extreme <= ahead)
    if not active or not extreme:
        return ahead
    back = divide_up(extreme * order.callback_rate, ONE)
    return extreme - back if order.falls else extreme + back


def longest(lines: list[OrderLine], most: int) -> list[OrderLine]:
    """Return at most so many lines, those that waited longest, in their order."""
    if len(lines) <= most:
        return lines
    kept = sorted(range(len(lines)), key=lambda place: -lines[place].length_ns)[:most]
    return [lines[place] for place in sorted(kept)]


def _line_of(order: Order) -> OrderLine:
    return OrderLine(
        symbol=order.symbol,
        order_id=order.order_id,
        name=NAMES[order.order_type],
        side=order.side.value,
    )
