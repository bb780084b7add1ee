"""What a replay does: run the terms, print the story; polars and numpy come with this module."""

from pathlib import Path
from typing import NamedTuple

import typer

from perplab.cli.failures import UsageError
from perplab.cli.look import print_json
from perplab.cli.replay_print import print_replay
from perplab.cli.replay_scenario import TRADER, setup_of
from perplab.cli.replay_terms import Margin, Terms
from perplab.cli.running import run_told
from perplab.cli.told_json import account_json, run_json
from perplab.domain.reasons import Reason
from perplab.lab.amounts import base_of
from perplab.lab.story import Story
from perplab.tables.profiles import profile_of
from perplab.tape.naming import market


class Chosen(NamedTuple):
    """A leverage and a margin mode."""

    leverage: int
    margin_mode: Margin


def chosen(leverage: int | None, margin_mode: Margin | None, profile: str | None) -> Chosen:
    """Return what the options choose, of which a profile replaces two."""
    if profile is None:
        if leverage is None:
            raise UsageError("--leverage: is missing; expected it, or --profile")
        return Chosen(leverage, margin_mode or Margin.ISOLATED)
    for option, value in (("--leverage", leverage), ("--margin-mode", margin_mode)):
        if value is not None:
            raise UsageError(f"--profile and {option}: a profile gives both; choose one way")
    known = profile_of(profile)
    return Chosen(known.leverage, Margin(known.margin_mode.value))


def replay(terms: Terms, log: Path | None, *, every_tick: bool, as_json: bool) -> bool:
    """Run a replay, print it, and return whether the position was opened."""
    told = run_told(setup_of(terms), log, every_tick=every_tick)
    if as_json:
        print_json(account_json(told, TRADER) | run_json(told))
    else:
        print_replay(told, TRADER, _title(terms))
    story = told.stories[TRADER]
    if not story.opened:
        typer.echo(f"perplab: the position was not opened: {_reason(story)}", err=True)
    return story.opened


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
