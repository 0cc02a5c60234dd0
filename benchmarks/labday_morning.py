"""The first half of a laboratory's day: tubes are given to people, and come in boxes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks import labday_table
from contract.tubes import TubeId
from server.db import Database
from server.lab.boxes import services as boxes
from server.lab.services import receive_tube, reject_tube
from server.lab.words import Rejection
from server.sampling import changes, slips
from server.sampling.models import Pairing

BOX = 50
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AN, BINH, LAN = (f"user:{name}" for name in ("an", "binh", "lan"))


@dataclass(slots=True)
class Morning:
    """A day of *size* tubes until they stand in the laboratory."""

    database: Database
    size: int
    at: datetime = MORNING
    tubes: list[TubeId] = field(default_factory=list)
    strangers: list[TubeId] = field(default_factory=list)  # never paired
    rejected: list[TubeId] = field(default_factory=list)
    missing: list[TubeId] = field(default_factory=list)  # in no box that came

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def sample(self) -> None:
        """Pair all tubes but two; one of them is given twice, four are held as a slip."""
        with self.database.write() as session:
            self.tubes = labday_table.set_table(session, self.size, now=self.now())
        self.strangers = self.tubes[5:7]
        paired = [tube for tube in self.tubes if tube not in self.strangers]
        for some in parts(paired, 200):
            with self.database.write() as session:
                labday_table.sample(session, some, now=self.now())
        with self.database.write() as session:
            labday_table.give(session, self.tubes[10], "ban-2", now=self.now())
            wanted = select(Pairing.id).where(Pairing.tube.in_(self.tubes[30:34]))
            held = list(session.scalars(wanted))
            slips.open_group(
                session, "ban-1", held, slips.Cause.SUSPECTED, None, shift=True, now=self.now()
            )

    def carry(self) -> None:
        """Bring the tubes in boxes; the first box lacks a tube, another's tube lies in it."""
        for number, some in enumerate(parts(self.tubes, BOX)):
            with self.database.write() as session:
                self._box(session, f"H{number}", some, strange=number == 0)
        with self.database.write() as session:
            boxes.own(session, "H0", by=LAN, now=self.now())
            boxes.explain(session, "H0", reason="một ống để quên ở bàn", by=LAN, now=self.now())
            self.rejected = self.tubes[20 :: max(self.size // 5, 50)]
            for tube in self.rejected:
                reject_tube(session, tube, Rejection.LEAKING, by=LAN, now=self.now())

    def _box(self, session: Session, box: str, tubes: Sequence[TubeId], *, strange: bool) -> None:
        for tube in tubes:
            boxes.put_in(session, box, tube, by=AN, now=self.now())
        count = len(tubes)
        boxes.pack(session, box, team="Đội 1", count=count, by=AN, now=self.now())
        boxes.give(session, box, count=count, by=AN, now=self.now())
        boxes.take(session, box, count=count, by=BINH, now=self.now())
        came = list(tubes)
        if strange:
            self.missing.append(came.pop())
        with changes.together(session, now=self.now()):
            for tube in came:
                receive_tube(session, tube, box=box, by=LAN, now=self.now())
        boxes.count(session, box, counted=len(came), by=LAN, now=self.now())


def parts(every: Sequence[Any], size: int) -> list[list[Any]]:
    """Return *every* in parts of *size*, the last one perhaps smaller."""
    return [list(every[at : at + size]) for at in range(0, len(every), size)]
