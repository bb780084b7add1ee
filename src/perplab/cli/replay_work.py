"""What a replay does: run the terms, print the story; polars and numpy come with this module."""

from pathlib import Path

import typer

from perplab.cli.look import print_json
from perplab.cli.replay_print import print_replay
from perplab.cli.replay_scenario import TRADER, setup_of
from perplab.cli.replay_terms import Terms
from perplab.cli.running import run_told
from perplab.cli.told_json import account_json, run_json
from perplab.domain.reasons import Reason
from perplab.lab.amounts import base_of
from perplab.lab.story import Story
from perplab.tape.naming import market


def replay(terms: Terms, log: Path | None, *, every_tick: bool, as_json: bool) -> bool:
    """Run a replay, print it, and return whether the position was opened."""
    told = run_told(setup_of(terms), log, every_tick=every_tick)
    if as_json:
        print_json(account_json(told, TRADER) | run_json(told))
    else:
        print_replay(told, TRADER, _title(terms))
    story = told.stories[TRADER]
    if story.opened is None:
        typer.echo(f"perplab: the position was not opened: {_reason(story)}", err=True)
    return story.opened is not None


def _title(terms: Terms) -> str:
    symbol = market(terms.prices.symbol)
    size = f"{terms.side} {terms.quantity} {base_of(symbol)} ({symbol})"
    return (
        f"{size}, {terms.margin_mode} {terms.leverage}x, wallet {terms.wallet} USDT; prices in USDT"
    )


def _reason(story: Story) -> str:
    """Return why the position was not opened, and what to do about the commonest reason."""
    if not story.refused:
        return "its time never came"
    first = story.refused[0]
    text = first.text.removeprefix("REFUSED: ")
    if getattr(first.event, "reason", None) is Reason.MARGIN_INSUFFICIENT:
        text += "; the wallet must hold quantity * price / leverage, and the fee"
    return text
