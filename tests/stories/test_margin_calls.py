"""Margin calls: at 80% once, and again only after the ratio has been below 75%."""

from stories.story import story


def test_a_call_comes_at_80_percent_once_and_is_armed_again_below_75() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        mark falls to 57316.6                -> nothing
        mark falls to 57316.5                -> margin call
        mark rises to 57335.7                -> nothing
        mark falls to 57300                  -> nothing
        mark rises to 57335.8                -> call cleared
        mark falls to 57316.6                -> nothing
        mark falls to 57316.58               -> margin call
    """)


def test_at_exactly_80_percent_the_call_comes_and_at_exactly_75_it_stands() -> None:
    """0.0796 * p = 4560 at the call; 0.0746 * p = 4275 where it is cleared, if below."""
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> margin 300
        mark falls to 57286.43216081         -> nothing
        mark falls to 57286.4321608          -> margin call
        mark rises to 57305.63002680         -> nothing
        mark rises to 57305.63002681         -> call cleared
        """,
        taker_fee="0",
    )


def test_the_levels_are_settings() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        mark falls to 57500                  -> margin call; ratio 48.93%
        mark rises to 57700                  -> call cleared; ratio 34.44%
        """,
        margin_call_ratio="0.45",
        margin_call_rearm="0.35",
    )


def test_a_cross_pool_is_called_as_a_whole() -> None:
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann sells 2 ETHUSDT, cross 20x
        price falls to 52000                 -> ratio 18.87%
        ETHUSDT price rises to 2075          -> margin call; ratio 83.11%
        ann closes ETHUSDT                   -> closed; call cleared; ratio 48.45%
    """)


def test_closing_ends_a_call() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        price falls to 57300                 -> margin call
        ann closes                           -> closed
        price returns to 60000
        ann buys 0.1                         -> opened
        price falls to 57300                 -> margin call
    """)
