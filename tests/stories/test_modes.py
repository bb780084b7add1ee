"""Leverage, margin mode and position mode: when they may change."""

from stories.story import story


def test_margin_mode_does_not_change_with_a_position_or_an_open_order_of_the_symbol() -> None:
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000
        ann buys 0.01, cross 10x
        ann chooses isolated                 -> refused margin_mode_with_position
        ann chooses isolated ETHUSDT         -> isolated
        ann chooses isolated ETHUSDT         -> refused margin_mode_unchanged
        ann buys 0.1 ETHUSDT at 1900 as wait
        ann chooses cross ETHUSDT            -> refused margin_mode_with_open_orders
        ann cancels wait
        ann stop-buys 2100 0.1 ETHUSDT as later
        ann chooses cross ETHUSDT            -> refused margin_mode_with_open_orders
        ann cancels later
        ann chooses cross ETHUSDT            -> cross
        ann closes
        ann chooses isolated                 -> isolated
    """)


def test_position_mode_does_not_change_with_any_position_or_order() -> None:
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000
        ann one-way                          -> refused position_mode_unchanged
        ann buys 0.1 ETHUSDT at 1900 as wait
        ann switches hedge                   -> refused position_mode_with_open_orders
        ann cancels wait
        ann buys 0.01, cross 10x
        ann switches hedge                   -> refused position_mode_with_position
        ann closes
        ann switches hedge                   -> hedge
    """)


def test_leverage_of_an_isolated_position_rises_without_moving_money_and_does_not_fall() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 10x           -> margin 597; removable 0
        ann sets leverage 20                 -> leverage 20; margin 597; wallet 400; removable 297
        ann sets leverage 10                 -> refused leverage_reduction_with_isolated_position
        ann sets leverage 151                -> refused leverage_invalid
        ann closes
        ann sets leverage 5                  -> leverage 5
    """)


def test_lower_leverage_in_cross_must_be_affordable() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x              -> available 700
        ann sets leverage 5                  -> refused margin_insufficient_for_leverage
        ann sets leverage 6                  -> leverage 6; available 0
        """,
        taker_fee="0",
    )


def test_leverage_of_open_orders_counts_too() -> None:
    story(
        """
        price is 60000
        ann deposits 500
        ann buys 0.1 at 58000, isolated 20x  -> available 210
        ann sets leverage 11                 -> refused margin_insufficient_for_leverage
        ann sets leverage 12                 -> leverage 12; available 16.66666667
        """,
        taker_fee="0",
    )


def test_the_leverage_of_a_large_position_is_bounded_by_its_bracket() -> None:
    story("""
        price is 60000
        ann deposits 1000000
        ann buys 10, cross 50x
        ann sets leverage 100                -> leverage 100
        ann sets leverage 150                -> refused position_exceeds_bracket_at_leverage
    """)
