"""The plain tubes among many: one pairing, one reception, one released result, and nothing else.

Nearly all of a million are so, and `merge` says of each of them what `merge._plainly` says.  Here
that is said from one question, with ids and times as the database stores them: neither is made
into an object and back.  Whatever could make a difference to `merge`, to a desk or to a call
leaves the tube to the usual way: see `_QUESTION`.  Tests hold the two ways against each other.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, cast, exists, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind
from server.db import among, listed
from server.lab.models import Reception, Result
from server.lab.move_models import ArrivalWithdrawal
from server.lab.moves import labs_differ
from server.outcomes.desk_models import DeskCase, DeskItem
from server.outcomes.facts import CHUNK, text_of
from server.outcomes.models import Callback, Outcome
from server.people.models import Disagreement
from server.rows import stored_rows
from server.sampling.decision_models import Matter, SlipMember
from server.sampling.models import Pairing, PairingVoid, PoolClosing, TubeConflict

_PARTS = itemgetter(slice(8), slice(8, 12), slice(12, 16), slice(16, 20), slice(20, 32))
ASKING_NOTHING = ("negative", "positive")  # calls that ask nobody for another sample


class Plain(NamedTuple):
    """What is stored of a plain tube.  Ids are texts, times as the driver gives them."""

    tube: str
    pairing: str
    person: str
    paired_at: Any
    place: str
    reception: str
    result: str
    call: str
    released_at: Any
    on_desk: Any
    to_test: Any  # whether a desk still asks for a result
    odd: Any  # whether anything else is known of the pairing, the reception, or the result


def plain_tubes(session: Session, tubes: Sequence[Tube]) -> list[Plain]:
    """Return those of *tubes* that are plain and of which nothing was said yet."""
    return [
        each
        for each in _clear(session, tubes)
        if each.released_at is not None and each.call in ASKING_NOTHING
    ]


def clear_tubes(session: Session, tubes: Sequence[Tube]) -> set[str]:
    """Return those of *tubes* that are plain but for the release of their result."""
    return {each.tube for each in _clear(session, tubes)}


def _clear(session: Session, tubes: Sequence[Tube]) -> Iterator[Plain]:
    asked = [tube.text for tube in tubes if tube.kind is TubeKind.SAMPLING]
    for start in range(0, len(asked), CHUNK):
        rows = stored_rows(session, _QUESTION, {"tubes": listed(asked[start : start + CHUNK])})
        if len({row[0] for row in rows}) < len(rows):
            times = Counter(row[0] for row in rows)
            rows = [row for row in rows if times[row[0]] == 1]
        yield from map(Plain._make, (row for row in rows if not row[-1]))


def dashed(stored: str) -> str:
    """Return an id as `str(UUID)` writes it; SQLite keeps it without dashes."""
    return "-".join(_PARTS(stored)) if len(stored) == 32 else stored


def _any_of(model: Any, column: Any) -> ColumnElement[bool]:
    return exists().where(column == Pairing.tube).select_from(model)


def _question() -> Select[*tuple[Any, ...]]:
    ids = (Pairing.id, Pairing.person_id, Reception.id, Result.id)
    pairing, person, reception, result = (cast(each, String) for each in ids)
    asked = select(
        text_of(Pairing.tube), pairing, person, Pairing.paired_at, Pairing.place, reception, result,
        Result.call, Result.released_at, DeskItem.desk, Reception.to_test, or_(*_what_more()),
    )  # fmt: skip
    asked = asked.join(Reception, Reception.tube == Pairing.tube)
    asked = asked.join(Result, Result.tube == Pairing.tube)
    asked = asked.outerjoin(DeskItem, DeskItem.tube == Pairing.tube)
    return asked.where(among(Pairing.tube, "tubes"), ~or_(*_what_else()))


def _what_more() -> Iterator[ColumnElement[bool]]:
    """Whatever else is known of a pairing, a reception or a result.

    It is answered and not left out: a tube's second pairing must be seen beside the first.  And
    SQLite would look through every result that corrects none, if it were asked for those.
    A tube that was paired late, or only by a clock that was wrong, goes the usual way; so does one
    with a result of another laboratory than received it.
    """
    yield Reception.accepted.is_(False)
    yield Pairing.paired_at > Reception.at
    yield Pairing.paired_at > Result.entered_at
    yield labs_differ()
    yield Result.withdrawn_at.is_not(None)
    yield Result.corrects.is_not(None)
    yield exists().where(PairingVoid.pairing_id == Pairing.id)
    yield exists().where(Disagreement.event_id == Pairing.id)
    yield exists().where(Callback.person_id == Pairing.person_id, Callback.done_at.is_(None))


def _what_else() -> Iterator[ColumnElement[bool]]:
    """Whatever is known of a tube beside its pairings, receptions and results.

    Several of those make several rows of the tube.
    """
    for model, column in (
        (TubeConflict, TubeConflict.tube),
        (SlipMember, SlipMember.tube),
        (Matter, Matter.tube),
        (Matter, Matter.other_tube),
        (PoolClosing, PoolClosing.tube),
        (Outcome, Outcome.tube),
        (DeskCase, DeskCase.subject),
        (ArrivalWithdrawal, ArrivalWithdrawal.tube),
    ):
        yield _any_of(model, column)


_QUESTION = _question()
