"""The server's half of a simulated day: intake, applier, laboratory, gate, all on one database.

Uploads go through the real writer, their events through the real applier, releases through the real
rules of the gate, and settling is the product's.  Receptions and results are written in bulk, as
many as there are tubes: no person at a bench is simulated.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from benchmarks.right_people import Vial
from benchmarks.right_table import PLACE
from contract.events import encode_batch
from contract.lots import LotWire
from contract.tubes import Tube, tube
from device.backlog import Backlog
from server import schema
from server.accounts.models import Station
from server.db import Database, open_database
from server.intake import clocks
from server.intake.applier import apply_pending
from server.intake.applying import apply_some
from server.intake.upload import read_upload
from server.intake.writer import Writer
from server.lab import strays
from server.lab.models import Reception, Result
from server.lab.taken_back import first_result_at
from server.outcomes import gate
from server.outcomes.facts import facts_of_all
from server.outcomes.plain import clear_tubes
from server.outcomes.services import settle_many
from server.people import asking
from server.rows import insert_rows, ordered_id
from server.sampling import changes, lots, matters
from server.vault import Vault, install

LAN, MINH, MAI = "user:lan", "user:minh", "user:mai"
SOME = 1000
BATCH = 500


@dataclass
class Province:
    """One server with its database in *folder*."""

    folder: Path
    start: datetime

    def __post_init__(self) -> None:
        self.vault = Vault.create(self.folder / "vault.json")
        install(self.vault)
        self.database: Database = open_database(f"sqlite:///{self.folder / 'server.sqlite'}")
        schema.tables.create_all(self.database.engine)
        changes.listeners[:], changes.testers[:] = [settle_many], [first_result_at]
        asking.asked[:] = [matters.look_again]
        self.writer = Writer(self.database)

    def add_station(self, name: str, series: int, count: int) -> LotWire:
        """Enrol a station and give it a lot of *count* tubes."""
        with self.database.write() as session:
            session.add(
                Station(id=name, label=name, place=PLACE, duty="sampling", state="created",
                        created_at=self.start)
            )  # fmt: skip
            session.flush()
            lot = lots.register_lot(session, series=series, count=count, place=PLACE,
                                    station=name, by=MAI, now=self.start)  # fmt: skip
            return LotWire(lot.id, series, lot.first or 0, lot.last or 0)

    def shared_lot(self, series: int, count: int) -> LotWire:
        """Register a lot that several tables use, as nobody should."""
        with self.database.write() as session:
            lot = lots.register_lot(session, series=series, count=count, place=PLACE,
                                    station=None, by=MAI, now=self.start)  # fmt: skip
            return LotWire(lot.id, series, lot.first or 0, lot.last or 0)

    def upload(self, home: Path, station: str, now: datetime, *, boot: str = "") -> int:
        """Bring a station's whole journal to the intake, in batches; return how many events.

        *boot* goes on since the morning: so the server learns how its clock stands.
        """
        backlog, count = Backlog(home), 0
        mono = int((now - self.start).total_seconds() * 1e9)
        while (batch := backlog.next(BATCH)) is not None:
            body = encode_batch(station, [row.body for row in batch.rows], boot=boot, mono=mono)
            upload = read_upload(station, body, now)
            with self.database.write() as session:
                clocks.learn(session, (station, upload.boot), now, upload.mono, "upload")
            count += self.writer.store(upload).new
            backlog.done(batch)
        return count

    def apply(self, now: datetime) -> int:
        """Let events take effect, ten times as many in a transaction as a server that is asked."""
        count = 0
        while (some := apply_some(self.database, now, at_once=BATCH)) is not None:
            count += some
        return count + apply_pending(self.database, now)

    def test(self, vials: Sequence[Vial], positive: set[int], now: datetime) -> list[Vial]:
        """Receive *vials* and enter what is found in them; return those that were tested.

        An empty tube is rejected as empty; of two with one number the first is tested.
        """
        seen: dict[str, Vial] = {}
        for vial in vials:
            seen.setdefault(vial.text, vial)
        for some in _parts(seen.values(), SOME):
            with self.database.write() as session:
                insert_rows(session, Reception, [_reception(vial, now) for vial in some])
                full = [vial for vial in some if vial.tells]
                insert_rows(session, Result, [_result(vial, positive, now) for vial in full])
        self._look_at(seen, now)
        return [vial for vial in seen.values() if vial.tells]

    def _look_at(self, texts: Iterable[str], now: datetime) -> None:
        """Look at what came, as the reception does for each tube."""
        for some in _parts(texts, SOME):
            with self.database.write() as session:
                strays.look_at(session, [tube(text) for text in some], now=now)

    def let_out(self, now: datetime) -> int:
        """Release whatever the gate does not hold, and settle every tube; return how many."""
        with self.database.read() as session:
            tubes = list(session.scalars(select(Result.tube).where(Result.released_at.is_(None))))
        return sum(self._let_out(some, now) for some in _parts(tubes, SOME))

    def _let_out(self, tubes: Sequence[Tube], now: datetime) -> int:
        with self.database.write() as session:
            clear = clear_tubes(session, tubes)
            doubtful = [each for each in tubes if each.text not in clear]
            facts = facts_of_all(session, doubtful)
            free = [each for each in tubes if each.text in clear or gate.hold(facts[each]) is None]
            out = update(Result).where(Result.tube.in_(free), Result.released_at.is_(None))
            session.execute(out.values(released_at=now, released_by=MINH))
            settle_many(session, tubes, now)
        return len(free)

    def close(self) -> None:
        self.database.engine.dispose()


def _reception(vial: Vial, now: datetime) -> dict[str, Any]:
    empty = not vial.tells
    return {"id": ordered_id(now), "tube": tube(vial.text), "accepted": not empty,
            "reason": "empty" if empty else "", "box": f"H{vial.station}", "at": now,
            "by": LAN}  # fmt: skip


def _result(vial: Vial, positive: set[int], now: datetime) -> dict[str, Any]:
    later = now + timedelta(hours=2)
    return {"id": uuid4(), "tube": tube(vial.text), "lab": PLACE, "kind": "first",
              "call": "positive" if vial.holds in positive else "negative", "suggested": "",
              "readings": (), "method": "rt-pcr", "well": "", "note": "", "entered_by": LAN,
              "entered_at": later, "verified_by": MINH, "verified_at": later}  # fmt: skip


def _parts(every: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(every)
    while some := list(islice(rest, size)):
        yield some
