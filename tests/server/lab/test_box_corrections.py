"""The box of an arrival is set right, and nothing that was found goes with it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.accounts.roles import Role
from server.accounts.within import ANYWHERE, Within
from server.audit.models import AuditEntry
from server.db import Database
from server.lab import box_corrections, moves, queries, refusals
from server.lab.boxes import queries as boxes
from server.lab.boxes import services as packing
from server.lab.services import receive_tube, reject_tube
from server.lab.words import Rejection
from server.officers.story import story_of
from server.outcomes.desk_models import DeskItem
from server.outcomes.queries import current_of
from server.outcomes.services import release
from server.sampling import slips
from server.sampling.holds import held_by_slip
from tests.server.lab.test_arrivals import (
    HERE,
    LAB,
    LAN,
    MINH,
    OTHER,
    THERE,
    XA,
    came,
    in_box,
    people,
    person,
    take_back,
    verified,
)
from tests.server.outcomes.test_at_once import at_once

__all__ = ["people"]


def correct(scene: Any, tube: Tube, box: str, within: Within = LAB, by: str = LAN) -> str:
    return box_corrections.correct_box(
        scene.session, tube, within, box=box, by=by, now=scene.now + timedelta(minutes=1)
    )


@pytest.mark.engines
def test_the_box_is_set_right_and_no_result_goes_with_it(people: Any) -> None:
    session, tube = people.session, came(people)
    result = verified(people, tube)
    assert correct(people, tube, "H2") == "H1"
    assert ([each.tube for each in in_box(people, "H2")], in_box(people, "H1")) == ([tube], ())
    assert result.withdrawn_at is None
    release(session, [result.id], by=MINH, now=people.now)
    [before] = current_of(session, tube).values()
    assert correct(people, tube, "H3") == "H2", "also once its result was told"
    assert [each.id for each in current_of(session, tube).values()] == [before.id]
    reception = queries.reception_of(session, tube)
    assert reception is not None
    assert (reception.box, reception.at, reception.by) == ("H3", people.now, LAN)


def test_what_was_noted_stays_in_the_story_with_who_set_it_right(people: Any) -> None:
    tube = came(people)
    correct(people, tube, "H2", by=MINH)
    assert correct(people, tube, "H2", by=MINH) == "H2", "once is enough"
    said = [fact.en for fact in story_of(people.session, tube)]
    assert any("Received in box H1" in each for each in said)
    [told] = [each for each in said if "is set right" in each]
    assert told.endswith("H1 → H2")
    mine = AuditEntry.action == "tube.box-corrected"
    [entry] = people.session.scalars(select(AuditEntry).where(mine))
    assert (entry.subject, entry.actor, entry.detail) == (tube.text, MINH, "H1 → H2")


@pytest.mark.engines
def test_both_boxes_are_looked_at_again(people: Any) -> None:
    """A whole box was scanned under the label of the one before: neither is as it was packed."""
    session, tubes = people.session, [people.tube() for _ in range(2)]
    said: dict[str, Any] = {"by": "user:doi", "now": people.now}
    for box, tube in zip(("H1", "H2"), tubes, strict=True):
        people.pair(tube, people.person())
        packing.put_in(session, box, tube, **said)
        packing.pack(session, box, team="A", count=1, **said)
    for tube in tubes:
        receive_tube(session, tube, box="H1", by=LAN, now=people.now)
    for box in ("H1", "H2"):
        packing.count(session, box, counted=1, by=LAN, now=people.now)
    assert [each.code for each, _ in boxes.open_differences(session)] == ["H1", "H2"]
    correct(people, tubes[1], "H2")
    assert boxes.unsettled(session) == []
    [item] = session.scalars(select(DeskItem.box).where(DeskItem.tube == tubes[1]))
    assert item == "H2", "who looks for the tube is told where it is"


def test_whoever_scans_it_where_it_is_hears_no_refusal_any_more(people: Any) -> None:
    tube = came(people)
    with pytest.raises(refusals.AlreadyReceived):
        receive_tube(people.session, tube, box="H2", by=MINH, now=people.now)
    correct(people, tube, "H2")
    assert receive_tube(people.session, tube, box="H2", by=MINH, now=people.now).box == "H2"
    reject_tube(people.session, tube, Rejection.LEAKING, by=LAN, now=people.now)
    assert correct(people, tube, "H3") == "H2", "a rejected one lies in a box as well"


@pytest.mark.engines
def test_each_laboratory_sets_its_own_right(people: Any) -> None:
    session, tube = people.session, came(people)
    with pytest.raises(refusals.NoArrival):
        correct(people, tube, "H2", OTHER, XA)
    receive_tube(session, tube, box="H9", by=XA, now=people.now, moved=True)
    assert correct(people, tube, "H8", ANYWHERE, XA) == "H9"
    [move] = moves.moves_of(session, tube)
    assert (move.box, move.lab) == ("H8", THERE)
    assert correct(people, tube, "H2", ANYWHERE, LAN) == "H1"
    with pytest.raises(refusals.SeveralArrivals):
        correct(people, tube, "H3", ANYWHERE, "user:nobody")
    assert take_back(people, tube).box == "H2"
    reception = queries.reception_of(session, tube)
    assert reception is not None
    assert reception.box == "H8", "and where it was received then"


@pytest.mark.engines
def test_a_doubt_about_a_shift_stays_as_it_was(people: Any, in_a_row: list[Any]) -> None:
    """Neighbours are so by their serials: a box says nothing of whose swab is in which tube."""
    for tube in in_a_row:
        receive_tube(people.session, tube, box="H1", by=LAN, now=people.now)
    reject_tube(people.session, in_a_row[1], Rejection.EMPTY, by=LAN, now=people.now)
    groups = [group.id for group in slips.open_groups(people.session)]
    held = held_by_slip(people.session, in_a_row)
    assert held == set(in_a_row[2:-1])
    for tube in in_a_row:
        correct(people, tube, "H2")
    assert held_by_slip(people.session, in_a_row) == held
    assert [group.id for group in slips.open_groups(people.session)] == groups


@pytest.mark.engines
@pytest.mark.parametrize("first", ["box", "arrival"])
def test_at_one_moment_with_its_taking_back_no_arrival_comes_back(
    database: Database, make_scene: Any, first: str
) -> None:
    with database.write() as session:
        tube = came(make_scene(session))

    def mend(session: Session) -> None:
        correct(make_scene(session), tube, "H2", ANYWHERE)

    def unreceive(session: Session) -> None:
        take_back(make_scene(session), tube, ANYWHERE)

    acts = (mend, unreceive) if first == "box" else (unreceive, mend)
    assert at_once(database, *acts) == ([] if first == "box" else [refusals.NoArrival])
    with database.read() as session:
        assert queries.reception_of(session, tube) is None


def test_at_the_bench_the_refused_scan_offers_it(
    database: Database, make_scene: Any, sign_in: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        for login, place in (("lan", HERE), ("xa", THERE)):
            person(session, scene, login, place)
        mine, other = came(scene), came(scene, XA)
    lab = sign_in(Role.LAB_TECHNICIAN, "minh", place=HERE, sees="*")
    theirs = lab.post("/reception", data={"tube": other.text, "box": "H2"})
    assert (theirs.status_code, "thành H2" in theirs.text) == (409, False), "it is not theirs"
    refused = lab.post("/reception", data={"tube": mine.text, "box": "H2"})
    assert (refused.status_code, "thành H2" in refused.text) == (409, True)
    fields = {"tube": mine.text, "box": "H2"}
    assert sign_in(Role.LAB_VERIFIER).post("/reception/box", data=fields).status_code == 403
    done = lab.post("/reception/box", data=fields, follow_redirects=True)
    assert "nay ghi ở hộp H2 (trước: H1)" in done.text
    again = lab.post("/reception/box", data=fields | {"fixing": "yes"}, follow_redirects=True)
    assert "đã ghi ở hộp H2" in again.text
    assert '<details class="panel" open>' in again.text, "the next tube of the box is scanned"
    assert lab.post("/reception/box", data=fields | {"box": ""}).status_code == 422
    with database.read() as session:
        reception = queries.reception_of(session, mine)
        assert reception is not None
        assert reception.box == "H2"
