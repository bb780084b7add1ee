"""Bars: which ticks belong to one, what an empty one shows, and the past in bars."""

from pathlib import Path

from agents.scene import play

ROWS = [(0, 100), (2, 104), (5, 98), (9.5, 101), (10, 90), (19, 95), (42, 97), (50, 99), (60, 98)]


def test_a_tick_at_the_end_of_a_bar_belongs_to_the_next(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            while True:
                bar = yield ctx.bar("10s")
                figures = (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.rows)
                saw(second(ctx), *figures)
        """,
        ROWS,
    )
    assert told.seen == [
        (10, 100, 104, 98, 101, 20, 4),
        (20, 90, 95, 90, 95, 10, 2),
        (30, 95, 95, 95, 95, 0, 0),
        (40, 95, 95, 95, 95, 0, 0),
        (50, 97, 97, 97, 97, 5, 1),
        (60, 99, 99, 99, 99, 5, 1),
    ]


def test_bars_stand_on_multiples_of_their_length(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            yield ctx.sleep("3s")
            for length in ("10s", "7s", "1m"):
                bar = yield ctx.bar(length)
                assert bar.end_ns % (bar.end_ns - bar.start_ns) == 0
                saw(length, second(ctx), ctx.now == bar.end_ns)
        """,
        [*ROWS, (200, 1)],
    )
    assert [length for length, *_ in told.seen] == ["10s", "7s", "1m"]
    assert all(at_end for *_, at_end in told.seen)


def test_the_past_in_bars_ends_before_now(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            yield ctx.until("+20s")
            saw([(bar.close, bar.rows) for bar in ctx.bars("10s", 3)])
            yield ctx.sleep("5s")
            saw([(bar.close, bar.rows) for bar in ctx.bars("10s", 2)])
            saw(ctx.bars("10s", 0))
        """,
        ROWS,
    )
    assert told.seen == [[(0, 0), (101, 4), (95, 2)], [(101, 4), (95, 2)], ()]


def test_a_bar_is_one_of_several_waits(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            bar = ctx.bar("10s")
            won = yield ctx.any_of(bar, ctx.falls_to(99))
            saw(won is bar, second(ctx))
            bar = ctx.bar("10s")
            won = yield ctx.any_of(bar, ctx.falls_to(50))
            saw(won is bar, won.value.close)
        """,
        ROWS,
    )
    assert told.seen == [(False, 5), (True, 101)]


def test_bars_of_the_mark_are_those_of_the_mark(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            bar = yield ctx.bar("10s", on="mark")
            saw(bar.open, bar.close, bar.volume, bar.rows)
        """,
        ROWS,
        [(0, 50), (9, 51), (10, 52)],
    )
    assert told.seen == [(50, 51, 0, 2)]
