"""Tubes of two records that may be one person's, which are only shown: one was told of already.

What was told is not taken back unasked (`doubts_again`).  A tube of which nothing was told is held
all the same, until somebody answers.  Reads only.
"""

from collections.abc import Sequence

from sqlalchemy import Select, exists, or_, select
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


def spared_of(session: Session, tubes: Sequence[Tube]) -> list[Standing]:
    """Return what would hold each of *tubes* had the other not been told of."""
    asked = {"tubes": listed(tube.text for tube in tubes)}
    shown = [each for each in session.scalars(_SHOWN, asked) if is_of_one_session(each)]
    who = bearers(session, shown, ANYWHERE) if shown else {}
    return [
        Standing(tube, Hold.TWICE, each.id)
        for each in shown
        if who[each.id].asked
        for tube in (each.tube, each.other_tube)
        if tube is not None and tube in tubes
    ]


def _shown() -> Select[Matter]:
    """Ask for what is only shown, and nobody has decided."""
    said = exists().where(Decision.matter == About.MATTER, Decision.subject_id == Matter.id)
    concerned = or_(among(Matter.tube, "tubes"), among(Matter.other_tube, "tubes"))
    stands = Matter.decided_at.is_(None), Matter.held.is_(False), Matter.other_id.is_not(None)
    return select(Matter).where(concerned, *stands, ~said)


_SHOWN = _shown()
