"""Fills on a tape: touch or through, shared quantity, quotes and how long they hold."""

from stories.story import story


def test_a_limit_order_fills_when_its_price_trades() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000
        mark falls to 58000                  -> nothing
        last falls to 59000.1                -> nothing
        last falls to 59000                  -> filled 0.01 at 59000 maker
        ann sells 0.01 at 59500
        last rises to 60000                  -> filled 0.01 at 59500 maker
    """)


def test_with_through_it_must_trade_beyond() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000
        last falls to 59000                  -> nothing
        last falls to 58999.9                -> filled 0.01 at 59000 maker
        ann sells 0.01 at 59500
        last rises to 59500                  -> nothing
        quote 59499.9 59500.1                -> nothing
        quote 59500 59500.1                  -> filled 0.01 at 59500 maker
        """,
        limit_fill="through",
    )


def test_all_orders_together_never_fill_for_more_than_was_traded() -> None:
    """Best price first, then by arrival."""
    story("""
        price is 60000
        ann deposits 10000
        bob deposits 10000
        ann buys 0.03 at 59000 as low
        bob buys 0.02 at 59100 as first
        ann buys 0.02 at 59100 as second
        last falls to 59000 trading 0.05     -> bob: filled 0.02 at 59100 maker
                                             -> ann: filled 0.02 at 59100 maker
                                             -> ann: filled 0.01 at 59000 maker; ann's orders 1
        last falls to 58990 trading 0.005    -> ann: filled 0.005 at 59000 maker
        last falls to 58980                  -> ann: filled 0.015 at 59000 maker; ann's orders 0
    """)


def test_what_is_left_of_an_order_waits_for_more() -> None:
    story(
        """
        price is 60000
        ann deposits 10000
        bob deposits 10000
        ann buys 0.02 at 59900
        bob sells 0.02 at 60100
        last falls to 59900 trading 0.01     -> ann: filled 0.01 at 59900 maker
        last rises to 60100 trading 0.03     -> bob: filled 0.02 at 60100 maker
        last falls to 59900 trading 0.03     -> ann: filled 0.01 at 59900 maker
    """
    )


def test_a_quote_fills_a_resting_order_that_it_reaches() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000
        quote 58990 59010                    -> nothing
        quote 58990 59000                    -> filled 0.01 at 59000 maker
    """)


def test_a_market_order_takes_the_quote_and_the_last_price_once_the_quote_is_stale() -> None:
    story("""
        price is 60000
        quote 59990 60010
        ann deposits 1000
        ann buys 0.01                        -> filled 0.01 at 60010 taker
        ann sells 0.01                       -> filled 0.01 at 59990 taker
        last rises to 60500
        ann buys 0.01                        -> filled 0.01 at 60010 taker
        11 seconds pass
        ann sells 0.01                       -> filled 0.01 at 59990 taker
        last rises to 60500
        ann buys 0.01                        -> filled 0.01 at 60500 taker
        quote 60490 60510
        ann sells 0.01                       -> filled 0.01 at 60490 taker
    """)


def test_half_a_spread_and_slippage_go_against_the_taker_to_the_next_tick() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.01                        -> filled 0.01 at 60012.1 taker
        ann sells 0.01                       -> filled 0.01 at 59988 taker
        quote 59990 60010
        ann buys 0.01                        -> filled 0.01 at 60016.1 taker
        """,
        half_spread="0.0001",
        slippage="0.0001",
    )
