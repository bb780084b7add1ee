"""Take a picture of a report, as the one in the README.

perplab demo
cd tests && ../.venv/bin/python -m report.screenshot ../demo/flash-crash.html out.png [options]
"""

import argparse
import sys
from pathlib import Path

from report.browser import running


def main() -> None:
    parser = argparse.ArgumentParser(description="Take a picture of a report.")
    parser.add_argument("page", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=1000)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--full", action="store_true", help="all of the page, not one screen")
    parser.add_argument("--account", help="choose an account first")
    parser.add_argument("--section", help="only this section, as chart")
    parser.add_argument("--row", type=int, help="press Enter on this row first")
    parser.add_argument("--times", type=int, default=1, help="how often")
    asked = parser.parse_args()
    with running() as browser:
        page = browser.new_page(
            viewport={"width": asked.width, "height": asked.height},
            color_scheme="dark" if asked.dark else "light",
        )
        page.on("pageerror", lambda error: sys.exit(f"the page fails: {error}"))
        page.goto(asked.page.resolve().as_uri())
        page.wait_for_timeout(500)
        if asked.account:
            page.get_by_label("Account").select_option(label=asked.account)
        if asked.row is not None:
            row = page.locator("#rows tbody tr").nth(asked.row)
            for _ in range(asked.times):
                row.focus()
                page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        if asked.section:
            page.add_style_tag(content="section { padding: 0 12px 12px; margin: 0 -12px; }")
            page.locator(f"#{asked.section}").screenshot(path=asked.out)
        else:
            page.screenshot(path=asked.out, full_page=asked.full)


if __name__ == "__main__":
    main()
