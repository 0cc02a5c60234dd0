"""How fast a station that was off-line brings its journal home, to a real server."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

from benchmarks.ingest import free_port, server
from benchmarks.ingest_rows import prepare_stations
from contract import signing
from contract.tubes import TubeId
from device.backlog import read_sent
from device.clock import SystemClock
from device.drafts import Drafts
from device.enrolment import Office, Papers, Secrets
from device.facts import Paired, Person
from device.journal import Journal

AT_ONCE = 200  # events in one commit, while the backlog is made
PATIENCE = 300.0  # seconds


def drain(folder: Path, pairings: int) -> float:
    """Return the seconds from the start of uplink until the server has all *pairings*."""
    data = folder / "server"
    data.mkdir()
    [chain] = prepare_stations(data, 1)
    state, port = folder / "off-line", free_port()
    office = Office(state)
    state.mkdir()
    seed = signing.encode(chain.key.private_bytes_raw())
    office.keep_secrets(Secrets(seed, Secrets.mint().tag_secret))
    office.keep(Papers(chain.station, "Bàn 1", "vn-2021:24", "sampling", "A" * 43, {}))
    _fill(state / "journal", chain.station, chain.seals, pairings)
    config = folder / "uplink.toml"
    config.write_text(f'[station]\nstate = "{state}"\n[server]\nurl = "http://127.0.0.1:{port}"\n')
    with server(data, port):
        return _uplink(config, state, pairings)


def _fill(folder: Path, station: str, seals: Sequence[str], pairings: int) -> None:
    maker, clock = Drafts(station, "vn-2021:24"), SystemClock()
    with closing(Journal(folder, station)) as journal:
        for first in range(0, pairings, AT_ONCE):
            pairs = [
                Paired(TubeId.mint(10, number), _person(number, seals), "person-first", 2500)
                for number in range(first, min(first + AT_ONCE, pairings))
            ]
            drafts = [maker.of(pair, clock.moment(), journal.ledger) for pair in pairs]
            journal.append(*(draft for draft in drafts if draft is not None))


def _person(number: int, seals: Sequence[str]) -> Person:
    return Person(f"{number:016x}", "citizen-card", seals[number % len(seals)])


def _uplink(config: Path, state: Path, pairings: int) -> float:
    words = [sys.executable, "-m", "device.cli", "uplink", "--config", str(config)]
    began = monotonic()
    with config.with_name("uplink.log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, env=os.environ)  # noqa: S603
    try:
        while monotonic() - began < PATIENCE:
            if read_sent(state).sent >= pairings:
                return monotonic() - began
            sleep(0.02)
    finally:
        process.terminate()
        process.wait(timeout=30)
    raise SystemExit(f"not all pairings were uploaded in {PATIENCE:g} seconds")
