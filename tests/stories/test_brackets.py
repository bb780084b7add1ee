"""Leverage brackets: what they allow, and another table in force in mid-run."""

from stories.story import Story, table

TIGHT = table(
    ("0", "5000", "0.01", "0", 50),
    ("5000", "1000000", "0.05", "200", 10),
)


def test_a_new_table_changes_maintenance_at_that_moment() -> None:
    Story(tables={"tight": TIGHT}).tell("""
        price is 60000
        ann deposits 2000
        ann buys 0.1, isolated 20x           -> maintenance 24; liquidation price 57259.03614458
        brackets become tight                -> brackets changed; maintenance 100
        price falls to 57900                 -> margin call; liquidation
                                             -> order 0.014 limit 57030 bracket 2
                                             -> market takes 0.014; clearance fee 10.1325
                                             -> ended recovered; maintenance 49.794
    """)


def test_a_new_table_may_liquidate_at_once() -> None:
    Story(tables={"tight": TIGHT}).tell("""
        price is 60000
        ann deposits 1000
        ann buys 0.1, cross 20x
        ann withdraws 690
        price falls to 57800                 -> equity 87; maintenance 23.12
        brackets become tight                -> brackets changed; margin call; liquidation; order
    """)


def test_leverage_and_size_limit_each_other() -> None:
    Story(tables={"tight": TIGHT}).tell("""
        price is 60000
        ann deposits 100000
        brackets become tight
        ann buys 0.1, cross 20x              -> refused position_exceeds_bracket_at_leverage
        ann sets leverage 10
        ann buys 0.1                         -> opened 0.1
        ann sets leverage 11                 -> refused position_exceeds_bracket_at_leverage
        ann sets leverage 51                 -> refused leverage_invalid
    """)


def test_a_notional_at_the_cap_still_belongs_to_the_bracket() -> None:
    Story(tables={"tight": TIGHT}).tell("""
        price is 50000
        ann deposits 100000
        brackets become tight
        ann buys 0.1 at 50000, cross 50x     -> opened 0.1; maintenance 50
        price rises to 50000.1               -> maintenance 50.0005
    """)
