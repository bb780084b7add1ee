"""The manifest: what a run was made from."""

import pytest
from pydantic import ValidationError

from journal.runs import CONFIG, manifest
from perplab.journal import (
    FORMAT,
    FundingEntry,
    JournalError,
    Manifest,
    Parent,
    TapeEntry,
    config_of,
    first_difference,
    manifest_config,
)
from perplab.journal.manifest import read_manifest


def full() -> Manifest:
    return manifest().model_copy(
        update={
            "tapes": (TapeEntry(symbol="BTCUSDT", kind="mark", rows=5, digest="ab"),),
            "funding": (FundingEntry(symbol="BTCUSDT", rows=1, digest="cd"),),
            "parent": Parent(hash="ef", seq=7),
        }
    )


def test_a_config_comes_back_exactly() -> None:
    assert config_of(manifest_config(CONFIG)) == CONFIG


def test_a_config_is_written_in_decimals() -> None:
    written = manifest_config(CONFIG)
    assert written["settings"]["taker_fee"] == "0.0005"
    assert written["instruments"][0]["brackets"][1]["floor"] == "50000"


def test_a_manifest_comes_back_from_its_text() -> None:
    assert read_manifest(full().text) == full()
    assert read_manifest(full().text).text == full().text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"seed":0', '"seed":false', "canonical"),
        ('"seed":0', '"seed": 0', "canonical"),
        ('"seed":0', '"seed":"many"', "'seed'"),
        ('"seed":0', '"sead":0', "'sead'"),
        ('"rows":5', '"rows":-5', "'tapes.0.rows'"),
        ('"taker_fee":"0.0005"', '"taker_fee":"x"', "settings.taker_fee"),
        ('"taker_fee":"0.0005"', '"taker_fee":"0.00050"', "settings.taker_fee"),
        ("{", "", "manifest"),
    ],
)
def test_a_changed_manifest_is_refused_by_field(old: str, new: str, words: str) -> None:
    with pytest.raises(JournalError) as refusal:
        read_manifest(full().text.replace(old, new, 1))
    assert words in str(refusal.value)


def test_a_newer_format_is_refused_with_what_to_do() -> None:
    text = full().text.replace('"format":1', f'"format":{FORMAT + 1},"news":0', 1)
    with pytest.raises(JournalError, match=r"written by a newer perplab.*install"):
        read_manifest(text)


@pytest.mark.parametrize("inexact", [0.1, {"at": [1, 0.5]}, {"deep": {"nan": float("nan")}}])
def test_a_scenario_with_a_float_is_refused(inexact: object) -> None:
    with pytest.raises(ValidationError, match="not exact"):
        Manifest(perplab="0", config=manifest_config(CONFIG), scenario={"x": inexact})


def test_the_first_field_that_differs_is_named_with_both_values() -> None:
    written = manifest_config(CONFIG)
    written["instruments"][0]["brackets"][1]["rate"] = "0.006"
    other = full().model_copy(update={"config": written, "seed": 4})
    difference = first_difference(full(), other)
    assert difference is not None
    assert "config.instruments[0].brackets[1].rate" in str(difference)
    assert (difference.found, difference.expected) == ("'0.005'", "'0.006'")
    assert first_difference(full(), full()) is None


def test_a_missing_tape_is_a_difference() -> None:
    difference = first_difference(full(), full().model_copy(update={"tapes": ()}))
    assert difference is not None
    assert "'tapes'" in str(difference)
