"""Tasks: a generator of an agent, resumed as a SimPy process with what it waited for."""

from collections.abc import Callable, Generator, Iterator
from inspect import GEN_RUNNING, getgeneratorstate
from typing import Any

from simpy.events import Event

from perplab.agents.bars import BarWait, bar_of
from perplab.agents.budget import TURNS
from perplab.agents.context import Context, Script
from perplab.agents.errors import AgentError, Overrun, shown
from perplab.agents.loading import Loaded, line_in
from perplab.agents.news import News
from perplab.agents.ticks import Chunk, Tick, chunks_between, ticks_between
from perplab.agents.waits import AnyOf, EventWait, TickWait, Wait, Waiting
from perplab.engine.bands import StreamKey
from perplab.tape.stream import Stream
from perplab.venue.clock import Process, Signal
from perplab.venue.desk import Desk

Fail = Callable[[BaseException, int], None]
"""Takes what went wrong in the agent, and the line of its file."""

_DONE = object()


class Task:
    """One generator of an agent, from the moment at which it was given to its end.

    `pace` raises `AgentError` when the agent wakes too often at one moment.
    """

    def __init__(
        self,
        script: Script,
        desk: Desk,
        loaded: Loaded,
        context: Context,
        *,
        pace: Callable[[], None],
        fail: Fail,
    ) -> None:
        self._script: Any = script
        self._desk = desk
        self._loaded = loaded
        self._context = context
        self._pace = pace
        self._fail = fail
        self._rows: dict[StreamKey, int] = {}
        self._waiting: Waiting | None = None
        self._news = News()
        desk.hear(context.name, self._news.hear)

    def run(self) -> Process:
        """Resume the generator until it ends, fails or is stopped."""
        request = self._step(None)
        while request is not _DONE:
            if isinstance(request, TickWait):
                request = yield from self._ticks(request)
                continue
            waiting = self._waiting = Waiting(self._desk, self._news)
            try:
                self._pace()
                _arm(request, waiting)
            except (AgentError, Overrun) as error:
                waiting.over = True
                self._fail(error, self._line())
                break
            yield waiting.signal
            self._news.woken(waiting)
            request = self._step(self._brought(request, waiting))
        self._desk.unhear(self._context.name, self._news.hear)

    def close(self) -> None:
        """End the generator where it stands, unless it is the one that is running."""
        self._desk.unhear(self._context.name, self._news.hear)
        if self._waiting is not None:
            self._waiting.over = True
        if getgeneratorstate(self._script) == GEN_RUNNING:
            return
        self._loaded.meter.left = TURNS
        try:
            self._script.close()
        except BaseException as error:  # noqa: BLE001 - `_over` raises what is not the agent's own
            self._over(error)

    def _brought(self, request: Wait, waiting: Waiting) -> Any:
        """Return what a wait brings, and leave it as its value."""
        won = waiting.won
        assert won is not None
        won.value = waiting.value
        if isinstance(won, EventWait) and not isinstance(won.value, won.brings):
            won.value = None
        if isinstance(won, BarWait):
            stream = self._desk.stream(won.stream)
            won.value = bar_of(stream, won.time_ns - won.length_ns, won.time_ns)
        return won if isinstance(request, AnyOf) else won.value

    def _step(self, value: Any) -> Any:
        """Resume the generator and return what it yields, `_DONE` if it will not go on."""
        if self._context.closed:
            self.close()
            return _DONE
        self._loaded.meter.left = TURNS
        try:
            request = self._script.send(value)
        except BaseException as error:  # noqa: BLE001 - as in `close`
            return self._over(error)
        return self._sound(request)

    def _sound(self, request: Any) -> Any:
        """Return what was yielded, unless the agent caught what it has to end with."""
        if self._context.broken is not None:
            raise self._context.broken from None
        if self._loaded.meter.overrun and not self._context.closed:
            error = Overrun(f"went on after more than {TURNS:,} turns of its loops without a yield")
            self._fail(error, self._line())
        if self._context.closed:
            self.close()
            return _DONE
        return request

    def _over(self, error: BaseException) -> object:
        """Return that a generator is over; raise what did not come from the agent itself."""
        if self._context.broken is not None:
            raise self._context.broken from None
        if isinstance(error, StopIteration):
            return _DONE
        if isinstance(error, KeyboardInterrupt):
            raise error
        line = line_in(error, self._loaded.code_file) or self._line()
        self._fail(error, line)
        return _DONE

    def _ticks(self, wait: TickWait) -> Generator[Event, None, Any]:
        """Hand over ticks for as long as the same wait is yielded; return what else is."""
        env, stream = self._desk.env, self._desk.stream(wait.stream)
        rows, end = self._rows, len(stream)
        rows.setdefault(wait.stream, stream.last_row_at(self._desk.now) + 1)
        request: Any = wait
        while request is wait:
            row = max(rows[wait.stream], stream.last_row_at(self._desk.now - 1) + 1)
            if row >= end:
                yield Signal(env)  # there will be no further tick
            limit = stream.last_row_at(int(env.peek()) - 1) + 1
            if row < limit:
                request, row = self._in_a_row(wait, stream, row, limit)
            else:
                request, row = yield from self._one_by_one(wait, stream, row)
            rows[wait.stream] = row
        return request

    def _in_a_row(self, wait: TickWait, stream: Stream, row: int, limit: int) -> tuple[Any, int]:
        """Hand over the ticks before which nothing is scheduled, moving time on without SimPy.

        Return what is yielded then, and the row after the last one that was handed over.
        """
        if self._context.closed:
            return self._step(None), row
        self._news.forget()
        try:
            request, row = self._through(wait, chunks_between(stream, row, limit))
        except BaseException as error:  # noqa: BLE001 - as in `close`
            return self._over(error), limit
        return self._sound(request), row

    def _through(self, wait: TickWait, chunks: Iterator[Chunk]) -> tuple[Any, int]:
        """Hand over the ticks of chunks, not none, until something else comes of one."""
        env, request = self._desk.env, wait
        env.disturbed = False
        send, meter, turns = self._script.send, self._loaded.meter, TURNS
        for chunk in chunks:
            for tick in chunk.ticks:
                # This runs for every tick of a tape: time is moved on without a call.
                env._now = tick[0]  # noqa: SLF001 - everything scheduled is later
                meter.left = turns
                request = send(tick)
                if request is not wait or env.disturbed:
                    return request, chunk.row
        return request, chunk.row

    def _one_by_one(
        self, wait: TickWait, stream: Stream, row: int
    ) -> Generator[Event, None, tuple[Any, int]]:
        """Hand over ticks in turn with others, until nothing stands before the next, as above."""
        env, left = self._desk.env, Signal(self._desk.env)
        ticks = ticks_between(stream, row, len(stream))
        tick, request = next(ticks), wait

        def give() -> None:
            nonlocal tick, row, request
            request = self._given(tick)
            row += 1
            following = next(ticks, None)
            if request is wait and following is not None and following.time_ns >= env.peek():
                tick = following
                env.call(tick.time_ns, give)
            else:
                left.fire_at_once()

        env.call(tick.time_ns, give)
        yield left
        return request, row

    def _given(self, tick: Tick) -> Any:
        """Resume the generator with a tick, as `_step` does."""
        if self._context.closed:
            return self._step(None)
        self._news.forget()
        self._loaded.meter.left = TURNS
        try:
            request = self._script.send(tick)
        except BaseException as error:  # noqa: BLE001 - as in `close`
            return self._over(error)
        return self._sound(request)

    def _line(self) -> int:
        """Return the line of the agent's file at which the generator stands."""
        line, inner = 0, self._script
        while (frame := getattr(inner, "gi_frame", None)) is not None:
            if frame.f_code.co_filename == self._loaded.code_file:
                line = int(frame.f_lineno)
            inner = inner.gi_yieldfrom
        return line


def _arm(request: Any, waiting: Waiting) -> None:
    if not isinstance(request, Wait):
        raise AgentError(
            f"yielded {shown(request)}; expected a wait of the context, as ctx.sleep('1h')"
        )
    request.arm(waiting)
