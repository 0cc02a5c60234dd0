"""From a view to the parts of the page, each by itself, so that only what changed is sent."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from device.kiosk import words
from device.kiosk.view import View

HERE = Path(__file__).parent
REGIONS = ("head", "main", "pairs", "devices")


class Screen:
    """The templates, in one of two languages."""

    def __init__(self, language: str) -> None:
        self.language = language
        loader = FileSystemLoader(HERE / "templates")
        self._templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        self._templates.globals.update(words=words, english_first=language == "en")
        self.build = _build()

    def parts(self, view: View, now: float) -> dict[str, str]:
        """Return the page's parts, by name: HTML of its regions, its mood, and its edge."""
        parts = {name: self._render(f"{name}.html", view, now) for name in REGIONS}
        return {**parts, "mood": view.mood, "edge": "off-line" if view.offline else ""}

    def page(self, parts: Mapping[str, str], now: float) -> str:
        """Return the whole page."""
        template = self._templates.get_template("page.html")
        return template.render(
            parts=parts, now=now, build=self.build, language=self.language, regions=REGIONS
        )

    def _render(self, name: str, view: View, now: float) -> str:
        return self._templates.get_template(name).render(view=view, now=now).strip()


def _build() -> str:
    """Return what tells this release of the page from another one."""
    digest = hashlib.sha256()
    for path in sorted((*HERE.glob("static/*"), *HERE.glob("templates/*"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
