"""The driver: an account's agent in a running venue; its failures stay its own."""

from random import Random

from perplab.agents.advising import Adviser
from perplab.agents.context import Context, Script
from perplab.agents.errors import AgentError, Overrun, said
from perplab.agents.loading import Loaded, arguments
from perplab.agents.tasks import Task
from perplab.venue.clock import Process, Signal
from perplab.venue.desk import Desk
from perplab.venue.moments import parse_duration
from perplab.venue.participants import Fault
from perplab.venue.plan import AccountPlan
from perplab.venue.traders import Trader
from perplab.venue.words import ActionError

STEPS = 10_000
"""How many times an agent may be resumed before time passes."""


class Agent:
    """An account's agent; its actions, if it has any, are begun first."""

    def __init__(self, desk: Desk, plan: AccountPlan, loaded: Loaded, adviser: Adviser) -> None:
        self.faults: list[Fault] = []
        self._desk = desk
        self._plan = plan
        self._loaded = loaded
        self._trader = Trader(desk, plan)
        self._tasks: dict[Task, None] = {}
        random = Random(f"{desk.seed} {plan.name}")  # noqa: S311 - chances, not secrets
        self._context = Context(desk, plan.name, random, parse_duration(plan.latency))
        self._context.adviser = adviser
        self._context.begin = self._begin
        self._context.overrun = loaded.meter.stop
        self._context.spend = loaded.meter.spend
        loaded.meter.tell = desk.env.disturb
        self._steps = 0
        self._steps_ns = -1

    @property
    def name(self) -> str:
        """Return the account's name."""
        return self._plan.name

    @property
    def undone(self) -> list[str]:
        """Return the actions that were not done."""
        return self._trader.undone

    def open(self) -> None:
        """Open the account, fill its wallets and make its choices."""
        self._trader.open()

    def stop(self) -> None:
        """Do nothing more from now on."""
        self._trader.stop()
        self._leave()

    def trade(self) -> Process:
        """Begin the actions, then run the agent to its end."""
        if self._plan.actions:
            self._desk.env.process(self._trader.trade())
            begun = Signal(self._desk.env)
            begun.fire()
            yield begun
        given = arguments(self._loaded, self._plan.parameters)
        yield from self._run(self._loaded.function(self._context, **given))

    def _begin(self, script: Script) -> None:
        self._desk.env.process(self._run(script))

    def _run(self, script: Script) -> Process:
        """Return the process of a generator, which hears of the account's events from now on."""
        parts = (self._desk, self._loaded, self._context)
        task = Task(script, *parts, pace=self._pace, fail=self._fail)
        self._tasks[task] = None
        return self._follow(task)

    def _follow(self, task: Task) -> Process:
        yield from task.run()
        self._tasks.pop(task, None)

    def _pace(self) -> None:
        """Refuse to go on for ever at one moment."""
        if self._desk.now != self._steps_ns:
            self._steps_ns, self._steps = self._desk.now, 0
        self._steps += 1
        if self._steps > STEPS:
            raise AgentError(f"woke {STEPS:,} times at one moment; wait for something to change")

    def _fail(self, error: BaseException, line: int) -> None:
        kind = "" if isinstance(error, AgentError | ActionError | Overrun) else type(error).__name__
        self.faults.append(
            Fault(
                account=self.name,
                agent=self._plan.agent,
                time_ns=self._desk.now,
                file=self._loaded.file,
                line=line,
                error=": ".join(filter(None, (kind, said(error)))),
            )
        )
        self._leave()

    def _leave(self) -> None:
        """End every generator, and let what its endings ask for be refused."""
        self._context.closed = True
        tasks, self._tasks = self._tasks, {}
        for task in tasks:
            task.close()
