"""The real server for `benchmarks.load`, on any engine, with the trivial POST of `ingest_server`.

python -m benchmarks.load_server SERVER.TOML
"""

import os
import sys
from pathlib import Path

from benchmarks.ingest_server import with_trivial
from server import wsgi
from server.config import load


def main(config: str) -> None:
    """Serve what *config* says until told to stop."""
    wsgi.serve(load(Path(config), os.environ).settings, load=with_trivial)


if __name__ == "__main__":
    main(sys.argv[1])
