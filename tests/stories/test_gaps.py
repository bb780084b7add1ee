"""Gaps through the bankruptcy price: the insurance fund, and deleveraging when it cannot pay."""

from stories.story import story


def test_a_gap_through_bankruptcy_is_paid_by_the_fund_and_the_user_ends_at_zero() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.3, cross 20x              -> wallet 991
        price falls to 50000                 -> margin call; liquidation
                                             -> order 0.3 limit 56696.66666667 bracket 1
                                             -> insurance_fund takes 0.3 at 56696.66666667
                                             -> closed -0.3 realizing -991
                                             -> fund result -2009.00000001 at 50000; ended closed
                                             -> wallet 0
                                             -> fund 2990.99999999
        """,
        insurance_fund="5000",
    )


def test_an_isolated_position_costs_its_margin_whatever_the_gap() -> None:
    story(
        """
        price is 60000
        ann deposits 310
        ann buys 0.1, isolated 20x           -> wallet 10
        price falls to 50000                 -> margin call; liquidation; order 0.1 limit 57030
                                             -> insurance_fund takes 0.1 at 57030
                                             -> fund result -703 at 50000; ended closed returned 0
                                             -> wallet 10
        bob deposits 310
        bob sells 0.1, isolated 20x          -> wallet 60
        price rises to 90000                 -> bob: margin call; bob: liquidation
                                             -> bob: order 0.1 limit 52475
                                             -> bob: insurance_fund takes 0.1 at 52475
                                             -> bob: fund result -3752.5
                                             -> bob's wallet 60; fund 544.5
        """,
        insurance_fund="5000",
    )


def test_what_the_fund_cannot_carry_is_deleveraged_against_the_best_ranked() -> None:
    """Profit over wallet, times maintenance over equity: zoe at 20x, then eve at 10x, then bob."""
    story(
        """
        price is 60000
        ann deposits 310
        ann buys 0.1, isolated 20x
        bob deposits 1000
        bob sells 0.04, cross 20x
        bob sells 0.01 at 61000
        eve deposits 500
        eve sells 0.04, isolated 10x
        eve stops 66000
        zoe deposits 500
        zoe sells 0.04, isolated 20x
        price falls to 50000                 -> ann: margin call; ann: liquidation; ann: order
                                             -> ann: deleveraging takes 0.1 at 57030
                                             -> zoe: deleveraged 0.04 at 57030
                                             -> closed 0.04 realizing 118.8 fee 0
                                             -> eve: canceled deleveraging
                                             -> eve: deleveraged 0.04 at 57030
                                             -> bob: canceled deleveraging
                                             -> bob: deleveraged 0.02 at 57030
                                             -> bob: reduced 0.02 realizing 59.4 fee 0
                                             -> ann: ended closed
                                             -> ann's wallet 10; zoe's wallet 617.6
                                             -> eve's wallet 617.6; bob's wallet 1058.2
                                             -> bob's quantity -0.02
                                             -> fund 100
        """,
        insurance_fund="100",
    )


def test_positions_at_a_loss_are_not_deleveraged_and_the_market_takes_the_rest() -> None:
    story(
        """
        price is 60000
        ann deposits 310
        ann buys 0.1, isolated 20x
        eve deposits 1000
        eve sells 0.04, isolated 10x
        price falls to 57400
        kim deposits 1000
        price jumps to 49000                 -> ann: margin call; ann: liquidation; ann: order
                                             -> ann: deleveraging takes 0.1
                                             -> eve: deleveraged 0.04 at 57030; ann: ended closed
                                             -> fund 100
        """,
        insurance_fund="100",
    )


def test_when_even_the_fund_is_empty_the_exchange_pays_a_users_own_close() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann stops 57500
        last falls to 50000                  -> triggered; closed; covered 705.5 exchange 605.5
                                             -> wallet 700; fund 0
        """,
        insurance_fund="100",
    )


def test_a_cross_wallet_below_zero_is_covered_once_nothing_stands_behind_it() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann stops 55000
        last falls to 45000                  -> triggered; closed -0.1 realizing -1500
                                             -> covered 505.25 exchange 0; wallet 0
        """,
        insurance_fund="1000",
    )


def test_a_partial_close_far_below_takes_its_loss_from_the_margin_that_stays() -> None:
    """rules.md 12.9: released 148.5 less 200 and the fee is below zero, so nothing is released."""
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> margin 297; wallet 700
        last falls to 56000
        ann closes 50%                       -> reduced -0.05 realizing -200 fee 1.4
                                             -> margin 95.6; wallet 700
                                             -> liquidation price 58321.28514056
    """)


def test_a_partial_close_below_bankruptcy_is_liquidated_at_once() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> wallet 700
        last falls to 50000
        ann closes 50%                       -> reduced -0.05 realizing -500; margin call
                                             -> liquidation; order 0.05 limit 64085
                                             -> insurance_fund takes 0.05; fund result -704.25
                                             -> ended closed
                                             -> wallet 700
        """,
        insurance_fund="1000",
    )


def test_deleveraging_somebody_else_keeps_the_order_in_which_pools_are_looked_at() -> None:
    """Zed's position is due on this tick; eve's cross pool only after bob's liquidation."""
    story(
        """
        price is 60000
        ETHUSDT price is 2000
        bob deposits 2500
        eve deposits 700
        zed deposits 120
        eve buys 0.1, cross 20x
        eve sells 4 ETHUSDT, isolated 20x
        bob buys 4 ETHUSDT, cross 20x
        zed buys 1 ETHUSDT, isolated 20x
        price falls to 57285                 -> eve: margin call
        ETHUSDT last falls to 1000
        ETHUSDT mark falls to 1000           -> bob: margin call; bob: liquidation
                                             -> bob: order 4 limit 1375
                                             -> eve: deleveraged 4 at 1375; bob: ended closed
                                             -> eve: call cleared
                                             -> zed: margin call; zed: liquidation
                                             -> zed: order 1 limit 1900; zed: ended closed
        """,
        taker_fee="0",
        insurance_fund="0",
    )
