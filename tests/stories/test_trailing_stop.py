"""Trailing stops: they follow the best price and trigger when it comes back."""

from stories.story import story


def test_a_trailing_stop_follows_the_highest_price_and_sells_when_it_comes_back() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann trails 1%                        -> accepted
        last rises to 62000                  -> nothing
        last falls to 61380.1                -> nothing
        last rises to 63000
        last falls to 62370.1                -> nothing
        last falls to 62370                  -> triggered at 62370; filled 0.1 at 62370 taker
                                             -> closed -0.1 realizing 237; orders 0
    """)


def test_a_short_is_bought_back_from_the_lowest_price() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann sells 0.1, isolated 20x
        ann trails 2% 50%
        last falls to 58000
        last rises to 59159.9                -> nothing
        last rises to 59160                  -> triggered at 59160; filled 0.05 at 59160 taker
                                             -> reduced 0.05 realizing 42
    """)


def test_it_begins_at_the_price_of_its_placing_whatever_came_before() -> None:
    story("""
        price is 65000
        price falls to 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann trails 5%
        last falls to 57000.1                -> nothing
        last falls to 57000                  -> triggered at 57000; closed -0.1 realizing -300
    """)


def test_it_is_not_active_until_its_activation_price_has_been_seen() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann trails 1% from 61000
        last falls to 59000                  -> nothing
        last rises to 60999.9
        last falls to 60000                  -> nothing
        last rises to 61000
        last falls to 60390                  -> triggered at 60390; closed -0.1 realizing 39
    """)


def test_an_activation_price_that_is_there_already_is_refused() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann trails 1% from 60000             -> refused would_trigger_immediately
        ann trail-buys 1% 0.1 from 60000     -> refused would_trigger_immediately
        ann trail-buys 1% 0.1 from 59999.9   -> accepted
    """)


def test_before_the_first_last_price_there_is_none_to_follow() -> None:
    story("""
        mark is 60000
        quote 59999 60001
        ann deposits 1000
        ann trail-sells 1% 0.1 from 61000            -> refused no_price_yet
        ann trail-sells 1% 0.1 from 61000 on mark    -> accepted
        last is 60000
        ann trail-sells 1% 0.1 from 61000            -> accepted
    """)


def test_one_that_watches_the_mark_does_not_see_a_wick_of_the_last_price() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann trails 1% on mark
        last rises to 70000
        last falls to 59000                  -> nothing
        mark rises to 61000
        mark falls to 60390                  -> triggered at 60390; closed -0.1 realizing -100
    """)


def test_a_trailing_entry_binds_no_margin_and_is_checked_when_it_triggers() -> None:
    story("""
        price is 60000
        ann deposits 400
        ann trail-buys 1% 0.1 as in          -> accepted; available 400
        ann trail-sells 1% 0.1 as out        -> accepted
        ann withdraws 200
        last falls to 59400                  -> triggered at 59400; expired margin_insufficient
        ann cancels in                       -> canceled user; orders 0
    """)


def test_a_callback_rate_is_a_multiple_of_a_tenth_of_a_percent_up_to_ten() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann trail-buys 0.1% 0.1              -> accepted
        ann trail-buys 10% 0.1               -> accepted
        ann trail-buys 10.1% 0.1             -> refused callback_rate_invalid
        ann trail-buys 0.05% 0.1             -> refused callback_rate_invalid
        ann trail-buys 0.15% 0.1             -> refused callback_rate_invalid
    """)


def test_in_hedge_mode_each_side_has_its_own() -> None:
    story("""
        price is 60000
        ann deposits 2000
        ann switches hedge
        ann buys 0.1
        ann sells 0.1
        ann trails 1% long
        ann trails 1% short
        last rises to 61000                  -> triggered at 61000; closed 0.1 realizing -100
        last falls to 60390                  -> triggered at 60390; closed -0.1 realizing 39
    """)


def test_it_ends_with_its_position_and_cannot_be_amended() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann trails 1% as trail
        ann amends trail 60000 0.1           -> refused order_not_amendable
        ann closes                           -> closed -0.1; expired no_position; orders 0
    """)


def test_a_liquidation_cancels_it_and_an_untriggered_entry_too() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann trails 10%
        ann trail-buys 1% 0.01
        mark falls to 57200                  -> margin call; liquidation
                                             -> canceled liquidation; canceled liquidation
                                             -> order 0.1; market takes 0.1; closed -0.1
                                             -> orders 0
    """)


def test_who_is_deleveraged_loses_the_orders_that_wait_as_well() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        bob deposits 10000
        ann buys 0.1, isolated 20x
        bob sells 0.1, cross 20x
        bob trails 5% on mark
        bob sells 0.1 at 63000 good-till +700s
        mark gaps to 50000                   -> ann: margin call; ann: liquidation
                                             -> ann: order 0.1; ann: deleveraging takes 0.1
                                             -> ann: closed -0.1
                                             -> bob: canceled deleveraging
                                             -> bob: canceled deleveraging
                                             -> bob: deleveraged 0.1; bob: closed 0.1
                                             -> bob's orders 0
        """,
        insurance_fund="0",
    )


def test_while_it_waits_neither_mode_can_be_switched_and_all_are_cancelled_together() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann trail-buys 1% 0.01
        ann stop-buys 61000 0.01 limit 61000
        ann buys 0.01 at 59000 good-till +700s
        ann isolated                         -> refused margin_mode_with_open_orders
        ann hedge                            -> refused position_mode_with_open_orders
        ann cancel-all                       -> canceled user; canceled user; canceled user
                                             -> orders 0
    """)
