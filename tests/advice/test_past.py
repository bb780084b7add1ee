"""The past: volatility, key levels and the share of moves, from what was known then alone."""

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import given, settings, strategies as st

from advice.asked import Asked
from perplab.advice.past import Past
from perplab.advice.touching import Volatility, touch_probability, volatility_of
from perplab.advice.verdict import Advice, Reason, Rule, Verdict
from perplab.domain.instrument import Kind
from perplab.domain.numbers import ONE
from perplab.tape.stream import Stream
from stories.story import BTC, NOW_NS

SECOND = 1_000_000_000
HOUR_NS = 3_600 * SECOND
LONG = "price is 60000\nann deposits 1000\nann buys 0.1, isolated 20x\nprice falls to 59000\n"


def marks(prices: Any, step_ns: int, end_ns: int = NOW_NS, kind: Kind = Kind.MARK) -> Stream:
    """Return prices in whole units, the last of them at the end."""
    values = np.asarray(prices, dtype=np.int64) * ONE
    times = end_ns - step_ns * np.arange(len(values) - 1, -1, -1, dtype=np.int64)
    return Stream(symbol=BTC, kind=kind, name="made", time_ns=times, price=values)


def walk(rows: int, seed: int, width: int = 60) -> Any:
    steps = np.random.default_rng(seed).integers(-width, width + 1, rows)
    return 59_000 + np.cumsum(steps) - steps.sum()


def reason(advice: Advice, rule: Rule) -> Reason:
    return next(one for one in advice.reasons if one.rule is rule)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), other=st.integers(0, 10**6), later=st.integers(1, 500))
def test_nothing_after_the_moment_is_looked_at(seed: int, other: int, later: int) -> None:
    story = Asked(LONG)
    now_ns = story.state.time_ns
    known = walk(1_500, seed)
    alone = marks(known, 60 * SECOND, now_ns)
    futures = []
    for chance in (other, other + 1):
        extended = np.concatenate((known, walk(later, chance, width=3_000).clip(1)))
        futures.append(marks(extended, 60 * SECOND, now_ns + later * 60 * SECOND))
    answers = [story.advice(Past([stream], now_ns)) for stream in (alone, *futures)]
    # One past that has been asked about the end of the tape is no wiser about its middle.
    wise = Past([futures[0]], now_ns + later * 60 * SECOND)
    story.advice(wise)
    answers.append(story.advice(wise.at(now_ns)))
    assert answers == [answers[0]] * 4
    assert reason(answers[0], Rule.TIME_LEFT).found is not None


def test_a_row_at_the_moment_itself_is_known_and_one_a_nanosecond_later_is_not() -> None:
    stream = marks([100, 90, 80], SECOND)
    past = Past([stream], NOW_NS)
    found = past.extremes(BTC, 0, 10**19)
    assert found is not None
    assert found.lowest == 80 * ONE
    before = past.at(NOW_NS - 1).extremes(BTC, 0, 10**19)
    assert before is not None
    assert before.lowest == 90 * ONE


def test_the_lowest_low_of_the_look_back_is_the_key_level() -> None:
    story = Asked(LONG)
    now_ns = story.state.time_ns
    rows = np.full(30 * 60, 59_500)
    rows[20 * 60] = 59_200
    rows[-30:] = 59_000
    advice = story.advice(Past([marks(rows, 60 * SECOND, now_ns)], now_ns))
    found = reason(advice, Rule.KEY_LEVEL)
    assert (advice.verdict, advice.rule) == (Verdict.FULL_STOP, Rule.KEY_LEVEL)
    assert found.limit is not None
    assert found.limit.value == 59_200 * ONE


def test_what_fell_within_the_last_hour_is_not_yet_a_level() -> None:
    story = Asked(LONG)
    now_ns = story.state.time_ns
    rows = np.full(30 * 60, 59_500)
    rows[-62:] = 58_900
    rows[-1] = 59_000
    advice = story.advice(Past([marks(rows, 60 * SECOND, now_ns)], now_ns))
    assert not reason(advice, Rule.KEY_LEVEL).applies


def test_a_level_that_the_price_stood_on_since_the_opening_counts_above_the_entry() -> None:
    story = Asked(LONG)
    opened_ns = story.history.opened_ns(BTC, next(iter(story.state.accounts["ann"].positions))[1])
    assert opened_ns is not None
    rows = marks([61_000, 59_000], SECOND, story.state.time_ns)
    past = Past([rows], story.state.time_ns)
    assert opened_ns <= int(rows.time_ns[0])
    advice = story.advice(past, levels=["60500"])
    assert (advice.verdict, advice.rule) == (Verdict.FULL_STOP, Rule.KEY_LEVEL)
    assert story.advice(past, levels=["61000.5"]).rule is not Rule.KEY_LEVEL


def test_without_ticks_the_rules_of_prices_say_so() -> None:
    advice = Asked(LONG).advice()
    assert "no ticks" in reason(advice, Rule.KEY_LEVEL).lacks
    assert "no ticks" in reason(advice, Rule.TIME_LEFT).lacks


