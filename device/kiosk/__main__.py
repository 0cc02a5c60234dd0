"""`python -m device.kiosk`: the kiosk's process.  It loads no camera, no reader and no journal."""

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from device.config import ConfigError, load
from device.kiosk.server import PortTaken, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    parser = argparse.ArgumentParser(prog="ghepmau-station kiosk", description=__doc__)
    parser.add_argument("--config", required=True, type=Path, help="the settings (TOML)")
    parser.add_argument("--parent", type=int, help="end when this process is gone")
    options = parser.parse_args(arguments)
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
