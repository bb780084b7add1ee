"""Plain rows of a CSV to integers, a chunk at a time: eight digits are one 64-bit word of numpy.

Only what most price files hold is read here: unsigned digits with or without a dot, and true or
false. Anything else in a row is for `CsvTable` to read or to refuse.
"""

import mmap
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from perplab.domain.numbers import INT64_MAX, ONE
from perplab.tape.source import release

Form = Literal["integer", "decimal", "text", "flag"]
"""How the cells of a column read."""

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Column = Ints | Flags

_CHUNK = 1 << 20
_LARGE = 31 << 20
_PAD = 24
"""Bytes before the first cell of a block: a number of 19 digits is read as three words."""
_FILLER = ord("0")
_DOT, _LINE_BREAK = ord("."), ord("\n")

_WORD = 8
_ZEROS, _DOTS, _ONES, _HIGH_BITS, _UP_TO_NINE = (
    np.uint64(byte * 0x0101010101010101) for byte in (_FILLER, _DOT, 1, 128, 118)
)
_FIRST = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], np.uint64)
_LAST = np.array([2**64 - (1 << 64 - 8 * count) for count in range(_WORD + 1)], np.uint64)
"""Masks of a word's first and last characters, by their number; the first is the lowest byte."""
_BITS_AFTER = np.array([64 - 8 * max(count, 1) for count in range(_WORD + 1)], np.uint64)
_HALVINGS = tuple(
    (np.uint64(1 + (base << bits)), np.uint64(bits), np.uint64(kept))
    for base, bits, kept in (
        (10, 8, 0x00FF00FF00FF00FF),
        (100, 16, 0x0000FFFF0000FFFF),
        (10_000, 32, 0x00000000FFFFFFFF),
    )
)
"""Two digits become one number, two such numbers one of four digits, and two of these the whole."""
_LONGEST_INTEGER, _DECIMALS = 19, 8
_LOWER_CASE = np.uint64(0x2020202020202020)
_TRUE, _FALSE = (np.uint64(int.from_bytes(word, "little")) for word in (b"true", b"false"))


class NotPlainError(Exception):
    """Rows that hold something else."""


def read_plain(
    data: bytes | mmap.mmap, offset: int, separator: str, width: int, wanted: Mapping[int, Form]
) -> dict[int, Column] | None:
    """Return the wanted columns of the rows from an offset on, by their places; or None.

    Integers come as they stand, decimals in units of 1e-8, exactly, flags as booleans. None says
    that a row is not plain, is of another width, or that a number may not fit.
    """
    if ord(separator) >= _DOT or "text" in wanted.values():
        return None
    parse = partial(_parsed, data, ord(separator), width, wanted)
    most_rows = (len(data) - offset) // (2 * width) + 1
    columns: dict[int, Column] = {
        place: np.empty(most_rows, np.bool_ if form == "flag" else np.int64)
        for place, form in wanted.items()
    }
    row = 0
    # Freed at once, it teaches the C library that arrays of a chunk come and go: it would give each
    # back to the system, and ask for it again page by page.
    np.empty(_LARGE, np.uint8)
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        try:
            for parts in pool.map(parse, _chunks(data, offset)):
                end = row + len(parts[0])
                for column, part in zip(columns.values(), parts, strict=True):
                    column[row:end] = part
                row = end
        except NotPlainError:
            pool.shutdown(wait=False, cancel_futures=True)
            return None
    return {place: column[:row] for place, column in columns.items()}


def _chunks(data: bytes | mmap.mmap, offset: int) -> Iterator[tuple[int, int]]:
    """Yield where chunks of whole rows start and end."""
    while offset < len(data):
        end = len(data)
        if offset + _CHUNK < end:
            end = data.rfind(b"\n", offset, offset + _CHUNK) + 1
        if end == 0:
            raise NotPlainError
        yield offset, end
        offset = end


def _parsed(
    data: bytes | mmap.mmap,
    separator: int,
    width: int,
    wanted: Mapping[int, Form],
    chunk: tuple[int, int],
) -> list[Column]:
    cells = _Cells(_block(data, *chunk), separator, width)
    return [getattr(cells, form)(place) for place, form in wanted.items()]


