"""A person decides a matter: which pairings hold, and why."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server import stamps
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound
from server.people import merges
from server.people.merge_models import PersonMerge
from server.sampling import changes, matter_queries, matters, slips
from server.sampling.decision_models import Decision, Matter
from server.sampling.decisions import About, DecidedSince, latest, record_decision
from server.sampling.matter_queries import Bearers
from server.sampling.matters import Kind
from server.sampling.models import Pairing, PairingVoid
from server.sampling.turns import take_turn
from server.sampling.withdrawals import Why, is_live, pairing_of, withdraw


class Verdict(StrEnum):
    """The value is stored and never changes."""

    BOTH = "both-hold"
    FIRST = "first-holds"
    SECOND = "second-holds"
    NEITHER = "neither-holds"
    VOID_STANDS = "void-stands"


class MatterChanged(DomainError):
    code = "matter-changed"


ALLOWED = {
    Kind.PERSON_TWICE: {Verdict.BOTH, Verdict.FIRST, Verdict.SECOND, Verdict.NEITHER},
    Kind.VOIDED_AFTER_RESULT: {Verdict.VOID_STANDS},
}


def may_say(matter: Matter, verdict: Verdict, who: Bearers) -> bool:
    """Return whether whoever sees those of *who* may decide so: a pairing is taken back by who sees
    it, and that two records' tubes both hold says who sees both, as with the records themselves."""
    if verdict == Verdict.BOTH and who.persons == 1:
        return True
    about = [matter.pairing, matter.other] if verdict == Verdict.BOTH else _falling(matter, verdict)
    return all(each.id in who.given for each in about if each)


def decide_matter(
    session: Session,
    matter_id: UUID,
    *,
    verdict: Verdict,
    reason: str,
    by: str,
    now: datetime,
    within: Within = ANYWHERE,
    seen: str | None = None,
) -> Matter:
    """Decide a matter; pairings that do not hold are taken back.

    *seen* is the `stamp` of the screen (None: nobody looked at one).  Raises NotFound,
    DecidedSince, MatterChanged, BadInput for a verdict that the matter does not know, or that is
    not for who sees *within* to give.
    """
    matter = session.get(Matter, matter_id)
    if matter is None:
        raise NotFound("Không có việc này.", "There is no such matter.")
    tubes = [tube for tube in (matter.tube, matter.other_tube) if tube]
    take_turn(session, tubes)  # before the matter: whoever brings a void of them has them first
    session.refresh(matter, with_for_update=True)
    if matter.decided_at is not None:
        raise DecidedSince(
            "Việc này đã được giải quyết. Mở lại trang để xem.",
            "This is settled already. Open the page again.",
        )
    if seen is not None and seen != _stamp_now(session, matter):
        raise MatterChanged(
            "Một trong hai lần ghép này nay là của người khác. Xem lại rồi quyết định.",
            "One of these two pairings is another person's now. Look again, then decide.",
        )
    before = latest(session, About.MATTER, matter_id)  # of one that a parting opened again
    if verdict not in (ALLOWED[Kind(matter.kind)] if before is None else {Verdict.VOID_STANDS}):
        raise BadInput("Hãy chọn một cách giải quyết.", "Choose one of the ways.", field="verdict")
    _check_seen(session, matter, verdict, within)
    record_decision(
        session, About.MATTER, matter_id, verdict=verdict, reason=reason, by=by, now=now,
        tube=matter.tube, instead_of=before.id if before else None,
    )  # fmt: skip
    matter.decided_at = now
    session.flush()
    for pairing in _falling(matter, verdict):
        _prove_wrong(session, pairing, by, now)
    for tube in tubes:
        changes.changed(session, tube, now=now)
    return matter


def stamp(matter: Matter) -> str:
    """Return by what a stale page is told: whose each of its pairings is."""
    whose = [str(each.person_id) for each in (matter.pairing, matter.other) if each]
    return stamps.of(str(matter.id), whose)


def _stamp_now(session: Session, matter: Matter) -> str:
    for each in (matter.pairing, matter.other):
        if each is not None:
            session.refresh(each)
    return stamp(matter)


def _check_seen(session: Session, matter: Matter, verdict: Verdict, within: Within) -> None:
    who = matter_queries.bearers(session, [matter], within)[matter.id]
    if not may_say(matter, verdict, who):
        raise BadInput(
            "Lần ghép kia ở nơi khác. Bạn chỉ hủy được lần ghép mà bạn xem được; điều khác do người"
            " xem được cả hai quyết định.",
            "The other pairing is of another place. You can take back only one that you see;"
            " whoever sees both decides anything else.",
            field="verdict",
        )


def ask_parted(session: Session, parted: PersonMerge, now: datetime) -> None:
    """Show again what was taken back because two records were one, now that they are not.

    A void is never lifted: whoever's it was is called for another sample.  It holds nothing.  What
    ended by itself beside that took nothing back, and is no question any more.
    """
    sides = [merges.together(session, each) for each in (parted.person_id, parted.other_id)]
    taken = PairingVoid.reason == Why.TWICE
    said = Decision.matter == About.MATTER, Decision.subject_id == Matter.id
    asked = select(Matter).where(
        matters.across(*sides),
        Matter.decided_at >= parted.merged_at,
        exists().where(PairingVoid.pairing_id.in_((Matter.pairing_id, Matter.other_id)), taken),
        exists().where(*said),
    )
    for matter in session.scalars(asked).all():
        matter.decided_at, matter.held = None, False
        audit.record(
            session, "matter.opened", matter.tube, by=matters.REVIEWER, now=now, detail="parted"
        )
    session.flush()


def _falling(matter: Matter, verdict: Verdict) -> list[Pairing]:
    fallen: dict[Verdict, list[Pairing | None]] = {
        Verdict.FIRST: [matter.other],
        Verdict.SECOND: [matter.pairing],
        Verdict.NEITHER: [matter.pairing, matter.other],
    }
    return [each for each in fallen.get(verdict, []) if each is not None]


def _prove_wrong(session: Session, pairing: Pairing, by: str, now: datetime) -> None:
    """Somebody else's sample may be in the tube: take the pairing back and look at its run."""
    if is_live(session, pairing):
        withdraw(session, pairing, Why.TWICE, by=by, now=now)
        slips.flag_around(session, pairing, slips.Cause.DENIED, now=now)


def deny_pairing(
    session: Session, pairing_id: UUID, *, reason: str, by: str, now: datetime
) -> Pairing:
    """Take back a pairing that proved wrong (its person denies it), and look at its run.

    Raises NotFound, NoLongerPaired.
    """
    pairing = pairing_of(session, pairing_id)
    withdraw(session, pairing, Why.DENIED, by=by, now=now)
    record_decision(
        session, About.PAIRING, pairing_id, verdict="denied", reason=reason, by=by, now=now,
        tube=pairing.tube,
    )  # fmt: skip
    slips.flag_around(session, pairing, slips.Cause.DENIED, now=now)
    return pairing
