"""Doses enter the right records, each once, and every row of a list is accounted for."""

import zlib
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import base45
import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.accounts.roles import Role
from server.config import ConfigError
from server.db import Database
from server.declarations.models import CheckIn
from server.errors import BadInput
from server.people import doubts, queries
from server.people.models import Person
from server.record import doses, vaccinations
from server.record.issuers import load_issuers
from server.record.vaccination_models import Vaccination

TODAY = date(2026, 11, 23)
HEAD = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Ngày tiêm", "Tên vắc xin",
        "Mũi số", "Số lô", "Cơ sở tiêm"]  # fmt: skip
GOOD = ["1", "Nguyễn Thị Mẫu", "21/03/1991", "Nữ", "024191000001", "05/11/2021", "AstraZeneca",
        "2", "ABX1", "TYT xã Mẫu"]  # fmt: skip
KEY = ec.derive_private_key(20210527, ec.SECP256R1())
KEYS = {b"issuer-1": KEY.public_key()}


def row(**changes: str) -> list[str]:
    at = {"name": 1, "birth": 2, "sex": 3, "number": 4, "on": 5, "vaccine": 6, "dose": 7}
    made = list(GOOD)
    for field, value in changes.items():
        made[at[field]] = value
    return made


def certificate(
    *, given: str = "Thị Mẫu", dob: str = "1991-03-21", key: Any = KEY, on: str = "2021-11-05"
) -> str:
    entry = {"tg": "840539006", "co": "VN", "is": "Bộ Y tế", "ci": "URN:UVCI:01:VN:0001#A",
             "mp": "EU/1/21/1529", "dn": 2, "sd": 2, "dt": on}  # fmt: skip
    name = {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": given, "gnt": ""}
    payload = cbor2.dumps({1: "VN", -260: {1: {"nam": name, "dob": dob, "v": [entry]}}})
    header = cbor2.dumps({1: -7, 4: b"issuer-1"})
    signed = cbor2.dumps(["Signature1", header, b"", payload])
    halves = decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256())))
    message = [header, {}, payload, b"".join(half.to_bytes(32, "big") for half in halves)]
    packed: bytes = base45.b45encode(zlib.compress(cbor2.dumps(cbor2.CBORTag(18, message))))
    return "HC1:" + packed.decode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"on": ""}, "no-dose-date"),
        ({"on": "05/11/2030"}, "dose-date"),
        ({"on": "2021"}, "dose-date"),
        ({"vaccine": ""}, "no-vaccine"),
        ({"dose": "mười"}, "dose-number"),
        ({"dose": "12"}, "dose-number"),
        ({"number": ""}, "no-number"),
        ({"name": ""}, "no-name"),
        ({"number": "02419"}, "citizen"),
    ],
)
def test_a_row_that_says_no_dose_is_refused_with_its_reason(
    change: dict[str, str], reason: str
) -> None:
    read = doses.read([HEAD, GOOD, row(**change)], today=TODAY)
    assert [each.line for each in read.given] == [2]
    assert [each.line for each in read.refused] == [3]
    assert reason in read.refused[0].reason


def test_one_person_may_have_many_doses_and_the_same_one_once() -> None:
    read = doses.read([HEAD, GOOD, row(on="05/02/2022", dose="Mũi 3"), GOOD], today=TODAY)
    assert [each.dose.number for each in read.given] == [2, 3]
    assert [each.reason for each in read.refused] == ["dose-twice"]


CELLS = st.text(alphabet="aăâ019/ -\tN", max_size=14)  # "Nữ" alone is a second row of heads


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=10, max_size=10), max_size=6))
def test_every_row_that_says_something_is_accounted_for(rows: list[list[str]]) -> None:
    saying = [each for each in rows if any(cell.strip() for cell in each[1:5])]
    read = doses.read([HEAD, *rows], today=TODAY)
    lines = [each.line for each in (*read.given, *read.refused)]
    assert len(set(lines)) == len(lines) == read.rows
    assert read.rows >= len(saying)


def enter(database: Database, rows: list[list[str]], now: datetime) -> doses.Reading:
    with database.write() as session:
        read = doses.read([HEAD, *rows], today=TODAY)
        made = vaccinations.stage(session, read, title="t", place="vn-2021:24", by="u", now=now)
        return vaccinations.confirm(session, made.id, by="user:hoa", now=now)


def test_a_list_enters_the_record_of_whom_number_name_and_birth_name(
    tested: Any, database: Database, now: datetime
) -> None:
    another = row(name="Trần Văn Giả", on="06/02/2022")
    last = enter(database, [GOOD, row(on="05/02/2022"), another], now)
    assert [each.reason for each in last.refused] == ["names-another"]
    enter(database, [GOOD], now)
    with database.read() as session:
        found = vaccinations.vaccinations_of(session, tested.person)
        assert [vaccinations.dose_of(each).on for each in found] == ["2022-02-05", "2021-11-05"]
        assert len(list(session.scalars(select(Vaccination)))) == 2
        raw = session.connection().exec_driver_sql("SELECT said FROM vaccination").scalar()
        assert b"AstraZeneca" not in bytes(raw)


