"""Answers to questions of identity, and what follows for the tubes that waited for them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server import stamps
from server.accounts.within import ANYWHERE, Within
from server.declarations import check_ins
from server.errors import DomainError
from server.people import doubts, sleeping, whose
from server.people.merge_models import PersonMerge
from server.people.models import Disagreement
from server.sampling import changes, conflicts, matters, sight
from server.sampling.decisions import About, latest, record_decision
from server.sampling.models import Pairing
from server.sampling.turns import take_persons_turn, take_turn


class BearerChanged(DomainError):
    code = "bearer-changed"


def answer(
    session: Session, question_id: UUID, *, same: bool, reason: str, by: str, now: datetime,
    within: Within = ANYWHERE, shown: whose.Seen | None = None, bearer: str | None = None,
) -> int:  # fmt: skip
    """Say whether a code's bearer is who the number's record names; return how many tubes waited.

    If it is another, the pairings and check-ins that showed the code are theirs from then on:
    what was told of the pairings, while two records were one, was taken back.  What the code
    showed or shows outside *within* waits for those who see it.  *shown* says who had a number that
    moved as it was shown, and whom of several its reader chose; *bearer* is the `stamp` of whose
    the sample was then.  Raises NotFound, AlreadyAnswered, MovedSince, SeveralBearers,
    BearerChanged.
    """
    take_turn(session, _tubes_of(session, doubts.shown_alike(session, question_id)))
    _check_bearer(session, question_id, bearer)
    alike = doubts.answer_disagreement(
        session, question_id, sight.doubts(within), same=same, reason=reason, by=by, now=now,
        within=within, shown=shown,
    )  # fmt: skip
    before = latest(session, About.IDENTITY, question_id)  # of a question that a parting woke
    record_decision(
        session, About.IDENTITY, question_id, verdict=alike[0].answer or "",
        reason=reason, by=by, now=now, instead_of=before.id if before else None,
    )  # fmt: skip
    return sum(_settle(session, each, by, now, own=each.id == question_id) for each in alike)


def stamp(pairing: Pairing | None) -> str:
    """Return by what a stale page is told: whose the sample is, which another question may say."""
    return stamps.of(pairing and str(pairing.person_id))


def _check_bearer(session: Session, question_id: UUID, seen: str | None) -> None:
    question = session.get(Disagreement, question_id)
    if seen is None or question is None or question.event_id is None or question.answered_at:
        return
    if seen != stamp(session.get(Pairing, question.event_id, populate_existing=True)):
        raise BearerChanged(
            "Câu trả lời cho một câu hỏi khác vừa chuyển mẫu này sang người khác. Xem nay mẫu là"
            " của ai rồi trả lời.",
            "The answer to another question has just given this sample to another person. Look"
            " whose it is now, then answer.",
        )


def take_turns(session: Session, merge: PersonMerge) -> None:
    """Wait for the tubes that may be held once *merge* is taken back, before it is locked."""
    take_turn(session, _tubes_of(session, sleeping.shown_while_one(session, merge)))


def look_again(session: Session, parted: PersonMerge, now: datetime) -> None:
    """Hold the tubes whose bearer is in doubt once two records are parted."""
    woken = sleeping.wake(session, parted, now=now)
    tubes = _tubes_of(session, [each.event_id for each in woken if each.event_id])
    take_turn(session, tubes)
    changes.all_changed(session, tubes, now=now)


def _tubes_of(session: Session, pairings: Sequence[UUID]) -> Sequence[Tube]:
    return session.scalars(select(Pairing.tube).where(Pairing.id.in_(pairings)).distinct()).all()


def _settle(session: Session, question: Disagreement, by: str, now: datetime, *, own: bool) -> bool:
    """Let what is answered count for its tube; *own*: it is what was asked, and not just alike."""
    pairing = session.get(Pairing, question.event_id) if question.event_id else None
    if pairing is None:
        if question.event_id is not None and question.other_id is not None:
            check_ins.give_to(session, question.event_id, question.other_id, by=by, now=now)
        return False
    take_turn(session, [pairing.tube])
    bearer = question.other_id or question.person_id
    held: set[Tube] = set()
    # Who is on record gets back what another answer gave elsewhere, where their reader saw that.
    if pairing.person_id != bearer and (own or question.other_id is not None):
        take_persons_turn(session, [bearer])
        pairing.person_id = bearer
        session.flush()
        session.expire(pairing, ["person"])
        conflicts.review(session, pairing.tube, now=now)
        held = matters.note_repeats(session, [matters.Made.of(pairing)], now=now)
    changes.all_changed(session, [pairing.tube, *held], now=now)
    return True
