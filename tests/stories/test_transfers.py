"""Money between wallets, and what it does to liquidation prices."""

from stories.story import BTC, Story, listed, story, table


def test_a_transfer_moves_every_cross_liquidation_price_and_no_isolated_one() -> None:
    story("""
        price is 60000
        ETHUSDT price is 2000
        ann deposits 1000
        ann deposits 500 spot
        ann buys 0.1, cross 20x
        ann buys 1 ETHUSDT, cross 10x        -> liquidation price of BTCUSDT 50321.28514056
                                             -> liquidation price of ETHUSDT 1032.12851406
        ann transfers 500 spot futures       -> liquidation price of BTCUSDT 45301.20481928
                                             -> liquidation price of ETHUSDT 530.12048193
        bob deposits 1000
        bob deposits 500 spot
        bob buys 0.1, isolated 20x           -> liquidation price 57259.03614458
        bob transfers 500 spot futures       -> wallet 1200; liquidation price 57259.03614458
    """)


def test_an_unrealized_profit_carries_orders_but_cannot_leave() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x              -> transferable 700; available 700
        price rises to 80000                 -> transferable 968; available 2600
        ann transfers 968.00000001 futures spot -> refused balance_insufficient beyond 968
        ann transfers 968 futures spot       -> wallet 32; spot 968
        """,
        taker_fee="0",
    )


def test_a_loss_lowers_what_may_leave() -> None:
    story(
        """
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        price falls to 58000                 -> transferable 510
        ann withdraws 510.00000001           -> refused balance_insufficient beyond 510
        ann withdraws 510                    -> withdrawn 510; transferable 0
        """,
        taker_fee="0",
    )


def test_open_orders_of_isolated_symbols_hold_back_their_margin() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.1 at 59000, isolated 10x  -> accepted; transferable 410; available 410
        ann cancels o1                       -> canceled user; transferable 1000
    """)


def test_money_moves_between_the_wallets_and_the_outside() -> None:
    story("""
        ann deposits 100 spot
        ann transfers 60 spot funding
        ann transfers 25 funding futures     -> wallet 25; spot 40
        ann withdraws 25                     -> wallet 0
        ann withdraws 41 spot                -> refused balance_insufficient beyond 40
        ann withdraws 36 funding             -> refused balance_insufficient beyond 35
    """)


def test_a_transfer_never_leads_a_cross_pool_into_liquidation() -> None:
    """After steeper brackets initial margin is below maintenance: the pool's own limit counts."""
    steep = table(("0", "1000000", "0.03", "0", 50))
    story = Story(instruments=[listed(BTC, brackets=steep)], taker_fee="0")
    story.tell("""
        price is 100
        ann deposits 60
        ann buys 9, cross 50x                -> transferable 32.99999999
        ann transfers 32.99999999 futures spot -> margin call; wallet 27.00000001
    """)
