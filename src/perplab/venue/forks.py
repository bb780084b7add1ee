"""Forks: the moments at which a run parts from its parent, and what is done there.

After a command's batch a fork happens before whoever submitted that command goes on; at a time it
happens in a turn of its own, once all ticks of that time are in.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from perplab.domain import commands as cm
from perplab.domain.batch import Batch
from perplab.domain.state import State
from perplab.venue.actions import Make, parse_action
from perplab.venue.clock import At, Process, Turn
from perplab.venue.desk import Desk
from perplab.venue.participants import Cast, Participant
from perplab.venue.plan import AccountPlan, ForkPlan, Others, Plan, RecordedCommand
from perplab.venue.words import ActionError

MADE_BY_VENUE = (
    cm.StartRun,
    cm.OpenHolders,
    cm.EndRun,
    cm.ExpireOrders,
    cm.SettleFunding,
    cm.ChangeBrackets,
)
"""Commands that a run makes of its plan and its prices, whoever acts in it."""

BY_ITSELF = (cm.ExpireOrders, cm.SettleFunding, cm.ChangeBrackets)
"""Those of them that may share a time with what is asked for, and come before or after it."""

Recall = Callable[[RecordedCommand], cm.Command]
"""Reads a recorded command's text."""

_AGENT = "agent"


class Forks:
    """Makes the forks of a plan happen, each in its place.

    `participants` are those of the venue; who comes in their place is in `successors`.
    """

    def __init__(
        self,
        desk: Desk,
        plan: Plan,
        participants: Sequence[Participant],
        cast: Cast,
        recall: Recall | None,
    ) -> None:
        self.successors: list[Participant] = []
        self._desk = desk
        self._recall = recall
        self._cast = cast
        self._plans = {account.name: account for account in plan.accounts}
        pairs = zip(plan.accounts, participants, strict=True)
        self._acting = {account.name: participant for account, participant in pairs}
        self._again: _Again | None = None
        self._records = 0
        self._halts = 0
        self._place = (0, 0)
        symbols = tuple(desk.present.instruments)
        self._makes = {
            text: parse_action(text, symbols)
            for fork in plan.forks
            for text in fork.do
            if not is_agent(text)
        }
        self._after = [fork for fork in plan.forks if fork.after_seq is not None]
        for fork in plan.forks:
            if fork.after_seq is None:
                self._await(fork)

    def count(self, batch: Batch, _state: State) -> None:
        """Count the records of a batch, and what the venue did by itself at its time."""
        self._records += 1 + len(batch.events)
        if isinstance(batch.command, BY_ITSELF):
            time_ns, done = self._place
            self._place = batch.time_ns, done + 1 if batch.time_ns == time_ns else 1

    def submitted(self) -> None:
        """Do what is due after the batch that was just recorded."""
        while self._after and self._records >= (self._after[0].after_seq or 0):
            self._happen(self._after.pop(0))
        if self._again is not None:
            self._again.follow(self._place)

    def _await(self, fork: ForkPlan) -> None:
        self._at(fork.time_ns, lambda: self._happen(fork))

    def _at(self, time_ns: int, act: Callable[[], None]) -> None:
        """Act in the turn of forks: at once, if that is now, but after who acts already."""
        alarm = At(self._desk.env, time_ns, Turn.FORK)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: act())

    def _happen(self, fork: ForkPlan) -> None:
        if fork.others is not Others.AGENTS:
            self._halt()
        if fork.others is Others.RECORDED:
            assert self._recall is not None, "nobody here reads recorded commands"
            self._again = _Again(self._desk, fork.commands, self._recall)
            self._desk.env.process(self._again.trade())
        halts = self._halts
        for text in fork.do:
            for command in self._commands(fork, text):
                if self._halts != halts:
                    return  # a later fork, after a command of this one, stopped everybody
                self._desk.execute(command)

    def _halt(self) -> None:
        """Stop everybody: those of the plan, and a recording that an earlier fork plays."""
        self._halts += 1
        self._desk.closed.update(self._plans)
        if self._again is not None:
            self._again.stop()
        for participant in self._acting.values():
            self._at(self._desk.now, participant.stop)

    def _commands(self, fork: ForkPlan, text: str) -> list[cm.Command]:
        """Return what the words ask for now; another agent is put in place."""
        if is_agent(text):
            self._succeed(fork, text)
            return []
        state = self._desk.state
        make: Make = self._makes[text]
        return [_named(command, text) for command in make(state, state.accounts[fork.account])]

    def _succeed(self, fork: ForkPlan, text: str) -> None:
        """Put another agent in place, as soon as the one before has come to the end of its step."""
        name, halts, desk = fork.account, self._halts, self._desk
        before = self._acting[name]
        after = self._cast(desk, successor(self._plans[name], text, fork.agent_digest))
        self._acting[name] = after
        self.successors.append(after)
        desk.closed.add(name)

        def begin() -> None:
            before.stop()
            if self._halts == halts:
                desk.closed.discard(name)
                desk.env.process(after.trade())

        self._at(desk.now, begin)


class _Again:
    """Gives recorded commands again, each at its time and in its place among the venue's own."""

    def __init__(self, desk: Desk, commands: Sequence[RecordedCommand], recall: Recall) -> None:
        self._desk = desk
        self._recall = recall
        self._left = deque(commands)
        self._stopped = False

    def trade(self) -> Process:
        """Give each at its time; those between two of the venue's own are given by `follow`."""
        while self._left and not self._stopped:
            one = self._left[0]
            first = one.early and not one.after
            yield At(self._desk.env, one.time_ns, Turn.FORK if first else Turn.AGENT)
            # What it should have followed may not come this time: then it is given here.
            self._give(one)

    def follow(self, place: tuple[int, int]) -> None:
        """Give what came right after so many of the venue's own commands of a time."""
        while not self._stopped and self._left:
            one = self._left[0]
            if not one.early or (one.time_ns, one.after) != place:
                return
            self._give(one)

    def _give(self, one: RecordedCommand) -> None:
        """Give the first that is left, if it is this one."""
        if self._left and self._left[0] is one and not self._stopped:
            self._desk.execute(self._recall(self._left.popleft()))

    def stop(self) -> None:
        self._stopped = True


def is_agent(text: str) -> bool:
    """Return whether a fork's words put another agent in place."""
    return text.split()[:1] == [_AGENT]


def successor(plan: AccountPlan, text: str, digest: str = "") -> AccountPlan:
    """Return an account's plan with the agent of `agent NAME key=value...` and no more actions."""
    _, *words = text.split()
    if not words:
        raise ActionError(f"action {text!r} ends where an agent's name was expected")
    parameters = {}
    for word in words[1:]:
        key, equals, value = word.partition("=")
        if not (key and equals and value):
            raise ActionError(f"action {text!r}: found {word!r}, expected KEY=VALUE")
        parameters[key] = _value(value)
    agent = {"agent": words[0], "agent_digest": digest, "parameters": parameters}
    return plan.model_copy(update={**agent, "actions": ()})


def _value(text: str) -> bool | int | str:
    """Return a parameter as a scenario would hold it."""
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.lstrip("-").isdecimal() and text.isascii() else text


def _named(command: cm.Command, text: str) -> cm.Command:
    """Return a command; an order that was given no ID gets one that no later order has."""
    if not isinstance(command, cm.PlaceOrder) or "as" in text.split():
        return command
    return replace(command, order_id=f"fork-{command.order_id}")
