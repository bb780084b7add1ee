"""The logs in `replays/`: made again to the byte, verified, and read by a person once."""

import os
from pathlib import Path

import pytest

from conftest import ROOT
from perplab.domain.numbers import format_units
from perplab.journal.jsonl import import_
from perplab.journal.verify import verify
from stories.golden import keep, play
from stories.goldens import GOLDENS

REPLAYS = ROOT / "replays"
WRITES = os.environ.get("PERPLAB_GOLDEN") == "write"
REAL = {"a-wick-of-the-last-price-liquidates-nobody"}
"""Made from real prices, in test_mark_and_last.py."""


@pytest.mark.parametrize("name", GOLDENS)
def test_a_replay_is_written_again_to_the_byte(name: str) -> None:
    keep(REPLAYS / f"{name}.jsonl", play(name, GOLDENS[name]).text, write=lambda _: WRITES)


@pytest.mark.parametrize("name", GOLDENS)
def test_a_replay_does_not_depend_on_skipping(name: str) -> None:
    assert play(name, GOLDENS[name], every_tick=True).text == play(name, GOLDENS[name]).text


@pytest.mark.parametrize("name", GOLDENS)
def test_a_replay_tells_its_story(name: str) -> None:
    golden, done = GOLDENS[name], play(name, GOLDENS[name])
    wallets = {who: format_units(account.futures) for who, account in done.state.accounts.items()}
    assert wallets == golden.ends
    assert not done.undone
    place = 0
    for saying in golden.says:
        left = done.told[place:]
        found = [index for index, told in enumerate(left) if f"{told} ".startswith(f"{saying} ")]
        assert found, f"{saying!r} is not in {left}"
        place += found[0] + 1


@pytest.mark.parametrize("path", sorted(REPLAYS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_kept_replay_is_verified_as_a_file_and_as_a_database(path: Path, tmp_path: Path) -> None:
    assert verify(path).ok
    import_(path, tmp_path / "replay.db")
    assert verify(tmp_path / "replay.db").ok


def test_every_file_in_replays_is_one_of_the_stories() -> None:
    assert {path.stem for path in REPLAYS.glob("*.jsonl")} == set(GOLDENS) | REAL


def test_every_replay_is_explained() -> None:
    listed = (REPLAYS / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in listed for name in set(GOLDENS) | REAL)


def test_the_kept_logs_are_small() -> None:
    assert all(path.stat().st_size < 60_000 for path in REPLAYS.glob("*.jsonl"))
