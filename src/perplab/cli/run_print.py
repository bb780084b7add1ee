"""A run's accounts for people: a row for each, so that they can be compared."""

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from perplab.cli.look import plain_table
from perplab.cli.replay_print import counted, in_sight, is_safe, percent_change
from perplab.cli.running import Told
from perplab.domain import events as ev
from perplab.domain.commands import PositionMode
from perplab.domain.numbers import parse_units
from perplab.engine.outlook import Outlook
from perplab.lab.amounts import base_of, exact, moment, percent, price, rounded, signed, span
from perplab.lab.fate import Fate, Verdict
from perplab.lab.story import Story
from perplab.venue.moments import parse_duration
from perplab.venue.plan import AccountPlan

_WIDEST = 110
_BETWEEN = 6
_LEAST = 14
"""Columns for the words of an account, and for what became of it."""
_HEADS = ("liquidation at\nUSDT: first, last", "profit and costs\nUSDT", "at the end\nUSDT")


def accounts_table(told: Told, width: int) -> Table:
    """Return a row for each account: what it did, what became of it, and its money.

    The money stands under what became of it where the width has no room beside.
    """
    plan = told.setup.plan
    title = f"{plan.name or 'run'}: {moment(plan.start_ns)} to {moment(plan.end_ns)} UTC"
    table = plain_table()
    table.title, table.title_justify, table.title_style = Text(title), "left", "bold"
    table.show_lines, table.width = True, min(width, _WIDEST)
    table.add_column("account", ratio=6, min_width=_LEAST, overflow="fold")
    table.add_column("what became of it", ratio=7, min_width=_LEAST, overflow="fold")
    told_of = [(one, told.stories[one.name], told.fates[one.name]) for one in plan.accounts]
    figures = [(_liquidation(story, fate), _money(fate), _end(fate)) for _, story, fate in told_of]
    beside = _fit(figures, table.width)
    for head in _HEADS if beside else ():
        table.add_column(head, justify="right", no_wrap=True)
    for (account, story, fate), cells in zip(told_of, figures, strict=True):
        became = _became(account, story, fate)
        if beside:
            table.add_row(_account(account), became, *cells)
        else:
            table.add_row(_account(account), Group(became, *_under(story, fate)))
    return table


def _fit(figures: Sequence[Sequence[RenderableType]], width: int) -> bool:
    """Return whether the figures' columns leave room for the words."""
    console = Console(width=_WIDEST)
    columns = zip(_HEADS, *figures, strict=True)
    needed = [max(console.measure(cell).maximum for cell in column) for column in columns]
    return 2 * _LEAST + sum(needed) + _BETWEEN <= width


def _under(story: Story, fate: Fate) -> Iterator[Text]:
    """Yield the lines of a narrow terminal, where there is no room beside."""
    if prices := _liquidation(story, fate):
        yield Text(f"liquidation at {', '.join(prices.splitlines())}")
    for name, amount in _moved(fate):
        yield Text(f"{name} {signed(amount)} USDT")
    share = f", {percent_change(fate)}" if fate.tally.deposited else ""
    yield Text(f"at the end {rounded(fate.worth)} USDT{share}", style="bold")


def terms_of(plan: AccountPlan) -> str:
    """Return an account's margin mode, leverage and wallet in a few words."""
    leverage = f" {plan.leverage}x" if plan.leverage else ""
    hedge = ", hedge" if plan.position_mode is PositionMode.HEDGE else ""
    wallets = sum(parse_units(text) for text in (plan.futures, plan.spot, plan.funding))
    return f"{plan.margin_mode}{leverage}{hedge}, {exact(wallets)} USDT"


def _account(plan: AccountPlan) -> Text:
    text = Text(plan.name, style="bold")
    text.append(f"\n{terms_of(plan)}", style="not bold")
    if plan.agent:
        text.append(f"\n{agent_of(plan)}", style="not bold dim")
    for action in plan.actions:
        when = f" when {action.when}" if action.when else ""
        at = f" at {action.at}" if action.at and action.at != "start" else ""
        text.append(f"\n{action.do}{when}{at}", style="not bold dim")
    return text


