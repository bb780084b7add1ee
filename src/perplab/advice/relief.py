"""Relief: how much money, or how small a close, puts liquidation far enough away."""

from typing import NamedTuple

from perplab.advice.terms import Terms
from perplab.advice.trial import Place, shortfall
from perplab.domain.numbers import ONE, Money, Qty, divide_down, divide_up
from perplab.engine.margin import addable


class Close(NamedTuple):
    """A part to close and what to move to the rest afterwards; all of it if nothing less does."""

    quantity: Qty
    amount: Money
    rest: Place | None


def backup_of(place: Place) -> Money:
    """Return what stands behind a cross account: its spot and funding wallets."""
    return Money(place.account.spot + place.account.funding)


def most_addable(place: Place, terms: Terms) -> Money:
    """Return the most that may be added at once under the rules.

    Isolated: what may leave the futures wallet, and no more than leaves the position within its
    share of the account's margin. Cross: a part of the spot and funding wallets.
    """
    if not place.isolated:
        return Money(divide_down(backup_of(place) * terms.most_of_backup, ONE))
    room = divide_down(place.balance * terms.most_share, ONE) - place.bound
    return Money(max(0, min(addable(place.state, place.account), room)))


def is_concentrated(place: Place, terms: Terms) -> bool:
    """Return whether the position holds more than its share of the account's margin."""
    return place.bound * ONE > terms.most_share * place.balance


def least_close(place: Place, terms: Terms, aim: int, *, new_money: bool) -> Close:
    """Return the smallest close after which the rest can stand as far away as is aimed for.

    An isolated rest may be given back what its close set free, for a close alone leaves its
    liquidation price where it was (docs/rules.md, Closing); with `new_money` all that may be
    added. A whole number of steps; the more is closed the less is lacking, so it is searched for
    by halves.
    """
    held = abs(place.leg.position.quantity)
    step = place.state.instruments[place.symbol].step
    low, high = 0, divide_up(held, step) - 1
    found = _rest(place, terms, aim, high * step, new_money=new_money) if high > 0 else None
    while found is not None and high - low > 1:
        middle = divide_down(low + high, 2)
        closer = _rest(place, terms, aim, middle * step, new_money=new_money)
        if closer is None:
            low = middle
        else:
            high, found = middle, closer
    return found or Close(Qty(held), Money(0), None)


def _rest(place: Place, terms: Terms, aim: int, quantity: int, *, new_money: bool) -> Close | None:
    """Return the close of a quantity if what it leaves can stand far enough away."""
    rest = place.closed(quantity)
    wanted = shortfall(rest, aim)
    if wanted > _budget(place, rest, terms, new_money=new_money):
        return None
    after = rest.topped_up(wanted)
    return None if is_concentrated(after, terms) else Close(Qty(quantity), wanted, after)


def _budget(place: Place, rest: Place, terms: Terms, *, new_money: bool) -> int:
    """Return what may go to the rest after a close."""
    if new_money:
        return most_addable(rest, terms)
    if not place.isolated:
        return 0
    freed = rest.account.futures - place.account.futures
    return min(max(0, freed), most_addable(rest, terms))
