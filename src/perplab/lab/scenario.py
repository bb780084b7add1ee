"""The scenario: a TOML file that names tapes, rules and accounts."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from perplab.lab.faults import fault_sentence
from perplab.lab.profiles import with_profiles
from perplab.tables.reading import TableError, read_toml
from perplab.venue.plan import (
    AccountPlan,
    Amount,
    FundingRate,
    Line,
    Moment,
    PopulationPlan,
    TapePlan,
)

CandlePath = Literal["low-first", "high-first"]


class ScenarioError(ValueError):
    """A scenario that cannot be run: file and key, what was found, what was expected."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FundingSpec(_Part):
    """A constant funding rate; a funding file is a tape of kind funding."""

    rate: FundingRate
    symbol: str | None = None
    interval_hours: int = Field(default=8, gt=0)


class InstrumentSpec(_Part):
    """What differs from the configured filters of a symbol."""

    tick: Amount | None = None


class Scenario(_Part):
    """A whole run as a person writes it."""

    name: Line = ""
    seed: int = 0
    start: Annotated[Moment, Field(min_length=1)] | None = None
    end: Annotated[Moment, Field(min_length=1)] | None = None
    candle_path: CandlePath = "low-first"
    settings: dict[str, Any] = Field(default_factory=dict)
    brackets: tuple[str, ...] = ()
    brackets_lookup: bool = False
    instruments: str | None = None
    instrument: dict[str, InstrumentSpec] = Field(default_factory=dict)
    tape: tuple[TapePlan, ...] = Field(min_length=1)
    funding: tuple[FundingSpec, ...] = ()
    account: tuple[AccountPlan, ...] = ()
    population: tuple[PopulationPlan, ...] = ()

    @model_validator(mode="after")
    def _has_somebody(self) -> Self:
        if not self.account and not self.population:
            raise ValueError("nobody is in it; expected an [[account]] or a [[population]]")
        return self


def read_scenario(path: Path) -> Scenario:
    """Return the scenario of a TOML file, or raise `ScenarioError` naming the key."""
    try:
        return scenario_of(read_toml(path), str(path))
    except (TableError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(str(error)) from error


def scenario_of(data: dict[str, Any], source: str) -> Scenario:
    """Return a scenario from plain data; `source` begins the error."""
    try:
        scenario = Scenario.model_validate(with_profiles(data, source))
    except TableError as error:
        raise ScenarioError(str(error)) from error
    except ValidationError as error:
        raise ScenarioError(f"{source}: {fault_sentence(error, Scenario)}") from error
    for account in scenario.account:
        for number, action in enumerate(account.actions, start=1):
            # A plan writes the empty text for none; a person who writes it forgot something.
            for key in sorted(action.model_fields_set & {"at", "when"}):
                if not getattr(action, key):
                    place = f"{source}: account {account.name!r}, action {number}"
                    raise ScenarioError(f"{place}: {key} is empty text; expected none, or a moment")
    return scenario
