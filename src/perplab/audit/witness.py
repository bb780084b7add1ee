"""Witness: follows a log batch by batch, with a book of its own, and hears each one's facts."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from perplab.audit.book import Book, Order, Pool
from perplab.audit.exact import SCALE, written
from perplab.audit.fences import Fences
from perplab.audit.hearing import Due, Hearing, Report
from perplab.audit.messages import OBSERVATIONS, Fact
from perplab.audit.reach import Key, Source, bounds_of_order, bounds_of_pool, keys_of
from perplab.audit.risk import assess
from perplab.audit.rules import accounts, adjusting, orders
from perplab.audit.rules.ticks import is_due, meet, reached
from perplab.audit.rules.watching import auto_add_amount, settle
from perplab.audit.tick import Tick, tick_of
from perplab.audit.verdict import Finding

Answer = Callable[[Book, Fact], Due]

ANSWERS: Mapping[str, Answer] = {
    "StartRun": accounts.start_run,
    "EndRun": accounts.end_run,
    "OpenAccount": accounts.open_account,
    "OpenHolders": accounts.open_holders,
    "Deposit": accounts.deposit,
    "Withdraw": accounts.withdraw,
    "Transfer": accounts.transfer,
    "SetLeverage": accounts.set_leverage,
    "SetMarginMode": accounts.set_margin_mode,
    "SetPositionMode": accounts.set_position_mode,
    "AddMargin": adjusting.add_margin,
    "ReduceMargin": adjusting.reduce_margin,
    "SetAutoAddMargin": adjusting.set_auto_add,
    "PlaceOrder": orders.place,
    "AmendOrder": orders.amend,
    "CancelOrder": orders.cancel,
    "CancelAllOrders": orders.cancel_all,
    "ExpireOrders": orders.expire_due,
    "SettleFunding": adjusting.settle_funding,
    "ChangeBrackets": adjusting.change_brackets,
}
"""What each command of a log asks for."""
_UNDONE = {
    "margin-calls": "7.5",
    "auto-add": "12.2",
    "liquidations": "14.1",
    "stops": "18.6",
    "fills": "19.3",
}
"""The rule that asks for what was not done."""


class Witness:
    """The auditor's own view of a run, moved on by the log's facts, judged by the rules."""

    def __init__(self, book: Book, report: Report) -> None:
        self.book = book
        self.fences = Fences()
        self.counts: Counter[str] = Counter()
        self._report = report
        self._told: dict[Key, tuple[Tick, int]] = {}
        self._overdue: dict[Key, Finding] = {}
        self._fenced: dict[str, list[Key]] = {}

    def tell(self, fact: Fact) -> None:
        """Take a recorded tick that caused nothing, of a log whose tape is not known.

        It is judged with what comes next: between ticks that are current together are prices side
        by side that never were.
        """
        tick = self.see(fact)
        self._told.update(dict.fromkeys(self._touched(tick), (tick, fact.seq)))

    def see(self, fact: Fact) -> Tick:
        """Make a recorded tick the current price."""
        tick = tick_of(fact)
        self.observe(tick)
        return tick

    def observe(self, tick: Tick) -> None:
        """Make a tick the current price; trailing stops follow how far the price went."""
        book = self.book
        book.time_ns = tick.time_ns
        book.observe(tick.kind, tick.symbol, tick.time_ns, tick.price, tick.ask)
        for order in book.trailing(tick.kind, tick.symbol):
            for price in (tick.low, tick.high, tick.price):
                if price:
                    follow(order, price)

    def hear(self, command: Fact, facts: list[Fact]) -> Hearing:
        """Hold a batch's facts against what its command and the consequences make due."""
        book = self.book
        hearing = Hearing(book, facts, self._report, command.time_ns, command.seq)
        touched: dict[Key, None] = {}
        if command.type in OBSERVATIONS:
            tick = self.see(command)
            touched.update(dict.fromkeys([*self._told, *self._touched(tick)]))
            hearing.hear(meet(book, tick))
        else:
            self._judge_told()
            book.time_ns = command.time_ns
            hearing.hear(ANSWERS[command.type](book, command))
        self._told = {}
        named = {fact.account for fact in facts}
        late = [key for key in self._overdue if isinstance(key, Pool) and key.account in named]
        pools = [key for key in touched if isinstance(key, Pool)]
        hearing.hear(settle(book, dict.fromkeys([*pools, *late])))
        hearing.finish()
        self.counts.update(hearing.counts)
        changed = self._changed(hearing.heard)
        self._check_money(command, changed)
        self._fence(changed, touched)
        return hearing

    def judge(self, tick: Tick) -> None:
        """Look at a tick of the tape that is not in the log: nothing may be due at it."""
        for key in self._touched(tick):
            self._judge(key, tick, -1)
        for order in self.trailing(tick.kind, tick.symbol):
            if is_due(self.book, order, tick.kind):
                self._judge(order.number, tick, -1)

    def trailing(self, kind: str, symbol: str) -> list[Order]:
        """Return the trailing stops of a stream, without those that are overdue."""
        return [o for o in self.book.trailing(kind, symbol) if o.number not in self._overdue]

    def overdue(self, pool: Pool) -> Finding | None:
        """Return what was to be done for a pool before, and was not."""
        return self._overdue.get(pool)

    def _judge_told(self) -> None:
        for key, (tick, seq) in self._told.items():
            self._judge(key, tick, seq)

    def _touched(self, tick: Tick) -> list[Key]:
        low = tick.ask if tick.kind == "quote" else tick.price
        return self.fences.touched(Source(tick.symbol, tick.kind), _units(low), _units(tick.price))

    def _judge(self, key: Key, tick: Tick, seq: int) -> None:
        """Report what is due for a pool or order and was not done; draw its fence again if not."""
        book = self.book
        if isinstance(key, Pool):
            undone = self._undone_pool(key)
        else:
            undone = self._undone_order(book.orders.get(key), tick)
        if undone is None:
            self._draw(key)
            return
        check, account, symbol, text = undone
        place = f"{tick.symbol} {tick.kind} row {tick.row}, {written(tick.price)}"
        finding = Finding(
            check=check,
            what=f"nothing was done at {place}: {text}",
            seq=seq,
            time_ns=tick.time_ns,
            account=account,
            symbol=symbol,
            place=place,
            rule=_UNDONE[check],
        )
        self._report(finding)
        if isinstance(key, Pool) and check == "margin-calls":
            # It is taken as made, so that what comes after it is judged as well.
            book.set_called(key, called=not book.is_called(key))
            self._draw(key)
            return
        self.fences.drop(key)
        self._overdue[key] = finding

    def _undone_pool(self, pool: Pool) -> tuple[str, str, str, str] | None:
        book = self.book
        account = book.accounts[pool.account]
        if pool not in set(book.pools(account)):
            return None
        risk, called = assess(book, pool), book.is_called(pool)
        numbers = f"equity {written(risk.equity)}, maintenance {written(risk.maintenance)}"
        who = pool.account, pool.symbol
        if risk.due:
            position = account.positions.get((pool.symbol, pool.side))
            adds = position is not None and position.auto_add
            if adds and auto_add_amount(book, pool, risk) > 0:
                return "auto-add", *who, f"margin was to be auto-added, with {numbers}"
            return "liquidations", *who, f"{_name(pool)} was to be liquidated, with {numbers}"
        if not called and risk.reaches(book.settings.margin_call_ratio):
            return (
                "margin-calls",
                *who,
                f"{_name(pool)} was to be called for margin, with {numbers}",
            )
        if called and risk.is_below(book.settings.margin_call_rearm):
            return "margin-calls", *who, f"the call of {_name(pool)} was over, with {numbers}"
        return None

    def _undone_order(self, order: Order | None, tick: Tick) -> tuple[str, str, str, str] | None:
        if order is None:
            return None
        who = order.account, order.symbol
        if is_due(self.book, order, tick.kind):
            return "stops", *who, f"order {order.order_id} of {order.account} was to be triggered"
        if not order.waits and any(one is order for one in reached(self.book, tick)):
            return "fills", *who, f"order {order.order_id} of {order.account} was to be filled"
        return None

    def _check_money(self, command: Fact, changed: list[str]) -> None:
        """Report wallets that are below zero with nothing behind them. Rule 13.6."""
        book = self.book
        if book.ledger["insurance"] < 0:
            self._tell_below_zero(command, "", "insurance fund", book.ledger["insurance"])
        for name in changed:
            account = book.accounts[name]
            for wallet, amount in account.wallets.items():
                if amount < 0 and not (wallet == "futures" and account.in_cross):
                    self._tell_below_zero(command, name, f"{wallet} wallet", amount)
            for (symbol, _), held in account.positions.items():
                if held.margin < 0 and not held.quantity:
                    self._tell_below_zero(command, name, f"margin of {symbol}", held.margin)

    def _tell_below_zero(self, command: Fact, account: str, what: str, amount: Fraction) -> None:
        self._report(
            Finding(
                check="money",
                what=f"the {what} is below zero after the batch",
                found=written(amount),
                expected="0 or more",
                rule="13.6",
                seq=command.seq,
                time_ns=command.time_ns,
                account=account,
            )
        )

    def _changed(self, heard: list[Fact]) -> list[str]:
        """Return the accounts that facts have changed."""
        book = self.book
        if any(fact.type == "BracketsChanged" for fact in heard):
            return list(book.accounts)
        names = dict.fromkeys(fact.account for fact in heard)
        return [name for name in names if name in book.accounts]

    def _fence(self, changed: list[str], touched: Iterable[Key]) -> None:
        """Draw the fences of all that changed, and of all that was looked at."""
        keys = dict.fromkeys(touched)
        for name in changed:
            mine = dict.fromkeys(keys_of(self.book, [name]))
            for gone in self._fenced.get(name, ()):
                if gone not in mine:
                    self.fences.drop(gone)
                self._overdue.pop(gone, None)
            self._fenced[name] = list(mine)
            keys.update(mine)
        for key in keys:
            self._draw(key)

    def _draw(self, key: Key) -> None:
        book = self.book
        if isinstance(key, Pool):
            self.fences.put(key, bounds_of_pool(book, key))
        elif key in book.orders:
            self.fences.put(key, bounds_of_order(book, book.orders[key]))
        else:
            self.fences.drop(key)


def follow(order: Order, best: Fraction) -> None:
    """Let a trailing stop's extreme follow a price. Rule 18.9."""
    order.extreme = max(order.extreme, best) if order.falls else min(order.extreme, best)


def _name(pool: Pool) -> str:
    if not pool.symbol:
        return f"the cross pool of {pool.account}"
    side = "" if pool.side == "both" else f" {pool.side}"
    return f"the isolated position {pool.symbol}{side} of {pool.account}"


def _units(price: Fraction) -> int:
    return int(price * SCALE)
