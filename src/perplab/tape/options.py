"""What a reader is told, and what it tells back about each file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from perplab.domain.instrument import Kind
from perplab.tape.stream import FundingSeries, Stream

CandlePath = Literal["low-first", "high-first"]

ROLES = (
    "time", "price", "quantity", "bid", "ask", "rate",
    "open", "high", "low", "close", "volume", "id", "symbol",
)  # fmt: skip
"""What a column can be named to be with `ReadOptions.columns`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How to read price files.

    `symbol` names the market of files that do not say it, or picks one from files of several;
    `kind` forces what the prices are, or picks one from files of several kinds; `columns` says
    which column holds what, by role (see `ROLES`); `candle_path` says which extreme of a candle
    comes first.
    """

    symbol: str | None = None
    kind: Kind | Literal["funding"] | None = None
    columns: Mapping[str, str] | None = None
    candle_path: CandlePath = "low-first"
    use_cache: bool = True


@dataclass(slots=True, kw_only=True)
class FileReport:
    """What was found in one file, one report for each kind and symbol in it.

    `rows` counts the rows of the stream, `resorted_rows` those that came after a later one and
    were put in order; `notes` are sentences.
    """

    name: str
    format: str
    symbol: str
    kind: str = ""
    rows: int = 0
    first_ns: int = 0
    last_ns: int = 0
    resorted_rows: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Reading:
    """Streams by symbol and kind, funding series by symbol, and what was found in each file."""

    streams: list[Stream] = field(default_factory=list)
    funding: list[FundingSeries] = field(default_factory=list)
    reports: list[FileReport] = field(default_factory=list)
