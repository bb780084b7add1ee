"""Articles: the two worked examples that guides to margin give, computed exactly.

Both are longs of BTC entered at 60,000; the first guide names no price, so that one is ours.

docs/rules.md explains why the figures differ from the guides'.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from perplab.cli.calc_position import Stated, Values, prices, standing
from perplab.cli.calc_print import print_columns, print_json, texts
from perplab.formulas.rows import Rows

_TABLE = "BTCUSDT"
_FIXED: Rows = [(0, 0, -50)]
_PRICE = Fraction(60_000)

ADDING = "Adding margin: 100 USDT at 10x, then 100 more"
MODES = "Isolated with 1,000 of 5,000 USDT, or cross with all"

_SAID = {"isolated": Decimal(54_250), "cross": Decimal(30_250)}
_WALLETS = {"isolated": Fraction(1_000), "cross": Fraction(5_000)}


def adding_margin() -> dict[str, Values]:
    """Return a position of 1,000 USDT before and after its margin goes from 100 to 200."""
    before = _long(Fraction(1_000), Fraction(100), _TABLE)
    after = replace(before, margin=Fraction(200))
    return {"before": _adding(before), "after": _adding(after)}


def isolated_and_cross() -> dict[str, Values]:
    """Return the liquidation prices of 10,000 USDT of BTC by what is taken as maintenance."""
    return {mode: _mode(mode, wallet) for mode, wallet in _WALLETS.items()}


def print_articles(*, as_json: bool) -> None:
    """Print both examples."""
    examples = {ADDING: adding_margin(), MODES: isolated_and_cross()}
    if as_json:
        print_json(
            {
                title: {column: texts(values) for column, values in example.items()}
                for title, example in examples.items()
            }
        )
        return
    for title, example in examples.items():
        print_columns(title, example, [], as_json=False)


def _adding(position: Stated) -> Values:
    at_mark = standing(position)
    keys = ("effective_leverage", "margin_ratio", "equity_ratio", "zone")
    return {"margin": Decimal(int(position.margin)), **prices(position)} | {
        key: at_mark[key] for key in keys
    }


def _mode(mode: str, wallet: Fraction) -> Values:
    fixed = prices(_long(Fraction(10_000), wallet, _FIXED))
    bracket = prices(_long(Fraction(10_000), wallet, _TABLE))
    return {
        "margin": Decimal(int(wallet)),
        "the_article_says_about": _SAID[mode],
        "with_a_fixed_maintenance_of_50": fixed["liquidation_price"],
        f"with_the_bracket_table_of_{_TABLE}": bracket["liquidation_price"],
        "bankruptcy_price": fixed["bankruptcy_price"],
    }


def _long(notional: Fraction, margin: Fraction, rows: Rows) -> Stated:
    return Stated(
        side="long",
        quantity=notional / _PRICE,
        entry=_PRICE,
        margin=margin,
        mark=_PRICE,
        rows=rows,
    )
