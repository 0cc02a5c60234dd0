"""From a list to the table: what a station is told, whom it lets have which tube, who came."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract import events, identities, specimens
from contract.tubes import Tube
from server.outcomes.facts import facts_of
from server.outcomes.merge import merge
from server.people.services import person_of
from server.sampling import (
    lot_parts,
    lots,
    roster_matches,
    roster_seats,
    roster_wire,
    rosters,
    services,
)
from server.sampling.lot_models import Roster
from server.sampling.lot_tiles import Run
from server.sampling.models import Pairing
from server.sampling.roster_import import read
from server.sampling.roster_models import RosterMatch
from server.sheets import rows_of_text

AN, BINH = specimens.people(2, Random(5))
HEAD = "Họ tên;Ngày sinh;CCCD;SĐT\n"


def row(each: specimens.Specimen, *, number: bool = True) -> str:
    return f"{each.name};{each.birth:%d/%m/%Y};{each.number if number else ''};\n"


def make(session: Session, scene: Any, text: str, station: str = "ban-1", **more: Any) -> Roster:
    guests = [each.guest for each in read(rows_of_text(HEAD + text), year=2026).taken]
    roster = rosters.make_roster(
        session, guests, title="Nhà máy A", series=30, place="p", station=station,
        by="user:quantri", now=scene.now, **more,
    )  # fmt: skip
    roster_matches.suggest(session, roster)
    return roster


def person(session: Session, scene: Any, each: specimens.Specimen) -> Any:
    code = identities.parse(specimens.citizen_card(each))
    return person_of(session, code, by="station:x", now=scene.now, evidence="event:1", place="p")


def release(session: Session, scene: Any, roster: Roster, who: Any, free: Tube) -> Pairing:
    """The first of a list is given *free*, and the station lets go of theirs."""
    own = roster.entries[0].tube
    event = events.TubePaired(
        id=uuid4(), station="ban-1", epoch="0" * 16, seq=1, prev=events.NO_EVENT, at=scene.now,
        trusted=True, boot="b", mono=1, tube=free.text, person="", person_kind="citizen-card",
        tag="0" * 16, order="person-first", took_ms=900, released=(own.text, "rác", "260000000182"),
    )  # fmt: skip
    return services.record_pairing(session, event, who, place="p", now=scene.now)


def told(session: Session, scene: Any, station: str = "ban-1", days: int = 0) -> set[str]:
    day = (scene.now + timedelta(hours=7, days=days)).date()
    return {each.tube for each in roster_wire.roster_for(session, station, day=day).assignments}


def test_a_station_learns_of_its_own_labelled_tubes_with_a_number_whatever_their_day(
    session: Session, scene: Any
) -> None:
    today = (scene.now + timedelta(hours=7)).date()
    roster = make(session, scene, row(AN) + row(BINH, number=False), day=today)
    mine = roster.entries[0].tube.text
    assert told(session, scene) == {mine}
    assert told(session, scene, "ban-2") == set()
    for days, there in ((-7, {mine}), (-1, {mine}), (1, {mine}), (30, {mine}), (31, set())):
        assert told(session, scene, days=days) == there
    keys = {
        roster_wire.roster_for(session, name, day=day).key
        for name in ("ban-1", "ban-2")
        for day in (today, today + timedelta(days=1))
    }
    assert len(keys) == 4
    before = roster_wire.version_of(session, "ban-1", day=today)
    lots.issue_lot(session, roster.lot_id, "ban-2", by="user:q", now=scene.now)
    assert told(session, scene) == set()
    assert told(session, scene, "ban-2") == {mine}
    assert roster_wire.version_of(session, "ban-1", day=today) != before


@pytest.mark.engines
def test_a_list_of_another_day_is_told_with_its_day_until_it_is_void_or_its_tubes_are_given(
    session: Session, scene: Any
) -> None:
    today = (scene.now + timedelta(hours=7)).date()
    tomorrow = today + timedelta(days=1)
    roster = make(session, scene, row(AN) + row(BINH), day=tomorrow)
    ans, binhs = (each.tube for each in roster.entries)
    wire = roster_wire.roster_for(session, "ban-1", day=today)
    assert (wire.day, {each.day for each in wire.assignments}) == (f"{today}", {f"{tomorrow}"})
    assert AN.number not in str(wire)
    before = roster_wire.version_of(session, "ban-1", day=today)
    void = lot_parts.void_tubes(
        session, roster.lot_id, Run(1, 1), reason="đổi", by="user:q", now=scene.now
    )
    assert told(session, scene) == {binhs.text}
    changed = roster_wire.version_of(session, "ban-1", day=today)
    assert changed != before
    second = lot_parts.void_tubes(
        session, roster.lot_id, Run(2, 2), reason="nhầm", by="user:q", now=scene.now
    )
    lot_parts.lift_void(session, void.id, by="user:q", now=scene.now)
    assert told(session, scene) == {ans.text}  # as many as before, and others
    assert roster_wire.version_of(session, "ban-1", day=today) != changed
    lot_parts.lift_void(session, second.id, by="user:q", now=scene.now)

    pairing = scene.pair(ans, person(session, scene, AN))
    assert told(session, scene, days=1) == {ans.text, binhs.text}  # its day is not over
    assert told(session, scene, days=2) == {binhs.text}
    scene.void(pairing)
    assert told(session, scene, days=2) == {ans.text, binhs.text}


@pytest.mark.parametrize(("day", "presence"), [(0, "elsewhere"), (1, "absent")])
def test_a_label_of_another_day_is_not_let_go_whatever_a_station_says(
    session: Session, scene: Any, day: int, presence: str
) -> None:
    planned = (scene.now + timedelta(hours=7, days=day)).date()
    roster = make(session, scene, row(AN), day=planned)
    release(session, scene, roster, person(session, scene, AN), scene.tube())
    assert roster_seats.seats(session, roster)[0].presence == presence


def test_who_is_confirmed_to_be_on_record_is_known_to_the_station_by_their_card(
    session: Session, scene: Any
) -> None:
    an = person(session, scene, AN)
    roster = make(session, scene, row(AN, number=False))
    assert told(session, scene) == set()
    (match,) = session.scalars(select(RosterMatch))
    assert match.person_id == an.id
    roster_matches.decide_matches(
        session, roster.id, [(match.tube, an.id)], same=True, by="user:hoa", now=scene.now
    )
    assert told(session, scene) == {match.tube.text}
    with pytest.raises(roster_matches.MatchDecided):
        roster_matches.decide_matches(
            session, roster.id, [(match.tube, an.id)], same=False, by="user:hoa", now=scene.now
        )


def test_a_released_label_is_shown_as_another_tube_and_waits_again_after_a_void(
    session: Session, scene: Any
) -> None:
    roster = make(session, scene, row(AN) + row(BINH))
    pairing = release(session, scene, roster, person(session, scene, AN), scene.tube())
    seat = roster_seats.seats(session, roster)[0]
    assert (seat.presence, seat.pairing) == ("elsewhere", pairing)
    scene.void(pairing)
    assert roster_seats.seats(session, roster)[0].presence == "absent"


def test_the_server_itself_sees_who_took_another_tube_and_whose_number_came(
    session: Session, scene: Any
) -> None:
    roster = make(session, scene, row(AN) + row(BINH))
    scene.pair(scene.tube(), person(session, scene, AN))
    married = person(session, scene, BINH)
    married.name = "Tên Khác Hẳn"
    scene.pair(roster.entries[1].tube, married)
    assert [str(each.presence) for each in roster_seats.seats(session, roster)] == [
        "elsewhere", "came",
    ]  # fmt: skip


def test_an_assignment_alone_never_yields_an_outcome(session: Session, scene: Any) -> None:
    from server.lab.services import Finding, enter_result, receive_tube, verify_result
    from server.lab.words import Call
    from server.outcomes.gate import ResultHeld
    from server.outcomes.services import release

    roster = make(session, scene, row(AN))
    tube = roster.entries[0].tube
    receive_tube(session, tube, box="H", by="user:lan", now=scene.now)
    entered = enter_result(session, tube, Finding(Call.NEGATIVE), by="user:lan", now=scene.now)
    verify_result(session, entered.id, by="user:minh", now=scene.now)
    with pytest.raises(ResultHeld, match="paired with nobody"):
        release(session, [entered.id], by="user:minh", now=scene.now)
    assert merge(facts_of(session, tube)).outcomes == frozenset()
    assert session.scalars(select(Pairing)).all() == []
