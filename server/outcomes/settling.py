"""Settle many tubes at once: a few questions, the pure rules for each, a few writes.

There is no other way to settle: one tube is a group of one.  What it writes (versions, messages,
calls, desks, the trail) is the same whether tubes are settled together or one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.declarations import notice
from server.delivery.channels import Message
from server.delivery.routes import Label
from server.lab import untested
from server.outcomes import awaited, callbacks, desk_rows, plain_rows, queries
from server.outcomes.facts import CHUNK, Known, known_of_all
from server.outcomes.models import Outcome
from server.outcomes.standing import standing
from server.outcomes.telling import tell
from server.outcomes.versions import Version, new_versions
from server.rows import insert_rows
from server.sampling.turns import take_turn


def settle_many(session: Session, tubes: Iterable[Tube], now: datetime) -> None:
    """Bring outcomes and desks of *tubes* to what follows from their facts; else do nothing.

    Registered on `sampling.changes.listeners`.
    """
    wanted = list(dict.fromkeys(tubes))
    session.flush()
    take_turn(session, wanted)
    for start in range(0, len(wanted), CHUNK):
        _settle_some(session, wanted[start : start + CHUNK], now)


def settle(session: Session, tube: Tube, now: datetime) -> None:
    """Settle one tube."""
    settle_many(session, [tube], now)


def _settle_some(session: Session, some: Sequence[Tube], now: datetime) -> None:
    done = plain_rows.say(session, some, now)
    done |= awaited.place(session, [tube for tube in some if tube.text not in done])
    tubes = [tube for tube in some if tube.text not in done]
    if tubes:
        settle_usual(session, tubes, now)


def settle_usual(session: Session, tubes: Sequence[Tube], now: datetime) -> None:
    """Settle tubes by all that is known of them; nothing is taken to be plain."""
    known = known_of_all(session, tubes)
    facts = {tube: one.facts() for tube, one in known.items()}
    stored = queries.stored_versions(session, tubes)
    fresh = [
        version
        for tube in tubes
        for version in new_versions(tube, known[tube], facts[tube], stored.get(tube.text, {}))
    ]
    if fresh:
        _write(session, fresh, known, now)
    untested.review(session, [tube.text for tube in tubes])
    stands = {tube: standing(known[tube], facts[tube]) for tube in tubes}
    desk_rows.place(session, stands, now=now)


def _write(
    session: Session, fresh: Sequence[Version], known: Mapping[Tube, Known], now: datetime
) -> None:
    """Write versions with all that follows from them."""
    insert_rows(session, Outcome, [_row(version, now) for version in fresh])
    told = [
        (_message(each, known[each.tube].released), Label(each.status, each.place))
        for each in fresh
    ]
    tell(session, told, now=now)
    callbacks.follow(session, fresh, now=now)


def _row(version: Version, now: datetime) -> dict[str, object]:
    return {
        "id": version.id,
        "tube": version.tube,
        "person_id": version.person,
        "version": version.version,
        "status": version.status,
        "reason": version.reason,
        "pairing_id": version.pairing,
        "result_id": version.result,
        "place": version.place,
        "sampled_at": version.sampled_at,
        "grounds": version.grounds,
        "at": now,
        "supersedes": version.supersedes,
        "since_ordinals": True,
    }


def _message(version: Version, released: Mapping[UUID, datetime]) -> Message:
    told = notice.Notice(
        tube=version.tube.text,
        status=version.status,
        reason=version.reason,
        version=version.version,
        sampled_at=version.sampled_at,
        resulted_at=released.get(version.result) if version.result else None,
        place=version.place,
        supersedes=version.key_before,
    )
    return Message(
        notice.TARGET,
        version.key,
        str(version.person),
        version.version,
        notice.write(told),
        version.key_before,
        version.place,
    )
