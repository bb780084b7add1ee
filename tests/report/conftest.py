"""Logs, a sweep and a browser that the tests of reports share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from perplab.lab.finding import tapes_of_log
from perplab.lab.forking import Decision, deeds
from perplab.lab.preparation import prepare
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import scenario_of
from perplab.lab.sweep.bench import run_chunk
from perplab.lab.sweep.frame import frame_of
from perplab.lab.sweep.parts import Parts
from perplab.lab.sweep.sweep import Terms, sweep_of
from perplab.lab.whatif import Try, branches_of
from perplab.report.run_page import write_run_report
from perplab.report.source import Source
from report.browser import chromium, running

HOSTILE = "<b>&</script><script>alert(1)//"
"""An account's name that would be markup if it were not escaped."""
CRASH = {
    "name": f"crash {HOSTILE}",
    "tape": [{"generate": {"rows": 60_000, "seed": 7, "scenario": "flash-crash"}}],
    "funding": [{"symbol": "BTCUSDT", "rate": "0.0001", "interval_hours": 1}],
    "account": [
        {
            "name": HOSTILE,
            "futures": "1000",
            "margin_mode": "isolated",
            "leverage": 20,
            "actions": [{"do": "buy 0.1"}, {"do": "stop 55000"}],
        },
        {
            "name": "topped up",
            "futures": "1000",
            "margin_mode": "isolated",
            "leverage": 20,
            "actions": [
                {"do": "buy 0.1"},
                {"do": "auto-add on"},
                {"do": "trail 10%"},
                {"do": "buy 0.01 at 40000"},
            ],
        },
        {"name": "idle", "futures": "5"},
    ],
}
SWEEP = """
name = "crash"
tape = [{ generate = { rows = 20_000, seed = 7, scenario = "flash-crash" } }]
[[account]]
name = "ann"
futures = 1000
margin_mode = "isolated"
actions = [{ do = "buy {100 * leverage / entry}" }]
[decision.hold]
[decision.stop]
actions = [{ do = "stop {entry * (1 - 0.5 / leverage)}" }]
"""


@dataclass
class Shown:
    """A page in the browser, and what it complained of or asked the network for."""

    page: Page
    problems: list[str] = field(default_factory=list)


Open = Callable[..., Shown]


@pytest.fixture(scope="session")
def crash_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of three accounts in a crash; one is liquidated, one auto-adds."""
    path = tmp_path_factory.mktemp("runs") / "crash.db"
    run_recorded(prepare(scenario_of(CRASH, "crash"), Path()), path)
    return path


@pytest.fixture(scope="session")
def crash(crash_log: Path) -> Source:
    """Return the log with its ticks."""
    return Source(log=crash_log, name="crash", streams=tapes_of_log(crash_log, []).streams)


@pytest.fixture(scope="session")
def branches(crash: Source, tmp_path_factory: pytest.TempPathFactory) -> list[Source]:
    """Return the log and what two other decisions at its margin call came to."""
    folder = tmp_path_factory.mktemp("branches")
    prices = tapes_of_log(crash.log, [])
    tries = [
        Try(
            name=text,
            decision=Decision(at="margin-call", do=deeds(text), account=HOSTILE),
            out=folder / f"{number}.db",
        )
        for number, text in enumerate(("hold", "close 50%"))
    ]
    list(branches_of(crash.log, tries, prices, [], jobs=1))
    logs = [one.out for one in tries if one.out is not None]
    return [crash, *(Source(log=log, name=log.stem, streams=prices.streams) for log in logs)]


@pytest.fixture(scope="session")
def sweep_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Parquet file of a sweep of two decisions and two leverages."""
    folder = tmp_path_factory.mktemp("sweep")
    scenario = folder / "crash.toml"
    scenario.write_text(SWEEP)
    vary = ("leverage=5,20", "entry=every:5s", "decision=hold,stop")
    sweep = sweep_of(Terms(scenario=scenario, vary=vary, length="1m"))
    parts = Parts(folder / "crash.parquet", sweep.signature)
    parts.open(resume=False)
    for chunk in sweep.layout.chunks():
        rows = run_chunk(sweep.work, chunk)
        parts.write(chunk.number, frame_of(rows, sweep.layout.variants))
    parts.close(parts.joined())
    return parts.out


@pytest.fixture(scope="session")
def crash_page(crash: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of the log."""
    out = tmp_path_factory.mktemp("pages") / "crash.html"
    write_run_report([crash], out)
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium, or skip."""
    if chromium() is None:
        pytest.skip("no chromium on the path: apt-get install chromium")
    with running() as found:
        yield found


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Return what opens a page; at the end every page must have been without a complaint."""
    shown: list[Shown] = []

    def open_page(path: Path, *, width: int = 1280, dark: bool = False) -> Shown:
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        one = Shown(page)
        shown.append(one)

        def asked(request: Request) -> None:
            if not request.url.startswith(("file:", "data:", "blob:")):
                one.problems.append(f"asked for {request.url}")

        page.on("request", asked)
        page.on("console", lambda said: one.problems.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: one.problems.append(f"error: {error}"))
        page.on("dialog", lambda dialog: one.problems.append(f"dialog: {dialog.message}"))
        page.goto(path.as_uri())
        return one

    yield open_page
    for one in shown:
        assert one.problems == []
        one.page.close()
