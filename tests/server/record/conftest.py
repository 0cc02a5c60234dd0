"""A person with one released result, told to their record; what corrects it and takes it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from contract.identities import Key, Kind, System
from contract.tubes import Tube
from server.accounts import partners
from server.db import Database
from server.declarations.channel import EmbeddedRecord
from server.declarations.notice import TARGET
from server.delivery.worker import run_once
from server.lab import services as lab
from server.lab.measured import Measured
from server.lab.words import Call
from server.outcomes.services import release
from server.people.models import Person
from server.people.services import Act, identity
from server.permissions import Scope

LAN, MINH = "user:lan", "user:minh"
NUMBER = "024191000001"
CARD = f"{NUMBER}||Nguyễn Thị Mẫu|21031991|Nữ|Thôn Mẫu, Hồng Thái, Bắc Giang|14082021"


@dataclass
class Tested:
    """What happened to one tube of one person; each step commits and is told."""

    database: Database
    make_scene: Callable[..., Any]
    now: datetime
    person: UUID
    pairing: UUID
    tube: Tube
    result: UUID

    def correct(self, call: Call) -> None:
        with self.database.write() as session:
            self.make_scene(session)
            right = lab.correct_result(
                session, self.result, lab.Finding(call), reason="nhầm hàng", by=LAN, now=self.now
            )
            lab.verify_result(session, right.id, by=MINH, now=self.now)
            release(session, [right.id], by=MINH, now=self.now)
        self.tell()

    def tell(self) -> None:
        run_once(self.database, {TARGET: EmbeddedRecord(self.database, lambda: self.now)}, self.now)


@pytest.fixture
def tested(database: Database, make_scene: Callable[..., Any], now: datetime) -> Tested:
    """A woman whose citizen number is known, tested negative."""
    with database.write() as session:
        scene = make_scene(session)
        tube, person = scene.tube(), scene.person()
        person.birth = "1991-03-21"
        key = Key(System.CITIZEN, NUMBER)
        act = Act("station:ban-1", now, "event:1")
        session.add(identity(person, key, kind=Kind.CITIZEN_CARD, act=act))
        pairing = scene.pair(tube, person)
        lab.receive_tube(session, tube, box="H1", by=LAN, now=now)
        finding = lab.Finding(Call.NEGATIVE, (Measured("N", ""),))
        entered = lab.enter_result(session, tube, finding, by=LAN, now=now)
        lab.verify_result(session, entered.id, by=MINH, now=now)
        release(session, [entered.id], by=MINH, now=now)
        made = Tested(database, make_scene, now, person.id, pairing.id, tube, entered.id)
    made.tell()
    return made


@pytest.fixture
def partner_token(database: Database, now: datetime) -> Callable[..., str]:
    def made(name: str, *scopes: Scope, place: str = "vn-2021:24") -> str:
        with database.write() as session:
            return partners.add_partner(
                session, name, label=name, scopes=scopes, place=place, by="user:quan", now=now
            )

    return made


@pytest.fixture
def nameless(database: Database, now: datetime) -> Callable[..., UUID]:
    """Somebody whose record says a number and nothing else."""

    def made(number: str, **said: Any) -> UUID:
        with database.write() as session:
            person = Person(id=uuid4(), place="vn-2021:24", created_at=now, **said)
            key = Key(System.CITIZEN, number)
            act = Act("station:ban-1", now, "event:1")
            session.add_all([person, identity(person, key, kind=Kind.TYPED, act=act)])
            return person.id

    return made
