"""The plan: all that a run does besides its rules and its prices. The manifest carries it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from perplab.domain.commands import MarginMode, PositionMode
from perplab.domain.instrument import Bracket, Kind
from perplab.domain.numbers import ONE, Money, Rate, format_units, parse_units
from perplab.venue.moments import parse_duration


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _written(value: object) -> object:
    """Return a number as the text that it was written as."""
    text = _text(value)
    if not isinstance(text, str):
        raise ValueError("expected a number")  # noqa: TRY004 - a TypeError would not be a fault
    return text


def _amount(text: str) -> str:
    if parse_units(text) < 0:
        raise ValueError("expected a number not below zero")
    return text


def _moment(value: object) -> object:
    """Return a date or time of TOML's own kind as text; a `datetime` is a `date` too."""
    text = value.isoformat() if isinstance(value, date) else _text(value)
    if not isinstance(text, str):
        raise ValueError("expected a time, as 2024-08-05T13:30:00 or +30m")  # noqa: TRY004 - as above
    return text


def _share(text: str) -> str:
    if not 0 <= parse_units(text) <= ONE:
        raise ValueError("expected a share between 0 and 1, as 0.6")
    return text


def _funding_rate(text: str) -> str:
    if abs(parse_units(text)) >= ONE:
        raise ValueError("expected a rate between -1 and 1, as 0.0001 for 0.01%")
    return text


def _duration(text: str) -> str:
    parse_duration(text)
    return text


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("expected one line of printable characters")
    return text


Amount = Annotated[str, BeforeValidator(_written), AfterValidator(_amount)]
"""A decimal number of at most 8 decimals, as text or whole, not below zero."""
Share = Annotated[str, BeforeValidator(_written), AfterValidator(_share)]
"""A part of the whole, 0 to 1."""
FundingRate = Annotated[str, BeforeValidator(_written), AfterValidator(_funding_rate)]
"""A rate of one settlement: less than the whole notional, either way."""
Duration = Annotated[str, AfterValidator(_duration)]
"""A length of time not below zero, as `250ms`, `5s` or `8h`."""
Line = Annotated[str, AfterValidator(_line)]
"""Text that a terminal can print on one line."""
Moment = Annotated[str, BeforeValidator(_moment)]
"""A time, as `parse_time` reads it; a date-time of TOML's own kind becomes its text."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ActionPlan(_Part):
    """What an account does (`GRAMMAR` of actions), and when.

    `at` is a time; `when` a price to be touched, armed once the timed actions listed above it
    are done. Without either it is done at the start.
    """

    do: str
    at: Moment = ""
    when: Annotated[str, BeforeValidator(_text)] = ""


class AccountPlan(_Part):
    """An account: what its wallets begin with, its choices, and its actions or its agent.

    Leverage and margin mode hold for every symbol of the run. `agent` is a built-in agent's name
    or `FILE.py:FUNCTION`, called with `parameters` once the actions are done; `agent_digest` is
    the content hash of that file. `latency` is the time between what the agent asks and its
    arrival at the exchange.
    """

    name: Line = Field(min_length=1, max_length=40)
    futures: Amount = "0"
    spot: Amount = "0"
    funding: Amount = "0"
    position_mode: PositionMode = PositionMode.ONE_WAY
    margin_mode: MarginMode = MarginMode.CROSS
    leverage: Annotated[int, BeforeValidator(_written), Field(ge=1)] | None = None
    actions: tuple[ActionPlan, ...] = ()
    agent: Line = ""
    agent_digest: str = ""
    parameters: dict[str, bool | int | str] = Field(default_factory=dict)
    latency: Duration = "0s"


class PopulationPlan(_Part):
    """Many accounts that hold a position each as the run starts, drawn from a seed.

    They are called `name` and a number. `longs` and `isolated` are shares of them. Leverage is one
    of the list, or the most that the brackets allow; notional lies between the two, as likely in
    each doubling. The entry price is at most `entry` from the first mark, and never further than a
    quarter of the initial margin is worth; `spare` is the most that an account brings beyond that
    margin, as a share of it.
    """

    name: Line = Field(min_length=1, max_length=30)
    accounts: int = Field(ge=1, le=10_000_000)
    seed: int = Field(default=7, ge=0)
    symbol: str | None = Field(default=None, min_length=1)
    longs: Share = "0.5"
    isolated: Share = "0.5"
    leverage: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(2, 3, 5, 10, 20, 50), min_length=1
    )
    notional: tuple[Amount, Amount] = ("100", "100000")
    entry: Share = "0.02"
    spare: Share = "0.5"

    def called(self, number: int) -> str:
        """Return the name of a holder; numbers begin at 1."""
        return f"{self.name}{number:0{len(str(self.accounts))}}"

    def has(self, account: str) -> bool:
        """Return whether an account is called as one of these holders."""
        number = account.removeprefix(self.name)
        return (
            number.isdecimal()
            and self.called(int(number)) == account
            and (1 <= int(number) <= self.accounts)
        )

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        low, high = map(parse_units, self.notional)
        if not 0 < low <= high:
            found = f"{self.notional[0]} to {self.notional[1]}"
            raise ValueError(f"its notional is {found}; expected two amounts above zero, rising")
        return self


class ConstantFunding(_Part):
    """A funding rate that is paid at every multiple of its interval since 1970, UTC."""

    symbol: str
    rate: FundingRate
    interval_ns: int = Field(gt=0)


class BracketChange(_Part):
    """A leverage-bracket table that comes into force during the run, numbers as text."""

    symbol: str
    time_ns: int
    brackets: tuple[dict[str, str | int], ...] = Field(min_length=1)


class GeneratePlan(_Part):
    """A generated tape: see `perplab ticks generate`."""

    rows: int = Field(gt=0)
    seed: int = 7
    scenario: Literal["calm", "flash-crash", "gap", "bleed"] = "flash-crash"
    symbol: str = Field(default="BTCUSDT", min_length=1)
    start_price: Amount = "60000"


class TapePlan(_Part):
    """Tick files of one kind of reading, or a generated tape; a log's plan names no folders."""

    files: tuple[str, ...] = ()
    symbol: str | None = Field(default=None, min_length=1)
    kind: Kind | Literal["funding"] | None = None
    columns: dict[str, str] | None = None
    generate: GeneratePlan | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if not self.files and self.generate is None:
            raise ValueError("it has no prices; expected files or generate")
        if self.generate is not None and self.model_fields_set != {"generate"}:
            others = ", ".join(sorted(self.model_fields_set - {"generate"}))
            raise ValueError(f"it has generate and also {others}; make two tapes of them")
        return self