def test_the_aim_is_farther_where_the_market_moves_much_and_the_wallet_reaches() -> None:
    text = LONG.replace("1000", "5000")
    story = Asked(text)
    now_ns = story.state.time_ns
    past = Past([marks(walk(1_500, 3, width=300), 60 * SECOND, now_ns)], now_ns)
    wild = story.advice(past, levels=["1"])
    assert wild.after is not None
    assert wild.after.distance is not None
    assert abs(wild.after.distance - Asked(text).advice(aim="0.1").after.distance) == 0  # type: ignore[union-attr,operator]
    poor = Asked(LONG)
    some = poor.advice(Past([marks(walk(1_500, 3, width=300), 60 * SECOND, now_ns)], now_ns),
                       levels=["1"])  # fmt: skip
    most = reason(some, Rule.AMOUNT).limit
    assert most is not None
    assert some.amount == most.value


def test_volatility_is_the_root_of_the_summed_squares_of_log_moves() -> None:
    prices = [60_000, 60_600, 59_900, 60_100, 61_000]
    found = volatility_of(prices, HOUR_NS)
    assert found is not None
    moves = np.diff(np.log(prices))
    assert math.isclose(float(found.variance), float((moves**2).sum()), rel_tol=1e-12)
    assert math.isclose(found.hourly / ONE, math.sqrt((moves**2).mean()), abs_tol=1e-6)
    assert volatility_of(prices[:2], HOUR_NS) is None


def test_a_candles_assumed_path_is_not_taken_for_volatility() -> None:
    closes = walk(48, 5, width=200)
    path = np.repeat(closes, 4)
    path[1::4] += 900
    path[2::4] -= 900
    hourly = marks(path, HOUR_NS // 4, NOW_NS // HOUR_NS * HOUR_NS - 1)
    found = Past([hourly], NOW_NS).volatility(BTC, 24 * HOUR_NS)
    assert found is not None
    assert found.grid_ns == HOUR_NS
    expected = np.diff(np.log(closes[-25:].astype(float)))
    assert math.isclose(float(found.variance), float((expected**2).sum()), rel_tol=0.2)


@given(
    level=st.integers(50_000, 70_000),
    hours=st.sampled_from([1, 8, 24]),
    per_hour=st.integers(1, 300),
)
def test_the_chance_is_that_of_the_first_passage(level: int, hours: int, per_hour: int) -> None:
    deviation = Decimal(per_hour) / 10_000
    moves = Volatility(24 * deviation * deviation, 24 * HOUR_NS, HOUR_NS, 24)
    found = touch_probability(60_000, level, hours * HOUR_NS, moves)
    spread = float(deviation) * math.sqrt(hours)
    expected = math.erfc(abs(math.log(level / 60_000)) / spread / math.sqrt(2))
    assert abs(found / ONE - expected) <= 0.000051
    assert found % (ONE // 10_000) == 0


def test_a_random_walk_touches_as_often_as_the_formula_says() -> None:
    chance = np.random.default_rng(11)
    moves = chance.normal(0, 0.004 / math.sqrt(240), (2_000, 8 * 240))
    touched = (np.cumsum(moves, axis=1).min(axis=1) <= math.log(0.99)).mean()
    hourly = Decimal("0.004")
    known = Volatility(hourly * hourly, HOUR_NS, HOUR_NS, 1)
    expected = touch_probability(60_000, 59_400, 8 * HOUR_NS, known) / ONE
    assert abs(touched - expected) < 0.04


def test_a_price_that_does_not_move_touches_nothing_but_itself() -> None:
    still = Volatility(Decimal(0), HOUR_NS, HOUR_NS, 3)
    assert touch_probability(60_000, 59_999, HOUR_NS, still) == 0
    assert touch_probability(60_000, 60_000, HOUR_NS, still) == ONE


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    step=st.sampled_from([7, 61, 900, 5_000]),
    level=st.integers(57_000, 61_000).filter(lambda level: level != 59_000),
    hours=st.sampled_from([1, 3, 8]),
)
def test_the_share_of_moves_is_what_a_plain_count_gives(
    seed: int, step: int, level: int, hours: int
) -> None:
    stream = marks(walk(600, seed), step * SECOND)
    past = Past([stream], NOW_NS)
    middle = past.at(int(stream.time_ns[300]))
    for one in (middle, past):
        found = one.share_of_moves(BTC, 59_000 * ONE, level * ONE, hours)
        assert found == _counted(stream, one.now_ns, level, hours)


def _counted(stream: Stream, now_ns: int, level: int, hours: int) -> tuple[int, int]:
    moved = windows = 0
    start = -(-int(stream.time_ns[0]) // HOUR_NS) * HOUR_NS
    while start + hours * HOUR_NS <= now_ns:
        opening = int(stream.price[stream.last_row_at(start)])
        rows = slice(stream.last_row_at(start), stream.last_row_at(start + hours * HOUR_NS - 1) + 1)
        prices = [int(price) for price in stream.price[rows]]
        reached = min(prices) if level < 59_000 else max(prices)
        falls = reached * 59_000 <= opening * level
        moved += falls if level < 59_000 else reached * 59_000 >= opening * level
        windows += 1
        start += HOUR_NS
    return moved, windows


def test_the_last_price_stands_in_where_there_is_no_mark() -> None:
    trades = marks([100, 101, 102], SECOND, kind=Kind.TRADE)
    lower = replace(marks([50, 51, 52], SECOND), symbol=BTC)
    for streams, expected in (([trades], 100), ([trades, lower], 50), ([lower, trades], 50)):
        found = Past(streams, NOW_NS).extremes(BTC, 0, NOW_NS)
        assert found is not None
        assert found.lowest == expected * ONE
