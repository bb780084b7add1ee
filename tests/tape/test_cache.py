"""A converted tape is kept by its content, and never used when it is not what was stored."""

import gzip
import hashlib
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from perplab.domain.instrument import Kind
from perplab.tape import cache, reading as reading_module
from perplab.tape.generator import generate
from perplab.tape.options import Reading, ReadOptions
from perplab.tape.reading import read
from perplab.tape.source import Source
from perplab.tape.stamps import folder
from perplab.tape.stream import FundingSeries, Stream, columns_digest
from perplab.tape.writing import write_csv

ROWS = 20_000


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    path = tmp_path / "BTCUSDT-aggTrades.csv"
    write_csv(generate(rows=ROWS, seed=1), path)
    assert path.stat().st_size > cache.WORTH_KEEPING_BYTES
    return path


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return a list that grows with each file that is converted and not fetched."""
    files: list[Path] = []
    convert = reading_module._convert

    def counted(source: Source, options: ReadOptions) -> Reading:
        files.append(source.path)
        return convert(source, options)

    monkeypatch.setattr(reading_module, "_convert", counted)
    return files


def entry(folder: Path) -> Path:
    (found,) = [path for path in folder.iterdir() if not path.name.startswith(".")]
    time.sleep(0.02)  # the clock of a file system ticks every few milliseconds
    return found


def test_the_second_reading_is_fetched_and_equal(tape: Path, converted: list[Path]) -> None:
    first, second = read([tape]), read([tape])
    assert converted == [tape]
    assert first.reports == second.reports
    for column in ("time_ns", "price", "quantity"):
        one, other = (getattr(r.streams[0], column) for r in (first, second))
        assert np.array_equal(one, other)
    assert second.streams[0].known_digest == first.streams[0].digest
    assert second.streams[0].index.first(0, None, int(first.streams[0].price.max())) == int(
        first.streams[0].price.argmax()
    )


def test_fetched_columns_are_mapped_and_cannot_be_changed(tape: Path) -> None:
    read([tape])
    price = read([tape]).streams[0].price
    assert not price.flags.writeable
    assert not price.flags.owndata


def test_other_content_or_other_options_are_another_entry(
    tape: Path, converted: list[Path]
) -> None:
    read([tape])
    read([tape], ReadOptions(symbol="BTCUSDT"))
    with tape.open("a") as file:
        file.write("20001,60000,1,1,1,1704153600000000000,true\n")
    assert len(read([tape]).streams[0]) == ROWS + 1
    assert len(converted) == 3


def test_without_the_cache_nothing_is_written(tape: Path, own_cache: Path) -> None:
    read([tape], ReadOptions(use_cache=False))
    assert not own_cache.exists()


def test_quotes_marks_and_funding_come_back_as_they_were() -> None:
    ints = np.arange(1, 9000, dtype=np.int64)
    kept = Reading(
        streams=[
            Stream(symbol="X", kind=Kind.QUOTE, name="q", time_ns=ints, price=ints, ask=ints + 1),
            Stream(symbol="X", kind=Kind.MARK, name="m", time_ns=ints, price=ints),
        ],
        funding=[FundingSeries(symbol="X", name="f", time_ns=ints, rate=-ints)],
    )
    assert cache.keep("key", kept) is None
    back = cache.fetch("key")
    assert back is not None
    assert [s.digest for s in back.streams] == [s.digest for s in kept.streams]
    assert back.funding[0].rate.tolist() == (-ints).tolist()
    assert back.streams[0].index.first(0, 1, None) is None
    assert back.streams[0].index.first(0, 2, None) == 0


@pytest.mark.parametrize("damage", ["byte", "cut", "gone", "meta byte", "meta gone", "garbage"])
def test_a_damaged_entry_is_made_again(
    tape: Path, own_cache: Path, converted: list[Path], damage: str
) -> None:
    digest = read([tape]).streams[0].digest
    kept = entry(own_cache)
    column, meta = kept / "0-price.npy", kept / "meta.json"
    content = bytearray(column.read_bytes())
    match damage:
        case "byte":
            content[5000] ^= 1
            column.write_bytes(content)
        case "cut":
            column.write_bytes(content[:-8])
        case "gone":
            column.unlink()
        case "meta byte":
            meta.write_text(meta.read_text().replace("BTCUSDT", "ETHUSDT"))
        case "meta gone":
            meta.unlink()
        case _:
            meta.write_text('{"streams": 5}')
    stream = read([tape]).streams[0]
    assert (stream.symbol, stream.digest) == ("BTCUSDT", digest)
    read([tape])
    assert len(converted) == 2


def test_a_column_changed_behind_its_times_is_noticed(tape: Path, own_cache: Path) -> None:
    digest = read([tape]).streams[0].digest
    column = entry(own_cache) / "0-time_ns.npy"
    before = column.stat()
    content = bytearray(column.read_bytes())
    content[-1] ^= 1
    column.write_bytes(content)
    os.utime(column, ns=(before.st_atime_ns, before.st_mtime_ns))
    stream = read([tape]).streams[0]
    assert columns_digest(stream.kind, stream.columns()) == digest


def test_an_entry_that_was_copied_is_checked_once_and_used(
    tape: Path, own_cache: Path, converted: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    read([tape])
    kept = entry(own_cache)
    shutil.copytree(kept, own_cache / ".copy")
    shutil.rmtree(kept)
    (own_cache / ".copy").replace(kept)
    checked: list[Reading] = []
    monkeypatch.setattr(cache, "_demand_digests", checked.append)
    read([tape])
    read([tape])
    assert (len(checked), len(converted)) == (1, 1)


def test_a_damaged_index_is_made_again(tape: Path, own_cache: Path, converted: list[Path]) -> None:
    read([tape])
    index = entry(own_cache) / "0-extremes.npy"
    content = bytearray(index.read_bytes())
    content[-1] ^= 1
    index.write_bytes(content)
    read([tape])
    assert len(converted) == 2


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows with each file that is hashed."""
    files: list[int] = []
    sha256 = hashlib.sha256

    def counted() -> object:
        files.append(len(files))
        return sha256()

    monkeypatch.setattr("perplab.tape.source.hashlib.sha256", counted)
    return files


