"""A real station for its benchmark, as a process: each sign of its panel is told with its moment.

    python -m benchmarks.station_child STATION.TOML

Everything is as `ghepmau-station run` puts it together; only the simulated panel writes what it
shows, and when (seconds of the monotonic clock), to standard output once it has noted the time.
"""

import os
import signal
import sys
from contextlib import closing
from pathlib import Path
from threading import Event

from device import running
from device.config import load
from device.drivers.simulated.panel import SimulatedPanel
from device.lines import tell_json
from device.signals import Signal


class TellingPanel(SimulatedPanel):
    def show(self, signal: Signal) -> None:
        super().show(signal)
        os.write(1, f"{signal.name} {self.timeline[-1].at!r}\n".encode())


def main(config: Path) -> None:
    """Work until SIGTERM."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with Path(os.devnull).open("w") as nowhere:
        station = running.assemble(load(config), tell_json(nowhere))
        station.station.panel = TellingPanel()
        with closing(station.station.journal):
            station.serve(stop)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
