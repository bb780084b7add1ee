"""Story: a few lines of plain words, run through the exchange and compared with what they expect.

    price is 60000
    ann deposits 1000
    ann buys 0.1, isolated 20x       -> opened 0.1; margin 297
    mark falls to 57300              -> margin call

Left of the arrow stands what is done, right of it events in their order and facts that are true
afterwards; a line that begins with an arrow goes on with them. Every line is run three times:
with bands, with every tick checked, and as a fold of its events. All must agree, money must sum
to zero, and nothing bad may happen unannounced.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from perplab.domain import commands as cm, events as ev
from perplab.domain.batch import Batch
from perplab.domain.instrument import Bracket, Config, Instrument, Kind, Settings
from perplab.domain.numbers import Money, Price, Qty, Rate, parse_units
from perplab.domain.state import State
from perplab.engine.exchange import Exchange
from perplab.journal.rebuild import fold
from perplab.tables.dated import built_in
from perplab.tables.instruments import read_instruments
from perplab.tables.settings import settings_from
from perplab.venue.actions import parse_action
from stories.facts import FACTS
from stories.telling import LOUD, tell

SECOND = 1_000_000_000
NOW_NS = 1_760_000_000 * SECOND
BTC, ETH = "BTCUSDT", "ETHUSDT"

_MARKET = re.compile(
    r"(?:(\w+USDT) )?(price|mark|last) (?:is|falls|rises|stays|jumps|gaps|returns)(?: to| at)?"
    r" ([0-9.]+)(?: trading ([0-9.]+))?"
)
_QUOTE = re.compile(r"(?:(\w+USDT) )?quote ([0-9.]+) ([0-9.]+)")
_FUNDING = re.compile(r"(?:(\w+USDT) )?funding at (-?[0-9.]+)")
_WAIT = re.compile(r"(\d+) seconds pass")
_CHOICE = re.compile(r"(isolated|cross) (\d+)x")
_FACT = re.compile(
    rf"(?:(\w+)'s )?({'|'.join(sorted(FACTS, key=len, reverse=True))})"
    r"(?: of (\w+USDT))?(?: (long|short))? (none|green|yellow|red|-?[0-9.]+%?)"
)
_VERBS = {"adds": "add-margin", "removes": "reduce-margin", "cancels": "cancel"}


class Story:
    """An exchange with BTCUSDT and ETHUSDT, and the lines told to it so far."""

    def __init__(
        self,
        instruments: Sequence[Instrument] = (),
        tables: dict[str, tuple[Bracket, ...]] | None = None,
        **chosen: Any,
    ) -> None:
        config = Config(
            settings=settings(**chosen),
            instruments=tuple(instruments) or (listed(BTC), listed(ETH)),
        )
        self.exchange = Exchange(config)
        self.events: list[ev.Event] = []
        self._tables = tables or {}
        self._slow = Exchange(config, exhaustive=True)
        self._folded = State(config)
        self._time_ns = NOW_NS
        self._row = 0
        self.do(cm.StartRun())

    @property
    def state(self) -> State:
        return self.exchange.state

    def tell(self, text: str) -> "Story":
        """Run lines, and compare each with what it expects."""
        for line in _lines(text):
            done, _, expected = line.partition("->")
            events, name = self._run(done.strip())
            self._compare(line, events, name, expected.strip())
        return self

    def do(self, command: cm.Command) -> tuple[ev.Event, ...]:
        """Execute one command in all three ways and return its events."""
        self._time_ns += SECOND
        events = self.exchange.execute(self._time_ns, command)
        assert self._slow.execute(self._time_ns, command) == events, "skipping is not every tick"
        fold(self._folded, Batch(time_ns=self._time_ns, command=command, events=events), 0)
        assert contents(self.state) == contents(self._slow.state) == contents(self._folded)
        assert self.state.total() == 0, f"money does not sum to zero after {command}"
        self.events += events
        return events

    def _run(self, text: str) -> tuple[list[ev.Event], str]:
        for pattern, method in (
            (_MARKET, self._market),
            (_QUOTE, self._quote),
            (_FUNDING, self._funding),
        ):
            if match := pattern.fullmatch(text):
                return method(match), ""
        if match := _WAIT.fullmatch(text):
            self._time_ns += int(match[1]) * SECOND
            return [], ""
        if text.startswith("brackets become "):
            rows = self._tables[text.removeprefix("brackets become ")]
            return list(self.do(cm.ChangeBrackets(symbol=BTC, brackets=rows))), ""
        name, _, words = text.partition(" ")
        return self._action(name, words), name

    def _market(self, match: re.Match[str]) -> list[ev.Event]:
        symbol, what, price = match[1] or BTC, match[2], Price(parse_units(match[3]))
        self._row += 1
        events: tuple[ev.Event, ...] = ()
        if what in {"price", "last"}:
            size = Qty(parse_units(match[4] or "0"))
            events += self.do(
                cm.ObserveTrade(symbol=symbol, row=self._row, price=price, quantity=size)
            )
        if what in {"price", "mark"}:
            events += self.do(cm.ObserveMark(symbol=symbol, row=self._row, price=price))
        return list(events)

    def _quote(self, match: re.Match[str]) -> list[ev.Event]:
        bid, ask = Price(parse_units(match[2])), Price(parse_units(match[3]))
        self._row += 1
        tick = cm.ObserveQuote(symbol=match[1] or BTC, row=self._row, bid=bid, ask=ask)
        return list(self.do(tick))

    def _funding(self, match: re.Match[str]) -> list[ev.Event]:
        rate = Rate(parse_units(match[2]))
        return list(self.do(cm.SettleFunding(symbol=match[1] or BTC, rate=rate)))

    def _action(self, name: str, words: str) -> list[ev.Event]:
        events: list[ev.Event] = []
        if name not in self.state.accounts:
            events += self.do(cm.OpenAccount(account=name))
        action, _, choice = words.partition(", ")
        symbol = ETH if ETH in words else BTC
        account = self.state.accounts[name]
        if match := _CHOICE.fullmatch(choice):
            mode, leverage = cm.MarginMode(match[1]), int(match[2])
            if account.mode_of(symbol) is not mode:
                events += self.do(cm.SetMarginMode(account=name, symbol=symbol, margin_mode=mode))
            events += self.do(cm.SetLeverage(account=name, symbol=symbol, leverage=leverage))
        make = parse_action(_imperative(action), (symbol,))
        for command in make(self.state, account):
            events += self.do(command)
        return events

    def _compare(self, line: str, events: list[ev.Event], name: str, expected: str) -> None:
        told = [(getattr(event, "account", ""), tell(event)) for event in events]
        unsaid = [event for event in events if isinstance(event, LOUD)]
        place = 0
        for phrase in filter(None, expected.split("; ")):
            if phrase == "nothing":
                assert not told, f"{line}\nexpected nothing, found {told}"
            elif match := _FACT.fullmatch(phrase):
                self._check_fact(line, match, name)
            else:
                place = _find(line, told, place, phrase)
                unsaid = [event for event in unsaid if event is not events[place - 1]]
        assert not unsaid, f"{line}\nunannounced: {[tell(event) for event in unsaid]}"

    def _check_fact(self, line: str, match: re.Match[str], name: str) -> None:
        owner = match[1] or name or next(iter(self.state.accounts))
        side = cm.PositionSide(match[4]) if match[4] else cm.PositionSide.BOTH
        place = (match[3] or (ETH if ETH in line else BTC), side)
        found = FACTS[match[2]](self.state, self.state.accounts[owner], place)
        assert found == match[5], f"{line}\n{owner}'s {match[2]} is {found}, not {match[5]}"


def story(text: str, **chosen: Any) -> Story:
    """Run a whole story and return it."""
    return Story(**chosen).tell(text)


def settings(**chosen: Any) -> Settings:
    """Return settings; numbers are written as text."""
    return settings_from(chosen, "story")


def listed(symbol: str, **changed: Any) -> Instrument:
    """Return a symbol with its real filters and brackets, and every price stream."""
    brackets = built_in().in_force(symbol, NOW_NS)
    return replace(read_instruments().instrument(symbol, brackets, tuple(Kind)), **changed)


def contents(state: State) -> dict[str, Any]:
    """Return all that a state holds, to be compared."""
    return {name: getattr(state, name) for name in State.__slots__}


def table(*rows: tuple[str, str, str, str, int]) -> tuple[Bracket, ...]:
    """Return brackets of (floor, cap, rate, amount, highest leverage)."""
    return tuple(
        Bracket(
            floor=Money(parse_units(floor)),
            cap=Money(parse_units(cap)),
            rate=Rate(parse_units(rate)),
            amount=Money(parse_units(amount)),
            max_leverage=leverage,
        )
        for floor, cap, rate, amount, leverage in rows
    )


def _lines(text: str) -> list[str]:
    """Return the lines; one that begins with an arrow goes on with what the last expects."""
    lines: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("->"):
            lines[-1] += f"; {line.removeprefix('->').strip()}"
        else:
            lines.append(line)
    return lines


def _imperative(action: str) -> str:
    """Return an action in the venue's words: `adds 200` is `add-margin 200`."""
    verb, _, rest = action.partition(" ")
    if verb in {"sets", "chooses", "switches"}:
        return rest
    return f"{_VERBS.get(verb, verb.removesuffix('s'))} {rest}".strip()


def _find(line: str, told: list[tuple[str, str]], place: int, phrase: str) -> int:
    """Return the place after the next event that begins with the phrase."""
    who, colon, words = phrase.partition(": ")
    wanted = words if colon else phrase
    for index in range(place, len(told)):
        name, said = told[index]
        if (said + " ").startswith(wanted + " ") and (not colon or name == who):
            return index + 1
    rest = [f"{name}: {said}" for name, said in told[place:]]
    raise AssertionError(f"{line}\nexpected {phrase!r}, found {rest} of {told}")
