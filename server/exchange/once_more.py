"""Receivers that keep persons hear once more of whose numbers, name or birth are others by now.

What was told last of each goes again, as another message of the same words: its Patient says what
is so from then on.  While two records were one person's each was told with the numbers of both; a
number was another's; a name was wrong.  Documents that were handed over (webhook, CSV) say what was
so at their time, and stay.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import among_texts
from server.declarations import notice
from server.delivery import routes, services
from server.delivery.channels import Message
from server.delivery.models import Delivery
from server.outcomes.models import Outcome
from server.outcomes.versions import key_of
from server.people import merges
from server.people.merge_models import PersonMerge
from server.people.models import Identity, Person

_VERSION = re.compile(r"/v\d+$", re.ASCII)  # of a key that is no message of ours


def after_parting(session: Session, parted: PersonMerge, now: datetime) -> None:
    """Tell again of both sides.  Registered on `people.merges.parted`."""
    tell_again(session, (parted.person_id, parted.other_id), parted.id, now)


def after_moving(session: Session, ended: Identity, heir: Person | None, now: datetime) -> None:
    """Tell again of whom a number led to, and of who has it now.

    Registered on `people.numbers.moved`.
    """
    persons = [ended.person_id, *([heir.id] if heir else [])]
    tell_again(session, persons, ended.id, now)


def tell_again(session: Session, persons: Iterable[UUID], why: UUID, now: datetime) -> None:
    """Put what each record of *persons* was told with last into the outbox once more, for *why*.

    It goes behind all that is under way about them.
    """
    targets = [route.target for route in routes.installed() if route.keeps_persons]
    if not targets:
        return
    records = {record for each in persons for record in merges.together(session, each)}
    keys = _keys(session, records)
    again = [message for target in targets for message in _last_of_each(session, target, keys, why)]
    services.enqueue_all(session, again, now=now)


def _keys(session: Session, records: Iterable[UUID]) -> list[str]:
    asked = select(Outcome.tube, Outcome.person_id, Outcome.version)
    found = session.execute(asked.where(Outcome.person_id.in_(records)))
    return [key_of(tube, person, version) for tube, person, version in found]


def _last_of_each(session: Session, target: str, keys: list[str], why: UUID) -> Iterable[Message]:
    """Return, for each person, what *target* was told last, under a key of its own."""
    asked = select(Delivery).where(
        Delivery.target == target, among_texts(Delivery.key, keys), Delivery.state != "set-aside"
    )
    last = {each.subject: each for each in session.scalars(asked.order_by(Delivery.id))}
    for subject, each in sorted(last.items()):
        line = each.key.rpartition("/v")[0]
        key = f"{line}/{why}"
        yield Message(target, key, subject, each.version, each.payload, place=each.place)


def told_last(
    session: Session, target: str, subject: str, key: str, payload: str
) -> tuple[str, str]:
    """Return the key and the payload by which to tell *target* what was told as *key* or since.

    A version may have been written while its person was told of once more: that knows the one
    before, and goes out behind it.
    """
    if _VERSION.search(key):
        return key, payload
    said = notice.read(payload)
    later = select(Outcome.tube, Outcome.person_id, Outcome.version).where(
        Outcome.tube == said.of, Outcome.person_id == UUID(subject), Outcome.version > said.version
    )
    keys = [key_of(*row) for row in session.execute(later)]
    went = select(Delivery).where(Delivery.target == target, among_texts(Delivery.key, keys))
    went = went.where(Delivery.state == "delivered").order_by(Delivery.version.desc())
    newest = session.scalars(went.limit(1)).first() if keys else None
    return (newest.key, newest.payload) if newest else (key, payload)
