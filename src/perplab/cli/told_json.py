"""A run as JSON: numbers are decimal text, exact; times are ISO 8601 in UTC."""

import json
from typing import Any

from perplab.cli.replay_print import what
from perplab.cli.running import Told
from perplab.domain.numbers import format_units
from perplab.engine.outlook import Outlook
from perplab.journal.codec import encode
from perplab.lab.amounts import iso, ratio_text
from perplab.lab.fate import Open
from perplab.lab.story import Entry, Story
from perplab.venue.participants import Fault

Json = dict[str, Any]


def run_json(told: Told) -> Json:
    """Return what is true of the whole run."""
    plan, outcome = told.setup.plan, told.outcome
    return {
        "start": iso(plan.start_ns),
        "end": iso(plan.end_ns),
        "ticks": told.setup.prices.ticks,
        "batches": outcome.batches,
        "hash": outcome.head,
        "log": None if told.log is None else str(told.log),
        "log_existed": outcome.resumed,
        "notes": told.notes,
        "undone": outcome.undone,
        "faults": [_fault(fault) for fault in outcome.faults],
    }


def _fault(fault: Fault) -> Json:
    return {
        "account": fault.account,
        "agent": fault.agent,
        "time": iso(fault.time_ns),
        "file": fault.file,
        "line": fault.line or None,
        "error": fault.error,
    }


def account_json(told: Told, name: str) -> Json:
    """Return an account's story and summary."""
    story = told.stories[name]
    return {
        "account": name,
        "story": [_entry(entry) for entry in story.entries],
        "summary": summary_json(told, name),
    }


def summary_json(told: Told, name: str) -> Json:
    """Return what became of an account."""
    story, fate = told.stories[name], told.fates[name]
    tally, liquidation = fate.tally, fate.liquidation
    return {
        "verdict": fate.verdict.value,
        "survived": fate.verdict.survived,
        "opened_at": iso(story.opened_ns) if story.opened else None,
        "liquidated_at": iso(liquidation.time_ns) if liquidation else None,
        "liquidation_price_crossed": format_units(liquidation.crossed)
        if liquidation and liquidation.crossed is not None
        else None,
        "liquidated_at_mark": format_units(liquidation.mark) if liquidation else None,
        "deposited": format_units(tally.deposited),
        "realized_pnl": format_units(tally.realized_pnl),
        "funding": format_units(tally.funding),
        "fees": format_units(tally.fees),
        "liquidation_fees": format_units(tally.liquidation_fees),
        "forfeited": format_units(tally.forfeited),
        "covered_by_insurance_fund": format_units(tally.covered),
        "balance": format_units(fate.balance),
        "unrealized": format_units(fate.unrealized),
        "worth": format_units(fate.worth),
        "change": format_units(fate.change),
        "margin_added": format_units(tally.added),
        "margin_auto_added": format_units(tally.auto_added),
        "margin_reduced": format_units(tally.reduced),
        "margin_calls": story.margin_calls,
        "refusals": [entry.text for entry in story.refused],
        "positions": [_open(position) for position in fate.positions],
        **_extremes(story),
    }


def _extremes(story: Story) -> Json:
    """Return the extremes; a ratio of null with a time: the equity was not above zero."""
    near = story.extremes
    return {
        "highest_margin_ratio": ratio_text(near.ratio),
        "highest_margin_ratio_at": iso(near.ratio_ns) if near.ratio_ns else None,
        "lowest_distance": ratio_text(near.distance),
        "lowest_distance_at": iso(near.distance_ns) if near.distance is not None else None,
    }


def _entry(entry: Entry) -> Json:
    return {
        "time": iso(entry.time_ns),
        "type": type(entry.event).__name__,
        "what": what(entry),
        "symbol": entry.symbol or None,
        "mark": format_units(entry.mark) if entry.mark else None,
        **outlook_json(entry.outlook),
        "count": entry.count,
        "amount": format_units(entry.amount) if entry.count > 1 else None,
        "event": json.loads(encode(entry.event)),
    }


def outlook_json(view: Outlook | None) -> Json:
    """Return a view's ratios and liquidation prices, null where nothing is held."""
    if view is None:
        keys = ("margin_ratio", "equity_ratio", "zone", "distance")
        return dict.fromkeys((*keys, "liquidation_price_below", "liquidation_price_above"))
    return {
        "margin_ratio": ratio_text(view.margin_ratio),
        "equity_ratio": ratio_text(view.equity_ratio),
        "zone": view.zone.value,
        "distance": ratio_text(view.distance),
        "liquidation_price_below": None if view.below is None else format_units(view.below),
        "liquidation_price_above": None if view.above is None else format_units(view.above),
    }


def _open(position: Open) -> Json:
    return {
        "symbol": position.symbol,
        "position_side": position.side.value,
        "quantity": format_units(position.quantity),
        "margin_mode": position.margin_mode,
        "margin": format_units(position.margin),
        "unrealized": format_units(position.unrealized),
        "mark": format_units(position.view.mark),
        **outlook_json(position.view),
    }
