"""Auto-add margin: off by default, acts at maintenance, until the wallet is empty."""

from stories.story import story


def test_auto_add_restores_initial_margin_again_and_again_until_the_wallet_is_empty() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> margin 297
        ann auto-adds on                     -> auto-add on
        price falls to 57250                 -> margin call; auto-added 264.25; call cleared
                                             -> equity 286.25; liquidation price 54605.92369478
        price falls to 54606                 -> margin call
        price falls to 53000                 -> auto-added 403.75; call cleared; wallet 32
        price falls to 50500                 -> margin call; auto-added 32; call cleared; wallet 0
        price falls to 50200                 -> margin call; liquidation; order
                                             -> market takes 0.1 at 50200
                                             -> closed -0.1 realizing -980; clearance fee 17
                                             -> ended closed; wallet 0
    """)


def test_without_it_the_loss_is_the_positions_margin_alone() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> margin 297
        price falls to 57250                 -> margin call; liquidation; order; ended closed
                                             -> wallet 700
        price falls to 50200                 -> nothing
    """)


def test_with_it_a_position_lives_through_a_dip_that_killed_the_other() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann auto-adds on
        bob deposits 1000
        bob buys 0.1, isolated 20x
        price falls to 56000                 -> ann: margin call; ann: auto-added 383
                                             -> bob: margin call; bob: liquidation; bob: order
                                             -> bob: fund result -103; bob's wallet 700
        price rises to 62000
        ann closes                           -> closed -0.1 realizing 200 fee 3.1; wallet 1193.9
    """)


def test_maintenance_adds_the_least_that_keeps_the_position() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann auto-adds on
        price falls to 57250                 -> margin call; auto-added 0.90000001; ratio 99.99%
        price falls to 55000                 -> auto-added 224.1
        """,
        auto_add="maintenance",
    )


def test_a_fixed_amount_is_added_as_often_as_it_takes() -> None:
    story(
        """
        price is 60000
        ann deposits 475
        ann buys 0.1, isolated 20x           -> wallet 175
        ann auto-adds on
        price falls to 57250                 -> margin call; auto-added 50; call cleared; wallet 125
        price falls to 56000                 -> margin call; auto-added 100
                                             -> call cleared; wallet 25; equity 47
        price falls to 55400                 -> margin call; auto-added 25; liquidation; order
                                             -> wallet 0
        """,
        auto_add="fixed",
        auto_add_amount="50",
    )


def test_auto_add_leaves_cross_positions_what_they_need() -> None:
    story(
        """
        price is 60000
        ETHUSDT price is 2000
        ann deposits 600
        ann buys 1 ETHUSDT, cross 10x
        ann buys 0.1, isolated 20x           -> margin 300; addable 100
        ann auto-adds on
        price falls to 57000                 -> margin call; auto-added 100; call cleared
                                             -> wallet 200
        price falls to 56000                 -> margin call; liquidation; order; wallet 200
        """,
        taker_fee="0",
    )


def test_it_is_off_again_after_a_close() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann auto-adds on
        ann auto-adds on                     -> refused auto_add_unchanged
        ann closes                           -> closed
        ann buys 0.1                         -> opened
        price falls to 57250                 -> margin call; liquidation; order; ended closed
    """)


def test_a_deposit_in_time_is_what_it_then_adds() -> None:
    story("""
        price is 60000
        ann deposits 310
        ann deposits 500 spot
        ann buys 0.1, isolated 20x           -> wallet 10
        ann auto-adds on
        ann transfers 500 spot futures       -> wallet 510
        price falls to 57250                 -> margin call; auto-added 264.25; call cleared
    """)
