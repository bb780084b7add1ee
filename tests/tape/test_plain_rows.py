"""Plain rows are read fast, and to the same numbers as cell by cell; others are left alone."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from perplab.domain.numbers import INT64_MAX, parse_units
from perplab.tape import plain_rows
from perplab.tape.csv_table import CsvTable
from perplab.tape.errors import TapeError
from perplab.tape.plain_rows import Form, read_plain
from perplab.tape.source import Source

FORMS: dict[int, Form] = {0: "integer", 1: "decimal", 3: "flag"}
WANTED: dict[str, Form] = {"id": "integer", "px": "decimal", "flag": "flag"}
WIDTH = 4

plain_integers = st.integers(0, INT64_MAX).map(str)
plain_decimals = st.one_of(
    st.integers(0, 99_999_999).map(str),
    st.tuples(st.integers(0, 9_999_999), st.text("0123456789", min_size=1, max_size=8)).map(
        lambda both: f"{both[0]}.{both[1]}"
    ),
)
plain_flags = st.sampled_from(["true", "false", "True", "FALSE"])
plain_lines = st.tuples(
    plain_integers, plain_decimals, st.sampled_from(["", "x", "1.5.2", "9" * 30]), plain_flags
).map(",".join)
odd_cells = st.sampled_from(
    ["", " 1", "-1", "1e3", "1.123456789", "1.000000000", ".5", "5.", "1/2", "1:2", "123456789.5",
     "92233720368.54775807", "9223372036854775808", '"1"', "1\r", "1,2", "1.2.3", "abc", "\ufeff1"]
)  # fmt: skip
odd_lines = st.tuples(
    st.one_of(plain_integers, odd_cells),
    st.one_of(plain_decimals, odd_cells),
    st.one_of(st.just("x"), odd_cells),
    st.one_of(plain_flags, odd_cells),
).map(",".join)


def read_rows(text: str) -> dict[int, list[int]] | None:
    read = read_plain(text.encode(), 0, ",", WIDTH, FORMS)
    return None if read is None else {place: values.tolist() for place, values in read.items()}


def table(lines: list[str]) -> CsvTable:
    data = "\n".join(["id,px,other,flag", *lines, ""]).encode()
    return CsvTable(Source(path=Path("a.csv"), stored=data, data=data, content="text"))


@settings(deadline=None)
@given(lines=st.lists(plain_lines, min_size=1), chunk=st.integers(100, 300), ends=st.booleans())
def test_plain_rows_are_what_their_texts_say_however_they_are_cut(
    lines: list[str], chunk: int, *, ends: bool
) -> None:
    cells = [line.split(",") for line in lines]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_rows, "_CHUNK", chunk)
        read = read_rows("\n".join(lines) + "\n" * ends)
    assert read == {
        0: [int(row[0]) for row in cells],
        1: [parse_units(row[1]) for row in cells],
        3: [row[3].lower() == "true" for row in cells],
    }


@settings(deadline=None)
@given(lines=st.lists(st.one_of(plain_lines, odd_lines), min_size=1))
def test_whatever_is_read_as_plain_is_read_the_same_cell_by_cell(lines: list[str]) -> None:
    plain = read_rows("\n".join(lines))
    if plain is None:
        return
    slow = table(lines)._load_slowly(WANTED, None)
    assert [slow["id"].to_list(), slow["px"].to_list()] == [plain[0], plain[1]]
    assert [text.lower() == "true" for text in slow["flag"]] == plain[3]


@settings(deadline=None)
@given(lines=st.lists(st.one_of(plain_lines, odd_lines), min_size=1))
def test_with_plain_rows_and_without_a_table_is_loaded_or_refused_alike(lines: list[str]) -> None:
    def told(*, plainly: bool) -> object:
        try:
            rows = table(lines)
            frame = rows.load(WANTED) if plainly else rows._load_any(WANTED)
        except TapeError as error:
            return str(error)
        return frame.select("id", "px").rows()

    assert told(plainly=True) == told(plainly=False)


@pytest.mark.parametrize(
    "row",
    [
        "1,2,x",
        "1,2,x,true,5",
        "1,2,x,true\r",
        "1,-2,x,true",
        "1,2e1,x,true",
        "1,2.123456789,x,true",
        "1,123456789.5,x,true",
        "1,2,x,yes",
        "1,,x,true",
        "1,2.,x,true",
        "1,.2,x,true",
        "1.5,2,x,true",
        "9223372036854775808,2,x,true",
        '1,"2",x,true',
        "",
    ],
)
@pytest.mark.parametrize("place", [0, 500])
def test_one_row_that_is_not_plain_leaves_all_to_the_other_reader(row: str, place: int) -> None:
    rows = ["7,60000.1,x,false"] * 1000
    assert read_rows("\n".join(rows)) is not None
    rows[place] = row
    assert read_rows("\n".join(rows)) is None
