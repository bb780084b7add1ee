"""Points: the moments of a log, by record, by time, and by the nth event."""

from pathlib import Path

import pytest

from perplab.journal.journal import Journal
from perplab.lab.points import Point, PointError, point_of
from perplab.lab.preparation import prepare
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import scenario_of

MINUTE_NS = 60_000_000_000


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of two longs that a crash liquidates, the smaller margin first."""
    accounts = [
        {
            "name": name,
            "futures": "1000",
            "margin_mode": "isolated",
            "leverage": leverage,
            "actions": [{"do": "buy 0.1"}],
        }
        for name, leverage in (("ann", 20), ("bob", 10))
    ]
    data = {"tape": [{"generate": {"rows": 60_000}}], "account": accounts}
    path = tmp_path_factory.mktemp("points") / "run.db"
    run_recorded(prepare(scenario_of(data, "test"), Path()), path)
    return path


def records(log: Path, kind: str) -> list[tuple[int, int]]:
    with Journal.open(log) as journal:
        return [(record.seq, record.time_ns) for record in journal.records(types=[kind])]


def batches(log: Path) -> list[tuple[int, int, int]]:
    """Return the first and last record of each batch, and its time."""
    with Journal.open(log) as journal:
        found = [(first, len(batch.events), batch.time_ns) for _, first, batch in journal.batches()]
    return [(first, first + count, time_ns) for first, count, time_ns in found]


@pytest.mark.parametrize("name", ["margin-call", "liquidation"])
def test_the_nth_event_stands_for_the_batch_that_holds_it(log: Path, name: str) -> None:
    kind = {"margin-call": "MarginCalled", "liquidation": "LiquidationStarted"}[name]
    for number, (seq, time_ns) in enumerate(records(log, kind), start=1):
        point = point_of(f"{name}:{number}", log)
        assert (point.event, point.record, point.time_ns) == (kind, seq, time_ns)
        assert (point.first, point.seq, time_ns) in batches(log)
        assert point.first <= seq <= point.seq
    assert point_of(name, log) == point_of(f"{name}:1", log)


def test_an_account_counts_only_its_own_events(log: Path) -> None:
    assert point_of("liquidation", log, account="bob") == point_of("liquidation:2", log)
    with pytest.raises(PointError, match="liquidation:2: the log has 1 of account 'bob'"):
        point_of("liquidation:2", log, account="bob")


def test_a_record_stands_for_its_whole_batch(log: Path) -> None:
    for first, last, time_ns in batches(log):
        for seq in (first, last):
            assert point_of(str(seq), log) == Point(last, time_ns, first)


def test_a_time_takes_in_all_that_happened_up_to_and_at_it(log: Path) -> None:
    _, last, time_ns = max(one for one in batches(log) if one[2] < batches(log)[-1][2])
    assert point_of(str(time_ns), log).seq == last
    later = point_of(str(time_ns + 1), log)
    assert (later.seq, later.time_ns) == (last, time_ns + 1)
    assert point_of(str(time_ns - 1), log).seq < last
    started = batches(log)[0][2]
    assert point_of("+1m", log).time_ns == started + MINUTE_NS
    assert point_of("start", log).time_ns == started


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0", "record 0: the manifest stands there"),
        ("99999", "record 99999: the last record of the log is"),
        ("margin-call:9", "margin-call:9: the log has 2; they are counted from 1"),
        ("liquidation:0", "liquidation:0: the log has 2"),
        ("1999-01-01", "1999-01-01: 1999-01-01T00:00:00Z is outside the run,"),
        ("+999999999d", "is outside the run"),
        ("soon", "'soon' is no point in a log; expected a record's number, a time, margin-call"),
        ("liquidation:-1", "no point in a log"),
        ("", "no point in a log"),
    ],
)
def test_what_is_no_point_of_the_log_is_told(log: Path, text: str, says: str) -> None:
    with pytest.raises(PointError) as error:
        point_of(text, log)
    assert says in str(error.value)
