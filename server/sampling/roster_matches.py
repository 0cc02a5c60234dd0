"""Who on a list may be whom on record: suggested with reasons, never merged unasked."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, joinedload

from contract.tubes import Tube
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import DomainError, NotFound
from server.people.candidates import candidates_of
from server.people.matching import Described
from server.people.whole import begun, check_whole
from server.sampling.lot_models import Roster, RosterEntry
from server.sampling.roster_models import RosterMatch


class MatchDecided(DomainError):
    code = "match-decided"


def suggest(session: Session, roster: Roster) -> int:
    """Note who each person without a number may be; return how many suggestions there are."""
    entries = [entry for entry in roster.entries if not entry.number]
    known = {(match.tube, match.person_id) for match in session.scalars(_of_roster(roster.id))}
    count = 0
    found = candidates_of(session, [described(entry) for entry in entries])
    for entry, candidates in zip(entries, found, strict=True):
        for person, score in candidates:
            if (entry.tube, person.id) not in known:
                count += 1
                session.add(
                    RosterMatch(tube=entry.tube, person_id=person.id, points=score.points,
                                parts=score.written, state="open")
                )  # fmt: skip
    session.flush()
    return count


def described(entry: RosterEntry) -> Described:
    """Return what the list says of a person."""
    birth = entry.birth or ""
    return Described(
        name=entry.name,
        birth=birth if len(birth) > len("1990") else "",
        birth_year=entry.birth_year,
        sex=entry.sex,
        phones=frozenset([entry.phone] if entry.phone else []),
        address=entry.address or "",
    )


def matches_of(session: Session, roster_id: UUID, *, state: str = "open") -> list[RosterMatch]:
    """Return the suggestions of a roster in one state, in the list's order, the best first."""
    asked = _of_roster(roster_id).where(RosterMatch.state == state)
    loaded = asked.options(joinedload(RosterMatch.entry), joinedload(RosterMatch.person))
    order = loaded.order_by(RosterEntry.position, RosterMatch.points.desc(), RosterMatch.person_id)
    return list(session.scalars(order))


def waiting(session: Session, roster_id: UUID, within: Within = ANYWHERE) -> int:
    """Return how many suggestions of a roster wait for a person: of records begun in that scope."""
    asked = _of_roster(roster_id).where(RosterMatch.state == "open")
    asked = asked.where(begun(within, RosterMatch.person_id))
    return session.scalar(select(func.count()).select_from(asked.subquery())) or 0


def decide_matches(
    session: Session,
    roster_id: UUID,
    pairs: Iterable[tuple[Tube, UUID]],
    *,
    same: bool,
    by: str,
    now: datetime,
    within: Within = ANYWHERE,
) -> int:
    """Confirm or deny suggestions of a roster; confirming one denies the others of that row.

    Raises MatchDecided where somebody was faster, and NotFound, also for a person whose record was
    begun outside *within*.
    """
    some = list(pairs)
    for _, person_id in some:
        check_whole(session, person_id, within)
    return len([_decide(session, roster_id, pair, same=same, by=by, now=now) for pair in some])


def _decide(
    session: Session,
    roster_id: UUID,
    pair: tuple[Tube, UUID],
    *,
    same: bool,
    by: str,
    now: datetime,
) -> RosterMatch:
    match = session.get(RosterMatch, pair, with_for_update=True, populate_existing=True)
    if match is None or match.entry.roster_id != roster_id:
        raise NotFound("Không có gợi ý này.", "There is no such suggestion.")
    if match.state != "open":
        raise MatchDecided(
            f"Dòng {match.entry.position} đã có người xem. Mở lại trang.",
            f"Row {match.entry.position} was decided. Open the page again.",
        )
    if same:
        others = update(RosterMatch).where(
            RosterMatch.tube == match.tube,
            RosterMatch.person_id != match.person_id,
            RosterMatch.state == "open",
        )
        session.execute(others.values(state="denied", decided_at=now, decided_by=by))
    match.state, match.decided_at, match.decided_by = "confirmed" if same else "denied", now, by
    session.flush()
    detail = f"{match.state} {match.points} points"
    audit.record(session, "roster.matched", match.tube, by=by, now=now, detail=detail)
    return match


def _of_roster(roster_id: UUID) -> Select[RosterMatch]:
    asked = select(RosterMatch).join(RosterEntry, RosterEntry.tube == RosterMatch.tube)
    return asked.where(RosterEntry.roster_id == roster_id)
