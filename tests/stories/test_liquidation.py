"""Liquidation: its trigger, its order, its steps over the brackets, its fee and its remains."""

from stories.story import BTC, Story, listed, story, table


def test_liquidation_comes_at_maintenance_and_not_one_unit_above() -> None:
    """Margin 297: 0.1 * p * 0.4% = 297 - 6000 + 0.1 * p at p = 57,259.036144578..."""
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        price falls to 57260                 -> margin call
        mark falls to 57259.03614458         -> nothing
        mark falls to 57259.03614457         -> liquidation; order 0.1 limit 57030 bracket 1
                                             -> market takes 0.1 at 57259
                                             -> closed -0.1 realizing -274.1; clearance fee 22.9
                                             -> ended closed returned 0 forfeited 0; wallet 700
                                             -> fund 1000000022.9
    """)


def test_a_ratio_of_exactly_100_percent_liquidates() -> None:
    """With 5%: 0.1 * p * 5% = 680 - 6000 + 0.1 * p at p = 56,000 exactly."""
    instrument = listed(BTC, brackets=table(("0", "1000000", "0.05", "0", 10)))
    Story(instruments=[instrument], taker_fee="0").tell("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 10x           -> margin 600
        ann adds 80                          -> liquidation price 56000
        price falls to 56000.00000001        -> margin call
        mark falls to 56000                  -> liquidation; order
    """)


def test_open_orders_of_the_position_go_first() -> None:
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 2000
        ann buys 0.1, isolated 20x
        ann buys 0.01 at 58000 as more
        ann stops 50000 as stop
        ann buys 0.1 ETHUSDT at 1900 as other
        price falls to 58100
        mark falls to 57200                  -> margin call; liquidation; canceled liquidation
                                             -> canceled liquidation; order; ended closed; orders 1
    """)


def test_a_large_position_is_reduced_to_the_bracket_below_and_lives() -> None:
    story("""
        price is 60000
        ann deposits 1000000
        ann buys 250, isolated 25x           -> liquidation price 58267.34693878
        price falls to 58280                 -> margin call
        price falls to 58267                 -> liquidation; order 44.052 limit 57630 bracket 5
                                             -> market takes 44.052 at 58267
                                             -> reduced -44.052 realizing -76342.116
                                             -> clearance fee 32084.72355
                                             -> ended recovered returned 0
                                             -> liquidation price 58172.99983123
    """)


def test_if_the_gap_is_too_deep_for_one_step_it_goes_on_bracket_by_bracket() -> None:
    story("""
        price is 60000
        ann deposits 1000000
        ann buys 250, isolated 25x
        price falls to 57900                 -> margin call; liquidation
                                             -> order 42.747 limit 57630 bracket 5
                                             -> clearance fee 30938.14125
                                             -> order 155.44 limit 57723.58827738 bracket 4
                                             -> clearance fee 36561.85875
                                             -> order 37.997 limit 57900 bracket 3
                                             -> order 8.635 limit 57900 bracket 2
                                             -> order 5.181 limit 57900 bracket 1
                                             -> ended closed returned 0; wallet 400000
    """)


def test_without_partial_liquidation_all_is_closed_at_once() -> None:
    story(
        """
        price is 60000
        ann deposits 1000000
        ann buys 250, isolated 25x
        price falls to 58267                 -> margin call; liquidation
                                             -> order 250 limit 57630 bracket 5
                                             -> closed -250 realizing -433250
                                             -> clearance fee 159250; ended closed
                                             -> wallet 400000
        """,
        partial_liquidation=False,
    )


def test_the_clearance_fee_is_capped_by_what_is_left_and_the_rest_comes_back() -> None:
    """With a fee of 0.1% something is left of a first-bracket liquidation."""
    cheap = listed(BTC, liquidation_fee=100_000)
    text = """
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        price falls to 57250                 -> margin call; liquidation; order
                                             -> closed -0.1 realizing -275; clearance fee 5.725
                                             -> {end}
    """
    Story(instruments=[cheap]).tell(
        text.format(end="ended closed returned 16.275 forfeited 0; wallet 716.275")
    )
    Story(instruments=[cheap], remainder_to_fund=True).tell(
        text.format(end="ended closed returned 0 forfeited 16.275; wallet 700")
    )


def test_the_taker_fee_of_a_liquidation_is_a_choice() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> fees 3
        price falls to 57250                 -> margin call; liquidation; order
                                             -> closed -0.1 realizing -275 fee 2.8625
                                             -> clearance fee 19.1375; ended closed returned 0
                                             -> fees 5.8625
        """,
        liquidation_taker_fee=True,
    )


def test_in_cross_the_position_with_the_largest_maintenance_goes_first() -> None:
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann sells 2 ETHUSDT, cross 20x
        ann sells 0.1 at 62000
        ann stops 40000
        price falls to 52000
        ETHUSDT price rises to 2079          -> margin call; liquidation; canceled liquidation
                                             -> canceled liquidation
                                             -> order 0.1 limit 51630 bracket 1
                                             -> market takes 0.1 at 52000; clearance fee 37
                                             -> order 2 limit 2079; market takes 2 at 2079
                                             -> ended closed; wallet 0; orders 0
    """)


def test_in_cross_closing_one_position_may_save_the_other() -> None:
    """A large BTC position frees 1% by its first step; ETH is left alone."""
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000000
        ann buys 250, cross 25x
        ann buys 10 ETHUSDT, cross 25x
        price falls to 56700                 -> margin call
        price falls to 56600                 -> liquidation; order 37.986; ended recovered
                                             -> quantity of ETHUSDT 10
    """)


def test_a_mark_that_falls_alone_is_not_filled_at_a_last_price_that_is_gone() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        last falls to 57500
        mark falls to 57200                  -> margin call; liquidation; order
                                             -> market takes 0.1 at 57200; clearance fee 17
                                             -> ended closed returned 0
    """)


def test_a_market_below_the_mark_is_where_a_long_is_filled() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        last falls to 57100
        mark falls to 57200                  -> margin call; liquidation; order
                                             -> market takes 0.1 at 57100; clearance fee 7
                                             -> ended closed returned 0
    """)


def test_in_a_bankrupt_cross_pool_the_position_that_made_the_loss_goes_first() -> None:
    """The fund takes ETH where the pool is worth nothing; BTC then closes at its own market."""
    story(
        """
        price is 60000
        ETHUSDT price is 2000
        bob deposits 1500
        bob sells 0.2, cross 20x
        bob buys 4 ETHUSDT, cross 20x
        ETHUSDT price falls to 1000          -> margin call; liquidation; order 4 limit 1625
                                             -> fund result -2500 at 1000
                                             -> order 0.2 limit 60000; ended closed
        """,
        taker_fee="0",
    )


def test_a_last_price_that_falls_alone_liquidates_nobody() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        last falls to 40000                  -> nothing
        last rises to 60000                  -> nothing
        ann closes                           -> closed -0.1 realizing 0 fee 3
    """)


def test_a_short_is_liquidated_above() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann sells 0.1, isolated 20x          -> liquidation price 62719.12350598
        price rises to 62719.1               -> margin call
        price rises to 62719.2               -> liquidation; order 0.1 limit 62970 bracket 1
                                             -> closed 0.1 realizing -271.92; clearance fee 25.08
                                             -> ended closed returned 0; wallet 700
    """)
