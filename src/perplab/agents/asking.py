"""Asking: what an agent can ask of the exchange, now or after its latency."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import NoReturn

from perplab.agents.errors import AgentError, shown
from perplab.agents.reading import Reading
from perplab.agents.requests import Request
from perplab.agents.terms import check_terms
from perplab.agents.values import Number, text_of
from perplab.domain.commands import Command, PlaceOrder, PositionSide
from perplab.venue.actions import parse_action
from perplab.venue.clock import At, Turn
from perplab.venue.desk import Desk

FLOOD = 1_000
"""How many requests an agent may make at one moment; after as many refusals its step ends."""


class Asking(Reading):
    """Every method asks for commands and returns the `Request`; the exchange may refuse it.

    What has no method of its own is asked for in words: `do("stop-buy 61000 0.1")`;
    docs/scenarios.md lists them.
    """

    overrun: Callable[[], NoReturn]
    """What ends a step that goes on for ever."""

    def __init__(self, desk: Desk, name: str, random: Random, latency_ns: int) -> None:
        super().__init__(desk, name, random)
        self._latency_ns = latency_ns
        self._asked = 0
        self._asked_ns = -1
        self._under_way = 0
        self.closed = False
        """Whether the agent may ask no more."""
        self.broken: BaseException | None = None
        """What went wrong outside of the agent while it asked; the run has to end with it."""

    def do(self, action: str) -> Request:
        """Ask for an action in words, as `add-margin 200`."""
        make = parse_action(action, self.symbols)
        state = self._state
        commands = make(state, state.accounts[self.name])
        if self._latency_ns:
            commands = [self._apart(command, f"o{state.next_number}") for command in commands]
        return self.submit(*commands)

    def buy(
        self,
        quantity: Number,
        symbol: str | None = None,
        *,
        at: Number | None = None,
        time_in_force: str = "gtc",
        reduce_only: bool = False,
        side: str | None = None,
        order_id: str | None = None,
    ) -> Request:
        """Buy at the market, or with a limit `at` a price."""
        words = _terms(at, time_in_force, reduce_only, side, order_id)
        return self._words("buy", text_of(quantity, "a quantity"), self._symbol(symbol), *words)

    def sell(
        self,
        quantity: Number,
        symbol: str | None = None,
        *,
        at: Number | None = None,
        time_in_force: str = "gtc",
        reduce_only: bool = False,
        side: str | None = None,
        order_id: str | None = None,
    ) -> Request:
        """Sell at the market, or with a limit `at` a price."""
        words = _terms(at, time_in_force, reduce_only, side, order_id)
        return self._words("sell", text_of(quantity, "a quantity"), self._symbol(symbol), *words)

    def close(
        self, percent: Number = 100, symbol: str | None = None, *, side: str | None = None
    ) -> Request:
        """Close a position at the market, or a percentage of it."""
        part = f"{text_of(percent, 'a percentage')}%"
        return self._words("close", part, self._symbol(symbol), side)

    def stop(
        self,
        price: Number,
        percent: Number | None = None,
        symbol: str | None = None,
        *,
        on: str = "last",
        side: str | None = None,
        order_id: str | None = None,
    ) -> Request:
        """Place a stop-loss: all of the position, or a percentage, at the market."""
        words = [*_part(percent), self._symbol(symbol), "on", on, side, *_named(order_id)]
        return self._words("stop", text_of(price, "a price"), *words)

    def take_profit(
        self,
        price: Number,
        percent: Number | None = None,
        symbol: str | None = None,
        *,
        on: str = "last",
        side: str | None = None,
        order_id: str | None = None,
    ) -> Request:
        """Place a take-profit: all of the position, or a percentage, at the market."""
        words = [*_part(percent), self._symbol(symbol), "on", on, side, *_named(order_id)]
        return self._words("take-profit", text_of(price, "a price"), *words)

    def trail(
        self,
        callback: Number,
        percent: Number = 100,
        symbol: str | None = None,
        *,
        activation: Number | None = None,
        on: str = "last",
        side: str | None = None,
        order_id: str | None = None,
    ) -> Request:
        """Place a trailing stop of what is held now, or of a percentage of it.

        `callback` is the way back, in percent, from the best price since `activation`, or since
        the order was placed, at which it closes at the market.
        """
        words = [f"{text_of(callback, 'a callback rate')}%", *_part(percent), self._symbol(symbol)]
        if activation is not None:
            words += ["from", text_of(activation, "an activation price")]
        return self._words("trail", *words, "on", on, side, *_named(order_id))

    def amend(self, order: Request | str, *, price: Number, quantity: Number) -> Request:
        """Change price and quantity of a resting limit order."""
        texts = (text_of(price, "a price"), text_of(quantity, "a quantity"))
        return self._words("amend", _id_of(order), *texts)

    def cancel(self, order: Request | str) -> Request:
        """Cancel an open order."""
        return self._words("cancel", _id_of(order))

    def cancel_all(self, symbol: str | None = None) -> Request:
        """Cancel all open orders of a symbol."""
        return self._words("cancel-all", self._symbol(symbol))

    def is_open(self, order: Request | str) -> bool:
        """Return whether an order is open at the exchange."""
        return _id_of(order) in self._account.orders

    def add_margin(
        self, amount: Number, symbol: str | None = None, *, side: str | None = None
    ) -> Request:
        """Move money from the futures wallet into an isolated position."""
        return self._words("add-margin", text_of(amount, "an amount"), self._symbol(symbol), side)

    def reduce_margin(
        self, amount: Number, symbol: str | None = None, *, side: str | None = None
    ) -> Request:
        """Move money from an isolated position back to the futures wallet."""
        amount = text_of(amount, "an amount")
        return self._words("reduce-margin", amount, self._symbol(symbol), side)

    def auto_add(
        self, on: bool = True, symbol: str | None = None, *, side: str | None = None
    ) -> Request:
        """Switch auto-add margin of an isolated position on or off."""
        return self._words("auto-add", "on" if on else "off", self._symbol(symbol), side)

    def transfer(self, amount: Number, source: str, target: str) -> Request:
        """Move money between two of the wallets futures, spot and funding."""
        return self._words("transfer", text_of(amount, "an amount"), source, target)

    def set_leverage(self, leverage: int, symbol: str | None = None) -> Request:
        """Choose a symbol's leverage."""
        return self._words("leverage", str(leverage), self._symbol(symbol))

    def set_margin_mode(self, mode: str, symbol: str | None = None) -> Request:
        """Choose cross or isolated margin for a symbol."""
        if mode not in {"cross", "isolated"}:
            raise AgentError(f"margin mode: found {mode!r}, expected cross or isolated")
        return self._words(mode, self._symbol(symbol))

    def set_position_mode(self, mode: str) -> Request:
        """Choose one-way or hedge mode for the account."""
        if mode not in {"one-way", "hedge"}:
            raise AgentError(f"position mode: found {mode!r}, expected one-way or hedge")
        return self._words(mode)

    def submit(self, *commands: Command) -> Request:
        """Ask for the exchange's own commands; they must be for this account."""
        self._count()
        for command in commands:
            check_terms(command)
            whose = getattr(command, "account", None)
            if whose != self.name:
                asked = type(command).__name__
                raise AgentError(f"{asked} is for {shown(whose)}, not for {self.name!r}")
        request = Request(commands)
        if self._latency_ns:
            arrival = At(self._desk.env, self.now + self._latency_ns, Turn.AGENT)
            assert arrival.callbacks is not None
            arrival.callbacks.append(lambda _: self._arrive(request))
        else:
            self._arrive(request)
        return request

    def _arrive(self, request: Request) -> None:
        try:
            answers = [self._desk.submit(command) for command in request.commands]
        except BaseException as error:
            self.broken = error
            raise
        request.answer(tuple(event for events in answers for event in events))

    def _count(self) -> None:
        if self.closed:
            raise AgentError("the agent was stopped and may ask no more")
        if self.now != self._asked_ns:
            self._asked_ns, self._asked = self.now, 0
        self._asked += 1
        if self._asked > 2 * FLOOD:
            self.overrun()
        if self._asked > FLOOD:
            raise AgentError(f"more than {FLOOD:,} requests at one moment; wait between them")

    def _apart(self, command: Command, given: str) -> Command:
        """Return a command; what was named for the next arrival gets a name of its own.

        While it is under way, the next one would be named like it.
        """
        if not isinstance(command, PlaceOrder) or command.order_id != given:
            return command
        self._under_way += 1
        return replace(command, order_id=f"{given}-{self._under_way}")

    def _words(self, *words: str | None) -> Request:
        return self.do(" ".join(word for word in words if word and word != PositionSide.BOTH))


def _terms(
    at: Number | None,
    time_in_force: str,
    reduce_only: bool,
    side: str | None,
    order_id: str | None,
) -> tuple[str | None, ...]:
    """Return the words of an order after its symbol."""
    if at is None and time_in_force != "gtc":
        raise AgentError(f"time_in_force {time_in_force!r} is for limit orders; give `at` a price")
    limit = () if at is None else ("at", text_of(at, "a price"), time_in_force)
    return (*limit, "reduce-only" if reduce_only else None, side, *_named(order_id))


def _part(percent: Number | None) -> tuple[str, ...]:
    return () if percent is None else (f"{text_of(percent, 'a percentage')}%",)


def _named(order_id: str | None) -> tuple[str, ...]:
    return () if order_id is None else ("as", order_id)


def _id_of(order: Request | str) -> str:
    return order.order_id if isinstance(order, Request) else order
