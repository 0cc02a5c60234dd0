"""A number led to the wrong person: once it is theirs whose it is, so are the samples it brought.

Nothing moves by itself; every test begins at a station and ends with what is told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from contract.identities import parse
from contract.tubes import TubeId
from server.accounts.roles import Role
from server.db import Database
from server.intake.applier import apply_pending
from server.intake.models import WireEvent
from server.lab import services as lab
from server.lab.words import Call
from server.outcomes import queries
from server.outcomes.services import release
from server.people import doubts, numbers
from server.people import services as people
from server.people.models import Disagreement, Identity, Person
from server.people.queries import links_of
from server.sampling import identity_decisions, manual_pairs
from server.sampling.holds import holds_of
from server.sampling.models import Pairing
from tests.server.intake.conftest import Sender
from tests.server.outcomes.test_at_once import at_once

pytestmark = pytest.mark.engines
HOA, LAN, MINH = "user:hoa", "user:lan", "user:minh"
NUMBER, TYPED = "024191000077", b"TYPED:cccd|024191000077"
AN = "024192000011||Nguyễn Thị An|02031992|Nữ|Hồng Thái|01012022"
BINH = "024191000088||Trần Thị Bình|02031991|Nữ|Hồng Thái|01012022"
DAMAGED = f"{NUMBER}||Nguyn Th An|02031992|N|Hng Thi|01012022".encode()  # by a reader's keyboard
AN_BY_NUMBER = f"{NUMBER}||Nguyễn Thị An|02031992|Nữ|Hồng Thái|01012022"
TUBE, OTHER = TubeId.mint(26, 1), TubeId.mint(26, 9)


@dataclass
class Desk:
    """An officer who linked Bình's number to An, and the station where it was typed for Bình."""

    database: Database
    sender: Sender
    now: datetime
    an: UUID
    link: UUID

    def met(self, card: str) -> UUID:
        with self.database.write() as session:
            return people.person_of(
                session,
                parse(card.encode()),
                by="u",
                now=self.now,
                evidence="x",
                place="vn-2021:24",
            ).id

    def pair(self, tube: TubeId, code: bytes, **more: Any) -> None:
        self.sender.send(self.sender.pairing(tube, code, **more))
        apply_pending(self.database, self.now)

    def say(self, tube: TubeId, call: Call) -> None:
        with self.database.write() as session:
            lab.receive_tube(session, tube, box="H1", by=LAN, now=self.now)
            entered = lab.enter_result(session, tube, lab.Finding(call), by=LAN, now=self.now)
            lab.verify_result(session, entered.id, by=MINH, now=self.now)
            release(session, [entered.id], by=MINH, now=self.now)

    def take(self, person: UUID) -> None:
        with self.database.write() as session:
            numbers.link_number(session, person, numbers.read_number(NUMBER), take=True,
                                reason="số của Bình", by=HOA, now=self.now)  # fmt: skip

    def unlink(self, link: UUID, *, theirs: bool = False) -> None:
        with self.database.write() as session:
            numbers.unlink_number(session, link, reason="nhầm", theirs=theirs, by=HOA, now=self.now)

    def questions(self) -> list[Disagreement]:
        with self.database.read() as session:
            return doubts.open_disagreements(session)

    def answer(self, *, same: bool) -> None:
        [question] = self.questions()
        with self.database.write() as session:
            identity_decisions.answer(
                session, question.id, same=same, reason="đã gọi", by=HOA, now=self.now
            )

    def told(self, tube: TubeId) -> dict[UUID, str]:
        with self.database.read() as session:
            return {who: each.status for who, each in queries.current_of(session, tube).items()}

    def leads_to(self) -> Person | None:
        with self.database.read() as session:
            [key] = numbers.read_number(NUMBER).keys
            link = links_of(session, [key]).get(key)
            return link.person if link else None


@pytest.fixture
def desk(app: Flask, database: Database, sender: Sender, with_lots: None, now: datetime) -> Desk:
    desk = Desk(database, sender, now, UUID(int=0), UUID(int=0))
    desk.an = desk.met(AN)
    with database.write() as session:
        code = numbers.read_number(NUMBER)
        desk.link = numbers.link_number(
            session, desk.an, code, reason="gõ nhầm", by=HOA, now=now
        ).id
    return desk


def test_what_was_told_by_a_number_that_is_anothers_is_taken_back_and_then_theirs(
    desk: Desk,
) -> None:
    desk.pair(TUBE, TYPED, manual=True, person_kind="typed-number")
    with desk.database.write() as session:  # it looked right on its desk
        [typed] = session.scalars(select(Pairing.id))
        manual_pairs.look_at(session, typed, right=True, reason="", by=HOA, now=desk.now)
    desk.say(TUBE, Call.POSITIVE)
    assert desk.told(TUBE) == {desk.an: "positive"}
    binh = desk.met(BINH)
    desk.take(binh)
    assert desk.told(TUBE) == {desk.an: "withdrawn"}
    with desk.database.read() as session:
        assert [each.why for each in holds_of(session, [TUBE])] == ["identity"]
    desk.answer(same=False)
    assert desk.told(TUBE) == {desk.an: "withdrawn", binh: "positive"}
    assert desk.questions() == []


