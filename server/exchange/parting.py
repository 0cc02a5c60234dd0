"""After a parting, receivers that keep persons hear of both sides once more.

While two records were one person's, each was told with the numbers of both.  What was told last of
each goes again, as another message of the same words: its Patient has its own numbers from then on.
Documents that were handed over (webhook, CSV) say what was so at their time, and stay.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import among_texts
from server.delivery import routes, services
from server.delivery.channels import Message
from server.delivery.models import Delivery
from server.outcomes.models import Outcome
from server.outcomes.versions import key_of
from server.people import merges
from server.people.merge_models import PersonMerge


def tell_again(session: Session, parted: PersonMerge, now: datetime) -> None:
    """Put what each of the parted records was told with last into the outbox once more.

    It goes behind all that is under way about them.  Registered on `people.merges.parted`.
    """
    targets = [route.target for route in routes.installed() if route.keeps_persons]
    if not targets:
        return
    sides = (merges.together(session, each) for each in (parted.person_id, parted.other_id))
    keys = _keys(session, {record for side in sides for record in side})
    again = [
        message for target in targets for message in _last_of_each(session, target, keys, parted.id)
    ]
    services.enqueue_all(session, again, now=now)


def _keys(session: Session, records: Iterable[UUID]) -> list[str]:
    asked = select(Outcome.tube, Outcome.person_id, Outcome.version)
    found = session.execute(asked.where(Outcome.person_id.in_(records)))
    return [key_of(tube, person, version) for tube, person, version in found]


def _last_of_each(
    session: Session, target: str, keys: list[str], parting: UUID
) -> Iterable[Message]:
    """Return, for each person, what *target* was told last, under a key of its own."""
    asked = select(Delivery).where(
        Delivery.target == target, among_texts(Delivery.key, keys), Delivery.state != "set-aside"
    )
    last = {each.subject: each for each in session.scalars(asked.order_by(Delivery.id))}
    for subject, each in sorted(last.items()):
        line = each.key.rpartition("/v")[0]
        key = f"{line}/{parting}"
        yield Message(target, key, subject, each.version, each.payload, place=each.place)
