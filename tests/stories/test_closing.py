"""Opening and closing: what the wallets get, to the last unit."""

from stories.story import story


def test_at_close_the_wallet_gets_margin_added_margin_and_profit_less_fees_and_funding() -> None:
    """1,000 - 3 + 600 - 3.3 - 0.61 = 1,593.09."""
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 10x           -> margin 597; wallet 400
        ann adds 100                         -> margin 697; wallet 300
        price rises to 61000
        funding at 0.0001                    -> funding -0.61; margin 696.39; wallet 300
        price rises to 66000
        ann closes                           -> closed -0.1 realizing 600 fee 3.3; wallet 1593.09
                                             -> margin 0; fees 6.3
    """)


def test_fees_are_cut_to_8_decimals() -> None:
    """120.0002 * 0.00045678 = 0.054813691356."""
    story(
        """
        price is 60000.1
        ann deposits 1000
        ann buys 0.002, cross 10x            -> fees 0.05481369; wallet 999.94518631
        """,
        taker_fee="0.00045678",
    )


def test_an_opening_moves_notional_over_leverage_and_the_fee_leaves_the_margin() -> None:
    """rules.md 13.3: isolatedWallet = notional / leverage - fee."""
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 7x            -> margin 854.14285714; wallet 142.85714286
    """)


def test_a_short_filled_below_the_mark_is_margined_at_the_mark() -> None:
    """rules.md 13.3: max(mark, fill) for a short; a long is margined at its fill."""
    story("""
        last is 60000
        mark is 60100
        ann deposits 1000
        ann sells 0.1, isolated 20x          -> margin 297.5; wallet 699.5; quantity -0.1
        bob deposits 1000
        bob buys 0.1, isolated 20x           -> margin 297; wallet 700
    """)


def test_increasing_averages_the_entry() -> None:
    story("""
        price is 60000
        ann deposits 2000
        ann buys 0.1, isolated 20x
        price rises to 63000
        ann buys 0.2                         -> increased 0.2; margin 920.7
        price rises to 64000
        ann closes                           -> closed -0.3 realizing 600 fee 9.6
    """)


def test_a_partial_close_releases_margin_in_proportion_and_rounds_down() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 7x            -> margin 854.14285714
        ann sells 0.03                       -> reduced -0.03 realizing 0 fee 0.9; margin 597.9
        ann sells 0.03                       -> margin 341.65714286; wallet 653.54285714
        ann sells 0.04                       -> closed -0.04 realizing 0 fee 1.2; wallet 994
    """)


def test_rounding_of_profits_leaves_nothing_behind() -> None:
    """A third of an odd cost: what rounding takes from one close the next one gives back."""
    story(
        """
        price is 60000.1
        ann deposits 5000
        ann buys 0.001, cross 10x            -> refused notional_below_minimum
        ann buys 0.002                       -> opened 0.002
        price rises to 60000.2
        ann buys 0.005                       -> increased 0.005
        price rises to 60000.3
        ann sells 0.003 reduce-only             -> reduced -0.003 realizing 0.00038571
        ann sells 0.003 reduce-only             -> reduced -0.003 realizing 0.00038571
        ann sells 0.001 reduce-only          -> closed -0.001 realizing 0.00012858; wallet 5000.0009
        """,
        taker_fee="0",
    )


def test_a_sale_beyond_what_is_held_closes_and_opens_the_other_side() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann adds 50
        ann sells 0.15                       -> filled 0.15 at 60000 taker
                                             -> closed -0.1 realizing 0 fee 3
                                             -> opened -0.05; quantity -0.05; margin 148.5
                                             -> wallet 844
    """)


def test_a_flip_is_paid_from_what_the_closing_gives_back() -> None:
    story("""
        price is 60000
        ann deposits 306.15149999
        ann buys 0.1, isolated 20x           -> refused margin_insufficient
        ann deposits 0.00000001
        ann buys 0.1                         -> margin 297; wallet 6.1515
        ann sells 0.15                       -> filled 0.15 at 60000 taker; closed -0.1
                                             -> opened -0.05
    """)


def test_what_a_flip_cannot_pay_is_only_closed() -> None:
    story("""
        price is 60000
        ann deposits 307
        ann buys 0.1, isolated 20x           -> wallet 7
        price falls to 57500                 -> nothing
        ann sells 0.2                        -> filled 0.1 at 57500 taker; closed -0.1
                                             -> expired margin_insufficient; quantity 0
    """)