def test_a_list_is_entered_once(tested: Any, database: Database, now: datetime) -> None:
    with database.write() as session:
        read = doses.read([HEAD, GOOD], today=TODAY)
        made = vaccinations.stage(session, read, title="t", place="p", by="u", now=now)
        vaccinations.confirm(session, made.id, by="u", now=now)
        with pytest.raises(vaccinations.ImportDone):
            vaccinations.confirm(session, made.id, by="u", now=now)


def scan(database: Database, text: str, now: datetime, keys: Any, person: Any = None) -> Any:
    with database.write() as session:
        return vaccinations.add_certificate(
            session, text, keys, person_id=person, place="p", by="user:hoa", now=now
        )


def test_a_good_signature_proves_a_dose_and_an_unknown_issuer_does_not(
    tested: Any, database: Database, now: datetime
) -> None:
    (first,) = scan(database, certificate(), now, {}, tested.person)
    assert not first.verified
    (again,) = scan(database, certificate(), now, KEYS, tested.person)
    assert (again.id, again.verified) == (first.id, True)
    assert vaccinations.dose_of(again).vaccine == "AstraZeneca"


def test_a_forged_or_anothers_certificate_enters_nothing(
    tested: Any, database: Database, now: datetime
) -> None:
    forged = certificate(key=ec.generate_private_key(ec.SECP256R1()))
    for text, keys in ((forged, KEYS), ("HC1:xyz", {}), ("xin chào", {})):
        with pytest.raises(BadInput):
            scan(database, text, now, keys, tested.person)
    for other in (certificate(given="Văn Giả"), certificate(dob="1962-01-01")):
        with pytest.raises(vaccinations.CertificateOfAnother):
            scan(database, other, now, KEYS, tested.person)
    with database.read() as session:
        assert list(session.scalars(select(Vaccination))) == []


def test_a_certificate_alone_makes_its_bearer_known(database: Database, now: datetime) -> None:
    (dose,) = scan(database, certificate(), now, KEYS)
    with database.read() as session:
        assert session.get_one(Person, dose.person_id).name == "Nguyễn Thị Mẫu"
        assert [each.system for each in queries.keys_of(session, dose.person_id)] == ["certificate"]


def test_a_certificate_that_names_another_than_its_number_leads_to_enters_nothing(
    database: Database, now: datetime
) -> None:
    scan(database, certificate(), now, KEYS)
    other = certificate(given="Văn Giả", dob="1962-01-01", on="2022-02-05")
    for _ in range(2):
        with pytest.raises(vaccinations.CertificateOfAnother):
            scan(database, other, now, KEYS)
    with database.read() as session:
        assert len(session.scalars(select(Vaccination)).all()) == 1
        assert doubts.open_disagreements(session) == []


def test_an_operators_file_of_issuers_is_read_or_stops_the_start(tmp_path: Path) -> None:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    good = f'[[issuer]]\nname = "Bộ Y tế"\nkid = "aXNzdWVyLTE="\nkey = """{pem}"""\n'
    (tmp_path / "good.toml").write_text(good)
    assert set(load_issuers(str(tmp_path / "good.toml"))) == {b"issuer-1"}
    for wrong in (good.replace("BEGIN", "BIGIN"), good.replace("aXNz", "a?"), "x = 1", "["):
        (tmp_path / "wrong.toml").write_text(wrong)
        with pytest.raises(ConfigError):
            load_issuers(str(tmp_path / "wrong.toml"))
    with pytest.raises(ConfigError):
        load_issuers(str(tmp_path / "none.toml"))


def test_an_officer_sees_every_rows_fate_before_confirming(
    tested: Any, sign_in: Callable[..., Any], database: Database
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "hoa")
    text = "\n".join(";".join(each) for each in (HEAD, GOOD, row(on="")))
    answer = officer.post(
        "/vaccinations",
        data={"title": "Đợt 11", "file": (BytesIO(text.encode()), "dot11.csv")},
        content_type="multipart/form-data",
    )
    page = officer.get(answer.location)
    assert "thiếu ngày tiêm" in page.text
    with database.read() as session:
        assert list(session.scalars(select(Vaccination))) == []
    officer.post(answer.location + "/confirm")
    assert "AstraZeneca" in officer.get(f"/people/{tested.person}").text
    officer.post(
        "/vaccinations/certificates",
        data={"person": str(tested.person), "certificate": certificate()},
    )


def test_who_sees_a_part_of_a_record_adds_no_doses_to_it(
    tested: Any, sign_in: Callable[..., Any], database: Database, now: datetime
) -> None:
    place = "vn-2021:27.256"
    with database.write() as session:
        session.add(CheckIn(id=uuid4(), person_id=tested.person, source="keeper", point="", at=now,
                            place=place, trusted=True, answers="{}", recorded_at=now))  # fmt: skip
    officer = sign_in(Role.HEALTH_OFFICER, "xa", place=place, sees="")
    page = officer.get(f"/people/{tested.person}")
    assert (page.status_code, "/vaccinations/certificates" in page.text) == (200, False)
    form = {"person": str(tested.person), "certificate": certificate()}
    assert officer.post("/vaccinations/certificates", data=form).status_code == 404
    with database.read() as session:
        assert list(session.scalars(select(Vaccination))) == []
