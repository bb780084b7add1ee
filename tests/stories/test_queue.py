"""Queue position: a resting order fills once what was there before it has traded."""

from stories.story import story


def test_what_is_ahead_trades_first() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000               -> queued behind 0.1
        last falls to 59000 trading 0.06     -> queued behind 0.04
        last falls to 59000 trading 0.045    -> queued behind 0; filled 0.005 at 59000 maker
        last falls to 59000 trading 0.004    -> filled 0.004 at 59000 maker
        last falls to 59000 trading 9        -> filled 0.001 at 59000 maker; orders 0
        """,
        limit_fill="queue",
        queue_ahead="5900",
    )


def test_a_trade_through_the_price_fills_whatever_was_ahead() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000               -> queued behind 0.1
        last falls to 58999.9 trading 0.004  -> filled 0.004 at 59000 maker; queued behind 0
        last falls to 59000 trading 1        -> filled 0.006 at 59000 maker; orders 0
        """,
        limit_fill="queue",
        queue_ahead="5900",
    )


def test_a_quote_that_reaches_the_price_fills_and_a_mark_alone_moves_no_queue() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000               -> queued behind 0.1
        mark falls to 58000                  -> nothing
        quote 58990 59000                    -> filled 0.01 at 59000 maker
        """,
        limit_fill="queue",
        queue_ahead="5900",
    )


def test_a_trade_of_unknown_size_at_the_price_moves_no_queue() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000               -> queued behind 0.1
        last falls to 59000                  -> nothing
        last falls to 58999.9                -> filled 0.01 at 59000 maker
        """,
        limit_fill="queue",
        queue_ahead="5900",
    )


def test_who_comes_later_is_behind_who_was_there() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        bob deposits 1000
        ann buys 0.01 at 59000               -> queued behind 0.1
        last falls to 59000 trading 0.05     -> queued behind 0.05
        last rises to 59500
        bob buys 0.01 at 59000               -> queued behind 0.1
        last falls to 59000 trading 0.105    -> ann: queued behind 0
                                             -> ann: filled 0.01 at 59000 maker
                                             -> bob: queued behind 0.005
        last falls to 59000 trading 0.02     -> bob: queued behind 0
                                             -> bob: filled 0.01 at 59000 maker
        """,
        limit_fill="queue",
        queue_ahead="5900",
    )


def test_an_amended_order_goes_to_the_back() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000 as mine       -> queued behind 0.1
        last falls to 59000 trading 0.06     -> queued behind 0.04
        ann amends mine 58000 0.01           -> amended; queued behind 0.10172414
        """,
        limit_fill="queue",
        queue_ahead="5900",
    )


def test_an_order_that_takes_does_not_queue() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 60000               -> filled 0.01 at 60000 taker; orders 0
        """,
        limit_fill="queue",
        queue_ahead="5900",
    )
