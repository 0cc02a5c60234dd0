"""Stations that send while a fault of the cluster happens, and the table of what came of it."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic

from faults.applying import wait_mid_group
from faults.cluster.local import Local, wait
from faults.province import Server
from faults.stations import Report, Stations, enrol, sending
from server.config import Settings

BEFORE, AFTER = 4.0, 3.0  # seconds of sending before the fault and after its end
AGAIN_WITHIN = 120.0
SENDERS = 6
FIGURES = Path("var/cluster.md")
HEAD = (
    "| fault | pause | acknowledged | of them pairings | lost | amiss | what stations met |\n"
    "|---|---|---|---|---|---|---|\n"
)


def begin_figures() -> None:
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(HEAD)


def under(fault: Callable[[], object], name: str, local: Local, server: Server) -> Report:
    """Send, let *fault* happen while pairings are applied, go on until stations are answered."""
    settings = Settings(data=str(server.data), database=local.url)
    stations = enrol(settings, [f"{name[:20]}-{number}" for number in range(SENDERS)])
    with sending(stations, [server.port]):
        rest(BEFORE)
        wait_mid_group(local.url)
        fault()
        after = monotonic()
        rest(1.0)
        answered_again(stations, after + 1.0)
        rest(AFTER)
    return told(stations.wait_applied(), name)


def answered_again(stations: Stations, moment: float) -> None:
    wait("an answer", lambda: stations.acked_after(moment) >= SENDERS, AGAIN_WITHIN)


def told(stations: Stations, name: str) -> Report:
    report = stations.report()
    print(report.row(name))
    with FIGURES.open("a") as out:
        out.write(report.row(name) + "\n")
    report.must_be_whole()
    return report


def rest(seconds: float) -> None:
    Event().wait(seconds)
