"""Facts: what a story may say is true of an account, as exact decimal text."""

from collections.abc import Callable

import perplab
from perplab.domain.commands import MarginMode, PositionSide
from perplab.domain.instrument import Bracket
from perplab.domain.numbers import divide_half_up, format_units
from perplab.domain.state import Account, PoolKey, State, cross_pool
from perplab.engine import margin, risk
from perplab.engine.risk import Leg

Place = tuple[str, PositionSide]
Fact = Callable[[State, Account, Place], str]


def _key(account: Account, place: Place) -> PoolKey:
    if account.mode_of(place[0]) is MarginMode.CROSS:
        return cross_pool(account.name)
    return PoolKey(account.name, *place)


def _liquidation_price(state: State, account: Account, place: Place) -> str:
    """Return the price by the published formula, which shares no code with the engine."""
    key = _key(account, place)
    position = account.positions[place]
    others = [leg for leg in risk.legs_of(account, key) if (leg.symbol, leg.side) != place]
    found = perplab.liquidation_price(
        "long" if position.quantity > 0 else "short",
        format_units(abs(position.quantity)),
        format_units(divide_half_up(position.cost, position.quantity)),
        format_units(risk.wallet_of(account, key)),
        rows(state.instruments[place[0]].brackets),
        other_maintenance=format_units(sum(risk.maintenance(state, leg) for leg in others), 24),
        other_unrealized=format_units(sum(risk.unrealized(state, leg) for leg in others), 16),
    )
    return "none" if found is None else format(found.normalize(), "f")


def rows(brackets: tuple[Bracket, ...]) -> list[tuple[str, str, str]]:
    """Return brackets as the public functions take them."""
    return [tuple(map(format_units, (b.floor, b.rate, b.amount))) for b in brackets]  # type: ignore[misc]


def _bankruptcy_price(state: State, account: Account, place: Place) -> str:
    leg = Leg(*place, account.positions[place])
    pool = risk.assess(state, _key(account, place))
    return format_units(risk.bankruptcy_price(state, leg, pool))


def _ratio(state: State, account: Account, place: Place) -> str:
    """Return maintenance / equity as a percentage cut to two decimals."""
    found = risk.assess(state, _key(account, place))
    return f"{found.maintenance * 10_000 // (found.equity * 10**8) / 100:.2f}%"


def _effective_leverage(state: State, account: Account, place: Place) -> str:
    equity = risk.assess(state, _key(account, place)).equity
    size = risk.notional(state, Leg(*place, account.positions[place]))
    return format_units(divide_half_up(size * 10**8, equity))


def _removable(state: State, account: Account, place: Place) -> str:
    return format_units(margin.removable(state, account, place[0], account.positions[place]))


def _zone(state: State, account: Account, place: Place) -> str:
    found = risk.assess(state, _key(account, place))
    ratio = perplab.margin_ratio(
        format_units(found.maintenance, 24), format_units(found.equity, 16)
    )
    return perplab.zone(ratio)


def _margin(_state: State, account: Account, place: Place) -> str:
    position = account.positions.get(place)
    return format_units(position.margin if position else 0)


FACTS: dict[str, Fact] = {
    "wallet": lambda _, account, __: format_units(account.futures),
    "spot": lambda _, account, __: format_units(account.spot),
    "margin": _margin,
    "quantity": lambda _, account, place: format_units(account.held(*place)),
    "liquidation price": _liquidation_price,
    "bankruptcy price": _bankruptcy_price,
    "equity": lambda s, a, p: format_units(risk.assess(s, _key(a, p)).equity, 16),
    "maintenance": lambda s, a, p: format_units(risk.assess(s, _key(a, p)).maintenance, 24),
    "ratio": _ratio,
    "zone": _zone,
    "effective leverage": _effective_leverage,
    "removable": _removable,
    "addable": lambda s, a, _: format_units(margin.addable(s, a)),
    "transferable": lambda s, a, _: format_units(margin.transferable(s, a)),
    "available": lambda s, a, _: format_units(margin.available(s, a)),
    "bound": lambda s, a, _: format_units(sum(margin.bound(s, a))),
    "orders": lambda _, account, __: str(len(account.orders)),
    "fund": lambda state, _, __: format_units(state.ledger.insurance),
    "fees": lambda state, _, __: format_units(state.ledger.fees),
}