class Others(StrEnum):
    """What everybody does after a fork: act as before, as was recorded, or not at all."""

    AGENTS = "agents"
    RECORDED = "recorded"
    ALONE = "alone"


class RecordedCommand(_Part):
    """A command of a log that is given again: its time, type and JSON text.

    An `early` one came before something that the venue does by itself at the same time, and after
    so many other such things.
    """

    time_ns: int
    early: bool = False
    after: int = 0
    type: str
    body: str


class ForkPlan(_Part):
    """A fork: when it parts from its parent, what the account does then, what others do after.

    With `after_seq` it happens right after the batch that ends with this record, and before
    whoever caused that batch goes on; otherwise at `time_ns`, once all ticks of that time are in.
    `do` holds actions, or `agent NAME key=value...`, which puts another agent in the account's
    place; `agent_digest` is the content hash of that agent's file.
    """

    account: str
    time_ns: int
    after_seq: int | None = None
    do: tuple[Line, ...] = ()
    agent_digest: str = ""
    others: Others = Others.AGENTS
    commands: tuple[RecordedCommand, ...] = ()


class Plan(_Part):
    """A run from `start_ns` to `end_ns`, both included; `seed` is that of its agents' chances."""

    name: str = ""
    seed: int = 0
    candle_path: str = "low-first"
    start_ns: int
    end_ns: int
    accounts: tuple[AccountPlan, ...] = ()
    populations: tuple[PopulationPlan, ...] = ()
    funding: tuple[ConstantFunding, ...] = ()
    bracket_changes: tuple[BracketChange, ...] = ()
    tapes: tuple[TapePlan, ...] = ()
    forks: tuple[ForkPlan, ...] = ()


def written(plan: Plan) -> dict[str, Any]:
    """Return a plan as the manifest holds it: what is as by default is left out."""
    return plan.model_dump(mode="json", exclude_defaults=True)


def bracket_of(row: Mapping[str, str | int]) -> Bracket:
    """Return a bracket from the plan's text."""
    return Bracket(
        floor=Money(parse_units(str(row["floor"]))),
        cap=Money(parse_units(str(row["cap"]))),
        rate=Rate(parse_units(str(row["rate"]))),
        amount=Money(parse_units(str(row["amount"]))),
        max_leverage=int(row["max_leverage"]),
    )


def bracket_text(bracket: Bracket) -> dict[str, str | int]:
    """Return a bracket as the plan writes it; `bracket_of` reads it."""
    return {
        "floor": format_units(bracket.floor),
        "cap": format_units(bracket.cap),
        "rate": format_units(bracket.rate),
        "amount": format_units(bracket.amount),
        "max_leverage": bracket.max_leverage,
    }
