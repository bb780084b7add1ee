"""Hedge mode: a long and a short of one symbol side by side."""

from stories.story import story


def test_a_hedged_pair_in_cross_lives_through_what_kills_either_alone() -> None:
    story("""
        price is 60000
        ann switches hedge
        ann deposits 1000
        ann buys 0.1 long, cross 20x         -> opened 0.1
        ann sells 0.1 short                  -> opened -0.1; wallet 994
        bob deposits 1000
        bob buys 0.1, cross 20x
        eve deposits 1000
        eve sells 0.1, cross 20x
        price falls to 50230                 -> bob: margin call; bob: liquidation; bob: order
                                             -> bob's wallet 0
        price rises to 69692                 -> eve: margin call; eve: liquidation; eve: order
                                             -> eve's wallet 0
        price rises to 100000                -> nothing
        price falls to 20000                 -> ann's equity 994
        price returns to 60000
        ann closes long                      -> closed -0.1 realizing 0 fee 3
        ann closes short                     -> closed 0.1 realizing 0 fee 3; wallet 988
    """)


def test_a_fully_hedged_pair_is_liquidated_above_where_only_maintenance_grows() -> None:
    """rules.md 1.3 E: wallet 1,000, long and short of 1 at 50,000 and 52,000: 360,000."""
    story(
        """
        price is 50000
        ann switches hedge
        ann deposits 3000
        ann buys 1 long, cross 100x
        price rises to 52000
        ann sells 1 short
        ann withdraws 2000                   -> wallet 1000; equity 3000
        price rises to 359999.9              -> margin call
        price rises to 360000                -> liquidation; hedge takes 1 at 360000
                                             -> closed -1 realizing 310000; hedge takes 1
                                             -> closed 1 realizing -308000; ended closed
                                             -> wallet 3000
        """,
        taker_fee="0",
    )


def test_the_pair_is_first_reduced_equally_at_the_mark_without_a_fee() -> None:
    story("""
        price is 60000
        ann switches hedge
        ann deposits 1000
        ann buys 0.1 long, cross 20x
        ann sells 0.05 short                 -> wallet 995.5
        price falls to 41000                 -> ratio 54.06%
        price falls to 40300                 -> margin call; liquidation; hedge takes 0.05 at 40300
                                             -> reduced -0.05 realizing -985 fee 0
                                             -> hedge takes 0.05 at 40300
                                             -> closed 0.05 realizing 985 fee 0
                                             -> ended recovered; wallet 995.5; quantity long 0.05
                                             -> quantity short 0
        price falls to 40251                 -> liquidation; order 0.05; ended closed
    """)


def test_each_side_of_an_isolated_hedge_stands_alone() -> None:
    story("""
        price is 60000
        ann switches hedge
        ann deposits 1000
        ann buys 0.1 long, isolated 20x
        ann sells 0.1 short                  -> wallet 400; margin long 297; margin short 297
        ann adds 100 short                   -> margin short 397
        price falls to 57200                 -> margin call; liquidation; order; ended closed
                                             -> quantity long 0; quantity short -0.1
                                             -> margin short 397; wallet 300
        ann auto-adds on short               -> auto-add on
    """)


def test_in_hedge_mode_an_order_says_which_position_it_means() -> None:
    story("""
        price is 60000
        ann switches hedge
        ann deposits 1000
        ann buys 0.1 long, cross 20x
        ann sells 0.04 long                  -> reduced -0.04
        ann sells 0.1 long                   -> filled 0.06; closed -0.06; expired no_position
        ann sells 0.01 long                  -> refused reduce_only_rejected
        ann buys 0.01 short                  -> refused reduce_only_rejected
        ann buys 0.01 reduce-only long       -> refused reduce_only_in_hedge_mode
        ann one-way                          -> one_way
        ann buys 0.01 long                   -> refused position_side_does_not_match_mode
    """)
