"""Reports as a reader meets them: in a browser, by mouse, by keyboard, on a phone, in the dark."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from perplab.journal.journal import Journal
from perplab.lab.finding import tapes_of_log
from perplab.report.audit_page import write_audit_report
from perplab.report.run_page import write_run_report
from perplab.report.source import Source
from perplab.report.sweep_page import write_sweep_report
from report.audits import audit
from report.conftest import HOSTILE, Open

ROWS = "#rows tbody tr"
CHOSEN = f'{ROWS}[aria-current="true"]'
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def range_of(page: Page) -> tuple[float, float]:
    low, high = page.evaluate(
        "(plot._fullLayout.xaxis.range).map((one) => plot._fullLayout.xaxis.r2l(one))"
    )
    return float(low), float(high)


def click_point(page: Page, kind: str) -> dict[str, Any]:
    """Click the first point of a kind of event on the chart, and return the event."""
    found = page.evaluate(
        """(kind) => {
            document.getElementById("plot").scrollIntoView();
            const trace = drawn.find((one) => one.events && one.events[0].kind === kind);
            const { xaxis, yaxis } = plot._fullLayout;
            const box = plot.getBoundingClientRect();
            return { event: trace.events[0],
                     x: box.left + xaxis._offset + xaxis.d2p(trace.x[0]),
                     y: box.top + yaxis._offset + yaxis.d2p(trace.y[0]) };
        }""",
        kind,
    )
    page.mouse.move(found["x"] - 1, found["y"])
    page.mouse.move(found["x"], found["y"])
    page.wait_for_timeout(100)
    page.mouse.click(found["x"], found["y"])
    return dict(found["event"])


@pytest.fixture(scope="module")
def compared(branches: list[Source], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages") / "branches.html"
    write_run_report(branches, out, account=HOSTILE)
    return out


@pytest.fixture(scope="module")
def swept(sweep_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages") / "sweep.html"
    write_sweep_report(sweep_file, out)
    return out


@pytest.fixture(scope="module")
def audited(crash_log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages") / "audit.html"
    with Journal.open(crash_log) as journal:
        (first, *_) = journal.records(types=["LiquidationStarted"])
    streams = tapes_of_log(crash_log, []).streams
    given = audit(account=HOSTILE, first_seq=first.seq)
    write_audit_report(given, out, crash_log, streams=streams)
    return out


def test_a_run_is_drawn_and_nothing_is_asked_of_the_network(opened: Open, crash_page: Path) -> None:
    page = opened(crash_page).page
    assert page.locator("#plot .main-svg").count() > 0
    assert page.title() == f"crash {HOSTILE}"
    assert page.locator("h1").inner_text() == f"crash {HOSTILE}"
    assert page.locator("#legend button").count() >= 8
    assert "liquidated" in page.locator("#chart-text").inner_text()


def test_the_numbers_of_the_table_are_those_of_the_log(
    opened: Open, crash_page: Path, crash_log: Path
) -> None:
    page = opened(crash_page).page
    with Journal.open(crash_log) as journal:
        bodies = {str(one.seq): json.loads(one.body) for one in journal.records(kind="event")}
    rows = page.locator(ROWS)
    seen = 0
    for number in range(rows.count()):
        row = rows.nth(number)
        row.click()
        body = bodies[row.locator("th").inner_text()]
        told = page.locator("#record dd").all_inner_texts()[2:]
        values = [one if isinstance(one, str) else json.dumps(one) for one in body.values()]
        assert told == values
        mark = row.locator('[data-label="mark"]').inner_text()
        if "mark" in body and body["mark"] != "0":
            assert mark.replace(",", "") == body["mark"]
            seen += 1
    assert rows.count() > 8
    assert seen > 0


def test_a_row_moves_the_chart_and_comes_closer_again(opened: Open, crash_page: Path) -> None:
    page = opened(crash_page).page
    whole = range_of(page)
    row = page.locator(ROWS, has_text="LIQUIDATION:")
    row.click()
    first = range_of(page)
    assert first[1] - first[0] < (whole[1] - whole[0]) / 10
    assert row.get_attribute("aria-current") == "true"
    time = page.evaluate("at(shown.chosen.t)")
    assert first[0] < time < first[1]
    row.click()
    second = range_of(page)
    assert second[1] - second[0] < (first[1] - first[0]) / 3
    page.get_by_role("button", name="Show the whole run").click()
    assert range_of(page) == pytest.approx(whole)


def test_a_point_of_the_chart_shows_its_row(opened: Open, crash_page: Path) -> None:
    page = opened(crash_page).page
    event = click_point(page, "liquidation")
    chosen = page.locator(CHOSEN)
    assert chosen.count() == 1
    assert chosen.locator("th").inner_text() == str(event["seq"])
    assert page.locator("#record h3").inner_text() == "LiquidationStarted"
    frame, row = page.locator("#rows").bounding_box(), chosen.bounding_box()
    assert frame is not None
    assert row is not None
    assert frame["y"] <= row["y"] <= frame["y"] + frame["height"]


def test_everything_can_be_done_by_keyboard(opened: Open, crash_page: Path) -> None:
    page = opened(crash_page).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the chart"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "events"
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.id") == "rows":
        page.keyboard.press("Tab")  # a box that scrolls may be a stop of its own
    assert page.evaluate("document.activeElement.tagName") == "TR"
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen = page.locator(CHOSEN)
    assert chosen.evaluate("(row) => row === document.activeElement")
    assert chosen.evaluate("(row) => row.rowIndex") == 4
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.nextSibling") is None


def test_what_is_drawn_can_be_taken_away_and_the_button_tells(
    opened: Open, crash_page: Path
) -> None:
    page = opened(crash_page).page
    button = page.get_by_role("button", name="liquidation price", exact=True)
    hidden = "drawn.filter((one) => one.group === 'liquidation price').map((one) => one.visible)"
    assert button.get_attribute("aria-pressed") == "true"
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "false"
    assert set(page.evaluate(hidden)) == {False}
    button.press("Space")
    assert button.get_attribute("aria-pressed") == "true"


def test_another_account_can_be_chosen(opened: Open, crash_page: Path) -> None:
    page = opened(crash_page).page
    page.get_by_label("Account").select_option(label="topped up")
    assert page.locator(ROWS, has_text="auto-added").count() > 0
    assert page.locator(ROWS, has_text="LIQUIDATION:").count() == 0
    assert page.locator("#chart-text").inner_text().startswith("topped up: ")
    page.get_by_label("Account").select_option(label="idle")
    assert page.locator(ROWS).count() == 1


def test_the_dark_follows_the_system_and_the_button(opened: Open, crash_page: Path) -> None:
    page = opened(crash_page, dark=True).page
    button = page.get_by_role("button", name="Dark theme")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert page.evaluate(ground) == "rgb(255, 255, 255)" != dark
    ink = page.evaluate("plot._fullLayout.font.color")
    assert ink == page.evaluate("colour('ink')")


@pytest.mark.parametrize("name", ["crash_page", "compared", "swept", "audited"])
def test_a_phone_has_nothing_beside_its_screen(
    opened: Open, name: str, request: pytest.FixtureRequest
) -> None:
    page = opened(request.getfixturevalue(name), width=390).page
    page.wait_for_timeout(200)
    assert page.evaluate(WIDER) == 0
    if name != "swept":
        page.locator(ROWS).nth(4).click()
        assert page.evaluate(WIDER) == 0


@pytest.mark.parametrize("name", ["crash_page", "compared", "swept", "audited"])
def test_a_desk_has_nothing_beside_its_screen(
    opened: Open, name: str, request: pytest.FixtureRequest
) -> None:
    page = opened(request.getfixturevalue(name), width=1280).page
    page.wait_for_timeout(200)
    assert page.evaluate(WIDER) == 0


def test_branches_lie_over_each_other_and_can_be_taken_away(opened: Open, compared: Path) -> None:
    page = opened(compared).page
    names = page.evaluate("data.branches.map((one) => one.name)")
    assert len(names) == 3
    before = page.locator(ROWS).count()
    lines = "drawn.filter((one) => one.group === 'equity').length"
    assert page.evaluate(lines) == 3
    page.get_by_role("button", name="close 50%").click()
    assert page.evaluate(lines) == 2
    assert page.locator(ROWS).count() < before
    assert "first differs" in page.locator("#accounts").inner_text()


def test_a_sweep_shows_survival_and_results_by_decision(opened: Open, swept: Path) -> None:
    page = opened(swept).page
    for name in ("survival", "spread", "histogram"):
        assert page.locator(f"#{name} .main-svg").count() > 0
    curves = "document.getElementById('survival').data.length"
    assert page.evaluate(curves) == 2
    page.get_by_label("leverage").select_option(label="20")
    least = page.evaluate("Math.min(...document.getElementById('survival').data[0].y)")
    group = page.evaluate("view().groups.find((one) => one.name === 'hold')")
    assert least == pytest.approx(100 * group["survival"]["left"][-1] / group["runs"])
    page.get_by_role("button", name="stop").click()
    assert page.evaluate(curves) == 1


def test_an_audits_liquidation_is_shown_on_the_chart(opened: Open, audited: Path) -> None:
    page = opened(audited).page
    assert page.locator("#verdict .verdict").inner_text() == "✖ VIOLATED"
    page.locator("details", has_text="1. ").first.locator("summary").click()
    page.get_by_role("button", name="Show liquidation 1 on the chart").click()
    assert page.locator("#record h3").inner_text() == "LiquidationStarted"
    assert page.locator(CHOSEN).count() == 1
