"""Brackets: leverage-bracket tables as files hold them, in three formats.

Our own TOML (`config/binance-usdm-brackets.toml` shows it), the answer of Binance's
`leverageBracket` (a list, or one object), and freqtrade's table of pairs. JSON may be gzipped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, TypeAdapter

from perplab.domain.instrument import Bracket
from perplab.domain.numbers import ONE, Money, Rate, parse_units
from perplab.tables.reading import (
    NaturalUnits,
    TableError,
    Units,
    read_json,
    read_toml,
    validated,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketFile:
    """A file's rows by symbol, unchecked, and what its content says about when they hold."""

    path: Path
    rows: Mapping[str, tuple[Bracket, ...]]
    effective: datetime | date | None = None
    notes: tuple[str, ...] = ()


def read_brackets(path: Path) -> BracketFile:
    """Return a bracket file of any of the three formats, or raise `TableError`."""
    if path.suffix == ".toml":
        return _from_toml(path)
    data = read_json(path)
    if isinstance(data, dict) and "brackets" in data:
        return _from_api(path, [data])
    if isinstance(data, list):
        return _from_api(path, data)
    if isinstance(data, dict) and data:
        return _from_pairs(path, data)
    raise TableError(
        f"{path}: found neither a list nor an object with content; expected the answer of"
        " leverageBracket, a freqtrade table of pairs, or a .toml file of brackets"
    )


def symbol_of(pair: str) -> str:
    """Return the exchange's symbol of a pair.

    >>> symbol_of("BTC/USDT"), symbol_of("BTC/USDT:USDT"), symbol_of("BTC/USDT:USDT-221230")
    ('BTCUSDT', 'BTCUSDT', 'BTCUSDT_221230')
    """
    name, _, settled = pair.partition(":")
    expiry = settled.partition("-")[2]
    return name.replace("/", "") + (f"_{expiry}" if expiry else "")


def _whole(value: object) -> int:
    units = parse_units(str(value))
    if units % ONE:
        raise ValueError("expected a whole number")
    return units // ONE


Whole = Annotated[int, BeforeValidator(_whole)]


class _Row(BaseModel):
    """A row of our own TOML."""

    model_config = ConfigDict(extra="forbid")
    floor: NaturalUnits
    cap: NaturalUnits
    rate: NaturalUnits
    amount: Units
    max_leverage: Whole

    def bracket(self) -> Bracket:
        return Bracket(
            floor=Money(self.floor),
            cap=Money(self.cap),
            rate=Rate(self.rate),
            amount=Money(self.amount),
            max_leverage=self.max_leverage,
        )


class _Toml(BaseModel):
    model_config = ConfigDict(extra="forbid")
    effective: Annotated[datetime, Strict()] | Annotated[date, Strict()]
    brackets: dict[str, list[_Row]]


class _ApiRow(BaseModel):
    """A row as Binance's API prints it; text and numbers both occur."""

    bracket: Whole
    floor: NaturalUnits = Field(alias="notionalFloor")
    cap: NaturalUnits = Field(alias="notionalCap")
    rate: NaturalUnits = Field(alias="maintMarginRatio")
    amount: Units = Field(alias="cum")
    max_leverage: Whole = Field(alias="initialLeverage")

    def as_row(self) -> _Row:
        return _Row.model_construct(**self.model_dump(exclude={"bracket"}))


class _ApiSymbol(BaseModel):
    symbol: str
    coefficient: Units | None = Field(default=None, alias="notionalCoef")
    brackets: list[_ApiRow]


class _PairRow(BaseModel):
    """A row of freqtrade's table: beside `info` it repeats the row in floats, which are lossy."""

    info: _ApiRow


_TOML = TypeAdapter(_Toml)
_API = TypeAdapter(list[_ApiSymbol])
_PAIRS = TypeAdapter(dict[str, list[_PairRow]])


def _from_toml(path: Path) -> BracketFile:
    file = validated(_TOML, read_toml(path), str(path))
    rows = {name: tuple(row.bracket() for row in rows) for name, rows in file.brackets.items()}
    return BracketFile(path=path, rows=rows, effective=file.effective)


def _from_api(path: Path, data: list[Any]) -> BracketFile:
    symbols = validated(_API, data, str(path))
    rows = {item.symbol: _in_order(item.brackets) for item in symbols}
    if len(rows) != len(symbols):
        raise TableError(f"{path}: a symbol occurs twice; expected one entry for each symbol")
    scaled = sorted(item.symbol for item in symbols if item.coefficient not in {None, ONE})
    note = f"{path}: notionalCoef of {', '.join(scaled)} is not applied: rows are used as printed"
    return BracketFile(path=path, rows=rows, notes=(note,) if scaled else ())


def _from_pairs(path: Path, data: dict[str, Any]) -> BracketFile:
    pairs = validated(_PAIRS, data, str(path))
    rows = {symbol_of(pair): _in_order([row.info for row in rows]) for pair, rows in pairs.items()}
    if len(rows) != len(pairs):
        raise TableError(f"{path}: two pairs are the same symbol; expected one entry for each")
    return BracketFile(path=path, rows=rows)


def _in_order(rows: Sequence[_ApiRow]) -> tuple[Bracket, ...]:
    ordered = sorted(rows, key=lambda row: row.bracket)
    return tuple(row.as_row().bracket() for row in ordered)
