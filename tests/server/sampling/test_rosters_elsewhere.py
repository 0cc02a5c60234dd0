"""A number typed into a list does not find out whether, when and where its bearer was sampled."""

from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from contract import identities, specimens
from server.accounts.within import Within
from server.people import merges
from server.people.services import person_of
from server.sampling import roster_matches, roster_seats, rosters
from server.sampling.lot_models import Roster
from server.sampling.roster_import import read
from server.sampling.roster_models import AssignmentRelease
from server.sheets import rows_of_text

AN, MAI = specimens.people(2, Random(5))
HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"


@pytest.fixture
def an(session: Session, scene: Any) -> Any:
    code = identities.parse(specimens.citizen_card(AN))
    return person_of(session, code, by="x", now=scene.now, evidence="event:1", place=HERE)


def listed(session: Session, now: Any, number: str) -> Roster:
    text = f"Họ tên;Ngày sinh;CCCD\n{AN.name};{AN.birth:%d/%m/%Y};{number}\n"
    guests = [each.guest for each in read(rows_of_text(text), year=2026).taken]
    made = rosters.make_roster(session, guests, title="dò số", series=30, place=ELSEWHERE,
                               station=None, by="user:xa", now=now)  # fmt: skip
    roster_matches.suggest(session, made)
    return made


@pytest.mark.engines
@pytest.mark.parametrize("released", [False, True])
def test_a_sample_elsewhere_is_told_to_nobody_who_sees_neither_it_nor_the_record(
    session: Session, scene: Any, an: Any, *, released: bool
) -> None:
    roster = listed(session, scene.now, AN.number)
    pairing = scene.pair(scene.tube(), an)  # where the record was begun
    session.flush()
    if released:
        session.add(AssignmentRelease(pairing_id=pairing.id, tube=roster.entries[0].tube))
        session.flush()

    def said(*areas: str) -> str:
        return roster_seats.seats(session, roster, Within.of(areas))[0].presence

    assert said(ELSEWHERE) == "absent"
    assert said(ELSEWHERE, HERE) == said(HERE) == "elsewhere"
    pairing.place = "vn-2021:01.004"
    session.flush()
    assert said(HERE) == "elsewhere"  # the whole record is theirs
    an.place = ELSEWHERE
    session.flush()
    assert (said(HERE), said("vn-2021:01")) == ("absent", "elsewhere")


def test_suggestions_are_counted_of_records_that_are_shown(
    session: Session, scene: Any, an: Any
) -> None:
    roster = listed(session, scene.now, "")
    waiting = {place: roster_matches.waiting(session, roster.id, Within.of([place]))
               for place in (HERE, ELSEWHERE)}  # fmt: skip
    assert waiting == {HERE: 1, ELSEWHERE: 0}
    other = person_of(session, identities.parse(specimens.citizen_card(MAI)), by="x",
                      now=scene.now, evidence="event:2", place=ELSEWHERE)  # fmt: skip
    session.flush()
    merges.merge(session, an.id, other.id, reason="một người", evidence="t", by="x", now=scene.now)
    session.flush()
    assert roster_matches.waiting(session, roster.id, Within.of([ELSEWHERE])) == 1
