"""Defence: the rules that ask whether a position near liquidation should be given margin."""

from fractions import Fraction
from typing import NamedTuple

from perplab.advice.history import History
from perplab.advice.past import Past
from perplab.advice.relief import backup_of, is_concentrated, most_addable
from perplab.advice.terms import HOUR_NS, Terms
from perplab.advice.touching import touch_probability
from perplab.advice.trial import Place, shortfall
from perplab.advice.verdict import Figure, Reason, Rule, Unit
from perplab.domain.numbers import ONE, Rate, divide_half_up
from perplab.engine.margin import addable

HORIZONS_HOURS = (1, 8, 24)


class Aim(NamedTuple):
    """How far away liquidation should be, and what that costs."""

    distance: Rate
    amount: int


def near(place: Place, terms: Terms) -> Reason:
    """Return whether liquidation is nearer than it should be."""
    distance = place.view.distance
    applies = shortfall(place, terms.near) > 0
    found = None if distance is None else Figure("distance", Unit.SHARE, distance)
    lacks = "no price liquidates it, if only this symbol moves" if distance is None else ""
    if applies and found is None:
        found, lacks = Figure("distance", Unit.SHARE, Fraction(0)), ""
    limit = Figure("least distance", Unit.SHARE, Fraction(terms.near, ONE))
    return Reason(rule=Rule.NEAR, applies=applies, found=found, limit=limit, lacks=lacks)


def added_before(place: Place, history: History) -> Reason:
    """Return whether margin was added since the position was opened: a second time is a no."""
    added = history.added(place.symbol, place.side)
    return Reason(
        rule=Rule.ADDED_BEFORE,
        applies=added.count > 0,
        found=Figure("times", Unit.COUNT, added.count),
        limit=Figure("none", Unit.COUNT, 0),
        more=(Figure("added", Unit.MONEY, added.amount),) if added.count else (),
    )


def haste(place: Place, history: History, terms: Terms) -> Reason:
    """Return whether more was done than a calm hand does within an hour of a loss."""
    acts = history.hasty_acts(place.state.time_ns, terms.haste_ns)
    return Reason(
        rule=Rule.HASTE,
        applies=acts is not None and acts > terms.most_acts,
        found=None if acts is None else Figure("acts after a loss", Unit.COUNT, acts),
        limit=Figure("most acts", Unit.COUNT, terms.most_acts),
        more=(Figure("window", Unit.TIME, terms.haste_ns),),
        lacks="no loss was taken in that time" if acts is None else "",
    )


def concentrated(place: Place, terms: Terms) -> Reason:
    """Return whether one position holds too large a share of the account's margin."""
    balance = place.balance
    share = Fraction(place.bound, balance) if balance > 0 else None
    return Reason(
        rule=Rule.CONCENTRATED,
        applies=is_concentrated(place, terms),
        found=None if share is None else Figure("share", Unit.SHARE, share),
        limit=Figure("largest share", Unit.SHARE, Fraction(terms.most_share, ONE)),
        more=(
            Figure("position's margin", Unit.MONEY, place.bound),
            Figure("account's margin", Unit.MONEY, balance),
        ),
        lacks="the account's margin is not above zero" if share is None else "",
    )


def aim_of(place: Place, past: Past, terms: Terms) -> Aim:
    """Return how far away liquidation should be put.

    What the terms say; else near, or far where at this volatility a move as far as near is likely
    within a day. Where far is more than may be added and near is not, all that may be is wanted.
    """
    if terms.aim is not None:
        return Aim(terms.aim, shortfall(place, terms.aim))
    least = Aim(terms.near, shortfall(place, terms.near))
    if not _moves(place, past, terms):
        return least
    most, wanted = most_addable(place, terms), shortfall(place, terms.far)
    if wanted <= most:
        return Aim(terms.far, wanted)
    return least._replace(amount=max(least.amount, most))


def _moves(place: Place, past: Past, terms: Terms) -> bool:
    """Return whether a move as far as near, against the position, is likely within a day."""
    volatility = past.volatility(place.symbol, terms.volatility_ns)
    if volatility is None:
        return False
    level = divide_half_up(place.mark * (ONE - place.sign * terms.near), ONE)
    day_ns = HORIZONS_HOURS[-1] * HOUR_NS
    return touch_probability(place.mark, level, day_ns, volatility) > terms.likely


def amount(place: Place, terms: Terms, aim: Aim) -> Reason:
    """Return whether what is wanted is more than may be added, by the wallet or by the rules."""
    most = most_addable(place, terms)
    more = [
        Figure("aim", Unit.SHARE, Fraction(aim.distance, ONE)),
        Figure("amount for near", Unit.MONEY, shortfall(place, terms.near)),
        Figure("far", Unit.SHARE, Fraction(terms.far, ONE)),
        Figure("amount for far", Unit.MONEY, shortfall(place, terms.far)),
    ]
    if place.isolated:
        more.append(Figure("wallet", Unit.MONEY, addable(place.state, place.account)))
    else:
        more.append(Figure("backup", Unit.MONEY, backup_of(place)))
    return Reason(
        rule=Rule.AMOUNT,
        applies=aim.amount > most,
        found=Figure("wanted", Unit.MONEY, aim.amount),
        limit=Figure("most", Unit.MONEY, most),
        more=tuple(more),
    )


def time_left(place: Place, past: Past, terms: Terms) -> list[Reason]:
    """Return, for each horizon, how likely the nearer liquidation price is touched within it."""
    level = _nearer(place)
    if level is None:
        return []
    if not past.knows(place.symbol):
        lacks = "no ticks were given to measure the volatility by"
        return [Reason(rule=Rule.TIME_LEFT, applies=False, lacks=lacks)]
    return [_within(place, past, terms, level, hours) for hours in HORIZONS_HOURS]


def _within(place: Place, past: Past, terms: Terms, level: int, hours: int) -> Reason:
    more = [Figure("horizon", Unit.TIME, hours * HOUR_NS), Figure("level", Unit.PRICE, level)]
    share = past.share_of_moves(place.symbol, place.mark, level, hours)
    if share is not None and share.windows:
        more.append(Figure("moved as far", Unit.COUNT, share.moved))
        more.append(Figure("windows", Unit.COUNT, share.windows))
    volatility = past.volatility(place.symbol, terms.volatility_ns)
    if volatility is None:
        lacks = "too few prices before this moment to measure the volatility by"
        return Reason(rule=Rule.TIME_LEFT, applies=False, more=tuple(more), lacks=lacks)
    chance = touch_probability(place.mark, level, hours * HOUR_NS, volatility)
    more.append(Figure("hourly volatility", Unit.SHARE, Fraction(volatility.hourly, ONE)))
    more.append(Figure("measured over", Unit.TIME, volatility.span_ns))
    return Reason(
        rule=Rule.TIME_LEFT,
        applies=chance > terms.likely,
        found=Figure("chance", Unit.SHARE, Fraction(chance, ONE)),
        limit=Figure("likely from", Unit.SHARE, Fraction(terms.likely, ONE)),
        more=tuple(more),
    )


def _nearer(place: Place) -> int | None:
    """Return the liquidation price nearer to the mark, None where there is none above zero."""
    view = place.view
    found = [price for price in (view.below, view.above) if price is not None]
    return min(found, key=lambda price: abs(price - place.mark), default=None)
