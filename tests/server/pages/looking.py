"""Look at pages in a real Chromium: what axe finds, how wide, how heavy, what the console said."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.server.pages.walk import Stop

CHROMIUM = Path("/usr/bin/chromium")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = json.dumps({"runOnly": WCAG, "resultTypes": ["violations"], "elementRef": False})
HEAVIEST = 100_000  # bytes of one page with all that it loads, not compressed
WEIGHT = """['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))
  .reduce((sum, each) => sum + each.decodedBodySize, 0)"""
OVER = "document.documentElement.scrollWidth - innerWidth"
NARROW, LINES = 48, 3  # a first cell under so many px with more lines stands one letter a line
TORN = """([narrow, most]) => [...document.querySelectorAll('tr > :first-child')].filter((cell) => {
    if (!cell.offsetParent || cell.offsetWidth >= narrow) return false;
    const words = document.createRange();
    words.selectNodeContents(cell);
    return new Set([...words.getClientRects()].map((line) => Math.round(line.top))).size > most;
  }).map((cell) => `${cell.offsetWidth} px: ${cell.textContent.trim().slice(0, 40)}`)"""


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks: how wide the screen, which language, light or dark."""

    width: int = 390
    language: str = "vi"
    scheme: str = "light"

    def __str__(self) -> str:
        return f"{self.width}-{self.language}-{self.scheme}"


ALL = [Look(*each) for each in product((1280, 390), ("vi", "en"), ("light", "dark"))]
LOOKS = ALL if os.environ.get("LOOKS") == "all" else [Look()]


@dataclass(slots=True)
class Seen:
    """What is wrong with the pages, each sentence with its page; and their weights."""

    wrong: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)


def look(
    browser: Browser, address: str, cookies: Mapping[str, Mapping[str, str]], stops: list[Stop],
    how: Look, shot: Callable[[Page, Stop], Any] | None = None,
) -> Seen:  # fmt: skip
    """Open each of *stops* as its role and return what was seen; *shot* may take a picture."""
    seen, pages = Seen(), dict[str, Page]()
    for stop in stops:
        if stop.role not in pages:
            pages[stop.role] = opened(browser, address, cookies.get(stop.role, {}), how, seen)
        page = pages[stop.role]
        page.goto(address + stop.path, wait_until="load")
        seen.weights[stop.rule] = examine(page, f"{stop.rule} ({stop.role}, {how})", seen)
        if shot:
            shot(page, stop)
    for page in pages.values():
        page.context.close()
    return seen


def opened(browser: Browser, address: str, own: Mapping[str, str], how: Look, seen: Seen) -> Page:
    """Return a new page that looks *how*, and notes what its console and network say."""
    context = browser.new_context(
        viewport={"width": how.width, "height": 844},
        color_scheme=how.scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(60_000)
    context.add_cookies(
        [
            {"name": name, "value": value, "url": address}
            for name, value in {"lang": how.language, **own}.items()
        ]
    )
    page = context.new_page()

    def asked(url: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            seen.wrong.append(f"{page.url}: asks another server for {url}")

    page.on("request", lambda request: asked(request.url))
    page.on("pageerror", lambda error: seen.wrong.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: (
            seen.wrong.append(f"{page.url}: {said.text}") if said.type == "error" else None
        ),
    )
    return page


def examine(page: Page, where: str, seen: Seen) -> int:
    """Note what is wrong with the page that is open, as *where*; return its weight in bytes."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(f"axe.run(document, {OPTIONS}).then((all) => all.violations)")
    seen.wrong += [
        f"{where}: {each['id']}: {each['nodes'][0]['html'][:160]} ×{len(each['nodes'])}"
        for each in found
    ]
    if (over := page.evaluate(OVER)) > 0:
        seen.wrong.append(f"{where}: {over} px wider than the screen")
    if torn := page.evaluate(TORN, [NARROW, LINES]):
        seen.wrong.append(f"{where}: a first cell is torn, {torn[0]} ×{len(torn)}")
    weight: int = page.evaluate(WEIGHT)
    if weight > HEAVIEST:
        seen.wrong.append(f"{where}: {weight} bytes")
    return weight