def _block(data: bytes | mmap.mmap, start: int, end: int) -> Bytes:
    """Return the bytes of whole rows, with filler around them; the last row gets a line break."""
    size = end - start
    block = np.full(_PAD + size + 1 + _WORD, _FILLER, np.uint8)
    block[_PAD : _PAD + size] = np.frombuffer(data, np.uint8, size, start)
    release(data, start, end)
    if block[_PAD + size - 1] != _LINE_BREAK:
        block[_PAD + size] = _LINE_BREAK
    return block


class _Cells:
    """The cells of a block of rows; a column is asked for by its place and its form."""

    def __init__(self, block: Bytes, separator: int, width: int) -> None:
        self._words: Words = np.ndarray((len(block) - _WORD + 1,), "<u8", block, strides=(1,))
        closing = np.flatnonzero(block < _DOT)
        rows, rest = divmod(len(closing), width)
        _demand(rest == 0)
        _demand(np.count_nonzero(block == separator) == rows * (width - 1))
        _demand(np.count_nonzero(block[closing[width - 1 :: width]] == _LINE_BREAK) == rows)
        self._ends: Ints = closing.reshape(rows, width)
        """Where each cell ends: at a separator, at a line break, and nowhere else."""

    def integer(self, place: int) -> Ints:
        """Return a column of whole numbers."""
        start, end = self._column(place)
        length = end - start
        least, most = int(length.min()), int(length.max())
        _demand(least > 0 and most <= _LONGEST_INTEGER)
        value: Words = np.zeros(len(end), np.uint64)
        for skipped in range(0, most, _WORD):
            if least == most or least >= skipped + _WORD:
                mask = _LAST[min(most - skipped, _WORD)]
            else:
                mask = _LAST[np.minimum(np.maximum(length, skipped) - skipped, _WORD)]
            number = _number(self._words[end - skipped - _WORD], mask)
            value += number * np.uint64(10**skipped)
        _demand(most < _LONGEST_INTEGER or value.max() <= INT64_MAX)
        return value.view(np.int64)

    def decimal(self, place: int) -> Ints:
        """Return a column of decimals, in units of 1e-8."""
        start, end = self._column(place)
        length = end - start
        first = self._words[start]
        whole = np.minimum(_characters_before_dot(first), length)
        rest = length - whole
        _demand(whole.min() > 0 and not (rest == 1).any() and rest.max() <= 1 + _DECIMALS)
        _demand(whole.max() < _WORD or not rest[whole == _WORD].any())
        digits = _number(first << _BITS_AFTER[whole], _LAST[whole])
        decimals = np.maximum(rest, 1) - 1
        fraction = _number(self._words[end - decimals], _FIRST[decimals])
        return (digits * np.uint64(ONE) + fraction).view(np.int64)

    def flag(self, place: int) -> Flags:
        """Return a column of true and false."""
        start, end = self._column(place)
        length, last = end - start, self._words[end - _WORD] | _LOWER_CASE
        true: Flags = (length == len("true")) & (last >> np.uint64(32) == _TRUE)
        false = (length == len("false")) & (last >> np.uint64(24) == _FALSE)
        _demand((true | false).all())
        return true

    def _column(self, place: int) -> tuple[Ints, Ints]:
        """Return where a column's cells start and end."""
        end = np.ascontiguousarray(self._ends[:, place])
        if place:
            return self._ends[:, place - 1] + 1, end
        start = np.empty_like(end)
        start[0], start[1:] = _PAD, self._ends[:-1, -1] + 1
        return start, end


def _characters_before_dot(word: Words) -> Ints:
    """Return how many of a word's characters stand before its first dot: all, if it has none."""
    other = word ^ _DOTS
    dots = (other - _ONES) & ~other & _HIGH_BITS
    return np.bitwise_count((dots & -dots) - np.uint64(1)).astype(np.int64) >> 3


def _number(word: Words, mask: Words) -> Words:
    """Return the number whose digits are the masked characters of a word, the others zeros."""
    word ^= _ZEROS
    word &= mask
    # A byte above nine has its high bit, or gets it by adding 118.
    above = word + _UP_TO_NINE
    above |= word
    _demand(not np.bitwise_or.reduce(above) & _HIGH_BITS)
    for base, bits, kept in _HALVINGS:
        word *= base
        word >>= bits
        word &= kept
    return word


def _demand(is_plain: object) -> None:
    if not is_plain:
        raise NotPlainError
