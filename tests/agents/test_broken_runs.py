"""What goes wrong outside of an agent ends the run, whatever the agent catches."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agents.scene import SEEN, account, play
from perplab.domain.batch import Batch
from perplab.domain.commands import SetLeverage
from perplab.journal import Comparing, JournalError

PRICES = (100, 99, 98, 97, 96, 95, 99, 101, 103)
SWALLOWING = {
    "nothing": "yield ctx.sleep('1s')\n    ctx.set_leverage(7)\n    yield ctx.sleep('1s')",
    "exceptions": """
    yield ctx.sleep('1s')
    try:
        ctx.set_leverage(7)
    except Exception:
        pass
    saw("went on")
    yield ctx.sleep('1s')
    saw("woke")""",
    "everything": """
    while True:
        yield ctx.sleep('1s')
        try:
            ctx.set_leverage(7)
        except:
            pass""",
    "everything, then ends": """
    yield ctx.sleep('1s')
    try:
        ctx.set_leverage(7)
    except:
        return""",
    "everything, then raises its own": """
    yield ctx.sleep('1s')
    try:
        ctx.set_leverage(7)
    except BaseException:
        raise ValueError("mine") from None""",
    "everything at a tick": """
    ticks = ctx.tick()
    while True:
        yield ticks
        try:
            ctx.set_leverage(7)
        except:
            saw("went on")""",
}


class BrokenError(RuntimeError):
    """The log cannot be written."""


def breaking(after: int = 1) -> Callable[[Batch], None]:
    left = [after]

    def take(batch: Batch) -> None:
        if isinstance(batch.command, SetLeverage) and batch.command.leverage == 7:
            left[0] -= 1
            if left[0] <= 0:
                raise BrokenError("the disk is full")

    return take


@pytest.mark.parametrize("latency", ["0s", "10ms"])
@pytest.mark.parametrize("what", SWALLOWING)
def test_a_log_that_cannot_be_written_ends_the_run(tmp_path: Path, what: str, latency: str) -> None:
    with pytest.raises(BrokenError, match="the disk is full"):
        play(
            tmp_path,
            f"def agent(ctx):\n    {SWALLOWING[what].strip()}\n",
            PRICES,
            accounts=[account(latency=latency)],
            sink=breaking(),
        )
    assert "woke" not in SEEN
    assert SEEN.count("went on") <= 1 or latency != "0s"


def test_a_run_that_differs_from_its_log_ends_where_it_differs(tmp_path: Path) -> None:
    source = """
        def agent(ctx):
            while True:
                yield ctx.sleep("1s")
                try:
                    ctx.do("leverage {}" if ctx.last() == 97 else "leverage 9")
                except BaseException:
                    pass
        """
    log = tmp_path / "run.db"
    play(tmp_path, source.format(5), PRICES, log=log)
    with Comparing(log) as comparing:
        play(tmp_path, source.format(5), PRICES, sink=comparing.append)
        comparing.finish()
    with Comparing(log) as comparing, pytest.raises(JournalError, match="not what the run makes"):
        play(tmp_path, source.format(4), PRICES, sink=comparing.append)


def test_an_interruption_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        play(
            tmp_path,
            """
            def agent(ctx):
                yield ctx.sleep("1s")
                raise KeyboardInterrupt
            """,
            PRICES,
        )
