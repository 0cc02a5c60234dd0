"""Take the screenshots that README and docs show, from a rehearsal that is up.

    make run                                     (in one terminal; wait for its table)
    make pictures                                (in another)

Pictures go to docs/pictures/; names in them are invented by the rehearsal.  Each has few colours,
so that it is light.
"""

import argparse
import json
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DESKTOP, PHONE = (1280, 800), (390, 844)
COLOURS = 64
SHOTS = [  # file, role, path, size, language
    ("home", "health-officer", "/", DESKTOP, "vi"),
    ("overview", "health-officer", "/overview", DESKTOP, "vi"),
    ("overview-phone", "health-officer", "/overview", PHONE, "vi"),
    ("outcomes", "health-officer", "/outcomes", DESKTOP, "vi"),
    ("unmatched", "health-officer", "/unmatched", DESKTOP, "vi"),
    ("callbacks", "health-officer", "/callbacks", DESKTOP, "vi"),
    ("story", "health-officer", "/tubes/{corrected}", DESKTOP, "vi"),
    ("report", "health-officer", "/reports", DESKTOP, "vi"),
    ("release", "lab-technician", "/release", DESKTOP, "vi"),
    ("lot", "administrator", "/lots/L-2026-0001", DESKTOP, "vi"),
    ("stations", "administrator", "/stations", DESKTOP, "vi"),
    ("audit", "administrator", "/audit", DESKTOP, "vi"),
]


def log_in(browser: Browser, base: str, login: list[str], size: tuple[int, int]) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    if login:
        page.goto(f"{base}/login")
        page.fill("[name=login]", login[0])
        page.fill("[name=password]", login[1])
        page.click("main form button")
    return page


def keep(picture: bytes, path: Path) -> None:
    """Write a picture with few colours."""
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


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
            keep(page.screenshot(), options.out / f"{name}.png")
            print(name)
        browser.close()


def examples(page: Page, base: str) -> dict[str, str]:
    """Return a tube whose result was corrected, and its person."""
    rows = page.request.get(f"{base}/api/v1/outcomes").json()
    row = next(row for row in rows if row["version"] == 2)
    return {"corrected": row["tube"], "person": row["person"]}


if __name__ == "__main__":
    main()
