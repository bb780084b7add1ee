"""Goldens: the stories that are kept as logs in `replays/`, by the name of their file."""

from stories.golden import Golden

GOLDENS: dict[str, Golden] = {
    "adding-margin-moves-liquidation-away": Golden(
        prices={"ETHUSDT": "2000 1850 1806 1806 2000 2000 2000 1806 1700"},
        accounts={
            "ann": """300 isolated 10x
                buy 0.5
                add-margin 100 when <= 1850
                reduce-margin 60 at +4m
                reduce-margin 60 at +5m
                add-margin 500 at +6m""",
            "bob": """300 isolated 10x
                buy 0.5""",
        },
        ends={"ann": "160", "bob": "200"},
        says=(
            "ann: added 100",
            "bob: liquidation",
            "ann: removed 60",
            "ann: refused isolated_balance_insufficient beyond 39.5",
            "ann: refused cross_balance_insufficient beyond 160",
        ),
    ),
    "same-position-isolated-and-cross": Golden(
        prices={"BTCUSDT": "60000 57000 54217 54210 50000 40000 30200 30120 30110 30000"},
        accounts={
            "isolated": """5000 isolated 10x
                buy 0.166""",
            "cross": """5000 cross 10x
                buy 0.166""",
        },
        ends={"isolated": "4004", "cross": "0"},
        says=("isolated: liquidation", "cross: liquidation"),
    ),
    "cross-loses-past-its-margin-isolated-does-not": Golden(
        prices={"BTCUSDT": "60000 57000 54000 50000 45000 48000"},
        accounts={
            "cross": """10000 cross 10x
                buy 0.333
                close at +5m""",
            "isolated": """11000 isolated 10x
                buy 0.333""",
        },
        ends={"cross": "5986.018", "isolated": "9002"},
        says=("isolated: liquidation", "cross: closed -0.333 realizing -3996"),
    ),
    "auto-add-empties-the-wallet-and-then-liquidation": Golden(
        prices={"BTCUSDT": "60000 58000 57250 55000 53000 51000 50500 50200 50000"},
        accounts={
            "auto": """1000 isolated 20x
                buy 0.1
                auto-add on""",
            "plain": """1000 isolated 20x
                buy 0.1""",
        },
        ends={"auto": "0", "plain": "700"},
        says=(
            "plain: liquidation",
            "auto: auto-added 403.75",
            "auto: auto-added 32",
            "auto: liquidation",
        ),
    ),
    "auto-add-lives-through-a-dip": Golden(
        prices={"BTCUSDT": "60000 58000 56000 57000 59000 62000"},
        accounts={
            "auto": """1000 isolated 20x
                buy 0.1
                auto-add on
                close at +5m""",
            "plain": """1000 isolated 20x
                buy 0.1""",
        },
        ends={"auto": "1193.9", "plain": "700"},
        says=("auto: auto-added 383", "plain: liquidation", "auto: closed -0.1 realizing 200"),
    ),
    "a-transfer-saves-cross-and-not-isolated": Golden(
        prices={
            "BTCUSDT": "60000 57500 57200 53000 50200 48000",
            "ETHUSDT": "2000 2000 2000 2000 2000 2000",
        },
        accounts={
            "cross": """1000+500 cross 20x
                buy 0.1 BTCUSDT
                buy 0.1 ETHUSDT
                transfer 500 spot futures at +1m""",
            "isolated": """1000+500 isolated 20x
                buy 0.1 BTCUSDT
                transfer 500 spot futures at +1m""",
            "late": """1000+500 cross 20x
                buy 0.1 BTCUSDT
                transfer 500 spot futures at +5m""",
        },
        ends={"cross": "1496.9", "isolated": "1200", "late": "500"},
        says=("isolated: liquidation", "late: liquidation"),
    ),
    "half-a-stop-loss-locks-half-the-loss": Golden(
        prices={"BTCUSDT": "60000 57000 55000 52000 50200 47000"},
        accounts={
            "half": """1000 cross 20x
                buy 0.1
                stop 55000 50%""",
            "whole": """1000 cross 20x
                buy 0.1""",
        },
        ends={"half": "745.625", "whole": "0"},
        says=(
            "half: triggered at 55000",
            "half: reduced -0.05 realizing -250",
            "whole: liquidation",
        ),
    ),
    "a-stop-loss-stays-when-margin-is-added": Golden(
        prices={"BTCUSDT": "60000 59000 58500 57990 57000"},
        accounts={
            "ann": """1000 isolated 20x
                buy 0.1
                stop 58000
                add-margin 300 when <= 58500"""
        },
        ends={"ann": "793.1005"},
        says=("ann: added 300", "ann: triggered at 57990", "ann: closed -0.1 realizing -201"),
    ),
    "profit-brings-back-margin-and-added-margin": Golden(
        prices={"BTCUSDT": "60000 59000 61000 66000"},
        accounts={
            "ann": """1000 isolated 10x
                buy 0.1
                add-margin 100 at +1m
                close at +3m"""
        },
        ends={"ann": "1593.7"},
        says=("ann: added 100", "ann: closed -0.1 realizing 600 fee 3.3"),
    ),
    "modes-do-not-switch-with-a-position-or-an-order": Golden(
        prices={"BTCUSDT": "60000 60000 60000 60000", "ETHUSDT": "2000 2000 2000 2000"},
        accounts={
            "ann": """1000 cross 20x
                buy 0.01 BTCUSDT
                isolated BTCUSDT
                isolated ETHUSDT
                hedge
                buy 0.1 at 1900 ETHUSDT as wait
                cross ETHUSDT
                cancel wait at +1m
                cross ETHUSDT at +1m
                close BTCUSDT at +2m
                isolated BTCUSDT at +2m
                hedge at +2m"""
        },
        ends={"ann": "999.4"},
        says=(
            "ann: refused margin_mode_with_position",
            "ann: isolated",
            "ann: refused position_mode_with_position",
            "ann: refused margin_mode_with_open_orders",
            "ann: cross",
            "ann: isolated",
            "ann: hedge",
        ),
    ),
    "a-hedged-pair-lives-through-what-kills-either-alone": Golden(
        prices={"BTCUSDT": "60000 55000 50230 40000 50000 60000 69700 80000 70000"},
        accounts={
            "pair": """1000 cross 20x hedge
                buy 0.1 long
                sell 0.1 short
                close long at +8m
                close short at +8m""",
            "long": """1000 cross 20x
                buy 0.1""",
            "short": """1000 cross 20x
                sell 0.1""",
        },
        ends={"pair": "987", "long": "0", "short": "0"},
        says=("long: liquidation", "short: liquidation", "pair: closed -0.1", "pair: closed 0.1"),
    ),
    "a-gap-through-bankruptcy-is-paid-by-the-fund": Golden(
        prices={"BTCUSDT": "60000 59000 50000 50500"},
        accounts={
            "isolated": """1000 isolated 20x
                buy 0.1""",
            "cross": """1000 cross 20x
                buy 0.3""",
        },
        ends={"isolated": "700", "cross": "0"},
        says=("isolated: fund result -703", "cross: fund result -2009.00000001"),
        settings={"insurance_fund": "5000"},
    ),
}
