"""Worlds: small whole runs with a tape, in which between them everything happens that can."""

from functools import lru_cache

from audit.world import World, recorded
from perplab.lab.preparation import Setup
from perplab.venue.plan import PopulationPlan

_MARGIN = World(
    tapes={"AAAUSDT trade": "100 96 91.1 91.6 91 90.9 90.5 88 85 82.2 86 82.3 82 79 81 95 100 101"},
    accounts={
        "plain": """1000 isolated 10x
            buy 2
            stop 85""",
        "auto": """40 isolated 10x
            buy 2
            auto-add on
            auto-add off at +8m""",
        "rich": """300+100 isolated 10x
            buy 2
            auto-add on
            transfer 50 futures spot at +1m
            transfer 100 spot futures at +2m
            withdraw 20 spot at +3m
            reduce-margin 1 at +15m
            reduce-margin 500 at +15m
            auto-add off at +16m
            close 50% at +16m
            close at +17m""",
        "adds": """200 isolated 10x
            buy 2
            add-margin 20 at +1m
            add-margin 5000 at +1m
            reduce-margin 4 at +1m
            reduce-margin 1 at +2m
            buy 1 at +15m
            sell 1 at +16m""",
        "short": """200 isolated 10x
            sell 2
            take-profit 85 50%
            close at +14m""",
        "alive": """400 cross 5x
            buy 1
            sell 3 at +4m
            transfer 5000 futures spot at +5m""",
    },
)
_CROSS = World(
    tapes={
        "AAAUSDT trade": "100 100 97 95.5 94 93 90 88 87 89 95 105 108 112 118 110",
        "AAAUSDT mark": "100 100 97.1 95.4 94 93.1 90 88 87 89 95 105 108 112 118 110",
        "BBBUSDT trade": "50 50 49 48 47.5 47 46 45 44 45 50 52 50 50 50 50",
    },
    accounts={
        "big": """200 cross 10x
            buy 15 AAAUSDT""",
        "two": """130 cross 10x
            buy 6 AAAUSDT
            buy 8 BBBUSDT
            buy 0.5 at 80 AAAUSDT as low
            stop 84 50% AAAUSDT""",
        "pair": """60 cross 20x hedge
            buy 6 AAAUSDT long
            sell 2 AAAUSDT short
            buy 4 BBBUSDT long""",
        "lone": """60 isolated 20x hedge
            buy 3 AAAUSDT long
            sell 4 AAAUSDT short
            buy 1 at 80 AAAUSDT long as rest""",
        "maker": """500 cross 5x
            buy 2 at 95.5 AAAUSDT
            sell 1 at 105 AAAUSDT""",
    },
)
_GAP = World(
    tapes={"AAAUSDT trade": "100 99 98 80 79 82 120 119 90 95"},
    accounts={
        "fund": """30 isolated 20x
            buy 2""",
        "drown": """60 cross 10x
            buy 5""",
        "shorty": """400 isolated 10x
            sell 4
            buy 1 at 70 as far""",
        "wins": """300 cross 5x
            sell 3
            stop 130""",
        "late": """500 isolated 5x
            sell 12 at +4m
            add-margin 50 at +5m""",
        "jumps": """160 isolated 2x
            buy 1 at +5m
            sell 2 at +7m
            reduce-margin 30 at +7m""",
    },
    settings={"insurance_fund": "30"},
)
_COVERED = World(
    tapes={"AAAUSDT trade": "100 99 80 81 82", "AAAUSDT mark": "100 99 98.5 97 96"},
    accounts={
        "isolated": """30 isolated 20x
            buy 2
            stop 95""",
        "crossed": """15 cross 20x
            buy 2
            stop 95""",
        "whole": """100 cross 20x
            buy 1
            stop 95""",
    },
    settings={"insurance_fund": "35"},
)
_BRINK = World(
    tapes={"AAAUSDT trade": "100 99 95 91 90 92 90 89 88 87 93 96"},
    accounts={
        "at maintenance": """100 isolated 10x
            buy 2
            add-margin 1.9""",
        "at the call": """100 isolated 10x
            buy 2
            add-margin 2.35""",
        "stopped": """100 isolated 10x
            buy 1
            stop 90""",
    },
)
"""At 90 the first two reach 100% and 80% exactly."""
_RICH_FUND = World(
    tapes={"AAAUSDT trade": "100 99 92 93 91 80 79 82", "BBBUSDT mark": "10 10 9.9 9.8 9 8 9 10"},
    accounts={
        "gap": """30 isolated 20x
            buy 2 AAAUSDT""",
        "crossed": """45 cross 10x
            buy 4 AAAUSDT
            buy 3 BBBUSDT""",
        "partial": """150 isolated 10x
            buy 12 AAAUSDT""",
        "kept": """300 isolated 10x
            buy 12 AAAUSDT
            add-margin 80 AAAUSDT at +1m""",
    },
    settings={
        "insurance_fund": "5000",
        "remainder_to_fund": True,
        "liquidation_taker_fee": True,
    },
)
_ORDERS = World(
    tapes={
        "AAAUSDT trade": "100@4 99.5@1 99@2 99@3 98.9@1 99@5 98@50 97 99@1 101@2 103@4 104@3"
        " 102@1 101@2 100@9 103@2 105@2 104@1 101.5@3 101@2 100@1",
        "AAAUSDT mark": "100 99.5 99 99 99 99 98 95 99 101 103 104"
        " 102 101 100 103 105 104 101.5 101 100",
        "BBBUSDT quote": "50/50.1 50/50.1 49.9/50 - - 49/49.2 48/48.1 49/49.1 50/50.1"
        " 51/51.1 52/52.1 51/51.2 50/50.2 - - - - 50/50.3 50/50.3 50/50.3 50/50.3",
        "BBBUSDT trade": "50@1 50@1 49.9@3 49@4 48.9@2 - 48@1 49@1 50@2 51@3 52@9 51@1 50@3 49.5@1"
        " 49@4 48@1 48@1 50@1 50@1 50@1 50@1",
        "BBBUSDT mark": "50 50 50 49.9 49 48 48 49 50 51 52 51 50 50 49 48 48 50 50 50 50",
    },
    accounts={
        "queue": """1000 cross 10x
            buy 3 at 99 AAAUSDT as q
            buy 1 at 99 AAAUSDT as r
            amend r 98.5 2 at +2m
            sell 2 at 104 AAAUSDT as s when AAAUSDT >= 101
            buy 5 at 48.9 BBBUSDT as b
            sell 1 at 60 BBBUSDT gtx as c
            cancel c at +4m
            cancel-all BBBUSDT at +15m""",
        "stops": """1000 isolated 5x
            buy 3 AAAUSDT
            stop 98 30% AAAUSDT
            stop 97.5 AAAUSDT limit 97 on mark
            take-profit 103 50% AAAUSDT
            trail 2% AAAUSDT from 102 at +8m
            buy 2 BBBUSDT at +1m
            stop 49 BBBUSDT protected on last""",
        "times": """1000 cross 5x
            buy 1 at 90 AAAUSDT good-till +11m as g
            buy 2 at 50 BBBUSDT ioc
            buy 1 at 40 BBBUSDT ioc
            buy 1 at 101 AAAUSDT gtx
            buy 1 at 90 AAAUSDT fok
            sell 2 AAAUSDT
            trail 1.5% 50% AAAUSDT on mark
            stop-buy 103 1 AAAUSDT limit 102.9
            trail-sell 1% 1 AAAUSDT at +9m
            stop-sell 98 1 AAAUSDT as w
            cancel w at +3m
            cancel nothing at +3m
            amend g 91 1 at +4m
            amend g 91 1 at +5m""",
        "taker": """500 cross 10x
            buy 1 at 101 AAAUSDT
            sell 1 at 99 AAAUSDT at +1m
            buy 2 at 99 AAAUSDT as last at +2m""",
    },
    settings={
        "limit_fill": "queue",
        "queue_ahead": "250",
        "half_spread": "0.0002",
        "slippage": "0.0003",
    },
)
_TOUCH = World(
    tapes={"AAAUSDT trade": "100@4 99@1 98@1 97@2 98@9 96 99@5 104@1 105@1 106@2 103@3 100"},
    accounts={
        "one": """500 cross 10x
            buy 2 at 98 as a
            buy 2 at 97 as b
            sell 1 at 104 reduce-only when <= 96""",
        "two": """500 isolated 10x
            buy 1 at 98 as a
            sell 3 at 105 as c
            stop-buy 107 1""",
        "three": """500 isolated 10x
            sell 1 at 105
            buy 4 at 98 as d at +3m
            close at +8m""",
    },
)
_FUNDING = World(
    tapes={
        "AAAUSDT trade": "100 99 98 97 96 95 94 93.5 93 95 97 99 101",
        "BBBUSDT mark": "50 50 51 52 53 54 53 52 51 50 49 48 47",
    },
    accounts={
        "long": """300 isolated 10x
            buy 2 AAAUSDT
            buy 3 BBBUSDT
            close AAAUSDT at +11m""",
        "short": """300 cross 10x
            sell 3 AAAUSDT
            sell 2 BBBUSDT""",
        "both": """500 cross 5x hedge
            buy 1 AAAUSDT long
            sell 2 AAAUSDT short""",
        "thin": """34 isolated 10x
            buy 3 AAAUSDT
            auto-add on AAAUSDT""",
    },
    settings={"auto_add": "fixed", "auto_add_amount": "1"},
    funding={
        "AAAUSDT": "+2m 0.001, +5m -0.0023, +7m 0.005, +10m 0.00012345",
        "BBBUSDT": "+2m 0.0007, +9m -0.001",
    },
    steeper={"AAAUSDT": "+6m"},
)
_REFUSED = World(
    tapes={
        "AAAUSDT trade": "100 101 102 101 100 99 100 100",
        "BBBUSDT trade": "50 50 50 50 50 50 50 50",
    },
    accounts={
        "ann": """100 isolated 10x
            buy 5 AAAUSDT
            buy 9 AAAUSDT
            buy 900 AAAUSDT
            buy 0.0005 AAAUSDT
            buy 0.01 AAAUSDT
            buy 1 at 100.05 AAAUSDT
            buy 1 at 160 AAAUSDT
            sell 1 at 40 AAAUSDT
            leverage 5 AAAUSDT
            leverage 51 AAAUSDT
            leverage 50 AAAUSDT
            leverage 20 AAAUSDT
            cross AAAUSDT
            isolated BBBUSDT
            hedge
            buy 0.2 at 45 BBBUSDT as w at +1m
            cross BBBUSDT at +2m
            buy 0.2 at 45 BBBUSDT as w at +2m
            sell 1 BBBUSDT reduce-only at +2m
            stop 110 AAAUSDT at +3m
            trail 0.05% AAAUSDT at +3m
            stop-sell 99.5 1 AAAUSDT limit 10 at +3m
            buy 0.2 at 45 BBBUSDT good-till +5m as v at +3m
            auto-add on AAAUSDT at +3m
            auto-add on AAAUSDT at +3m
            add-margin 5 BBBUSDT at +3m
            amend w 45 0.3 at +4m
            amend w 44 9000 at +4m
            cancel w at +5m
            cross BBBUSDT at +5m
            close AAAUSDT at +6m
            hedge at +6m""",
        "bob": """50+10 cross 20x
            buy 3 AAAUSDT
            transfer 40 futures spot
            transfer 20 spot futures
            transfer 5 spot spot
            withdraw 200 spot
            add-margin 5 AAAUSDT
            leverage 4 AAAUSDT
            leverage 6 AAAUSDT
            sell 1 AAAUSDT at +4m""",
    },
)
_LIMITS = World(
    tapes={"AAAUSDT trade": "100 104 110 111 112", "BBBUSDT trade": "50 50 50 50 50"},
    accounts={
        "adds": """100 isolated 10x
            buy 1 AAAUSDT
            cross BBBUSDT
            buy 2 BBBUSDT
            add-margin 85 AAAUSDT
            add-margin 79.95 AAAUSDT
            reduce-margin 500 AAAUSDT at +2m""",
        "leaves": """100 cross 20x
            buy 5 AAAUSDT
            transfer 5000 futures spot at +2m""",
        "large": """500 cross 25x
            buy 5 AAAUSDT
            buy 4 AAAUSDT at +1m""",
    },
)
_CROWD = World(
    tapes={"AAAUSDT trade": "100 99 97 95.5 93 90 88 92 100 104 108 110 100"},
    accounts={"crowd3": "100 cross 5x"},
    crowds=(
        PopulationPlan(
            name="crowd",
            accounts=9,
            symbol="AAAUSDT",
            leverage=(5, 20),
            notional=("50", "2000"),
            entry="0.05",
        ),
    ),
)
WORLDS = {
    "margin": _MARGIN,
    "cross": _CROSS,
    "gap": _GAP,
    "covered": _COVERED,
    "brink": _BRINK,
    "fund": _RICH_FUND,
    "orders": _ORDERS,
    "touch": _TOUCH,
    "funding": _FUNDING,
    "refused": _REFUSED,
    "limits": _LIMITS,
    "crowd": _CROWD,
}


@lru_cache
def world(name: str) -> Setup:
    """Return the run of a world."""
    return WORLDS[name].setup(name)


@lru_cache
def text_of(name: str) -> str:
    """Return the right log of a world."""
    return recorded(world(name))
