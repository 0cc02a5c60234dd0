"""The server is killed in the middle of uploads: nothing acknowledged is lost, nothing doubled.

What stations send is pairings, nearly all: once they are applied each tube is the one person's
whose card was read for it.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic

from faults.province import Server, free_port
from faults.sender import BATCH
from faults.stations import Stations, enrol, sending
from server.config import Settings

STATIONS, KILLS, EACH = 4, 2, 5
WITHIN = 120.0


def answered(stations: Stations, batches: int, moment: float) -> None:
    """Wait until each station had so many batches acknowledged since *moment*."""
    until = monotonic() + WITHIN
    while any(sum(at > moment for at in each.acks) < batches for each in stations.senders):
        assert monotonic() < until, "stations were not answered any more"
        Event().wait(0.05)


def test_a_server_killed_in_mid_upload_loses_and_doubles_nothing(
    tmp_path: Path, engine: str, fresh_postgresql: Callable[..., str]
) -> None:
    database = fresh_postgresql("template0") if engine == "postgresql" else ""
    settings = Settings(data=str(tmp_path), database=database)
    stations = enrol(settings, [f"ban-{number}" for number in range(STATIONS)])
    more = {"GHEPMAU_DATABASE": database} if database else {}
    server = Server(tmp_path, free_port(), environment=more)
    server.start()
    try:
        with sending(stations, [server.port]):
            for turn in range(KILLS):
                answered(stations, 1, monotonic())
                Event().wait(0.5 + 0.3 * turn)
                server.kill()
                server.start()
            answered(stations, EACH, monotonic())
        stations.wait_applied()
    finally:
        server.kill()
    report = stations.report()
    report.must_be_whole()
    assert report.resent, "no kill came while a batch was on its way"
    assert report.acked >= STATIONS * EACH * BATCH
    if not database:
        with closing(sqlite3.connect(tmp_path / "ghepmau.sqlite")) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
