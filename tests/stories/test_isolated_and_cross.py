"""The same position in isolated and in cross margin."""

from dataclasses import replace

from perplab.domain.numbers import Qty
from stories.story import BTC, Story, listed, story, table

SIXTH = replace(listed(BTC), step=Qty(1), min_quantity=Qty(1))
FIXED = table(("0", "1000000", "0.00000001", "-49.99990000", 150))
"""Nearly a fixed maintenance margin of 50 USDT, whatever the notional."""


def test_the_articles_position_liquidates_at_54217_isolated_and_30120_in_cross() -> None:
    """Long 10,000 USDT of BTC at 60,000; 1,000 of 5,000 USDT isolated, or all of it."""
    Story(instruments=[SIXTH], taker_fee="0").tell("""
        price is 60000
        ann deposits 5000
        ann buys 0.16666666, isolated 10x    -> margin 999.99996; liquidation price 54216.86746988
        bob deposits 5000
        bob buys 0.16666666, cross 10x       -> wallet 5000; liquidation price 30120.48072289
        price falls to 54216.9               -> ann: margin call
        price falls to 54216.8               -> ann: liquidation; ann: order
                                             -> ann's wallet 4000.00004
        price falls to 30120.5               -> bob: margin call
        price falls to 30120.4               -> bob: liquidation; bob: order; bob's wallet 0
    """)


def test_with_a_fixed_maintenance_of_50_the_figures_are_54300_and_30300() -> None:
    instrument = replace(SIXTH, brackets=FIXED)
    Story(instruments=[instrument], taker_fee="0").tell("""
        price is 60000
        ann deposits 5000
        ann buys 0.16666666, isolated 10x    -> margin 999.99996
        bob deposits 5000
        bob buys 0.16666666, cross 10x       -> wallet 5000
        price falls to 54300.1               -> ann: margin call
        price falls to 54299.9               -> ann: liquidation; ann: order
        price falls to 30300.1               -> bob: margin call
        price falls to 30299.9               -> bob: liquidation; bob: order
    """)


def test_cross_goes_on_losing_past_the_margin_and_isolated_loses_its_margin_only() -> None:
    story("""
        price is 60000
        ann deposits 10000
        ann buys 0.333, cross 10x            -> wallet 9990.01
        bob deposits 11000
        bob buys 0.333, isolated 10x         -> margin 1988.01; wallet 9002
        price falls to 54200                 -> bob: margin call; bob: liquidation; bob: order
                                             -> bob: ended closed; bob's wallet 9002
        price falls to 40000                 -> ann's equity 3330.01
        price falls to 30100                 -> ann: margin call; ann: liquidation; ann: order
                                             -> ann's wallet 0; bob's wallet 9002
    """)


def test_isolated_positions_of_an_account_do_not_touch_each_other() -> None:
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann buys 1 ETHUSDT, isolated 10x     -> wallet 500; margin 199
        price falls to 57200                 -> margin call; liquidation; order; wallet 500
                                             -> margin of ETHUSDT 199
    """)
