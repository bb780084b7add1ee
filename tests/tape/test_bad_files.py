"""Files that cannot be used are refused whole, with a sentence that says where and what to do."""

import gzip
import zipfile
from pathlib import Path

import pytest

from perplab.tape.errors import TapeError
from perplab.tape.reading import read
from tape.conftest import Written

HEADER = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
GOOD = "1,60000.1,0.5,10,11,1700000000000,true\n"


def refused(path: Path) -> str:
    with pytest.raises(TapeError) as caught:
        read([path])
    assert caught.value.path == path
    return str(caught.value)


def second_row(**cells: str) -> str:
    row = {
        "id": "2",
        "price": "60000.2",
        "quantity": "0.5",
        "first": "12",
        "last": "13",
        "time": "1700000000001",
        "maker": "false",
    } | cells
    return ",".join(row.values()) + "\n"


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ({"price": "abc"}, "row 3, column price: found 'abc', expected a decimal number"),
        (
            {"price": ""},
            "row 3, column price: found an empty cell, expected a decimal number above",
        ),
        ({"price": "0"}, "row 3, column price: found '0', expected a decimal number above zero"),
        ({"price": "-1"}, "row 3, column price: found '-1', expected a decimal number above zero"),
        ({"price": "92233720369"}, "row 3, column price: found '92233720369', expected"),
        ({"price": "1.123456789"}, "row 3, column price: found '1.123456789', expected"),
        ({"quantity": "-0.5"}, "row 3, column quantity: found '-0.5', expected"),
        ({"quantity": "nan"}, "row 3, column quantity: found 'nan', expected"),
        ({"time": "0"}, "row 3, column transact_time: found '0', expected milliseconds"),
        ({"time": "-1"}, "row 3, column transact_time: found '-1', expected milliseconds"),
        ({"time": "1700000000001000"}, "row 3, column transact_time: found '1700000000001000'"),
        ({"time": "soon"}, "row 3, column transact_time: found 'soon', expected a whole number"),
        ({"time": ""}, "row 3, column transact_time: found an empty cell, expected a time"),
        ({"time": "99999999999999999999"}, "row 3, column transact_time: found '9999999"),
        ({"id": "1"}, "row 3, column agg_trade_id: found id 1, which row 2 has"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(
    written: Written, cells: dict[str, str], complaint: str
) -> None:
    path = written("BTCUSDT.csv", HEADER + GOOD + second_row(**cells))
    assert complaint in refused(path)


def test_rows_are_counted_from_one_in_a_file_without_header(written: Written) -> None:
    path = written("BTCUSDT.csv", GOOD + second_row(price="abc"))
    assert "row 2, column price" in refused(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "found an empty file"),
        ("\n\n", "found blank lines only"),
        (HEADER, "found a header and no rows"),
        (HEADER.rstrip(), "found a header and no rows"),
        (HEADER + GOOD + "2,60000.2,0.5\n", "row 3: found 3 columns, expected 7 columns"),
        (HEADER + GOOD + "2,6000", "row 3: found 2 columns, expected 7 columns"),
        (HEADER + GOOD + second_row().strip() + ",1\n", "row 3: found 8 columns, expected 7"),
        (HEADER + GOOD + "\n" + second_row(), "row 3: found a blank line"),
        (HEADER + GOOD + second_row().rstrip()[:-2], "found 'fal' at the end of the file"),
        ("price,price\n1,2\n", "found two columns 'price'"),
        ("a,b\n1,2\n", "found columns a, b, expected a known format. Say which column is what"),
        ("1,2\n3,4\n", "found no header, and columns 1, 2, expected a known format"),
    ],
)
def test_a_file_without_whole_rows_is_refused(written: Written, text: str, complaint: str) -> None:
    message = refused(written("BTCUSDT.csv", text))
    assert complaint in message


def test_a_cut_row_says_that_the_file_is_cut_short(written: Written) -> None:
    assert "cut short" in refused(written("BTCUSDT.csv", HEADER + GOOD + "2,6000"))


def test_a_last_row_that_could_be_cut_is_noted(written: Written) -> None:
    (report,) = read([written("BTCUSDT.csv", "time,price\n1700000000000,5")]).reports
    assert report.notes == ["The file does not end with a line break: its last row could be cut."]


def test_quoted_cells_read_and_a_cut_row_of_them_is_refused(written: Written) -> None:
    head = '"time","price","size"\n'
    row = '"1700000000000","5.5","1"\n'
    (stream,) = read([written("BTCUSDT.csv", head + row)]).streams
    assert stream.price.tolist() == [550000000]
    message = refused(written("BTCUSDT.csv", head + row + '"1700000000000","5.5"\n'))
    assert "rows of unequal length" in message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "BTCUSDT.csv")
    assert "directory" in refused(tmp_path)


