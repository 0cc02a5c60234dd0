"""The awaited tubes among many: one pairing, of which nothing is known but that it was made.

Every pairing makes one.  Such a tube says nothing of anybody and stands where the laboratory waits
for it; a doubt about its person changes neither.  That is told from one question and written as the
database stores it, as for `plain` tubes.  Whatever else is known leaves a tube to the usual way.
Tests hold the two ways against each other.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind
from server.db import among, listed
from server.lab.models import Reception, Result
from server.outcomes.desk_models import DeskItem
from server.outcomes.facts import CHUNK, text_of
from server.outcomes.models import Outcome
from server.outcomes.standing import Desk
from server.rows import insert_stored, stored_rows
from server.sampling.models import Pairing, PairingVoid, PoolClosing, TubeConflict

COLUMNS = ("tube", "desk", "since", "detail", "place", "station", "box")
DESK = Desk.PAIRING_WITHOUT_RECEPTION.value


class Awaited(NamedTuple):
    """What is stored of an awaited tube, times as the driver gives them; and where it stands."""

    tube: str
    since: Any
    place: str
    station: str
    stands: tuple[Any, ...]  # desk and what follows of COLUMNS; the desk is None for nowhere

    @property
    def row(self) -> tuple[Any, ...]:
        return (self.tube, DESK, self.since, "", self.place, self.station, "")


def place(session: Session, tubes: Sequence[Tube]) -> set[str]:
    """Let those of *tubes* that are awaited stand on their desk; return their texts."""
    found = list(_awaited(session, tubes))
    insert_stored(session, DeskItem, COLUMNS, [each.row for each in found if not each.stands[0]])
    return {each.tube for each in found}


def _awaited(session: Session, tubes: Sequence[Tube]) -> Iterator[Awaited]:
    """Yield awaited tubes that stand nowhere, or right: what stands elsewhere has more to it."""
    asked = [tube.text for tube in tubes if tube.kind is TubeKind.SAMPLING]
    for start in range(0, len(asked), CHUNK):
        rows = stored_rows(session, _QUESTION, {"tubes": listed(asked[start : start + CHUNK])})
        times = Counter(row[0] for row in rows)
        for tube, since, spot, station, *stands, more in rows:
            each = Awaited(tube, since, spot, station, tuple(stands))
            right = stands[0] is None or each.stands == each.row[1:]
            if times[tube] == 1 and spot and right and not more:
                yield each


def _question() -> Select[*tuple[Any, ...]]:
    asked = select(
        text_of(Pairing.tube), Pairing.paired_at, Pairing.place, Pairing.station,
        DeskItem.desk, DeskItem.since, DeskItem.detail, DeskItem.place, DeskItem.station,
        DeskItem.box, exists().where(PairingVoid.pairing_id == Pairing.id),
    )  # fmt: skip
    others = (Reception, Result, Outcome, TubeConflict, PoolClosing)
    known = or_(*(exists().where(other.tube == Pairing.tube) for other in others))
    asked = asked.outerjoin(DeskItem, DeskItem.tube == Pairing.tube)
    return asked.where(among(Pairing.tube, "tubes"), ~known)


_QUESTION = _question()
