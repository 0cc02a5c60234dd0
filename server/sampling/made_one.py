"""Two records are one person's: what was only shown while they might be is held from then on.

The server takes nothing back unasked (`doubts_again`), but here a person has answered.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.sampling import changes, matters
from server.sampling.decision_models import Decision, Matter
from server.sampling.decisions import About
from server.sampling.repeats import HELD_WITHIN
from server.sampling.turns import take_turn


def look_again(session: Session, records: Sequence[UUID], now: datetime) -> None:
    """Hold what two of *records* were given in one session, asked about before or not."""
    take_turn(session, _tubes_in(_shown(session, records)))  # before the people's
    matters.look_again(session, records, now)
    shown = _shown(session, records)
    for each in shown:
        each.held = True
        audit.record(
            session, "matter.opened", each.tube, by=matters.REVIEWER, now=now, detail="one person"
        )
    session.flush()
    changes.all_changed(session, _tubes_in(shown), now=now)


def _shown(session: Session, records: Sequence[UUID]) -> list[Matter]:
    """Return what is only shown of tubes of one session, and nobody has decided."""
    said = exists().where(Decision.matter == About.MATTER, Decision.subject_id == Matter.id)
    asked = select(Matter).where(
        Matter.decided_at.is_(None), Matter.held.is_(False), ~said,
        matters.across(records, records),
    )  # fmt: skip
    found = session.scalars(asked.execution_options(populate_existing=True))
    return [each for each in found if is_of_one_session(each)]


def is_of_one_session(matter: Matter) -> bool:
    """Return whether it is of two records, and holds their tubes where these are one person's."""
    one, other = matter.pairing, matter.other
    if other is None or one.person_id == other.person_id:
        return False
    return abs(other.paired_at - one.paired_at) <= HELD_WITHIN


def _tubes_in(shown: Sequence[Matter]) -> list[Tube]:
    return [tube for each in shown for tube in (each.tube, each.other_tube) if tube]
