"""A replay for people: the life of the position as a table, and what it came to."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import TypeGuard

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from perplab.cli.look import COLOURS, plain_table, print_notes
from perplab.cli.running import Told
from perplab.domain import events as ev
from perplab.domain.numbers import Price
from perplab.engine.outlook import Outlook
from perplab.lab.amounts import NONE, base_of, exact, moment, percent, price, quote_of, signed, span
from perplab.lab.fate import Fate, Open, Verdict
from perplab.lab.story import Entry, Story

_QUIET = ev.AccountOpened | ev.Deposited | ev.LeverageSet | ev.MarginModeSet | ev.PositionModeSet
_LOUD = ev.MarginCalled | ev.LiquidationStarted
_NARROW = 76
_MANY = 6
"""How many lines of one kind are read; what is over is counted."""
FAR = 100
"""A price so many times the mark is no danger to anybody: a hedge's far root may be there."""


def print_replay(told: Told, account: str, title: str) -> None:
    """Print the story of one account and its summary."""
    console = Console()
    story, fate = told.stories[account], told.fates[account]
    console.print(Text(title, style="bold"))
    console.print(story_table(story, console.width))
    console.print(_verdict(story, fate, told))
    for refused in counted(refusals_of(story)):
        console.print(Text(f"note: {refused}", style="bold red"))
    console.print(Padding(_money_table(story, fate), (0, 0, 0, 2)))
    print_notes(console, told)


def story_table(story: Story, width: int) -> Table:
    """Return a row for each thing that happened; below 76 columns its time stands above it."""
    table = plain_table()
    narrow = width < _NARROW
    if not narrow:
        table.add_column("time, UTC", no_wrap=True)
    table.add_column("what happened", ratio=1, min_width=16, overflow="fold")
    table.add_column("mark", justify="right", no_wrap=True)
    table.add_column("margin\nratio", justify="right", no_wrap=True)
    table.add_column("liquidation at", justify="right", no_wrap=not narrow, overflow="fold")
    last = ""
    for entry in told_entries(story):
        time = moment(entry.time_ns)
        shown = time if time != last else ""
        text, *figures = _cells(entry)
        if not narrow:
            table.add_row(shown, text, *figures)
        else:
            table.add_row(Text("\n").join([Text(shown), text] if shown else [text]), *figures)
        last = time
    return table


def told_entries(story: Story) -> list[Entry]:
    """Return the entries that a person wants to read: not how the account was set up."""
    return [entry for entry in story.entries if not isinstance(entry.event, _QUIET)]


def what(entry: Entry) -> str:
    """Return what an entry says, funding payments in a row summed up."""
    if entry.count == 1:
        return entry.text
    money = quote_of(entry.symbol)
    return f"funding x {entry.count}: {signed(entry.amount)} {money}"


def liquidation_text(view: Outlook | None) -> str:
    """Return the liquidation prices of a view; a hedged pool may have two."""
    if not is_safe(view):
        return ""
    return "\n".join(exact(price) for price in in_sight(view)) or NONE


def in_sight(view: Outlook) -> list[Price]:
    """Return the liquidation prices worth a line: none that is a hundred times the mark."""
    prices = (view.below, view.above)
    return [price for price in prices if price is not None and price < FAR * view.mark]


def is_safe(view: Outlook | None) -> TypeGuard[Outlook]:
    """Return whether something is held and is above maintenance, so that a price lies ahead."""
    return view is not None and view.margin_ratio is not None and view.margin_ratio < 1


def refusals_of(story: Story) -> list[str]:
    """Return what an account that had a position asked for and did not get."""
    if not story.opened:
        return []
    return [_refused(story, entry) for entry in story.refused]


def counted(lines: Iterable[str]) -> list[str]:
    """Return lines, those that repeat with how often, and no more than a person reads."""
    counts = Counter(lines)
    told = [line if n == 1 else f"{line} ({n:,} times)" for line, n in counts.items()]
    if len(told) <= _MANY:
        return told
    more = sum(list(counts.values())[_MANY - 1 :])
    return [*told[: _MANY - 1], f"and {more:,} more like it"]


def _refused(story: Story, entry: Entry) -> str:
    name, _, reason = entry.text.removeprefix("REFUSED: ").partition(": ")
    text = f"the {name} was refused: {reason}"
    for kind in ("stop", "take-profit"):
        had = any(other.text.startswith(f"{kind} placed") for other in story.entries)
        if name.startswith(f"{kind} at") and not had:
            return f"{text}; the position had no {kind}"
    return text


