"""Tubes of two records that may be one person's, which are only shown: one was told of already.

What was told is not taken back unasked (`doubts_again`).  A tube of which nothing was told is held
all the same, until somebody answers.  Reads only.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.within import ANYWHERE
from server.db import among, listed
from server.sampling.claims import Hold
from server.sampling.decision_models import Decision, Matter
from server.sampling.decisions import About
from server.sampling.holds import Standing
from server.sampling.made_one import is_of_one_session
from server.sampling.matter_queries import bearers
from server.sampling.models import Pairing
from server.sampling.reach import Reach, reach_of


def spared_of(session: Session, tubes: Sequence[Tube]) -> list[Standing]:
    """Return what would hold each of *tubes* had the other not been told of."""
    asked = {"tubes": listed(tube.text for tube in tubes)}
    return [
        Standing(tube, Hold.TWICE, each.id)
        for each in _still_asked(session, session.scalars(_SHOWN, asked))
        for tube in (each.tube, each.other_tube)
        if tube is not None and tube in tubes
    ]


def tubes_about(session: Session, records: Iterable[UUID]) -> set[Tube]:
    """Return the tubes of all such pairs of which one is of one of these *records*."""
    given = select(Pairing.id).where(Pairing.person_id.in_(list(records)))
    theirs = or_(Matter.pairing_id.in_(given), Matter.other_id.in_(given))
    found = session.scalars(select(Matter).where(theirs, only_shown()))
    shown = _still_asked(session, found)
    return {tube for each in shown for tube in (each.tube, each.other_tube) if tube is not None}


def _still_asked(session: Session, found: Iterable[Matter]) -> list[Matter]:
    shown = [each for each in found if is_of_one_session(each)]
    who = bearers(session, shown, ANYWHERE) if shown else {}
    return [each for each in shown if who[each.id].asked]


def waiting(session: Session, tubes: Sequence[Tube]) -> set[Tube]:
    """Return those of *tubes* that wait for it: no result of them was told."""
    return untold(session, {each.tube for each in spared_of(session, tubes)})


def untold(session: Session, tubes: set[Tube]) -> set[Tube]:
    reach = reach_of(session, tubes) if tubes else {}
    return {each for each in tubes if reach.get(each) is not Reach.TOLD}


def only_shown() -> ColumnElement[bool]:
    """Say of a matter that it holds nothing by itself, and nobody has decided it."""
    said = exists().where(Decision.matter == About.MATTER, Decision.subject_id == Matter.id)
    return and_(Matter.decided_at.is_(None), Matter.held.is_(False), ~said)


def _shown() -> Select[Matter]:
    concerned = or_(among(Matter.tube, "tubes"), among(Matter.other_tube, "tubes"))
    return select(Matter).where(concerned, Matter.other_id.is_not(None), only_shown())


_SHOWN = _shown()
