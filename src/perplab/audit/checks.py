"""Checks: everything that the audit of a log looks at, in the order in which it is reported."""

from perplab.audit.verdict import Check

CHECKS = tuple(
    Check(name=name, asks=asks, rules=rules)
    for name, asks, rules in (
        ("chain", "all records there, in order, hashed one after the other", ""),
        ("append-only", "the file still refuses changes, its seal is whole", ""),
        ("form", "every record is one that a log may hold", ""),
        ("manifest", "says what the run was made from; sound brackets", "4.3"),
        ("ticks", "recorded prices were on the tape, and current", "8, 19"),
        ("money", "all money sums to zero, no wallet below zero", "1.4, 13.6"),
        ("causes", "every event was asked for, and in its order", "20"),
        ("accounts", "accounts, deposits and transfers within limits", "2"),
        ("modes", "leverage and modes rightly set or refused", "3"),
        ("admission", "orders rightly accepted or refused", "18"),
        ("orders", "the life of every order is a legal one", "18"),
        ("stops", "stops triggered when due, and only then", "18"),
        ("fills", "prices and quantities that the tape gave; none missing", "19"),
        ("fees", "trading fees, to the last unit", "13.3"),
        ("profit", "cost and realized profit, to the last unit", "1.3, 13"),
        ("position-margin", "the right margin moved at opening and closing", "5, 13"),
        ("margin-changes", "margin added and reduced within limits", "11"),
        ("margin-calls", "called for margin when due, and only then", "7.5"),
        ("auto-add", "auto-added when due, the right amount", "12"),
        ("liquidations", "liquidated when due, and only then", "14.1"),
        ("liquidation-orders", "orders cancelled first, the right parts closed", "14"),
        ("bankruptcy-price", "bankruptcy prices, to the last unit", "10"),
        ("clearance-fee", "clearance fees, to the last unit", "14.5"),
        ("aftermath", "what was left went where it belongs, the fund paid", "14, 15"),
        ("deleveraging", "the right positions deleveraged, at the right price", "16"),
        ("funding", "paid at its time, rate and mark", "17"),
        ("brackets", "bracket tables in force at their times", "4.5"),
    )
)