def test_a_file_that_rested_is_hashed_once_and_one_changed_just_now_again(
    tape: Path, hashed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed_ns = tape.stat().st_ctime_ns
    monkeypatch.setattr("perplab.tape.stamps.time.time_ns", lambda: changed_ns + 1_000)
    read([tape])
    read([tape])
    assert len(hashed) == 2
    monkeypatch.setattr("perplab.tape.stamps.time.time_ns", lambda: changed_ns + 3_000_000_000)
    read([tape])
    read([tape])
    read([tape])
    assert len(hashed) == 3


def test_a_file_changed_in_place_is_read_anew_even_with_its_old_time_and_size(
    tape: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perplab.tape.stamps._SETTLED_NS", 0)
    first = read([tape])
    before = tape.stat()
    text = tape.read_bytes()
    row = text.rindex(b",", 0, -2)
    with tape.open("r+b") as file:
        file.seek(row - 1)
        file.write(b"1" if text[row - 1 : row] != b"1" else b"2")
    os.utime(tape, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert tape.stat().st_size == before.st_size
    assert read([tape]).streams[0].digest != first.streams[0].digest


def test_a_note_of_a_hash_that_is_damaged_or_wrong_does_no_harm(
    tape: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perplab.tape.stamps._SETTLED_NS", 0)
    digest = read([tape]).streams[0].digest
    (note,) = (own_cache / ".hashes").iterdir()
    sha256 = note.read_text()
    tape.with_name(tape.name + ".CHECKSUM").write_text(f"{sha256}  {tape.name}")
    for text in ("", sha256[:-1], "0" * 64):
        note.write_text(text)
        assert read([tape]).streams[0].digest == digest


def test_a_packed_file_is_not_unpacked_when_it_was_kept(
    tape: Path, tmp_path: Path, converted: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = tmp_path / "BTCUSDT-aggTrades-packed.csv.gz"
    packed.write_bytes(gzip.compress(tape.read_bytes(), 0))
    digest = read([packed]).streams[0].digest
    monkeypatch.setattr("gzip.decompress", None)
    assert read([packed]).streams[0].digest == digest
    assert converted == [packed]


def test_a_cache_that_cannot_be_written_is_noted_and_does_not_matter(
    tape: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("PERPLAB_CACHE", str(blocked))
    reading = read([tape])
    assert len(reading.streams[0]) == ROWS
    assert any("could not be kept in the cache" in note for note in reading.reports[0].notes)


def test_a_full_disk_leaves_nothing_half_written(
    tape: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.save", full)
    reading = read([tape])
    assert any("No space left" in note for note in reading.reports[0].notes)
    assert [left for left in own_cache.iterdir() if left.name != ".hashes"] == []


def test_an_entry_that_another_process_just_made_is_left_alone(
    tape: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read([tape])
    kept = read([tape])
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    assert cache.keep(entry(own_cache).name, kept) is None
    assert cache.fetch(entry(own_cache).name) is not None


def test_what_a_killed_process_left_is_swept_away_later(tape: Path, own_cache: Path) -> None:
    old, new = own_cache / ".part-old", own_cache / ".part-new"
    for left in (old, new):
        left.mkdir(parents=True)
    os.utime(old, (0, 0))
    read([tape])
    assert (old.exists(), new.exists()) == (False, True)


def test_the_folder_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERPLAB_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert folder() == Path("/somewhere/perplab")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert folder() == Path.home() / ".cache" / "perplab"
