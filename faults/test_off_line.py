"""Three days without a network: 10,000 pairings wait, outlast power cuts, and come home once."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import msgspec

from contract import signing
from contract.events import Event
from contract.tubes import TubeId
from device.drafts import Drafts, Moment
from device.facts import Paired, Person
from device.journal import Journal
from device.ledger import Ledger
from faults.province import Home, Server, found, free_port, station_at
from faults.table import STATION

PAIRINGS, DAYS, ACT = 10_000, 3, 100
A_DAY = PAIRINGS // DAYS
MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
DRAIN = 60.0  # seconds, the bar for 5,000 pairings
START = 5.0


def draft(number: int) -> Event:
    """The *number*th pairing of the three days; each morning is another boot."""
    day, of_day = divmod(number, A_DAY)
    at = MONDAY + timedelta(days=day, seconds=of_day * 8)
    now = Moment(at, trusted=False, boot=f"boot-{day}", mono=of_day * 8 * 10**9)
    person = Person(f"{number:016x}", "citizen-card", "s" * 270)
    pair = Paired(TubeId.mint(26, number), person, "person-first", 2500)
    event = Drafts(STATION, "vn-2021:24.222.07").of(pair, now, Ledger())
    assert event is not None
    return event


def work(home: Home) -> None:
    """Pair for three days; twice a day the power goes, so that the journal is never closed."""
    left: list[Journal] = []
    for first in range(0, PAIRINGS, ACT):
        if first % (A_DAY // 2) < ACT:
            left.append(Journal(home.journal, STATION))
        left[-1].append(*[draft(number) for number in range(first, first + ACT)])
    for journal in left:
        journal.close()


def drain(home: Home, server: Server) -> float:
    up, began = home.uplink(f"http://127.0.0.1:{server.port}", most=500), perf_counter()
    for _ in range(400):
        up.turn()
        if up.backlog.next(1) is None and not up.backlog.sent.trouble:
            return perf_counter() - began
    raise AssertionError(f"not drained: {up.backlog.sent}")


def test_three_days_off_line_come_home_once_and_in_order(tmp_path: Path) -> None:
    home = station_at(tmp_path / "station")
    work(home)
    began = process_time()
    with closing(Journal(home.journal, STATION)) as journal:
        started = process_time() - began
        assert (journal.total, journal.alarms) == (PAIRINGS, [])
        uses = [journal.ledger.use_of(TubeId.mint(26, n).text) for n in range(0, PAIRINGS, 97)]
        assert all(uses)
    size = sum(path.stat().st_size for path in home.journal.iterdir()) // 2**20
    found(tmp_path / "server", signing.public_text(home.secrets.key))
    server = Server(tmp_path / "server", free_port())
    server.start()
    try:
        took = drain(home, server)
    finally:
        server.kill()
    print(f"{PAIRINGS} pairings, {size} MB: start {started:.2f} s of CPU, drained in {took:.1f} s")
    assert server.stored == home.written
    assert len({msgspec.json.decode(body)["tube"] for *_, body in server.stored}) == PAIRINGS
    assert server.alerts() == []
    assert started < START
    assert took < DRAIN * PAIRINGS / 5_000
