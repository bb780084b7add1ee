"""A story whose events an adviser remembers, and the advice on what it has come to."""

from typing import Any

from perplab.advice.adviser import advise
from perplab.advice.history import History
from perplab.advice.past import Past
from perplab.advice.terms import Terms
from perplab.advice.verdict import Advice
from perplab.domain import commands as cm, events as ev
from perplab.domain.commands import PositionSide
from perplab.domain.numbers import Rate, parse_units
from stories.story import BTC, Story

ANN = "ann"


class Asked(Story):
    """A story of ann, whose history is kept as it is told."""

    def __init__(self, text: str = "", **chosen: Any) -> None:
        self.history = History(ANN)
        super().__init__(**chosen)
        self.tell(text)

    def do(self, command: cm.Command) -> tuple[ev.Event, ...]:
        events = super().do(command)
        for event in events:
            self.history.take(event, self.state.time_ns)
        return events

    def wait(self, seconds: int) -> "Asked":
        self.state.time_ns += seconds * 1_000_000_000
        return self

    def advice(
        self, past: Past | None = None, side: PositionSide = PositionSide.BOTH, **terms: Any
    ) -> Advice:
        past = past or Past((), self.state.time_ns)
        asked = terms_of(**terms)
        return advise(self.state, ANN, BTC, side, history=self.history, past=past, terms=asked)


def terms_of(**chosen: Any) -> Terms:
    """Return terms of which prices and shares are written as text."""
    values: dict[str, Any] = {}
    for name, value in chosen.items():
        if name == "levels":
            values[name] = tuple(parse_units(text) for text in value)
        elif isinstance(value, str):
            values[name] = Rate(parse_units(value))
        else:
            values[name] = value
    return Terms(**values)
