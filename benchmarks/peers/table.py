"""The table: what every entry took, beside what ours took in the same round."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from peers.entries import Entry
from peers.judging import is_right
from peers.measuring import Measurement
from peers.rounds import COMMAND_LINE

OURS = "perplab"
HEAD = """\
| program | answer | ticks/s in the loop | times ours | whole process | times ours \
| of the processor | times ours | peak memory | times ours |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry, its measurements, and the verdict on its answer."""

    entry: Entry
    measured: list[Measurement]
    answer: str

    @property
    def error(self) -> str | None:
        """Return why it failed, if it did."""
        return next((one.error for one in self.measured if one.error), None)


Figure = Callable[[Measurement], float | None]


def loop_s(one: Measurement) -> float | None:
    """Return the seconds of the loop: of the processor, which other processes do not lengthen.

    Where several threads worked, and so the wall shows less, it is the wall's.
    """
    loop = one.reply.get("loop")
    return min(loop["cpu_s"], loop["wall_s"]) if loop else None


FIGURES: tuple[Figure, ...] = (
    loop_s,
    lambda one: one.wall_s,
    lambda one: one.cpu_s,
    lambda one: float(one.peak),
)


def tables(lines: Sequence[Line]) -> str:
    """Return the tables as Markdown: for each tape one of Python on every tick, one of the rest."""
    parts = []
    for rows in sorted({line.entry.rows for line in lines}):
        for per_tick in (True, False):
            mine = [
                line
                for line in lines
                if line.entry.rows == rows and line.entry.per_tick == per_tick
            ]
            if mine:
                parts.append(_table(mine, rows, per_tick=per_tick))
    return "\n\n".join(parts)


def _table(lines: Sequence[Line], rows: int, *, per_tick: bool) -> str:
    what = "Python on every tick" if per_tick else "the program's own loop"
    beside = (_ours(lines, in_process=True), *[_ours(lines, in_process=False)] * 3)
    told = sorted(lines, key=lambda line: (line.error is not None, _median(line, loop_s) or 0.0))
    body = "\n".join(_row(line, beside) for line in told)
    return f"### {rows:,} ticks, {what}\n\n{HEAD}\n{body}"


def _ours(lines: Sequence[Line], *, in_process: bool) -> Line | None:
    """Return the line of ours that the others stand beside: the first of its kind."""
    for line in lines:
        is_command = line.entry.module == COMMAND_LINE
        if line.entry.program.name == OURS and is_command != in_process and not line.error:
            return line
    return None


def _row(line: Line, beside: Sequence[Line | None]) -> str:
    program = line.entry.program.name
    version = next((one.reply["version"] for one in line.measured if not one.error), "")
    is_told = version.startswith(program.split()[-1])
    name = program if is_told else f"{program} {version}".strip()
    if program == OURS:
        name = f"**{OURS}**"
    if line.error:
        return f"| {name}: {line.entry.way} | failed |" + " |" * 8
    words = (_speed, _seconds, _seconds, _megabytes)
    cells = []
    for figure, word, ours in zip(FIGURES, words, beside, strict=True):
        value = _median(line, figure)
        cells.append("" if value is None else word(value, line.entry.rows))
        cells.append(_ratio(line, ours, figure))
    return f"| {name}: {line.entry.way} | {_short(line.answer)} | {' | '.join(cells)} |"


def ratio(line: Line, ours: Line, figure: Figure) -> float | None:
    """Return how many times as much a line took as ours: the median of the rounds' ratios."""
    pairs = [
        (figure(one), figure(mine))
        for one, mine in zip(line.measured, ours.measured, strict=False)
        if not one.error and not mine.error
    ]
    known = [theirs / mine for theirs, mine in pairs if theirs is not None and mine]
    return statistics.median(known) if known else None


def _ratio(line: Line, ours: Line | None, figure: Figure) -> str:
    if ours is None or line is ours:
        return ""
    times = ratio(line, ours, figure)
    return "" if times is None else f"{times:,.3g}" if times < 100 else f"{times:,.0f}"


def _median(line: Line, figure: Figure) -> float | None:
    known = [value for one in line.measured if not one.error and (value := figure(one)) is not None]
    return statistics.median(known) if known else None


def _speed(seconds: float, rows: int) -> str:
    speed = rows / seconds
    return f"{speed / 1e6:,.3g} M" if speed < 1e9 else f"{speed / 1e6:,.0f} M"


def _seconds(seconds: float, _rows: int) -> str:
    return f"{seconds:.2f} s"


def _megabytes(size: float, _rows: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _short(answer: str) -> str:
    if not is_right(answer):
        return "**WRONG**"
    return "right, a tick later" if answer.endswith("a tick later") else "right"
