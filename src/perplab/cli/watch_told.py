"""Watch's words: each event of a followed log with its account, time and place in the run."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from rich.text import Text

from perplab.cli.look import shorten
from perplab.cli.record_words import words_of
from perplab.domain import events as ev
from perplab.domain.commands import Command, PlaceOrder
from perplab.domain.events import Event
from perplab.domain.state import State
from perplab.journal.chain import Block, Record
from perplab.journal.manifest import Manifest, config_of
from perplab.journal.stored import batch_of
from perplab.lab.amounts import iso, moment
from perplab.lab.refusals import order_refused
from perplab.lab.sentences import Sentences

_NAME = 16
_LEAST = 20
"""The narrowest column of words."""
_LOUD = ev.MarginCalled | ev.LiquidationStarted | ev.Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event in words; `told` is false where a later event tells the same better.

    `share` is how much of the run's time is over, in percent, None if its length is not known.
    """

    record: Record
    account: str
    text: str
    share: int | None
    told: bool
    loud: bool

    @property
    def type(self) -> str:
        """Return the event's type."""
        return self.record.type

    @property
    def json(self) -> dict[str, Any]:
        """Return it for a program; the body is as it was hashed."""
        return {
            "seq": self.record.seq,
            "time": iso(self.record.time_ns),
            "percent": self.share,
            "account": self.account or None,
            "type": self.type,
            "text": self.text,
            "body": json.loads(self.record.body),
        }

    def line(self, width: int) -> Text:
        """Return its line, wrapped behind percent, time and account."""
        head = (
            f"{self.share:>3}%  {moment(self.record.time_ns)}  {shorten(self.account, _NAME):<16}"
        )
        lines = wrap(self.text, max(_LEAST, width - len(head) - 2)) or [""]
        margin = " " * (len(head) + 2)
        text = f"{head}  {lines[0]}" + "".join(f"\n{margin}{line}" for line in lines[1:])
        return Text(text, style="bold red" if self.loud else "")


@dataclass(slots=True)
class Teller:
    """Tells a log's batches in order; it remembers each account's orders and the run's length."""

    time_ns: int = 0
    _sentences: dict[str, Sentences] = field(default_factory=dict)
    _markets: State | None = None
    _start_ns: int = 0
    _end_ns: int = 0

    @property
    def progress(self) -> str:
        """Return how far the run is, in its own time."""
        if not self.time_ns:
            return "the run has not begun"
        share = self._share(self.time_ns)
        far = "" if share is None else f", {share}% of the run"
        return f"{moment(self.time_ns)} UTC{far}; waiting"

    def begin(self, manifest: Manifest) -> None:
        """Take from the manifest which markets there are and how long the run is."""
        self._markets = State(config_of(manifest.config))
        self._start_ns = _whole(manifest.scenario.get("start_ns"))
        self._end_ns = _whole(manifest.scenario.get("end_ns"))

    def tell(self, block: Block) -> Iterator[Happening]:
        """Yield the events of a batch in words; `JournalError` if one is not canonical."""
        batch = batch_of(block)
        self.time_ns = batch.time_ns
        for record, event in zip(block.records[1:], batch.events, strict=True):
            account = getattr(event, "account", "")
            text = self._text(account, event, batch.command)
            yield Happening(
                record=record,
                account=account,
                text=text or words_of(event),
                share=self._share(batch.time_ns),
                told=text is not None,
                loud=isinstance(event, _LOUD),
            )

    def _text(self, account: str, event: Event, command: Command) -> str | None:
        if not account:
            return words_of(event)
        if isinstance(event, ev.OrderRejected) and self._markets is not None:
            asked = command if isinstance(command, PlaceOrder) else None
            return order_refused(self._markets, event, asked)
        return self._sentences.setdefault(account, Sentences()).tell(event)

    def _share(self, time_ns: int) -> int | None:
        length = self._end_ns - self._start_ns
        if length <= 0:
            return None
        return max(0, min(100, (time_ns - self._start_ns) * 100 // length))


def _whole(found: Any) -> int:
    return found if type(found) is int else 0
