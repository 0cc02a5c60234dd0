"""The plain tubes among many: one pairing, one reception, one released result, and nothing else.

Nearly all of a million are so, and `merge` says of each of them what `merge._plainly` says.  Here
that is said from one question, with ids and times as the database stores them: neither is made
into an object and back.  Whatever could make a difference to `merge`, to a desk or to a call
leaves the tube to the usual way: see `_QUESTION`.  Tests hold the two ways against each other.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, cast, exists, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeKind
from server.db import among, listed
from server.lab.models import Reception, Result
from server.outcomes.desk_models import DeskCase, DeskItem
from server.outcomes.facts import CHUNK, text_of
from server.outcomes.known import CLOCKS_DIFFER
from server.outcomes.models import Callback, Outcome
from server.people.models import Disagreement
from server.rows import read_time, stored_rows
from server.sampling.decision_models import Matter, SlipMember
from server.sampling.models import Pairing, PairingVoid, PoolClosing, TubeConflict

ASKING_NOTHING = ("negative", "positive")  # calls that ask nobody for another sample


class Plain(NamedTuple):
    """What is stored of a plain tube.  Ids are texts, times as the driver gives them."""

    tube: str
    pairing: str
    person: str
    paired_at: Any
    trusted: Any
    place: str
    reception: str
    received_at: Any
    result: str
    call: str
    released_at: Any
    on_desk: Any
    rejected: str
    corrects: Any
    withdrawn_at: Any
    more: Any  # whether anything else is known of the pairing, or of its person

    @property
    def whose(self) -> str:
        """The person's id as messages say it."""
        return dashed(self.person)

    @property
    def grounds(self) -> str:
        return f"reception:{dashed(self.reception)}"


def plain_tubes(session: Session, tubes: Sequence[Tube]) -> list[Plain]:
    """Return those of *tubes* that are plain and of which nothing was said yet."""
    return [each for each in _asked(session, tubes) if _is_clear(each) and _speaks(each)]


def clear_tubes(session: Session, tubes: Sequence[Tube]) -> set[str]:
    """Return those of *tubes* that are plain but for the release of their result."""
    return {each.tube for each in _asked(session, tubes) if _is_clear(each)}


def _asked(session: Session, tubes: Sequence[Tube]) -> Iterator[Plain]:
    asked = [tube.text for tube in tubes if tube.kind is TubeKind.SAMPLING]
    for start in range(0, len(asked), CHUNK):
        some = {"tubes": listed(asked[start : start + CHUNK])}
        rows = stored_rows(session, _QUESTION, some)
        twice = {one for one, times in Counter(row[0] for row in rows).items() if times > 1}
        yield from map(Plain._make, (row for row in rows if row[0] not in twice))


def _is_clear(each: Plain) -> bool:
    """Return whether the tube was accepted, not paired late, and its result stands alone.

    This is not asked in SQL: SQLite would look through every result that corrects none.
    """
    if each.more or each.withdrawn_at is not None or each.corrects is not None or each.rejected:
        return False
    if each.paired_at <= each.received_at:  # as stored, texts and times sort alike
        return True
    late = read_time(each.paired_at) > read_time(each.received_at) + CLOCKS_DIFFER
    return not (each.trusted and late)


def _speaks(each: Plain) -> bool:
    """Return whether the result is out, and asks nobody for another sample."""
    return each.released_at is not None and each.call in ASKING_NOTHING


def dashed(stored: str) -> str:
    """Return an id as `str(UUID)` writes it; SQLite keeps it without dashes."""
    if len(stored) != 32:
        return stored
    return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"


def _any_of(model: Any, column: Any) -> ColumnElement[bool]:
    return exists().where(column == Pairing.tube).select_from(model)


def _question() -> Select[*tuple[Any, ...]]:
    ids = (Pairing.id, Pairing.person_id, Reception.id, Result.id)
    pairing, person, reception, result = (cast(each, String) for each in ids)
    when = (Pairing.paired_at, Pairing.trusted, Pairing.place)
    asked = select(
        text_of(Pairing.tube), pairing, person, *when, reception, Reception.at, result,
        Result.call, Result.released_at, DeskItem.desk, Reception.reason, Result.corrects,
        Result.withdrawn_at, or_(*_what_more()),
    )  # fmt: skip
    asked = asked.join(Reception, Reception.tube == Pairing.tube)
    asked = asked.join(Result, Result.tube == Pairing.tube)
    asked = asked.outerjoin(DeskItem, DeskItem.tube == Pairing.tube)
    return asked.where(among(Pairing.tube, "tubes"), ~or_(*_what_else()))


def _what_more() -> Iterator[ColumnElement[bool]]:
    """Whatever else is known of a pairing.

    It is answered and not left out: a tube's second pairing must be seen beside the first.
    """
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
    ):
        yield _any_of(model, column)


_QUESTION = _question()
