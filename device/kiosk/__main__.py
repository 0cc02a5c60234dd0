"""`python -m device.kiosk`: the kiosk's process.  It loads no camera, no reader and no journal."""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from contract.arguments import Parser
from contract.spoken import choose, said
from device.arguments import about_config, about_parent
from device.config import ConfigError, load
from device.kiosk.server import PortTaken, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    words = choose(sys.argv[1:] if arguments is None else arguments, os.environ)
    about = said("Phục vụ trang màn hình của trạm.", "Serve the page of the station's screen.")
    parser = Parser(prog="ghepmau-station kiosk", description=about)
    parser.add_argument("--config", required=True, type=Path, help=about_config())
    parser.add_argument("--parent", type=int, help=about_parent())
    options = parser.parse_args(words)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        serve(load(options.config), stop, options.parent)
    except (ConfigError, PortTaken) as error:
        sys.stderr.write(f"ghepmau-station: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
