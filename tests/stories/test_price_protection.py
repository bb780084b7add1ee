"""Price protection: a stop is held back while last price and mark are far apart."""

from stories.story import story


def test_a_wick_does_not_trigger_a_protected_stop() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01, cross 20x
        ann stops 58000 protected as safe
        ann stops 58000 as plain
        last falls to 56999.9                -> triggered at 56999.9; closed -0.01
                                             -> expired no_position
    """)


def test_it_waits_and_is_triggered_once_the_two_prices_are_near_again() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01, cross 20x
        ann stops 58000 protected
        last falls to 56999.9                -> nothing
        last falls to 56900                  -> nothing
        mark falls to 59800                  -> triggered at 56900; closed -0.01
    """)


def test_a_gap_of_exactly_the_threshold_is_near() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01, cross 20x
        ann stops 58000 protected
        last falls to 57000                  -> triggered at 57000; closed -0.01
    """)


def test_it_stays_open_if_the_price_goes_back() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01, cross 20x
        ann stops 58000 protected
        last falls to 56000                  -> nothing
        last rises to 60000                  -> nothing
        mark rises to 60100                  -> nothing
        price falls to 58000                 -> triggered at 58000; closed -0.01
    """)


def test_a_stop_on_the_mark_is_protected_too() -> None:
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01, cross 20x
        ann take-profits 61000 protected on mark
        mark rises to 63500                  -> nothing
        last rises to 60400                  -> triggered at 63500; filled 0.01 at 60400 taker
    """)
