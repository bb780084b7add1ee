"""The plan: all that a run does besides its rules and its prices. The manifest carries it."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from perplab.domain.commands import MarginMode, PositionMode
from perplab.domain.numbers import parse_units


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _number(text: str) -> str:
    parse_units(text)
    return text


def _amount(text: str) -> str:
    if parse_units(text) < 0:
        raise ValueError(f"{text!r} is below zero")
    return text


Number = Annotated[str, BeforeValidator(_text), AfterValidator(_number)]
"""A decimal number of at most 8 decimals, as text or whole."""
Amount = Annotated[str, BeforeValidator(_text), AfterValidator(_amount)]
"""A number not below zero."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ActionPlan(_Part):
    """What an account does (`GRAMMAR` of actions), and when.

    `at` is a time; `when` a price to be touched, armed once the timed actions listed above it
    are done. Without either it is done at the start.
    """

    do: str
    at: str = ""
    when: str = ""


class AccountPlan(_Part):
    """A scripted account: what its wallets begin with, its choices, and its actions in order.

    Leverage and margin mode hold for every symbol of the run.
    """

    name: str = Field(min_length=1, max_length=40)
    futures: Amount = "0"
    spot: Amount = "0"
    funding: Amount = "0"
    position_mode: PositionMode = PositionMode.ONE_WAY
    margin_mode: MarginMode = MarginMode.CROSS
    leverage: int | None = Field(default=None, ge=1)
    actions: tuple[ActionPlan, ...] = ()


class ConstantFunding(_Part):
    """A funding rate that is paid at every multiple of its interval since 1970, UTC."""

    symbol: str
    rate: Number
    interval_ns: int = Field(gt=0)


class BracketChange(_Part):
    """A leverage-bracket table that comes into force during the run, numbers as text."""

    symbol: str
    time_ns: int
    brackets: tuple[dict[str, str | int], ...]


class Plan(_Part):
    """A run from `start_ns` to `end_ns`, both included."""

    name: str = ""
    candle_path: str = "low-first"
    start_ns: int
    end_ns: int
    accounts: tuple[AccountPlan, ...] = ()
    funding: tuple[ConstantFunding, ...] = ()
    bracket_changes: tuple[BracketChange, ...] = ()