def test_a_truncated_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.csv.gz"
    packed = gzip.compress((HEADER + GOOD * 100).encode())
    path.write_bytes(packed[: len(packed) // 2])
    assert "cut short" in refused(path)


def test_a_damaged_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.csv.gz"
    packed = bytearray(gzip.compress((HEADER + GOOD).encode()))
    packed[-6] ^= 1
    path.write_bytes(packed)
    assert "damaged gzip data" in refused(path)


def test_a_truncated_zip_and_one_of_two_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", HEADER + GOOD)
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    assert "damaged zip" in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", HEADER + GOOD)
        archive.writestr("b.csv", HEADER + GOOD)
    assert "a zip of a.csv, b.csv" in refused(path)


def test_binary_data_and_other_encodings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.csv"
    path.write_bytes(bytes(range(256)))
    assert "binary data" in refused(path)
    path.write_bytes("größe,preis\n1,2\n".encode("latin-1"))
    assert "not UTF-8" in refused(path)


def test_an_empty_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.csv.gz"
    path.write_bytes(gzip.compress(b""))
    assert "no bytes after unpacking" in refused(path)


def test_the_error_carries_its_parts(written: Written) -> None:
    with pytest.raises(TapeError) as caught:
        read([written("BTCUSDT.csv", HEADER + GOOD + second_row(price="abc"))])
    error = caught.value
    assert (error.row, error.column, error.found) == (3, "price", "'abc'")


def test_a_price_of_thousands_of_digits_is_refused_in_short(written: Written) -> None:
    message = refused(written("BTCUSDT.csv", HEADER + second_row(price="1." + "1" * 5000)))
    assert "row 2, column price: found '1.1111" in message
    assert "has 5002 characters, more than 60" in message
    assert len(message) < 400


@pytest.mark.parametrize("column", ["price", "time", "id"])
def test_digits_of_other_scripts_are_no_number(written: Written, column: str) -> None:
    path = written("BTCUSDT.csv", HEADER + GOOD + second_row(**{column: "٦٠٠٠٠"}))
    assert "row 3, column" in refused(path)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("BTCUSDT.csv.gz", "gzip"),
        ("BTCUSDT.zip", "zip"),
        ("BTCUSDT.npz", "npz"),
        ("BTCUSDT.parquet", "Parquet"),
        ("BTCUSDT.feather", "Feather"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    written: Written, name: str, what: str
) -> None:
    message = refused(written(name, HEADER + GOOD))
    assert f"found content that is not {what}" in message
    assert "as the name says" in message


def test_an_empty_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.zip"
    zipfile.ZipFile(path, "w").close()
    assert "a zip of nothing" in refused(path)


def test_an_unclosed_quote_is_named_by_its_row_in_one_sentence(written: Written) -> None:
    text = HEADER + GOOD + second_row(price='"60000') + second_row(id="3")
    message = refused(written("BTCUSDT.csv", text))
    assert "row 3: found a quote that is not closed" in message
    assert "\n" not in message


def test_two_unclosed_quotes_do_not_swallow_the_rows_between(written: Written) -> None:
    text = HEADER + GOOD + second_row(first='"12') + second_row(id="3", first='12"') + GOOD
    assert "row 3: found a quote that is not closed" in refused(written("BTCUSDT.csv", text))


@pytest.mark.parametrize("maker", ["maybe", "", "2", "tru"])
def test_a_flag_that_is_neither_true_nor_false_is_refused(written: Written, maker: str) -> None:
    text = HEADER + GOOD + second_row(maker=maker) + second_row(id="3")
    message = refused(written("BTCUSDT.csv", text))
    assert "row 3, column is_buyer_maker: found" in message
    assert "expected true or false" in message


def test_flags_read_in_any_case_and_as_digits(written: Written) -> None:
    flags = ("true", "False", "TRUE", "0", "1", "tRuE", "true ")
    rows = "".join(second_row(id=str(row), maker=flag) for row, flag in enumerate(flags))
    (stream,) = read([written("BTCUSDT.csv", HEADER + rows)]).streams
    assert len(stream) == len(flags)


def test_text_of_another_encoding_far_down_is_named_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.csv"
    goods = "".join(second_row(id=str(row)) for row in range(2, 60_000))
    path.write_bytes((HEADER + GOOD + goods + second_row(price="59é000")).encode("latin-1"))
    assert "row 60001: found text that is not UTF-8" in refused(path)
