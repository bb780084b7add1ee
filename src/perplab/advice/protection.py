"""Protection: the rules of stops, levels and profit: whether to be in the market at all."""

from fractions import Fraction

from perplab.advice.history import History
from perplab.advice.past import Past
from perplab.advice.terms import Terms
from perplab.advice.trial import Place
from perplab.advice.verdict import Figure, Reason, Rule, Unit
from perplab.domain.commands import OrderType, TriggerOn
from perplab.domain.numbers import Money, Qty, money_down
from perplab.engine.risk import notional, unrealized

PARTS = "the stop's part"


def stop_crossed(place: Place, history: History, terms: Terms) -> Reason:
    """Return whether the price stands at or beyond a stop, be it an order, cancelled, or planned.

    The price is the one that the stop watches; a planned one watches the last price. Of several
    the one nearest to the price counts that is crossed, of those for the whole position first.
    """
    prices = place.state.prices[place.symbol]
    held = abs(place.leg.position.quantity)
    stops = [
        (stop.price, prices.mark if stop.trigger_on is TriggerOn.MARK else prices.last,
         min(stop.quantity or held, held))
        for stop in history.stops(place.symbol, place.side, place.closing)
    ]  # fmt: skip
    if terms.stop is not None:
        stops.append((terms.stop, prices.last, held))
    if not stops:
        return Reason(rule=Rule.STOP_CROSSED, applies=False, lacks="no stop was set or given")
    crossed = [stop for stop in stops if place.sign * (stop[1] - stop[0]) <= 0]

    def order(stop: tuple[int, int, int]) -> tuple[int, int]:
        return -stop[2], abs(stop[1] - stop[0])

    price, now, part = min(crossed or stops, key=order)
    more = (Figure(PARTS, Unit.QUANTITY, part),) if crossed else ()
    return Reason(
        rule=Rule.STOP_CROSSED,
        applies=bool(crossed),
        found=Figure("price", Unit.PRICE, now),
        limit=Figure("stop", Unit.PRICE, price),
        more=more,
    )


def in_profit(place: Place) -> Reason:
    """Return whether the position shows a profit at the mark: then nothing has to be defended."""
    profit = unrealized(place.state, place.leg)
    share = Fraction(profit, notional(place.state, place.leg))
    return Reason(
        rule=Rule.IN_PROFIT,
        applies=profit > 0,
        found=Figure("unrealized profit", Unit.MONEY, money_down(profit)),
        limit=Figure("none", Unit.MONEY, Money(0)),
        more=(Figure("callback", Unit.SHARE, share),) if profit > 0 else (),
        lacks="a trailing stop is in place" if profit > 0 and _is_trailed(place) else "",
    )


def key_level(place: Place, history: History, past: Past, terms: Terms) -> Reason:
    """Return whether the mark stands beyond a level that was to hold.

    The person's levels, or the extreme of the look-back. A level counts only if the position, or
    the price since it was opened, stood on its safe side: else nothing was broken.
    """
    levels, since = (terms.levels, ()) if terms.levels else _from_look_back(place, past, terms)
    if not levels:
        ticks = "the ticks begin too late" if past.knows(place.symbol) else "there are no ticks"
        lacks = f"no level was given, and {ticks} to look back on"
        return Reason(rule=Rule.KEY_LEVEL, applies=False, lacks=lacks)
    best = _best(place, history, past)
    guarding = [level for level in levels if place.sign * (best - level) >= 0]
    if not guarding:
        lacks = "no level lies on the position's losing side"
        return Reason(rule=Rule.KEY_LEVEL, applies=False, lacks=lacks)
    broken = [level for level in guarding if place.sign * (place.mark - level) < 0]
    nearest = min(broken or guarding, key=lambda level: abs(place.mark - level))
    return Reason(
        rule=Rule.KEY_LEVEL,
        applies=bool(broken),
        found=Figure("mark", Unit.PRICE, place.mark),
        limit=Figure("level", Unit.PRICE, nearest),
        more=since,
    )


def _is_trailed(place: Place) -> bool:
    """Return whether an open trailing stop would close the position."""
    return any(
        order.order_type is OrderType.TRAILING_STOP_MARKET and order.closes
        for order in place.account.orders.values()
        if (order.symbol, order.position_side, order.side)
        == (place.symbol, place.side, place.closing)
    )


def planned_part(reason: Reason, place: Place) -> Qty:
    """Return how much a crossed stop would have closed."""
    part = reason.figure(PARTS)
    return Qty(int(part.value)) if part else Qty(abs(place.leg.position.quantity))


def _from_look_back(
    place: Place, past: Past, terms: Terms
) -> tuple[tuple[int, ...], tuple[Figure, ...]]:
    to_ns = past.now_ns - terms.settled_ns
    found = past.extremes(place.symbol, to_ns - terms.look_back_ns, to_ns)
    if found is None:
        return (), ()
    name, level = ("lowest", found.lowest) if place.sign > 0 else ("highest", found.highest)
    back = Figure(f"{name} of", Unit.TIME, to_ns - found.from_ns)
    return (level,), (back, Figure("until before", Unit.TIME, terms.settled_ns))


def _best(place: Place, history: History, past: Past) -> Fraction:
    """Return the price most in the position's favour: its entry, or a mark since it was opened."""
    position = place.leg.position
    entry = Fraction(position.cost, position.quantity)
    opened_ns = history.opened_ns(place.symbol, place.side)
    seen = None if opened_ns is None else past.extremes(place.symbol, opened_ns, past.now_ns)
    if seen is None:
        return entry
    return (
        max(entry, Fraction(seen.highest)) if place.sign > 0 else min(entry, Fraction(seen.lowest))
    )
