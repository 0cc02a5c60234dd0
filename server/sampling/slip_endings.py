"""What was held because of a slip ends by itself, or is asked anew: nobody decides here."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.audit import services as audit
from server.sampling import changes, slips
from server.sampling.decision_models import SlipGroup, SlipMember
from server.sampling.models import Pairing


def let_rest(session: Session, event_id: UUID, *, now: datetime) -> None:
    """Let go of what was held because of a suspicion: somebody looked, and there was no slip."""
    group = session.get(SlipGroup, event_id)
    if group is not None and group.decided_at is None:
        _end(session, group, now)


def end_strays(session: Session, tubes: Iterable[Tube], *, now: datetime) -> None:
    """Let go of what was held because one of *tubes* was nobody's: its pairing came late."""
    asked = select(SlipGroup).where(SlipGroup.decided_at.is_(None), SlipGroup.stray.in_(set(tubes)))
    for group in list(session.scalars(asked)):
        _end(session, group, now)


def ask_anew(
    session: Session, strays: Iterable[Tube], between: Collection[UUID] | None = None
) -> None:
    """Let what was decided because one of *strays* came say nothing of what is found now: people
    say that it was scanned by mistake, and then it truly comes; or a tube near it proves empty.

    Of pairings *between* that one and the stray alone, where they are known: on its other side
    nothing is new.  What is open still stays so; a screen of before this is behind.
    """
    if not (some := set(strays)):
        return
    because = SlipGroup.stray.in_(some), SlipGroup.cause == slips.Cause.STRAY
    changed = update(SlipGroup).where(*because)
    if between is not None:
        theirs = select(SlipMember.group_id).where(SlipMember.pairing_id.in_(between))
        changed = changed.where(SlipGroup.id.in_(theirs))
    session.execute(changed.values(over=True))


def end_behind(session: Session, empty: Tube, *, now: datetime) -> None:
    """Let go of what was held behind *empty*: it was not empty after all.

    What was decided of it says nothing of it should it be found empty once more.
    """
    asked = select(SlipGroup).join(Pairing, Pairing.id == SlipGroup.wrong_id)
    asked = asked.where(Pairing.tube == empty, SlipGroup.cause == slips.Cause.EMPTY)
    for group in list(session.scalars(asked)):
        if group.decided_at is None:
            _end(session, group, now)
        group.over = True


def _end(session: Session, group: SlipGroup, now: datetime) -> None:
    group.decided_at = now
    audit.record(session, "slip.ended", group.id, by=slips.FLAGGER, now=now, detail=group.cause)
    session.flush()
    changes.all_changed(session, [each.tube for each in group.members], now=now)
