"""An answer of the adviser, for people and as JSON."""

from fractions import Fraction
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from perplab.advice.verdict import Advice, Figure, Reason, Unit, Verdict
from perplab.cli.look import COLOURS, plain_table
from perplab.domain.commands import PositionSide
from perplab.domain.numbers import divide_half_up, format_units
from perplab.engine.outlook import Outlook
from perplab.lab.advice_words import asked_for, sentence
from perplab.lab.advising import Answer
from perplab.lab.amounts import (
    base_of,
    exact,
    iso,
    moment,
    percent,
    price,
    ratio_text,
)

_STYLES = {
    Verdict.ADD_MARGIN: "yellow",
    Verdict.PARTIAL_STOP: "red",
    Verdict.FULL_STOP: "red",
    Verdict.LEAVE_IT: "green",
    Verdict.TRAILING_STOP: "green",
}
_WIDEST = 110


def print_answer(log: Path, answer: Answer, notes: list[str]) -> None:
    """Print each position's verdict and reasons, then what was assumed."""
    console = Console()
    console = Console(width=min(console.width, _WIDEST))
    for note in answer.notes:
        console.print(Text(f"note: {note}", style="yellow"))
    for advice in answer.advice:
        _print_advice(console, advice)
    where = f"{log} after record {answer.seq}, {moment(answer.time_ns)} UTC"
    if answer.before:
        where += ": right before the liquidation"
    for text in (f"at: {where}", *(f"note: {note}" for note in notes)):
        console.print(Text(text, style="dim"))


def _print_advice(console: Console, advice: Advice) -> None:
    console.print(Text(_title(advice), style="bold"))
    console.print(_standing(advice))
    verdict = Text(advice.verdict.value.upper(), style=f"bold {_STYLES[advice.verdict]}")
    console.print(verdict.append(f"  {asked_for(advice)}", style="not bold default"))
    (why, *_) = (reason for reason in advice.reasons if reason.rule is advice.rule)
    console.print(Text(f"because {sentence(why, advice.symbol)}"))
    table = plain_table()
    table.add_column("rule", no_wrap=True)
    table.add_column("applies", no_wrap=True)
    table.add_column("found, and the threshold", overflow="fold")
    for reason in advice.reasons:
        table.add_row(*_row(advice, reason))
    console.print(table)


def _standing(advice: Advice) -> Table:
    """Return how the position stands now, and then."""
    table = plain_table()
    for name in ("", "mark", "liquidation at", "away", "margin ratio"):
        table.add_column(name, no_wrap=True)
    for when, view in (("now", advice.view), ("then", advice.after)):
        if view is not None:
            prices = [price(one) for one in (view.below, view.above) if one is not None]
            away = "" if view.distance is None else percent(view.distance)
            ratio = Text(f"{percent(view.margin_ratio)} {view.zone}", style=COLOURS[view.zone])
            table.add_row(when, price(view.mark), ", ".join(prices) or "none", away, ratio)
    return table


def _row(advice: Advice, reason: Reason) -> tuple[Text, Text, Text]:
    decides = reason.rule is advice.rule
    style = "bold" if decides else "" if reason.applies else "dim"
    applies = "-" if reason.found is None else "yes" if reason.applies else "no"
    cells = (reason.rule.value, applies, sentence(reason, advice.symbol))
    return tuple(Text(cell, style=style) for cell in cells)  # type: ignore[return-value]  # three


def _title(advice: Advice) -> str:
    entry = price(divide_half_up(advice.entry.numerator, advice.entry.denominator))
    size = f"{direction_of(advice)} {exact(abs(advice.held))} {base_of(advice.symbol)}"
    return f"{advice.account}: {size} ({advice.symbol}), {advice.margin_mode}, entry {entry}"


def direction_of(advice: Advice) -> str:
    """Return whether the position is long or short."""
    return PositionSide.LONG.value if advice.held > 0 else PositionSide.SHORT.value


def answer_json(log: Path, answer: Answer, notes: list[str]) -> dict[str, object]:
    """Return an answer for programs; numbers are exact text, shares rounded to 8 decimals."""
    return {
        "log": str(log),
        "record": answer.seq,
        "time": iso(answer.time_ns),
        "before_the_liquidation": answer.before,
        "advice": [_advice_json(advice) for advice in answer.advice],
        "notes": [*answer.notes, *notes],
    }


def _advice_json(advice: Advice) -> dict[str, object]:
    return {
        "account": advice.account,
        "symbol": advice.symbol,
        "side": direction_of(advice),
        "margin_mode": advice.margin_mode.value,
        "quantity_held": format_units(abs(advice.held)),
        "entry_price": format_units(
            divide_half_up(advice.entry.numerator, advice.entry.denominator)
        ),
        "verdict": advice.verdict.value,
        "rule": advice.rule.value,
        "says": asked_for(advice),
        "amount": format_units(advice.amount),
        "quantity": format_units(advice.quantity),
        "now": _view_json(advice.view),
        "then": None if advice.after is None else _view_json(advice.after),
        "reasons": [_reason_json(advice, reason) for reason in advice.reasons],
    }


def _reason_json(advice: Advice, reason: Reason) -> dict[str, object]:
    return {
        "rule": reason.rule.value,
        "applies": reason.applies,
        "found": _figure_json(reason.found),
        "threshold": _figure_json(reason.limit),
        "more": [_figure_json(figure) for figure in reason.more],
        "says": sentence(reason, advice.symbol),
    }


def _figure_json(figure: Figure | None) -> dict[str, object] | None:
    if figure is None:
        return None
    if figure.unit is Unit.SHARE:
        text = ratio_text(Fraction(figure.value))
    elif figure.unit in {Unit.COUNT, Unit.TIME}:
        text = str(figure.value)
    else:
        text = format_units(int(figure.value))
    unit = "ns" if figure.unit is Unit.TIME else figure.unit.value
    return {"name": figure.name, "unit": unit, "value": text}


def _view_json(view: Outlook) -> dict[str, object]:
    return {
        "mark": format_units(view.mark),
        "liquidation_below": None if view.below is None else format_units(view.below),
        "liquidation_above": None if view.above is None else format_units(view.above),
        "distance": ratio_text(view.distance),
        "margin_ratio": ratio_text(view.margin_ratio),
        "zone": view.zone.value,
    }
