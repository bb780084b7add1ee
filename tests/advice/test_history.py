"""The history: what of an account's past the rules can ask for."""

from advice.asked import Asked
from perplab.advice.history import History
from perplab.domain.commands import PositionSide, Side
from stories.story import BTC

HOUR_NS = 3_600_000_000_000
HELD = (BTC, PositionSide.BOTH)
LOSS = """
    price is 60000
    ann deposits 1000
    ann buys 0.1, isolated 20x
    price falls to 59900
    ann closes 100%
"""


def test_a_loss_is_recent_for_an_hour_to_the_nanosecond() -> None:
    history = Asked(LOSS + "ann buys 0.05\n").history
    (lost_ns,) = [time_ns for time_ns, lost in history._acts if lost]
    assert history.hasty_acts(lost_ns + HOUR_NS, HOUR_NS) == 1
    assert history.hasty_acts(lost_ns + HOUR_NS + 1, HOUR_NS) is None


def test_what_came_before_the_loss_is_no_haste() -> None:
    assert Asked(LOSS).history.hasty_acts(Asked(LOSS).state.time_ns, HOUR_NS) == 0


def test_a_close_that_wins_is_no_loss_and_one_that_loses_only_its_fee_is() -> None:
    for price, expected in (("60100", None), ("60001", 0)):
        story = Asked(LOSS.replace("falls to 59900", f"rises to {price}"))
        assert story.history.hasty_acts(story.state.time_ns, HOUR_NS) == expected


def test_margin_moved_by_hand_is_an_act_and_auto_add_is_none() -> None:
    story = Asked(LOSS + "ann buys 0.05\nann adds 20\nann removes 5\n")
    assert story.history.hasty_acts(story.state.time_ns, HOUR_NS) == 3
    story.tell("ann auto-add on\nprice falls to 56000 -> margin call; auto-added; call cleared")
    assert story.history.hasty_acts(story.state.time_ns, HOUR_NS) == 3
    assert story.history.added(*HELD).count == 2


def test_an_order_that_fills_in_pieces_is_one_entry() -> None:
    story = Asked(LOSS + "ann buys 0.05 at 59000 as e\nmark falls to 58000\n")
    story.tell("last falls to 59000 trading 0.02\nlast is 59000 trading 0.02")
    assert story.history.hasty_acts(story.state.time_ns, HOUR_NS) == 1
    story.tell("last is 59000 trading 1\nann buys 0.05 at 59000 as e\nlast is 59000 trading 1")
    assert story.history.hasty_acts(story.state.time_ns, HOUR_NS) == 2


def test_what_was_added_belongs_to_the_position_that_is_open() -> None:
    story = Asked(LOSS + "ann buys 0.05\nann adds 20\n")
    assert (story.history.added(*HELD).count, story.history.added(*HELD).amount) == (1, 20 * 10**8)
    story.tell("ann closes 100%\nann buys 0.05")
    assert story.history.added(*HELD).count == 0


def test_money_that_comes_into_the_wallet_is_added_to_the_cross_positions() -> None:
    story = Asked("""
        price is 60000
        ann deposits 1000
        ann deposits 500 spot
        ann transfers 100 spot futures
        ann buys 0.1, cross 20x
    """)
    assert story.history.added(*HELD).count == 0
    story.tell("ann transfers 100 spot futures\nann deposits 50\nann deposits 50 spot")
    assert (story.history.added(*HELD).count, story.history.added(*HELD).amount) == (2, 150 * 10**8)
    story.tell("ann closes 100%\nann buys 0.1")
    assert story.history.added(*HELD).count == 0


def test_stops_are_remembered_by_the_side_that_they_close() -> None:
    story = Asked(LOSS + "ann buys 0.05\nann stop 59000 as s\nann stop-sell 58000 0.1 as t\n")
    assert [stop.price for stop in story.history.stops(*HELD, Side.SELL)] == [59_000 * 10**8]
    assert story.history.stops(*HELD, Side.BUY) == []
    story.tell("ann cancels s\nann stop 58500 as s")
    prices = {stop.price // 10**8 for stop in story.history.stops(*HELD, Side.SELL)}
    assert prices == {59_000, 58_500}
    story.tell("ann closes 100% -> expired no_position")
    assert story.history.stops(*HELD, Side.SELL) == []


def test_another_account_is_left_alone() -> None:
    story, other = Asked(LOSS), History("bob")
    for event in story.events:
        other.take(event, story.state.time_ns)
    assert other.hasty_acts(story.state.time_ns, HOUR_NS) is None
