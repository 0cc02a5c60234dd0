"""Whom to call for another sample: opened and closed by outcomes, done by a person.

A call is needed as long as the tube's outcome asks for another sample and no later sample of the
same person says anything certain.  It is worked out anew from a person's outcomes whenever one of
them changes, so the order in which samples and results come makes no difference.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.outcomes.merge import Status
from server.outcomes.models import Callback, Outcome
from server.outcomes.sample_times import SampleTime, times_of
from server.outcomes.versions import Version

AGAIN = {Status.RESAMPLE, Status.INCONCLUSIVE, Status.INVALID}
CERTAIN = {Status.NEGATIVE, Status.POSITIVE}
NO_LONGER = "không còn cần: kết quả đã thay đổi"
RESAMPLED = "đã lấy mẫu lại và có kết quả"
SYSTEM = "system:outcomes"
FIRST_CALL = timedelta(hours=4)  # after the outcome, somebody has tried to reach the person


def follow(session: Session, fresh: Sequence[Version], *, now: datetime) -> None:
    """Open the calls that *fresh* versions ask for, and close those that they make needless."""
    people = {version.person for version in fresh}
    waiting = select(Callback.person_id).where(
        Callback.person_id.in_(people), Callback.done_at.is_(None)
    )
    concerned = set(session.scalars(waiting)) | {
        version.person for version in fresh if version.version > 1 or version.status in AGAIN
    }
    if not concerned:
        return
    outcomes, since = _current(session, concerned)
    calls: dict[UUID, list[Callback]] = defaultdict(list)
    found = select(Callback).where(Callback.person_id.in_(concerned))
    for call in session.scalars(found.order_by(Callback.opened_at, Callback.id)):
        calls[call.person_id].append(call)
    times = times_of(session, _to_compare(outcomes.values()), now)
    for person in sorted(concerned):
        wanted = needed(outcomes[person], times)
        _follow_person(session, outcomes[person], wanted, calls[person], since, now)
    session.flush()


def _to_compare(people: Iterable[Sequence[Outcome]]) -> Iterator[Outcome]:
    """Yield what is told of those who are asked for a sample, and of whom something is certain."""
    for outcomes in people:
        says = {each.status for each in outcomes}
        if says & AGAIN and says & CERTAIN:
            yield from outcomes


def _current(
    session: Session, people: Collection[UUID]
) -> tuple[dict[UUID, list[Outcome]], dict[UUID, datetime]]:
    """Return the current outcome of each tube of each of *people*, and since when each says that.

    A version that only sets the sample's time right asks nobody to call again.
    """
    newest: dict[tuple[UUID, Tube], Outcome] = {}
    since: dict[UUID, datetime] = {}
    found = select(Outcome).where(Outcome.person_id.in_(people)).order_by(Outcome.version)
    for outcome in session.scalars(found):
        before = newest.get((outcome.person_id, outcome.tube))
        again = before is not None and _says(before) == _says(outcome)
        since[outcome.id] = since[before.id] if before is not None and again else outcome.at
        newest[outcome.person_id, outcome.tube] = outcome
    by_person: dict[UUID, list[Outcome]] = defaultdict(list)
    for outcome in newest.values():
        by_person[outcome.person_id].append(outcome)
    return by_person, since


def _says(outcome: Outcome) -> tuple[object, ...]:
    return (
        outcome.status, outcome.reason, outcome.pairing_id, outcome.result_id, outcome.grounds
    )  # fmt: skip


def needed(outcomes: Iterable[Outcome], times: Mapping[UUID, SampleTime]) -> dict[Tube, Outcome]:
    """Return, of a person's current outcomes, those that ask for a sample that did not come yet.

    *times*: of each outcome's sample, by its id.  A sample came where one with a certain result was
    surely taken later: by a clock that was not set, none was.
    """
    known = list(outcomes)
    asking = [each for each in known if each.status in AGAIN]
    certain = [each for each in known if each.status in CERTAIN] if asking else []
    return {
        each.tube: each
        for each in asking
        if not any(times[one.id].surely_after(times[each.id]) for one in certain)
    }


def is_needed(session: Session, tube: Tube, person: UUID, now: datetime) -> bool:
    """Return whether what *tube* says of *person* asks for a sample that did not come yet."""
    outcomes = _current(session, {person})[0][person]
    return tube in needed(outcomes, times_of(session, _to_compare([outcomes]), now))


def open_call(session: Session, tube: Tube, person: UUID) -> Callback | None:
    mine = Callback.tube == tube, Callback.person_id == person
    return session.scalar(select(Callback).where(*mine, Callback.done_at.is_(None)))


def _follow_person(
    session: Session, outcomes: list[Outcome], wanted: Mapping[Tube, Outcome],
    calls: list[Callback], since: Mapping[UUID, datetime], now: datetime,
) -> None:  # fmt: skip
    asking = {each.tube for each in outcomes if each.status in AGAIN}
    open_ones = {call.tube: call for call in calls if call.done_at is None}
    for tube, call in open_ones.items():
        if tube in wanted:
            call.reason = _why(wanted[tube])
        else:
            _close(call, "resampled" if tube in asking else "not-needed", now)
    for tube, outcome in wanted.items():
        if tube not in open_ones and not _seen_to(outcome, since[outcome.id], calls):
            session.add(_opened(outcome, now))


def _seen_to(outcome: Outcome, since: datetime, calls: Iterable[Callback]) -> bool:
    """Return whether a person closed the call for what this outcome says since then."""
    mine = [call for call in calls if call.tube == outcome.tube and call.opened_at >= since]
    return any(call.done_by not in (None, SYSTEM) for call in mine)


def _opened(outcome: Outcome, now: datetime) -> Callback:
    return Callback(
        id=uuid4(),
        tube=outcome.tube,
        person_id=outcome.person_id,
        reason=_why(outcome),
        place=outcome.place,
        opened_at=now,
        due_at=now + FIRST_CALL,
    )


def _close(call: Callback, ended: str, now: datetime) -> None:
    call.done_at, call.done_by, call.ended = now, SYSTEM, ended
    call.note = RESAMPLED if ended == "resampled" else NO_LONGER


def _why(outcome: Outcome) -> str:
    return outcome.reason or outcome.status
