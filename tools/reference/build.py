"""Build the documentation's site: what is written in docs/, and pages made from the code.

python -m tools.reference.build [FOLDER]        (var/site if none is named)
"""

import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import build_main

from tools.reference.pages import PAGES

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    """Return sphinx-build's exit code; every warning is an error."""
    site = Path(arguments[0]) if arguments else ROOT / "var" / "site"
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "docs"
        shutil.copytree(ROOT / "docs", sources)
        for path, page in PAGES.items():
            (sources / path).parent.mkdir(exist_ok=True)
            (sources / path).write_text(page())
        _name_the_rest(sources)
        quiet = ["-b", "html", "-W", "--keep-going", "-q", "-j", "2"]
        return build_main([*quiet, "-d", f"{folder}/trees", str(sources), str(site)])


def _name_the_rest(sources: Path) -> None:
    """Put pages that the index does not name under a last heading of the navigation."""
    index = sources / "index.md"
    named = set(index.read_text().split())
    pages = (path.relative_to(sources).with_suffix("").as_posix() for path in sources.rglob("*.md"))
    rest = sorted(page for page in pages if page != "index" and page not in named)
    if rest:
        lines = ["", "```{toctree}", ":caption: Khác · More", ":hidden:", *rest, "```", ""]
        index.write_text(index.read_text() + "\n".join(lines))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
