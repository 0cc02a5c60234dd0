"""A number that was moved comes back, or its two records are one after all, before it is answered
whose the samples are that came by it: no answer makes a record of nobody's."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from server.lab.words import Call
from server.people import merges
from server.people.models import Identity, Person
from tests.server.intake.test_numbers_moved import BINH, HOA, TUBE, TYPED, Desk
from tests.server.intake.test_numbers_moved import desk as desk

pytestmark = pytest.mark.engines


def _people(desk: Desk) -> int:
    with desk.database.read() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def _taking(desk: Desk) -> UUID:
    """Return the link that took the number from An."""
    with desk.database.read() as session:
        return session.scalars(select(Identity.id).where(Identity.replaces_id == desk.link)).one()


def test_an_answer_after_the_taking_was_undone_leaves_the_result_with_whom_it_was_of(
    desk: Desk,
) -> None:
    desk.pair(TUBE, TYPED)
    desk.say(TUBE, Call.POSITIVE)
    desk.take(desk.met(BINH))
    assert desk.told(TUBE) == {desk.an: "withdrawn"}
    desk.unlink(_taking(desk))
    desk.answer(same=False)
    assert desk.told(TUBE) == {desk.an: "positive"}
    assert _people(desk) == 2


def test_an_answer_after_both_records_were_merged_gives_the_result_to_the_one_with_the_number(
    desk: Desk,
) -> None:
    desk.pair(TUBE, TYPED)
    desk.say(TUBE, Call.POSITIVE)
    binh = desk.met(BINH)
    desk.take(binh)
    with desk.database.write() as session:
        merge = merges.merge(
            session, desk.an, binh, reason="một người", evidence="page", by=HOA, now=desk.now
        ).id
    desk.answer(same=False)
    assert desk.told(TUBE) == {desk.an: "withdrawn", binh: "positive"}
    assert _people(desk) == 2
    with desk.database.write() as session:
        merges.part(session, merge, reason="nhầm", by=HOA, now=desk.now)
    assert desk.told(TUBE) == {desk.an: "withdrawn", binh: "positive"}
