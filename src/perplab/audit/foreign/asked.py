"""Asked: the checks of foreign records, in the order in which they are reported."""

from perplab.audit.verdict import Check


def _checks(*asked: tuple[str, str, str]) -> tuple[Check, ...]:
    return tuple(Check(name=name, asks=asks, rules=rules) for name, asks, rules in asked)


ACCOUNT = _checks(
    ("positions", "do the trades carry every position, to what the exchange printed?", "13.1"),
    ("fees", "is each fee a constant rate of its notional, cut to 8 decimals?", "13.3"),
    ("profit", "is each realized profit that of the closed part and the average entry?", "13.5"),
    ("orders", "do the trades of each order make what was executed of it?", "18"),
    ("ledger", "does the income have the same fees and profits as the trades?", "1.4"),
    ("funding", "was each funding payment quantity * mark * rate of what was held?", "17.1"),
    ("insurance", "was money taken for the insurance fund only beside a liquidation?", "14.5"),
    ("liquidation-price", "is each printed liquidation price right to its last digit?", "9.1"),
    ("forced-orders", "did each forced order close a position, at prices that fit?", "14"),
)
STREAM = _checks(
    ("stream-form", "is every forced order an immediate-or-cancel limit order?", "14.4"),
    ("fill-limit", "was each filled no worse than at its limit, the bankruptcy price?", "14.4"),
    ("implied-price", "was each filled near the liquidation price that its limit implies?", "14.1"),
    ("price-range", "was each filled inside the range of the market's prices?", "14.4"),
)
HYPERLIQUID = _checks(
    ("hl-positions", "do the trades make the liquidated notional, within 1%?", ""),
    ("hl-takeover", "was each account taken over at its bankruptcy price?", "15.1"),
    ("hl-equity", "do deposits and trades make the account value that was liquidated?", ""),
)
DELEVERAGED = _checks(
    ("hl-deleveraging", "do size, price and entry make the printed notional and profit?", "16.1"),
)
