"""A generated tape is its seed's, whatever the machine."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from perplab.domain.numbers import ONE
from perplab.tape.generator import Scenario, generate


def test_a_seed_gives_the_same_tape_on_every_machine() -> None:
    digests = {
        story: generate(rows=5_000, seed=42, scenario=story).digest[:16] for story in Scenario
    }
    assert digests == {
        "calm": "e7367ec5760fd75c",
        "flash-crash": "bf5e1e6b93d40436",
        "gap": "ab321c06ed89dae8",
        "bleed": "f7de29774e7e8f72",
    }


def test_another_seed_gives_another_tape() -> None:
    assert generate(rows=100, seed=1).digest != generate(rows=100, seed=2).digest


@given(
    rows=st.integers(1, 3_000),
    seed=st.integers(0, 2**64),
    scenario=st.sampled_from(list(Scenario)),
    terms=st.sampled_from([("60000", "0.1", "0.001"), ("0.5", "0.0001", "1"), ("1", "1", "1")]),
)
def test_prices_are_positive_and_on_tick_and_time_never_goes_back(
    rows: int, seed: int, scenario: Scenario, terms: tuple[str, str, str]
) -> None:
    price, tick, step = terms
    tape = generate(
        rows=rows, seed=seed, scenario=scenario, start_price=price, tick=tick, step=step
    )
    assert len(tape) == rows
    assert tape.quantity is not None
    assert (np.diff(tape.time_ns) >= 0).all()
    assert (tape.price > 0).all()
    assert not (tape.price % round(float(tick) * ONE)).any()
    assert (tape.quantity > 0).all()
    assert not (tape.quantity % round(float(step) * ONE)).any()


def test_a_calm_tape_stays_within_three_percent() -> None:
    price = generate(rows=200_000, seed=3).price
    assert price.min() >= 0.97 * 60_000 * ONE
    assert price.max() <= 1.03 * 60_000 * ONE


def test_a_flash_crash_falls_fourteen_percent_after_seven_tenths_and_recovers_half() -> None:
    price = generate(rows=100_000, seed=3, scenario="flash-crash").price / ONE
    assert 70_000 < price.argmin() < 77_000
    assert 0.83 * 60_000 <= price.min() <= 0.89 * 60_000
    assert price[-1] > 0.91 * 60_000


def test_a_gap_is_one_tick_to_the_next() -> None:
    price = generate(rows=100_000, seed=3, scenario="gap").price / ONE
    assert np.diff(price).argmin() == 60_000 - 1
    assert -7_250 < np.diff(price).min() < -7_150


def test_a_bleed_loses_a_quarter_without_a_jump() -> None:
    price = generate(rows=100_000, seed=3, scenario="bleed").price / ONE
    assert 0.71 * 60_000 <= price[-1] <= 0.79 * 60_000
    assert np.abs(np.diff(price)).max() < 10


def test_volatility_comes_in_clusters() -> None:
    steps = np.abs(np.diff(generate(rows=400_000, seed=3).price)).reshape(-1)[:399_000]
    by_cluster = steps.reshape(-1, 1000).mean(axis=1)
    assert by_cluster.max() > 4 * by_cluster.min()
    assert np.corrcoef(by_cluster[:-1], by_cluster[1:])[0, 1] > 0.5


def test_progress_adds_up_to_the_rows() -> None:
    heard: list[int] = []
    generate(rows=1_500_000, seed=1, progress=heard.append)
    assert sum(heard) == 1_500_000
    assert len(heard) > 1


@pytest.mark.parametrize(
    ("terms", "complaint"),
    [
        ({"rows": 0}, "rows 0"),
        ({"seed": -1}, "seed -1"),
        ({"start_price": "60000.05"}, "not a multiple of the tick"),
        ({"tick": "0"}, "above zero"),
        ({"tick": "x"}, "not a decimal number"),
        ({"scenario": "boom"}, "boom"),
        ({"start_ns": 2**63 - 5}, "64-bit"),
    ],
)
def test_terms_without_sense_are_refused(terms: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        generate(**{"rows": 10, "seed": 1} | terms)  # type: ignore[arg-type]
