"""A stream: one symbol's prices of one kind, in time order, as columns of integers."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from perplab.domain.instrument import Kind
from perplab.tape.crossings import Crossings

_FIRST_NS, _LAST_NS = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@dataclass(slots=True, kw_only=True, eq=False)
class Stream:
    """Prices of one symbol and kind: int64 columns of equal length, sorted by time.

    `time_ns` counts nanoseconds since the epoch, `price` and `ask` 1e-8 of the quote currency,
    `quantity` 1e-8 of the base currency. A quote's `price` is the bid and it alone has an `ask`;
    a trade alone may have a `quantity`, where 0 says that the size is not known. `name` is that
    of the file or files, without folders. The columns must not change afterwards.
    `known_digest`, `known_index` and `known_step` are given by whoever has them already.
    """

    symbol: str
    kind: Kind
    name: str
    time_ns: NDArray[np.int64]
    price: NDArray[np.int64]
    ask: NDArray[np.int64] | None = None
    quantity: NDArray[np.int64] | None = None
    known_digest: str | None = field(default=None, repr=False)
    known_index: Crossings | None = field(default=None, repr=False)
    known_step: int | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.kind is Kind.QUOTE) != (self.ask is not None):
            raise ValueError(f"a {self.kind} stream {'lacks' if self.ask is None else 'has'} asks")
        if self.kind is not Kind.TRADE and self.quantity is not None:
            raise ValueError(f"a {self.kind} stream has quantities")
        for column, values in self.columns():
            if values.dtype != np.int64:
                raise TypeError(f"column {column} is {values.dtype}, not int64")
            if values.shape != (len(self.time_ns),):
                raise ValueError(
                    f"column {column} has {values.shape}, not {len(self.time_ns)} rows"
                )

    def __len__(self) -> int:
        return len(self.time_ns)

    def columns(self) -> Iterator[tuple[str, NDArray[np.int64]]]:
        """Yield the name and values of each column that is present, in a fixed order."""
        yield "time_ns", self.time_ns
        yield "price", self.price
        if self.ask is not None:
            yield "ask", self.ask
        if self.quantity is not None:
            yield "quantity", self.quantity

    @property
    def digest(self) -> str:
        """BLAKE2b-256, in hex, of the kind and the columns: not of the symbol or the file."""
        if self.known_digest is None:
            self.known_digest = columns_digest(self.kind, self.columns())
        return self.known_digest

    @property
    def index(self) -> Crossings:
        """The crossing index, made on first use: asks against low bounds, bids against high."""
        if self.known_index is None:
            self.known_index = Crossings(self.price if self.ask is None else self.ask, self.price)
        return self.known_index

    @property
    def step(self) -> int:
        """The largest step, in 1e-8, of which every price is a multiple."""
        if self.known_step is None:
            step = np.gcd.reduce(self.price)
            self.known_step = int(
                step if self.ask is None else np.gcd.reduce(self.ask, initial=step)
            )
        return self.known_step

    def last_row_at(self, time_ns: int) -> int:
        """Return the last row whose time is not after `time_ns`, or -1."""
        time = min(max(time_ns, _FIRST_NS), _LAST_NS)
        return int(self.time_ns.searchsorted(np.int64(time), side="right")) - 1


@dataclass(slots=True, kw_only=True, eq=False)
class FundingSeries:
    """Funding settlements of one symbol: when, and the signed rate in 1e-8."""

    symbol: str
    name: str
    time_ns: NDArray[np.int64]
    rate: NDArray[np.int64]
    known_digest: str | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.time_ns)

    def columns(self) -> Iterator[tuple[str, NDArray[np.int64]]]:
        """Yield the name and values of each column, in a fixed order."""
        yield "time_ns", self.time_ns
        yield "rate", self.rate

    @property
    def digest(self) -> str:
        """BLAKE2b-256, in hex, of the times and rates."""
        if self.known_digest is None:
            self.known_digest = columns_digest("funding", self.columns())
        return self.known_digest


def columns_digest(kind: str, columns: Iterator[tuple[str, NDArray[np.int64]]]) -> str:
    """Return the BLAKE2b-256 of a kind and of named columns as little-endian int64."""
    digest = hashlib.blake2b(f"perplab {kind}\n".encode(), digest_size=32)
    for name, values in columns:
        digest.update(f"{name} {len(values)}\n".encode())
        digest.update(np.ascontiguousarray(values, "<i8").data)
    return digest.hexdigest()
