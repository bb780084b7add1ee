"""Stops and take-profits with a limit: triggered, they come to the book as limit orders."""

from stories.story import story


def test_a_triggered_stop_limit_takes_what_is_not_worse_than_its_limit() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann stops 58000 limit 57900
        last falls to 58000                  -> triggered at 58000; filled 0.1 at 58000 taker
                                             -> closed -0.1 realizing -200
    """)


def test_gapped_through_its_limit_it_rests_there_and_fills_when_the_price_returns() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann stops 58000 limit 57900
        last falls to 57000                  -> triggered at 57000; orders 1
        last rises to 57899.9                -> nothing
        last rises to 57900                  -> filled 0.1 at 57900 maker
                                             -> closed -0.1 realizing -210 fee 1.158
    """)


def test_a_take_profit_limit_waits_for_the_other_side() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann take-profits 62000 50% limit 62100
        last rises to 62000                  -> triggered at 62000; orders 1
        last rises to 62100                  -> filled 0.05 at 62100 maker
                                             -> reduced -0.05 realizing 105
    """)


def test_the_tick_that_triggers_it_does_not_fill_it_as_a_maker() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann stop-buys 61000 0.05 limit 61000
        last rises to 61000                  -> triggered at 61000; orders 1; quantity 0
        last falls to 60990                  -> filled 0.05 at 61000 maker; opened 0.05
        """,
        half_spread="0.0001",
    )


def test_it_queues_up_behind_what_rested_at_its_price_before_it_was_triggered() -> None:
    story("""
        price is 60000
        ann deposits 10000
        bob deposits 10000
        ann stop-sells 59000 0.02 limit 59500 as first
        last falls to 59400
        bob sells 0.03 at 59500              -> accepted; bob's orders 1
        last falls to 59000                  -> ann: triggered at 59000; ann's orders 1
        last rises to 59500 trading 0.04     -> bob: filled 0.03 at 59500 maker
                                             -> ann: filled 0.01 at 59500 maker
    """)


def test_it_is_margined_when_it_is_triggered_and_then_binds_margin() -> None:
    story("""
        price is 60000
        ann deposits 400
        ann stop-buys 61000 0.1 limit 60000 as one     -> accepted; available 400
        ann stop-buys 61000 0.1 limit 60000 as two     -> accepted; available 400
        last rises to 61000                  -> triggered at 61000; triggered at 61000
                                             -> expired margin_insufficient; available 100
    """)


def test_the_rest_of_an_immediate_one_expires_and_one_of_all_or_nothing_too() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann stops 58000 50% limit 57900 ioc
        ann stops 58000 50% limit 57900 fok
        last falls to 57000                  -> triggered at 57000; expired ioc_rest
                                             -> triggered at 57000; expired cannot_fill_at_once
                                             -> orders 0
    """)


def test_a_closing_one_without_a_position_expires_when_it_is_triggered() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann stop-sells 58000 0.1 limit 58500 reduce-only   -> accepted
        last falls to 58000                  -> triggered at 58000; expired no_position
    """)


def test_it_can_be_amended_once_it_rests() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann stops 58000 limit 57900 as out
        ann amends out 57800 0.1             -> refused order_not_amendable
        last falls to 57000                  -> triggered at 57000
        ann amends out 57100 0.1             -> amended
        last rises to 57100                  -> filled 0.1 at 57100 maker
    """)


def test_its_limit_must_be_near_its_trigger() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann stop-buys 80000 0.01 limit 84000       -> accepted
        ann stop-buys 80000 0.01 limit 84000.1     -> refused price_above_trigger_band
        ann stop-sells 40000 0.01 limit 38000      -> accepted
        ann stop-sells 40000 0.01 limit 37999.9    -> refused price_below_trigger_band
    """)


def test_one_that_rests_ends_with_the_position_that_it_closes() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01
        ann stops 58000 limit 57900
        last falls to 57000                  -> triggered at 57000; orders 1
        ann closes                           -> closed -0.01; expired no_position; orders 0
    """)


def test_one_of_a_higher_leverage_than_its_bracket_allows_expires_when_it_is_triggered() -> None:
    story("""
        price is 60000
        ann deposits 100000
        ann stop-buys 61000 10 limit 61000
        ann leverage 150                     -> leverage 150
        last rises to 61000                  -> triggered at 61000; expired bracket_exceeded
    """)
