"""`ticks` looks into price files, converts and generates them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from perplab.cli.ticks import app
from perplab.tape.errors import TapeError

run = CliRunner()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERPLAB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    path = tmp_path / "BTCUSDT-aggTrades.csv"
    made = run.invoke(app, ["generate", "--rows", "500", "--seed", "4", "--out", str(path)])
    assert made.exit_code == 0, made.output
    assert "500 BTCUSDT trade rows" in made.stdout
    return path


def values(*arguments: str) -> dict[str, object]:
    result = run.invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_info_prints_a_table_and_the_notes(tmp_path: Path) -> None:
    candles = tmp_path / "BTCUSDT-1m.csv"
    candles.write_text("open_time_ms,open,high,low,close,volume\n1600000000000,5,6,4,5,8\n")
    result = run.invoke(app, ["info", str(candles)])
    assert result.exit_code == 0
    assert "minute candles" in result.stdout
    assert "2020-09-13 12:26:40" in result.stdout
    assert "the path inside a candle is assumed" in " ".join(result.stdout.split())


def test_info_as_json_has_files_and_streams(tape: Path) -> None:
    found = values("info", str(tape))
    assert [file["format"] for file in found["files"]] == ["Binance aggTrades"]  # type: ignore[attr-defined]
    (stream,) = found["streams"]  # type: ignore[misc]
    assert (stream["symbol"], stream["kind"], stream["rows"]) == ("BTCUSDT", "trade", 500)  # type: ignore[has-type]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "feather"])
def test_a_converted_tape_has_the_same_digest(tape: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"BTCUSDT-converted.{suffix}"
    before = values("convert", str(tape), "--out", str(out))
    (stream,) = values("info", str(out))["streams"]  # type: ignore[misc]
    assert stream["digest"] == before["digest"]  # type: ignore[has-type]


def test_the_same_seed_generates_the_same_file(tmp_path: Path) -> None:
    texts = []
    for name in ("a.csv", "b.csv"):
        out = tmp_path / name
        values("generate", "--rows", "50", "--seed", "9", "--scenario", "gap", "--out", str(out))
        texts.append(out.read_bytes())
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["generate", "--rows", "5", "--out", "a.xlsx"], "suffix"),
        (["generate", "--rows", "0", "--out", "a.csv"], "--rows"),
        (["generate", "--rows", "5", "--scenario", "boom", "--out", "a.csv"], "boom"),
        (["generate", "--rows", "5", "--start-price", "1.05", "--out", "a.csv"], "multiple"),
        (["convert", "x.csv", "--out", "missing/a.csv"], "does not exist"),
        (["info", "x.csv", "--kind", "candle"], "mark, quote, trade"),
        (["info", "x.csv", "--candle-path", "up"], "low-first"),
        (["info", "x.csv", "--columns", "time"], "ROLE=COLUMN"),
        (["info", "x.csv", "--columns", "time=a,time=b"], "given twice"),
    ],
)
def test_options_without_sense_end_with_code_2_and_a_message(
    arguments: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run.invoke(app, arguments)
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.replace("│", " ").split())


def test_two_streams_are_not_converted_into_one_file(tape: Path, tmp_path: Path) -> None:
    other = tmp_path / "ETHUSDT.csv"
    other.write_text("time,price\n1700000000000,5\n")
    out = tmp_path / "x.csv"
    result = run.invoke(app, ["convert", str(tape), str(other), "--out", str(out)])
    assert result.exit_code == 2
    assert "2 streams" in result.stderr


def test_a_bad_file_raises_its_own_error(tmp_path: Path) -> None:
    result = run.invoke(app, ["info", str(tmp_path / "BTCUSDT.csv")])
    assert isinstance(result.exception, TapeError)


def test_columns_named_on_the_command_line_are_used(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.csv"
    path.write_text("ts,px\n1700000000000,5\n")
    found = values("info", str(path), "--columns", "time=ts,price=px", "--kind", "mark")
    assert found["streams"][0]["kind"] == "mark"  # type: ignore[index]