def test_what_was_theirs_all_the_same_stays_theirs(desk: Desk) -> None:
    desk.pair(TUBE, TYPED)
    desk.say(TUBE, Call.NEGATIVE)
    desk.take(desk.met(BINH))
    desk.answer(same=True)
    assert desk.told(TUBE) == {desk.an: "negative"}


def test_a_number_that_is_unlinked_and_nobodys_goes_with_its_sample_to_a_new_record(
    desk: Desk,
) -> None:
    desk.pair(TUBE, TYPED)
    desk.say(TUBE, Call.POSITIVE)
    desk.unlink(desk.link)
    assert desk.leads_to() is None
    desk.answer(same=False)
    bearer = desk.leads_to()
    assert bearer is not None
    assert bearer.id != desk.an
    assert desk.told(TUBE) == {desk.an: "withdrawn", bearer.id: "positive"}


def test_a_number_that_is_given_back_asks_about_what_it_brought_meanwhile(desk: Desk) -> None:
    binh = desk.met(BINH)
    desk.take(binh)
    desk.pair(TUBE, TYPED)
    with desk.database.read() as session:
        link = session.scalars(select(Identity.id).where(Identity.replaces_id == desk.link)).one()
    desk.unlink(link)
    [question] = desk.questions()
    assert question.person_id == binh
    desk.answer(same=False)
    with desk.database.read() as session:
        assert session.scalars(select(Pairing.person_id)).all() == [desk.an]


def test_who_named_themselves_or_came_by_another_number_is_not_asked_about(desk: Desk) -> None:
    desk.pair(TUBE, AN_BY_NUMBER.encode())
    desk.pair(OTHER, AN.encode(), at=desk.now + timedelta(hours=9))
    desk.take(desk.met(BINH))
    assert desk.questions() == []


def test_who_says_that_it_was_theirs_until_now_is_not_asked_again(desk: Desk) -> None:
    desk.pair(TUBE, TYPED)
    desk.say(TUBE, Call.NEGATIVE)
    desk.unlink(desk.link, theirs=True)
    assert desk.questions() == []
    assert desk.told(TUBE) == {desk.an: "negative"}


@pytest.mark.parametrize(("kind", "asked"), [("typed-number", 1), ("citizen-card", 0)])
def test_of_a_code_that_is_kept_no_more_its_kind_says_whether_it_came_by_the_number_alone(
    desk: Desk, kind: str, asked: int
) -> None:
    desk.pair(TUBE, TYPED, person_kind=kind)
    with desk.database.write() as session:
        session.execute(update(WireEvent).values(payload=b""))
        session.execute(update(Pairing).values(named=None))  # before that was kept
    desk.take(desk.met(BINH))
    assert len(desk.questions()) == asked


@pytest.mark.parametrize("bytes_are", ["kept", "archived"])
def test_a_card_whose_name_could_not_be_read_is_asked_about_once_its_number_moves(
    desk: Desk, bytes_are: str
) -> None:
    desk.pair(TUBE, DAMAGED)
    if bytes_are == "archived":
        with desk.database.write() as session:
            session.execute(update(WireEvent).values(payload=b""))
    desk.take(desk.met(BINH))
    [question] = desk.questions()
    assert question.person_id == desk.an


def test_the_pages_say_what_waits_and_whose_the_number_is_now(desk: Desk, sign_in: Any) -> None:
    desk.pair(TUBE, TYPED)
    binh, officer = desk.met(BINH), sign_in(Role.HEALTH_OFFICER, "hoa")
    data = {"number": NUMBER, "reason": "của Bình", "take": "on"}
    page = officer.post(f"/people/{binh}/numbers", data=data, follow_redirects=True).text
    assert "1 mẫu đã lấy theo số này, nay chờ" in page
    page = officer.get("/identities").text
    for fact in ("Nguyễn Thị An", "Trần Thị Bình", "…0077", "Của người có số này nay"):
        assert fact in page
    [question] = desk.questions()
    desk.met(AN.replace("Nguyễn Thị An", "Lê Văn Khác"))  # another question, about two names
    data = {"number": "98C-123.45", "reason": "xe của Bình"}
    page = officer.post(f"/people/{binh}/numbers", data=data, follow_redirects=True).text
    assert "theo số này, nay chờ" not in page
    officer.post(f"/identities/{question.id}/answer", data={"same": "no", "reason": "đã gọi"})
    with desk.database.read() as session:
        assert session.scalars(select(Pairing.person_id)).all() == [binh]


def test_who_comes_by_a_number_at_the_moment_when_it_is_taken_is_whose_it_is_now(
    desk: Desk,
) -> None:
    binh = desk.met(BINH)
    desk.sender.send(desk.sender.pairing(TUBE, TYPED))
    at_once(
        desk.database,
        lambda session: numbers.link_number(
            session, binh, numbers.read_number(NUMBER), take=True, reason="x", by=HOA, now=desk.now
        ),
        lambda _: apply_pending(desk.database, desk.now),
    )
    with desk.database.read() as session:
        assert session.scalars(select(Pairing.person_id)).all() == [binh]
