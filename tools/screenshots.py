"""Take the screenshots that README and docs show, from a rehearsal that is up.

    make run                                     (in one terminal; wait for its table)
    .venv/bin/python tools/screenshots.py        (in another)

Pictures go to docs/pictures/; names in them are invented by the rehearsal.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

DESKTOP, PHONE = (1280, 800), (390, 844)
SHOTS = [  # file, role, path, size, language
    ("login", "", "/login", DESKTOP, "vi"),
    ("home", "health-officer", "/", DESKTOP, "vi"),
    ("overview", "health-officer", "/overview", DESKTOP, "vi"),
    ("overview-en", "health-officer", "/overview", DESKTOP, "en"),
    ("overview-phone", "health-officer", "/overview", PHONE, "vi"),
    ("outcomes", "health-officer", "/outcomes", DESKTOP, "vi"),
    ("outcomes-phone", "health-officer", "/outcomes", PHONE, "vi"),
    ("unmatched", "health-officer", "/unmatched", DESKTOP, "vi"),
    ("callbacks", "health-officer", "/callbacks", DESKTOP, "vi"),
    ("conflicts", "health-officer", "/conflicts", DESKTOP, "vi"),
    ("story", "health-officer", "/tubes/{corrected}", DESKTOP, "vi"),
    ("person", "health-officer", "/people/{person}", DESKTOP, "vi"),
    ("bench-home", "lab-technician", "/", DESKTOP, "vi"),
    ("reception", "lab-technician", "/reception", DESKTOP, "vi"),
    ("results", "lab-technician", "/results", DESKTOP, "vi"),
    ("verify", "lab-technician", "/verify", DESKTOP, "vi"),
    ("release", "lab-technician", "/release", DESKTOP, "vi"),
    ("lots", "administrator", "/lots", DESKTOP, "vi"),
    ("lot", "administrator", "/lots/L-2026-0001", DESKTOP, "vi"),
    ("rosters", "administrator", "/rosters", DESKTOP, "vi"),
    ("stations", "administrator", "/stations", DESKTOP, "vi"),
    ("cards", "administrator", "/cards", DESKTOP, "vi"),
    ("alerts", "administrator", "/intake/alerts", DESKTOP, "vi"),
]


def log_in(browser: Browser, base: str, login: list[str], size: tuple[int, int]) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    if login:
        page.goto(f"{base}/login")
        page.fill("[name=login]", login[0])
        page.fill("[name=password]", login[1])
        page.click("main form button")
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--home", type=Path, default=Path("var/rehearsal"))
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    notes: dict[str, Any] = json.loads((options.home / "logins.json").read_text())
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        pages: dict[tuple[str, tuple[int, int]], Page] = {}
        names: dict[str, str] = {}
        for name, role, path, size, language in SHOTS:
            if options.only and options.only not in name:
                continue
            login = notes["logins"].get(role, [])
            if (role, size) not in pages:
                pages[role, size] = log_in(browser, notes["base"], login, size)
            page = pages[role, size]
            if "{" in path:
                names = names or examples(page, notes["base"])
                path = path.format(**names)
            joint = "&" if "?" in path else "?"
            page.goto(f"{notes['base']}{path}{joint}lang={language}")
            page.screenshot(path=options.out / f"{name}.png", full_page=size == PHONE)
            print(name)
        browser.close()


def examples(page: Page, base: str) -> dict[str, str]:
    """Return a tube whose result was corrected, and its person."""
    rows = page.request.get(f"{base}/api/v1/outcomes").json()
    row = next(row for row in rows if row["version"] == 2)
    return {"corrected": row["tube"], "person": row["person"]}


if __name__ == "__main__":
    main()