def _cells(entry: Entry) -> tuple[Text, str, str | Text, str]:
    text = Text(what(entry))
    if entry.step:
        text = Text(f"· {what(entry)}")
    if isinstance(entry.event, _LOUD) or text.plain.startswith("REFUSED"):
        text.stylize("bold red")
    view = entry.outlook
    ratio: str | Text = ""
    if view is not None:
        ratio = Text(percent(view.margin_ratio), style=COLOURS[view.zone])
    return text, price(entry.mark) if entry.mark else "", ratio, liquidation_text(view)


def _verdict(story: Story, fate: Fate, told: Told) -> Text:
    """Return the sentence that answers the question."""
    end_ns = told.setup.plan.end_ns
    match fate.verdict:
        case Verdict.LIQUIDATED | Verdict.PARTLY if fate.liquidation is not None:
            after = span(fate.liquidation.time_ns - story.opened_ns)
            text = (
                f"{fate.verdict.value.upper()} at {moment(fate.liquidation.time_ns)} UTC,"
                f" mark {price(fate.liquidation.mark)}, {after} after it was opened."
            )
            return Text(text, style="bold red")
        case Verdict.NEVER_OPENED:
            return Text(_unopened(story), style="bold red")
        case Verdict.ALIVE:
            text = f"SURVIVED: still open at the end of the ticks, {moment(end_ns)} UTC."
            return Text(text, style="bold green")
        case _:
            text = f"SURVIVED: {fate.verdict.value}, never liquidated."
            return Text(text, style="bold green")


def _unopened(story: Story) -> str:
    if story.refused:
        return "NEVER OPENED: see the refusal above."
    return "NEVER OPENED: it asked for no position, or the time for it never came."


def _money_table(story: Story, fate: Fate) -> Table:
    tally = fate.tally
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for position in fate.positions:
        table.add_row("still open", *_open(position))
    table.add_row("wallet at first", exact(tally.deposited), "USDT")
    rows = (
        ("profit and loss", tally.realized_pnl, "from and to the market"),
        ("funding", tally.funding, "from and to the other side"),
        ("trading fees", tally.fees, "to the exchange"),
        ("clearance fee", tally.liquidation_fees, "to the insurance fund"),
        ("left after liquidation", tally.forfeited, "to the insurance fund"),
        ("loss beyond the margin", tally.covered, "paid by the insurance fund"),
        ("unrealized", fate.unrealized, "of what is still open"),
    )
    for name, amount, whom in rows:
        if amount:
            sign = "+" if amount > 0 else ""
            table.add_row(name, f"{sign}{exact(amount)}", f"USDT {whom}")
    final = "worth at the end" if fate.positions else "wallet at the end"
    share = f", {percent_change(fate)}" if tally.deposited else ""
    table.add_row(Text(final, style="bold"), Text(exact(fate.worth), style="bold"), f"USDT{share}")
    _margin_rows(table, story, fate)
    return table


def percent_change(fate: Fate) -> str:
    """Return the win or loss as a share of what was paid in."""
    share = percent(Fraction(fate.change, fate.tally.deposited))
    return share if share.startswith("-") else f"+{share}"


def _open(position: Open) -> tuple[str, str]:
    side = "long" if position.quantity > 0 else "short"
    size = f"{side} {exact(abs(position.quantity))} {base_of(position.symbol)}"
    ratio = percent(position.view.margin_ratio)
    return size, f"{position.margin_mode}, margin ratio {ratio}"


def _margin_rows(table: Table, story: Story, fate: Fate) -> None:
    tally = fate.tally
    moved = (
        ("margin added by hand", tally.added),
        ("margin added by auto-add", tally.auto_added),
        ("margin taken out", tally.reduced),
    )
    for name, amount in moved:
        if amount:
            table.add_row(name, exact(amount), "USDT, moved from or to the wallet")
    table.add_row("margin calls", str(story.margin_calls), "")
    near = story.extremes
    if near.ratio_ns:
        table.add_row("highest margin ratio", percent(near.ratio), f"at {moment(near.ratio_ns)}")
    if near.distance:
        text = f"at {moment(near.distance_ns)}, mark {price(near.distance_mark)}"
        table.add_row("nearest to liquidation", percent(near.distance), text)
