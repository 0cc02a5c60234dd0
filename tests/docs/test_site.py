"""The documentation builds as a site: no dead link, no page left out, nothing fetched from afar."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_FETCHED = re.compile(r"""<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)=["'](?:https?:)?//""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "tools.reference.build", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def test_the_index_names_every_page() -> None:
    docs = ROOT / "docs"
    named = set((docs / "index.md").read_text().split())
    pages = {path.relative_to(docs).with_suffix("").as_posix() for path in docs.rglob("*.md")}
    assert pages - named == {"index"}


def test_every_page_is_there_and_reachable(site: Path) -> None:
    written = {
        path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")
    }
    assert written <= {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}


def test_reading_it_fetches_nothing_from_elsewhere(site: Path) -> None:
    fetching = [page.name for page in site.rglob("*.html") if _FETCHED.search(page.read_text())]
    assert not fetching


def test_what_is_made_from_the_code_says_what_the_code_says(site: Path) -> None:
    roles = (site / "reference" / "roles.html").read_text()
    assert "result:verify" in roles
    assert "tube-paired" in (site / "reference" / "events.html").read_text()
    assert "assigned-to-other" in (site / "reference" / "signs.html").read_text()
    assert "→" in (site / "reference" / "packages.html").read_text()
