"""Funding: longs pay shorts, isolated from the margin, cross from the wallet."""

from stories.story import story


def test_funding_moves_the_margin_of_an_isolated_position_and_the_wallet_of_a_cross_one() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> margin 297; wallet 700
        bob deposits 1000
        bob sells 0.1, cross 20x             -> wallet 997
        funding at 0.0001                    -> ann: funding -0.6; bob: funding 0.6
                                             -> ann's margin 296.4; ann's wallet 700
                                             -> bob's wallet 997.6
        funding at -0.0001                   -> ann: funding 0.6; bob: funding -0.6
                                             -> ann's liquidation price 57259.03614458
    """)


def test_funding_is_cut_toward_zero_for_both_sides() -> None:
    """0.1 * 60,000.12345678 * 0.00012345 = 0.740701524074..."""
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        bob deposits 1000
        bob sells 0.1, cross 20x
        mark is 60000.12345678
        funding at 0.00012345                -> ann: funding -0.74070152; bob: funding 0.74070152
        funding at -0.00012345               -> ann: funding 0.74070152; bob: funding -0.74070152
    """)


def test_funding_may_liquidate() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        price falls to 57270                 -> margin call
        funding at 0.0001                    -> funding -0.5727; equity 23.4273
        funding at 0.0001                    -> funding -0.5727; liquidation; order; ended closed
                                             -> wallet 700
    """)


def test_both_sides_of_a_hedge_pay_and_receive() -> None:
    story("""
        price is 60000
        ann switches hedge
        ann deposits 1000
        ann buys 0.1 long, cross 20x
        ann sells 0.04 short
        funding at 0.0001                    -> funding -0.6; funding 0.24; wallet 995.44
    """)


def test_an_account_without_a_position_pays_nothing() -> None:
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000
        ann buys 0.1 ETHUSDT, cross 10x
        funding at 0.0001                    -> nothing
        ETHUSDT funding at 0.0001            -> funding -0.02
    """)
