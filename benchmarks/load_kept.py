"""What became of the events that were acknowledged: there, applied, each pairing once and as sent.

Only what is in state 'applied' counts as applied.  What was refused, or waits for something that
never comes, is no backlog either; so both are told, and pairings are counted against what was sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from uuid import UUID

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session

from benchmarks.ingest_traffic import Chain
from benchmarks.load_site import Site
from benchmarks.load_watch import used
from contract.identities import System
from server.db import look_at_one_moment, open_database
from server.engines import make_engine
from server.people.models import Identity
from server.sampling.models import Pairing

_OPEN = text("SELECT state, count(*) FROM wire_event WHERE state <> 'applied' GROUP BY state")
# One question is one moment, while the server goes on applying.
_STORED = text(
    "SELECT station, sum(events), sum(pending), sum(pairings), sum(tubes) FROM ("
    " SELECT station, count(*) AS events, sum(CASE WHEN state = 'pending' THEN 1 ELSE 0 END)"
    " AS pending, 0 AS pairings, 0 AS tubes FROM wire_event GROUP BY station"
    " UNION ALL SELECT station, 0, 0, count(*), count(DISTINCT tube) FROM pairing GROUP BY station"
    ") AS both_ GROUP BY station"
)


@dataclass(frozen=True)
class Open:
    """Stored events that are not applied, by what holds them up."""

    pending: int  # nobody came to them yet
    refused: int
    waiting: int  # for a lot, say, that is not registered

    @property
    def whole(self) -> int:
        return self.pending + self.refused + self.waiting


@dataclass(frozen=True)
class Drained:
    """How what was stored was applied: what was open when we began to look, and at the end."""

    first: Open
    last: Open
    took: float  # seconds that passed meanwhile
    processor: float  # seconds of the server's processors in them
    engine: float  # and of the database's own processes

    @property
    def applied(self) -> int:
        """Return how many events took effect; nothing else is applied by being looked at."""
        return self.first.whole - self.last.whole


@dataclass(frozen=True)
class Kept:
    """Of the events that were acknowledged: how many are not there, and how many twice.

    `unpaired`: pairings that were sent and are neither there nor still in line to be applied;
    `misplaced`: those that are of another person than the station sent.
    """

    lost: int
    doubled: int
    unpaired: int
    misplaced: int
    sent: int
    drained: Drained


def kept(site: Site, chains: Sequence[Chain], patience: float) -> Kept:
    """Compare what the chains sent with what is stored; wait until it is applied."""
    drained = drain(site, patience)
    engine = _watching(site)
    with engine.connect() as connection:
        there = {name: tuple(map(int, counts)) for name, *counts in connection.execute(_STORED)}
    engine.dispose()
    lost = doubled = unpaired = 0
    for chain in chains:
        events, pending, pairings, tubes = there.get(chain.station, (0, 0, 0, 0))
        lost += max(0, chain.seq - events)
        doubled += max(0, events - chain.seq) + pairings - tubes + max(0, tubes - chain.seq)
        unpaired += max(0, chain.seq - pending - tubes)
    sent = sum(chain.seq for chain in chains)
    wrong = misplaced(site.settings.database_url, chains)
    return Kept(lost, doubled, unpaired, wrong, sent, drained)


def misplaced(url: str, chains: Iterable[Chain]) -> int:
    """Return how many pairings in the database at *url* are of somebody whose card was not the one
    that was sent."""
    wrong, database = 0, open_database(url)
    with database.read() as session:
        look_at_one_moment(session)  # persons come in between the two questions, else
        numbers = numbers_of(session)
        for chain in chains:
            given = dict(chain.given(chain.seq))
            mine = select(Pairing.tube, Pairing.person_id).where(Pairing.station == chain.station)
            wrong += sum(given.get(tube, "") not in numbers.get(person, ())
                         for tube, person in session.execute(mine))  # fmt: skip
    database.engine.dispose()
    return wrong


def numbers_of(session: Session) -> dict[UUID, set[str]]:
    """Return by person the numbers of citizen cards, read as they are kept."""
    system = Identity.system == str(System.CITIZEN)
    asked = select(Identity.person_id, Identity.value).where(system, Identity.unlinked_at.is_(None))
    numbers: dict[UUID, set[str]] = {}
    for person, number in session.execute(asked):
        numbers.setdefault(person, set()).add(number)
    return numbers


def drain(site: Site, patience: float, every: float = 0.5) -> Drained:
    """Wait until nothing that is stored is in line to be applied, or *patience* is over."""
    engine, began = _watching(site), monotonic()
    before = used(site.process.pid).seconds, used(*site.engine()).seconds
    with engine.connect() as connection:
        first = last = _open(connection)
        while last.pending and monotonic() - began < patience:
            connection.rollback()
            sleep(every)
            last = _open(connection)
    engine.dispose()
    after = used(site.process.pid).seconds, used(*site.engine()).seconds
    return Drained(first, last, monotonic() - began, after[0] - before[0], after[1] - before[1])


def pairings(site: Site) -> int:
    """Return how many there are."""
    engine = _watching(site)
    with engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM pairing")) or 0
    engine.dispose()
    return count


def _open(connection: Connection) -> Open:
    counts = {str(state): int(count) for state, count in connection.execute(_OPEN)}
    return Open(*(counts.get(state, 0) for state in ("pending", "refused", "waiting")))


def _watching(site: Site) -> Engine:
    """Connect as one who takes no turn."""
    return make_engine(site.settings.database_url).execution_options(ghepmau_read=True)
