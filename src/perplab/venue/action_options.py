"""Action options: the words that several actions share, and what they become."""

from collections.abc import Callable

from perplab.domain import commands as cm
from perplab.domain.numbers import Qty, divide_down
from perplab.domain.state import Account, State
from perplab.venue.moments import parse_time
from perplab.venue.words import HUNDRED_PERCENT, ActionError, Words

Make = Callable[[State, Account], list[cm.Command]]
"""What an action's words become when it is done: commands, made from the state of that moment."""


class Options:
    """The words that several verbs share; a verb that cannot use one does not take it."""

    def __init__(
        self, words: Words, *, places: bool = True, triggers: bool = False, reduces: bool = False
    ) -> None:
        self._order_id = words.after("as", "an order's ID") if places else None
        side = words.one_of("long", "short")
        self._side = cm.PositionSide(side) if side else None
        self.reduce_only = reduces and words.flag("reduce-only")
        on = words.after("on", "last or mark") if triggers else None
        if on is not None and on not in set(cm.TriggerOn):
            raise ActionError(f"action {words.text!r}: found {on!r}, expected last or mark")
        self.trigger_on = cm.TriggerOn(on or cm.TriggerOn.LAST)

    def order_id(self, state: State) -> str:
        """Return the order's own ID, or one made from its arrival."""
        return self._order_id or f"o{state.next_number}"

    def opening_side(self, account: Account, side: cm.Side) -> cm.PositionSide:
        """Return the position an order is for: in hedge mode a buy opens a long."""
        if account.position_mode is cm.PositionMode.ONE_WAY:
            return self._side or cm.PositionSide.BOTH
        opens = cm.PositionSide.LONG if side is cm.Side.BUY else cm.PositionSide.SHORT
        return self._side or opens

    def held_side(self, account: Account, symbol: str) -> cm.PositionSide:
        """Return the position meant: in hedge mode, unless said, the one there is, long first."""
        if self._side:
            return self._side
        if account.position_mode is cm.PositionMode.ONE_WAY:
            return cm.PositionSide.BOTH
        long = account.held(symbol, cm.PositionSide.LONG)
        return cm.PositionSide.LONG if long else cm.PositionSide.SHORT


class GoodTill:
    """The end of a good-till-date order: a time, or a length of time after it is placed."""

    def __init__(self, words: Words) -> None:
        self._text = words.after("good-till", "a time")
        if self._text == "start":
            raise ActionError(f"action {words.text!r}: an order cannot end at the start")
        if self._text is not None:
            self._check(words, self._text)

    @property
    def given(self) -> bool:
        """Return whether there is an end."""
        return self._text is not None

    def time_ns(self, state: State) -> int:
        """Return the end of an order that is placed now, 0 for none."""
        return 0 if self._text is None else parse_time(self._text, state.time_ns)

    @staticmethod
    def _check(words: Words, text: str) -> None:
        try:
            parse_time(text)
        except ActionError as error:
            raise ActionError(f"action {words.text!r}: {error}") from error


def part_of(state: State, symbol: str, held: int, percent: int) -> Qty:
    """Return a percentage of a position, down to the step; all of it is all of it."""
    if percent == HUNDRED_PERCENT:
        return Qty(abs(held))
    step = state.instruments[symbol].step
    return Qty(divide_down(abs(held) * percent, HUNDRED_PERCENT * step) * step)
