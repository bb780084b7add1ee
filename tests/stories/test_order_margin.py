"""Order margin: what open orders bind, against the published formulas and examples."""

from stories.story import BTC, Story, listed, story, table


def test_the_published_cost_of_a_long() -> None:
    """FAQ Order Cost: order 9,253.30, mark 9,259.84, 20x: 462.66 and no open loss."""
    story(
        """
        last is 9258.9
        mark is 9259.84
        ann deposits 462.66499999
        ann buys 1 at 9253.3, isolated 20x   -> refused margin_insufficient
        ann deposits 0.00000001
        ann buys 1 at 9253.3                 -> accepted; available 0
        """,
        taker_fee="0",
    )


def test_the_published_cost_of_a_short() -> None:
    """The same order as a short opens with a loss of 6.54: 462.665 + 6.54."""
    story(
        """
        last is 9258.9
        mark is 9259.84
        ann deposits 469.20499999
        ann sells 1 at 9253.3, isolated 20x  -> refused margin_insufficient
        ann deposits 0.00000001
        ann sells 1 at 9253.3                -> filled 1 at 9258.9 taker; margin 462.992
        """,
        taker_fee="0",
    )


def test_one_way_orders_bind_the_larger_side() -> None:
    """max(|N + bids|, |N - asks|) / leverage: (6,000 + 2,950) or (18,300 - 6,000), over 20."""
    story(
        """
        price is 60000
        ann deposits 5000
        ann buys 0.1, cross 20x              -> bound 300
        ann buys 0.05 at 59000               -> bound 447.5
        ann sells 0.1 at 61000               -> bound 447.5
        ann sells 0.2 at 61000               -> bound 615; available 4385
        mark falls to 59000                  -> bound 620; available 4280
        """,
        taker_fee="0",
    )


def test_in_isolated_margin_orders_bind_what_exceeds_the_position() -> None:
    """rules.md 13.7: the same less |N| / leverage."""
    story(
        """
        price is 60000
        ann deposits 5000
        ann buys 0.1, isolated 20x           -> bound 0
        ann buys 0.05 at 59000               -> bound 147.5
        ann sells 0.3 at 61000               -> bound 315; available 4385
        """,
        taker_fee="0",
    )


def test_hedge_mode_binds_both_sides() -> None:
    story(
        """
        price is 60000
        ann switches hedge
        ann deposits 5000
        ann buys 0.1 long, cross 20x         -> bound 300
        ann sells 0.1 short                  -> bound 600
        ann buys 0.05 at 59000 long          -> bound 747.5
        ann sells 0.05 at 61000 short        -> bound 900
        ann sells 0.1 at 61000 long          -> bound 900
        """,
        taker_fee="0",
    )


def test_an_order_must_leave_the_fee_of_a_taker() -> None:
    story("""
        price is 60000
        ann deposits 297.94999999
        ann buys 0.1 at 59000, isolated 20x  -> refused margin_insufficient
        ann deposits 0.00000001
        ann buys 0.1 at 59000                -> accepted
    """)


def test_a_market_buy_is_margined_at_the_ask_and_5_basis_points() -> None:
    """0.1 * 60,030 / 20 + 0.1 * 30 + fee 3.0015 = 306.1515."""
    story("""
        price is 60000
        ann deposits 306.15149999
        ann buys 0.1, cross 20x              -> refused margin_insufficient
        ann deposits 0.00000001
        ann buys 0.1                         -> opened 0.1
    """)


def test_a_market_sale_is_margined_at_the_mark_and_pays_for_the_loss_it_opens_with() -> None:
    """0.1 * 60,100 / 20 + fee 3.005 + 0.1 * 100 below the mark = 313.505."""
    story("""
        last is 60000
        mark is 60100
        ann deposits 313.50499999
        ann sells 0.1, isolated 20x          -> refused margin_insufficient
        ann deposits 0.00000001
        ann sells 0.1                        -> opened -0.1
    """)


def test_profit_of_cross_positions_carries_orders_and_a_loss_does_not() -> None:
    story(
        """
        price is 60000
        ETHUSDT price is 2000
        ann deposits 400
        ann buys 0.1, cross 20x              -> available 100
        price rises to 62000                 -> available 290
        ann buys 1 at 2000 ETHUSDT, cross 10x -> opened 1; available 90
        price falls to 57500                 -> available -337.5
        ann buys 0.1 ETHUSDT                 -> refused margin_insufficient
        ann sells 0.1                        -> closed -0.1
        """,
        taker_fee="0",
    )


def test_orders_together_with_the_position_stay_within_the_bracket_of_the_leverage() -> None:
    story("""
        price is 60000
        ann deposits 100000
        ann buys 5 at 59999, cross 150x      -> accepted
        ann buys 0.002 at 59999              -> refused position_exceeds_bracket_at_leverage
        ann sells 5 at 60001                 -> refused position_exceeds_bracket_at_leverage
        ann sells 4.999 at 60001             -> accepted
    """)


def test_a_sale_far_below_the_mark_is_not_accepted_into_bankruptcy() -> None:
    """9 at 80 with the mark at 100 opens with a loss of 180."""
    Story(instruments=[listed(BTC, brackets=table(("0", "1000000", "0.01", "0", 20)))]).tell("""
        last is 80
        mark is 100
        ann deposits 60
        ann sells 9, cross 20x               -> refused margin_insufficient
    """)


def test_a_flip_needs_the_loss_that_its_new_side_opens_with() -> None:
    Story(instruments=[listed(BTC, brackets=table(("0", "1000000", "0.01", "0", 20)))]).tell("""
        price is 100
        ann deposits 60
        ann buys 9, cross 20x
        mark falls to 99
        last falls to 90
        ann sells 17                         -> refused margin_insufficient
    """)