def agent_of(plan: AccountPlan) -> str:
    """Return an account's agent with its parameters and its latency in a few words."""
    given = [f"{name}={_parameter(value)}" for name, value in plan.parameters.items()]
    late = [f"latency {plan.latency}"] if parse_duration(plan.latency) else []
    return " ".join((f"agent {plan.agent}", *given, *late))


def _parameter(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _became(plan: AccountPlan, story: Story, fate: Fate) -> Text:
    """Return the verdict and what led to it."""
    if not plan.actions and not plan.agent:
        return Text("did nothing", style="dim")
    survived = fate.verdict.survived and fate.verdict is not Verdict.NEVER_OPENED
    text = Text(_headline(story, fate), style="bold green" if survived else "bold red")
    for line in _reasons(story, fate):
        text.append(f"\n{line}", style="not bold default")
    return text


def _headline(story: Story, fate: Fate) -> str:
    if fate.liquidation is not None:
        after = span(fate.liquidation.time_ns - story.opened_ns)
        return f"{fate.verdict.value.upper()} after {after}, mark {price(fate.liquidation.mark)}"
    if fate.verdict is Verdict.NEVER_OPENED:
        return "NEVER OPENED"
    return "LIVED" if fate.verdict is Verdict.ALIVE else f"LIVED: {fate.verdict.value}"


def _reasons(story: Story, fate: Fate) -> list[str]:
    tally = fate.tally
    lines = []
    calls = story.margin_calls
    if calls:
        lines.append(f"{calls} margin call{'s' if calls > 1 else ''}")
    if tally.added:
        lines.append(f"{rounded(tally.added)} USDT of margin added")
    if tally.auto_added:
        times = sum(isinstance(entry.event, ev.MarginAutoAdded) for entry in story.entries)
        lines.append(f"{rounded(tally.auto_added)} USDT auto-added in {times} steps")
    lines += counted(
        entry.text
        for entry in story.entries
        if isinstance(entry.event, ev.PositionReduced) and not entry.step
    )
    lines += counted(entry.text for entry in story.refused)
    for position in fate.positions:
        ratio = percent(position.view.margin_ratio)
        side = "long" if position.quantity > 0 else "short"
        size = f"{exact(abs(position.quantity))} {base_of(position.symbol)}"
        lines.append(f"still {side} {size}, margin ratio {ratio}")
    return lines


def _liquidation(story: Story, fate: Fate) -> str:
    """Return each symbol's liquidation price at first and at last, or when it was closed."""
    seen: dict[str, list[str]] = {}
    for entry in story.entries:
        if not entry.step and is_safe(entry.outlook):
            seen.setdefault(entry.symbol, []).append(_price(entry.outlook))
    for position in fate.positions:
        seen.setdefault(position.symbol, []).append(_price(position.view))
    lines = []
    for symbol, prices in seen.items():
        if len(seen) > 1:
            lines.append(base_of(symbol))
        lines += prices[:1] if prices[0] == prices[-1] else [prices[0], prices[-1]]
    return "\n".join(lines)


def _price(view: Outlook) -> str:
    return "\nor ".join(price(one) for one in in_sight(view)) or "none"


def _money(fate: Fate) -> Table | str:
    rows = _moved(fate)
    if not rows:
        return ""  # a grid without rows would take the width of all the others
    grid = Table.grid(padding=(0, 1))
    grid.add_column()
    grid.add_column(justify="right")
    for name, amount in rows:
        grid.add_row(Text(name, style="dim"), signed(amount))
    return grid


def _moved(fate: Fate) -> list[tuple[str, int]]:
    """Return where an account's money came from and went to, without what was nothing."""
    tally = fate.tally
    rows = (
        ("PnL", tally.realized_pnl),
        ("unrealized", fate.unrealized),
        ("funding", tally.funding),
        ("fees", tally.fees),
        ("to the fund", tally.liquidation_fees + tally.forfeited),
        ("from the fund", tally.covered),
    )
    return [(name, amount) for name, amount in rows if amount]


def _end(fate: Fate) -> Text:
    text = Text(rounded(fate.worth), style="bold", justify="right")
    if fate.tally.deposited:
        text.append(f"\n{percent_change(fate)}", style="not bold")
    return text
