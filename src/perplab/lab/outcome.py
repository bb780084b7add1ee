"""Outcome: what a run came to for an account, in figures that can be compared and summed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from perplab.domain.numbers import format_units
from perplab.domain.state import State
from perplab.lab.amounts import iso, ratio_text
from perplab.lab.chronicle import Chronicle
from perplab.lab.fate import Verdict, fate_of
from perplab.lab.story import Story
from perplab.tape.stream import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOutcome:
    """An account's figures; money in 1e-8, what was lost below zero, times in ns.

    `final_pnl` counts all costs and what is unrealized. `margin_added` is what was put into
    positions by hand and by auto-add together, `auto_added` the second alone. `drawdown` is the
    greatest fall of the result from a high before it. `liquidation_cost` is what went to the
    insurance fund, less what came from it. `lowest_distance`, a share of the mark, and
    `drawdown` are None where the path between the recorded ticks is not known, and the distance
    also for an account that never had a liquidation price.
    """

    account: str
    verdict: Verdict
    liquidated_at: int | None
    lowest_distance: Fraction | None
    margin_added: int
    auto_added: int
    realized_pnl: int
    final_pnl: int
    drawdown: int | None
    fees: int
    funding: int
    liquidation_cost: int
    margin_calls: int
    refusals: tuple[str, ...] = ()

    @property
    def survived(self) -> bool:
        """Return whether nothing was liquidated."""
        return self.verdict.survived

    def row(self) -> dict[str, str | int | bool | None]:
        """Return the figures for JSON or a table: numbers as decimal text, times as ISO 8601."""
        money = ("margin_added", "auto_added", "realized_pnl", "final_pnl", "fees", "funding")
        return {
            "account": self.account,
            "verdict": self.verdict.value,
            "survived": self.survived,
            "liquidated_at": None if self.liquidated_at is None else iso(self.liquidated_at),
            "lowest_distance": ratio_text(self.lowest_distance),
            **{name: format_units(getattr(self, name)) for name in money},
            "liquidation_cost": format_units(self.liquidation_cost),
            "drawdown": None if self.drawdown is None else format_units(self.drawdown),
            "margin_calls": self.margin_calls,
            "refusals": "; ".join(self.refusals),
        }


def outcomes_of(
    chronicle: Chronicle, end_ns: int, streams: Sequence[Stream] | None
) -> dict[str, AccountOutcome]:
    """Return each account's figures at the end of its run; without streams the path is unknown."""
    for story in chronicle.stories.values():
        if streams is None:
            story.stretches.close(end_ns + 1)
        else:
            story.close(end_ns + 1, streams)
    return {
        name: outcome_of(story, chronicle.state, end_ns, streams)
        for name, story in chronicle.stories.items()
    }


def outcome_of(
    story: Story, state: State, end_ns: int, streams: Sequence[Stream] | None
) -> AccountOutcome:
    """Return an account's figures from its closed story and the run's last state."""
    fate = fate_of(story, state)
    tally, liquidation = fate.tally, fate.liquidation
    path = streams is not None
    return AccountOutcome(
        account=story.account,
        verdict=fate.verdict,
        liquidated_at=None if liquidation is None else liquidation.time_ns,
        lowest_distance=story.extremes.distance if path or liquidation else None,
        margin_added=tally.added + tally.auto_added,
        auto_added=tally.auto_added,
        realized_pnl=tally.realized_pnl,
        final_pnl=fate.change,
        drawdown=None if streams is None else story.drawdown.worst(end_ns, streams),
        fees=tally.fees,
        funding=tally.funding,
        liquidation_cost=tally.liquidation_fees + tally.forfeited + tally.covered,
        margin_calls=story.margin_calls,
        refusals=tuple(entry.text for entry in story.refused),
    )
