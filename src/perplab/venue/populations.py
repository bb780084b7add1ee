"""Populations: many accounts with a position each, drawn from a seed by integers alone."""

from collections.abc import Iterator
from itertools import islice
from random import Random

from perplab.domain.commands import Holder, MarginMode, OpenHolders
from perplab.domain.instrument import Instrument
from perplab.domain.numbers import ONE, Money, Price, Qty, parse_units
from perplab.domain.state import State
from perplab.engine.margin import initial_margin
from perplab.venue.plan import PopulationPlan

AT_ONCE = 1_000
"""How many holders one command opens."""


def openings_of(plan: PopulationPlan, state: State) -> Iterator[OpenHolders]:
    """Yield the commands that open a population at the present mark of its symbol."""
    assert plan.symbol is not None, "a run's plan names the symbol"
    holders = holders_of(plan, state.instruments[plan.symbol], state.prices[plan.symbol].mark)
    while some := tuple(islice(holders, AT_ONCE)):
        yield OpenHolders(holders=some)


def holders_of(plan: PopulationPlan, instrument: Instrument, mark: int) -> Iterator[Holder]:
    """Yield a population's holders, as the plan's seed draws them around a mark."""
    chance = _Chance(plan.seed)
    longs, isolated, entry, spare = map(
        parse_units, (plan.longs, plan.isolated, plan.entry, plan.spare)
    )
    doublings = _doublings(*map(parse_units, plan.notional))
    for number in range(1, plan.accounts + 1):
        sign = 1 if chance.below(ONE) < longs else -1
        mode = MarginMode.ISOLATED if chance.below(ONE) < isolated else MarginMode.CROSS
        low, high = doublings[chance.below(len(doublings))]
        notional = low + chance.below(high - low + 1)
        steps = max(1, notional * ONE // mark // instrument.step)
        quantity = steps * instrument.step
        wanted = plan.leverage[chance.below(len(plan.leverage))]
        bracket = instrument.brackets[instrument.bracket_at(quantity * mark)]
        leverage = min(wanted, bracket.max_leverage)
        furthest = min(entry, ONE // (4 * leverage))
        price = mark + mark * (chance.below(2 * furthest + 1) - furthest) // ONE
        price = max(instrument.tick, price - price % instrument.tick)
        margin = initial_margin(quantity * price, leverage)
        brought = margin + margin * chance.below(spare + 1) // ONE
        yield Holder(
            account=plan.called(number),
            symbol=instrument.symbol,
            margin_mode=mode,
            leverage=leverage,
            quantity=Qty(sign * quantity),
            entry_price=Price(price),
            futures=Money(brought),
        )


class _Chance:
    """Whole numbers from the bits of the Mersenne Twister: the same on every machine."""

    def __init__(self, seed: int) -> None:
        self._bits = Random(seed).getrandbits  # noqa: S311  # a drawn market, not a secret

    def below(self, limit: int) -> int:
        """Return a number from 0 to one below the limit."""
        return self._bits(64) % limit


def _doublings(low: int, high: int) -> list[tuple[int, int]]:
    """Return the range cut where it has doubled."""
    found = []
    while low <= high:
        found.append((low, min(high, 2 * low)))
        low *= 2
    return found
