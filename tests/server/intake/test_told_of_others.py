"""The export of a person's data tells no officer's words about another person."""

import pytest
from sqlalchemy import select

from server.people import merges
from server.people.merge_models import PersonMerge
from server.people.models import Disagreement
from server.record import stored
from tests.server.intake.test_numbers_moved import BINH, HOA, TUBE, TYPED, Desk
from tests.server.intake.test_numbers_moved import desk as desk

pytestmark = pytest.mark.engines


def test_why_two_records_were_one_and_are_not_is_told_to_neither_of_the_two(desk: Desk) -> None:
    binh = desk.met(BINH)
    with desk.database.write() as session:
        merged = merges.merge(
            session, desk.an, binh, reason="là Bình", evidence="page", by=HOA, now=desk.now
        ).id
        together = stored.export(session, [desk.an, binh])["person_merge"]
        assert [each["reason"] for each in together] == ["là Bình"]
    with desk.database.write() as session:
        merges.part(session, merged, reason="Bình là em", by=HOA, now=desk.now)
        for person in (desk.an, binh):
            [told] = stored.export(session, [person])["person_merge"]
            assert not {"reason", "undo_reason"} & told.keys()
            assert "merged_at" in told
        assert session.scalars(select(PersonMerge.undo_reason)).all() == ["Bình là em"]


@pytest.mark.parametrize("same", [True, False])
def test_why_a_sample_is_of_one_of_two_is_told_to_neither(desk: Desk, *, same: bool) -> None:
    desk.pair(TUBE, TYPED)
    binh = desk.met(BINH)
    desk.take(binh)
    desk.answer(same=same)
    with desk.database.read() as session:
        for person in (desk.an, binh):
            told = stored.export(session, [person]).get("disagreement", [])
            assert [each for each in told if "reason" in each] == []
        both = stored.export(session, [desk.an, binh])["disagreement"]
        assert [each["reason"] for each in both] == ["đã gọi"]
        assert session.scalars(select(Disagreement.reason)).all() == ["đã gọi"]
