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
    """Return sphinx-build's exit code; every warning is an error, so is a page in no list."""
    site = Path(arguments[0]) if arguments else ROOT / "var" / "site"
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "docs"
        shutil.copytree(ROOT / "docs", sources)
        for path, page in PAGES.items():
            (sources / path).parent.mkdir(exist_ok=True)
            (sources / path).write_text(page())
        quiet = ["-b", "html", "-W", "--keep-going", "-q", "-j", "2"]
        return build_main([*quiet, "-d", f"{folder}/trees", str(sources), str(site)])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
