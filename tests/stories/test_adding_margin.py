"""Adding and reducing the margin of an isolated position, within the limits."""

from stories.story import BTC, Story, listed, story, table


def test_adding_margin_moves_the_liquidation_price_away() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> opened 0.1; margin 297; wallet 700
        mark falls to 57300                  -> margin call; liquidation price 57259.03614458
        ann adds 200                         -> call cleared; liquidation price 55251.00401606
        mark falls to 57250                  -> nothing
    """)


def test_doubling_the_margin_halves_the_effective_leverage_and_turns_the_zone_green() -> None:
    story(
        """
        ETHUSDT price is 2000
        ann deposits 300
        ann buys 0.5 ETHUSDT, isolated 10x   -> margin 100; effective leverage 10; zone green
        ETHUSDT mark falls to 1812           -> zone yellow; liquidation price 1807.22891566
        ETHUSDT mark falls to 1808           -> margin call; zone red
        ann adds 100 ETHUSDT                 -> added 100; call cleared; zone green; margin 200
        ETHUSDT mark returns to 2000         -> effective leverage 5
                                             -> liquidation price 1606.42570281
        ann removes 50 ETHUSDT               -> removed 50; liquidation price 1706.82730924
        ann removes 50.00000001 ETHUSDT      -> refused isolated_balance_insufficient beyond 50
        ann adds 150.00000001 ETHUSDT        -> refused cross_balance_insufficient beyond 150
        ann removes 50 ETHUSDT               -> removed 50; liquidation price 1807.22891566
        """,
        taker_fee="0",
    )


def test_a_profit_may_be_removed_and_a_loss_blocks_removal() -> None:
    """rules.md 4.2: long 1 at 50,000, 10x, isolated wallet 5,000."""
    story(
        """
        price is 50000
        ann deposits 6000
        ann buys 1, isolated 10x             -> margin 5000; removable 0
        mark rises to 51000                  -> removable 900
        mark falls to 49000                  -> removable 0
        ann removes 0.00000001               -> refused isolated_balance_insufficient beyond 0
        mark rises to 60000                  -> removable 4760
        ann removes 4760                     -> margin 240
        """,
        taker_fee="0",
    )


def test_a_short_may_remove_its_profit_too() -> None:
    story(
        """
        price is 50000
        ann deposits 6000
        ann sells 1, isolated 10x            -> margin 5000; removable 0
        mark falls to 49000                  -> removable 1100
        mark rises to 50500                  -> removable 0
        """,
        taker_fee="0",
    )


def test_removing_never_takes_what_maintenance_needs() -> None:
    """Brackets in which initial margin at 20x, 5%, is less than maintenance, 10%."""
    steep = listed(BTC, brackets=table(("0", "1000000", "0.1", "0", 20)))
    Story(instruments=[steep], taker_fee="0").tell("""
        price is 60000
        ann deposits 2000
        ann buys 0.1, isolated 5x            -> margin 1200; removable 0
        ann sets leverage 20                 -> leverage 20; removable 599.99999999
        ann removes 599.99999999             -> margin call; ratio 99.99%
        ann removes 0.00000001               -> refused isolated_balance_insufficient beyond 0
    """)


def test_what_was_added_can_be_taken_out_again_to_the_last_unit() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> margin 297; wallet 700
        price rises to 60030                 -> removable 0
        ann adds 123.45678901                -> wallet 576.54321099; removable 123.30678901
        ann removes 123.30678901             -> wallet 699.85; removable 0
    """)


def test_adding_is_limited_by_what_cross_positions_need() -> None:
    story(
        """
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000
        ann buys 1 ETHUSDT, cross 10x        -> transferable 800
        ann buys 0.1, isolated 20x           -> addable 500
        ETHUSDT mark falls to 1900           -> addable 410
        ann adds 410.00000001                -> refused cross_balance_insufficient beyond 410
        ann adds 410                         -> wallet 290; addable 0
        """,
        taker_fee="0",
    )
