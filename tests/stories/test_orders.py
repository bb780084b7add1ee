"""Orders: types and times in force, reduce-only, amending and cancelling."""

from stories.story import story


def test_a_limit_order_that_crosses_takes_at_the_better_price() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 60500               -> filled 0.01 at 60000 taker
        ann sells 0.01 at 59500              -> filled 0.01 at 60000 taker
    """)


def test_gtc_rests_and_ioc_does_not() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000 gtc           -> accepted; orders 1
        ann buys 0.01 at 59000 ioc           -> accepted; expired ioc_rest; orders 1
        ann buys 0.01 at 60000 ioc           -> accepted; filled 0.01 at 60000 taker; orders 1
    """)


def test_fok_fills_at_once_or_is_refused() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59999.9 fok         -> refused cannot_fill_at_once
        ann buys 0.01 at 60000 fok           -> filled 0.01 at 60000 taker
    """)


def test_post_only_rests_or_is_refused() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 60000 gtx           -> refused would_take
        ann buys 0.01 at 59999.9 gtx as o    -> accepted; orders 1
        last falls to 59999.9                -> filled 0.01 at 59999.9 maker; fees 0.1199998
        ann sells 0.01 at 60100 gtx as s     -> accepted
        ann amends s 59999.9 0.01            -> amended; canceled amended_away
    """)


def test_a_reduce_only_order_is_clipped_to_the_position_and_the_rest_expires() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.02, cross 20x
        ann sells 0.05 reduce-only           -> filled 0.02 at 60000 taker; closed -0.02
                                             -> expired no_position; quantity 0
        ann sells 0.05 reduce-only           -> refused reduce_only_rejected
        ann sells 0.02
        ann sells 0.02 reduce-only           -> refused reduce_only_rejected
    """)


def test_resting_reduce_only_orders_end_with_the_position() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.02, cross 20x
        ann sells 0.05 at 61000 reduce-only  -> accepted
        ann sells 0.02 at 62000 reduce-only  -> accepted; bound 60
        last rises to 61000                  -> filled 0.02 at 61000 maker; closed
                                             -> expired no_position; expired no_position; orders 0
    """)


def test_a_close_position_order_of_a_position_that_is_gone_expires() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann stop-sells 59000 0.01 reduce-only -> accepted
        last falls to 59000                  -> triggered; expired no_position
    """)


def test_amending_changes_price_quantity_and_the_place_in_the_queue() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000 as first      -> accepted
        ann buys 0.01 at 59000 as second     -> accepted
        ann amends first 59000 0.02          -> amended; bound 88.5
        last falls to 59000 trading 0.015    -> filled 0.01 at 59000 maker
                                             -> filled 0.005 at 59000 maker
                                             -> orders 1
        ann amends first 59000 0.004         -> canceled amended_away; orders 0
    """)


def test_an_amended_order_may_take() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000 as o          -> accepted
        ann amends o 60100 0.01              -> amended; filled 0.01 at 60000 taker
    """)


def test_amending_checks_the_margin_of_the_difference() -> None:
    story(
        """
        price is 60000
        ann deposits 600
        ann buys 0.1 at 59000, cross 10x     -> available 10; accepted
        ann amends o1 59000 0.102            -> refused margin_insufficient
        ann amends o1 60000 0.1              -> filled 0.1 at 60000 taker
        """,
        taker_fee="0",
    )


def test_amending_a_sale_of_what_is_held_needs_no_margin() -> None:
    story("""
        price is 60000
        ann deposits 322
        ann buys 0.1, cross 20x              -> wallet 319
        ann sells 0.2 at 61000 as out        -> accepted
        ann amends out 61500 0.2             -> amended
    """)


def test_cancelling_frees_the_margin() -> None:
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000
        ann buys 0.01 at 59000 as a
        ann buys 0.01 at 58000 as b
        ann buys 0.1 at 1900 ETHUSDT as c    -> bound 68; orders 3
        ann cancels a                        -> canceled user; orders 2
        ann cancel-all BTCUSDT               -> canceled user; orders 1; bound 9.5
        ann cancel-all BTCUSDT               -> nothing
    """)
