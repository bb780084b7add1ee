"""Instruments: the filters of each symbol, from a TOML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from perplab.domain.instrument import Bracket, Instrument, Kind
from perplab.domain.numbers import Money, Price, Qty, Rate
from perplab.tables.reading import (
    NaturalUnits,
    PositiveUnits,
    TableError,
    config_file,
    read_toml,
    validated,
)

BUILT_IN = "binance-usdm.toml"


class Filters(BaseModel):
    """A symbol's filters and liquidation fee, all counts of 1e-8 but `max_orders`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    tick: PositiveUnits
    step: PositiveUnits
    min_quantity: PositiveUnits
    max_quantity: PositiveUnits
    min_notional: NaturalUnits
    price_up: PositiveUnits
    price_down: PositiveUnits
    max_orders: int = Field(gt=0, strict=True)
    liquidation_fee: NaturalUnits


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """The filters that a file states by symbol, and those for any other symbol."""

    source: str
    filters: Mapping[str, Filters]
    default: Filters | None

    def instrument(
        self, symbol: str, brackets: tuple[Bracket, ...], streams: tuple[Kind, ...] = ()
    ) -> Instrument:
        """Return the symbol's instrument with these brackets and price streams.

        Raises `TableError` for a symbol that is not in the file when it has no default.
        """
        filters = self.filters.get(symbol, self.default)
        if filters is None:
            raise TableError(
                f"{self.source}: instruments.{symbol} is missing, and there is no [default];"
                f" add the table [instruments.{symbol}]"
            )
        return Instrument(
            symbol=symbol,
            tick=Price(filters.tick),
            step=Qty(filters.step),
            min_quantity=Qty(filters.min_quantity),
            max_quantity=Qty(filters.max_quantity),
            min_notional=Money(filters.min_notional),
            price_up=Rate(filters.price_up),
            price_down=Rate(filters.price_down),
            max_orders=filters.max_orders,
            liquidation_fee=Rate(filters.liquidation_fee),
            brackets=brackets,
            streams=streams,
        )

    def note(self, symbol: str) -> str | None:
        """Return a sentence if the symbol's filters are the file's defaults, else None."""
        if symbol in self.filters:
            return None
        return (
            f"filters of {symbol}: not in {self.source}; its defaults are used, with the finest"
            " tick and step there are"
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    instruments: dict[str, Filters]
    default: Filters | None = None


_FILE = TypeAdapter(_File)


def read_instruments(path: Path | None = None) -> Instruments:
    """Return the filters of a TOML file, the built-in one without a path, or `TableError`."""
    path = path or config_file(BUILT_IN)
    file = validated(_FILE, read_toml(path), str(path))
    tables = {f"instruments.{symbol}": filters for symbol, filters in file.instruments.items()}
    if file.default is not None:
        tables["default"] = file.default
    for table, filters in tables.items():
        _check(filters, f"{path}: {table}")
    return Instruments(source=str(path), filters=file.instruments, default=file.default)


def _check(filters: Filters, place: str) -> None:
    if filters.min_quantity > filters.max_quantity:
        raise TableError(f"{place}: min_quantity is above max_quantity; expected at most that")
    for key in ("min_quantity", "max_quantity"):
        if getattr(filters, key) % filters.step:
            raise TableError(f"{place}: {key} is off step; expected a multiple of step")
    if filters.price_down > filters.price_up:
        raise TableError(f"{place}: price_down is above price_up; expected at most that")
