"""Stop-loss and take-profit orders."""

from stories.story import story


def test_half_a_stop_loss_locks_half_the_loss_and_moves_the_liquidation_price_away() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x              -> liquidation price 50230.92369478
        ann stops 55000 50%
        price falls to 55010                 -> ratio 4.41%
        price falls to 55000                 -> triggered at 55000; filled 0.05 at 55000 taker
                                             -> reduced -0.05 realizing -250 fee 1.375
                                             -> ratio 2.21%; liquidation price 45268.57429719
    """)


def test_half_a_stop_loss_of_an_isolated_position_releases_half_its_margin() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> liquidation price 57259.03614458
        ann stops 58000 50%
        price falls to 57990                 -> triggered at 57990; reduced -0.05 realizing -100.5
                                             -> margin 148.5; wallet 746.55025
                                             -> liquidation price 57259.03614458
    """)


def test_a_stop_loss_does_not_move_when_margin_is_added() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann stops 58000 as stop
        ann adds 300                         -> added 300; liquidation price 54246.98795181
        price falls to 58000.1               -> nothing
        price falls to 58000                 -> triggered at 58000
                                             -> closed -0.1 realizing -200 fee 2.9
    """)


def test_a_stop_that_is_gapped_through_fills_at_the_market_and_not_at_its_trigger() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann stops 58000
        last falls to 57500                  -> triggered at 57500; filled 0.1 at 57500 taker
                                             -> closed -0.1 realizing -250
    """)


def test_a_stop_gapped_past_bankruptcy_costs_the_margin_and_the_fund_pays_the_rest() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x           -> wallet 700
        ann stops 57500
        last falls to 50000                  -> triggered at 50000; closed -0.1 realizing -1000
                                             -> covered 705.5 exchange 0; wallet 700
        """,
        insurance_fund="1000",
    )


def test_a_stop_on_mark_does_not_see_the_last_price() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann stops 58000 on mark
        last falls to 57200                  -> nothing
        mark falls to 58000                  -> triggered at 58000; filled 0.1 at 57200 taker
    """)


def test_a_take_profit_waits_for_the_other_side() -> None:
    story("""
        price is 60000
        ann deposits 2000
        ann sells 0.1, isolated 10x
        ann take-profits 58000               -> accepted
        ann stops 62000                      -> accepted
        price falls to 58000                 -> triggered at 58000; filled 0.1 at 58000 taker
                                             -> closed 0.1 realizing 200 fee 2.9
                                             -> expired no_position; orders 0
    """)


def test_a_stop_that_would_trigger_at_once_is_refused() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann stops 60000                      -> refused would_trigger_immediately
        ann take-profits 60000               -> refused would_trigger_immediately
        ann stop-buys 60000 0.1              -> refused would_trigger_immediately
    """)


def test_a_stop_entry_binds_no_margin_and_expires_if_it_cannot_be_paid_when_triggered() -> None:
    story("""
        price is 60000
        ann deposits 400
        ann stop-buys 61000 0.1 as late      -> accepted; available 400
        ann stop-sells 59000 0.05 as short   -> accepted; available 400
        ann withdraws 100                    -> withdrawn
        price rises to 61000                 -> triggered at 61000; expired margin_insufficient
        price falls to 59000                 -> triggered at 59000; opened -0.05
    """)


def test_a_close_position_order_closes_whatever_is_held_when_it_triggers() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.05, cross 20x
        ann stops 58000
        ann buys 0.05                        -> increased 0.05
        price falls to 58000                 -> triggered at 58000; filled 0.1 at 58000 taker
                                             -> closed -0.1 realizing -200
    """)


def test_stops_are_triggered_before_the_pool_is_looked_at() -> None:
    story("""
        last is 60000
        mark is 60000
        ann deposits 1000
        ann buys 0.1, isolated 20x
        ann stops 57000 on mark
        last falls to 56900
        mark falls to 56900                  -> triggered at 56900; closed -0.1; covered
                                             -> wallet 700
    """)
