"""Result slips: signed by us, checked against the record, worthless once the result is not so."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
import zxingcpp
from pypdfium2 import PdfDocument
from sqlalchemy import select

from contract.certificates import Test as Entry
from contract.certificates import verify_certificate
from server.accounts.roles import Role
from server.db import Database
from server.lab.words import Call
from server.outcomes.models import Outcome
from server.people.models import Person
from server.record import corrections, requests, slips
from server.record.corrections import Correction
from server.record.requests import Kind
from server.record.slip_keys import public_keys
from server.record.slip_models import ResultSlip
from server.record.slips import Worth

RULES = slips.Rules(key=1, hours=72, issuer="CDC Bắc Giang")


@pytest.fixture
def slip(tested: Any, database: Database, now: datetime) -> ResultSlip:
    return issue(database, tested, now)


def issue(database: Database, tested: Any, now: datetime) -> ResultSlip:
    with database.write() as session:
        found = select(Outcome).where(Outcome.person_id == tested.person)
        newest = max(session.scalars(found), key=lambda each: each.version)
        return slips.issue_slip(session, newest.id, RULES, by="user:hoa", now=now)


def worth(database: Database, text: str, now: datetime) -> Worth:
    with database.read() as session:
        return slips.check_code(session, text, RULES, now=now).worth


def test_a_slip_says_who_what_and_when_under_our_key(slip: ResultSlip, now: datetime) -> None:
    said = verify_certificate(slip.code, public_keys(1))
    assert (said.family, said.given, said.birth) == ("Nguyễn", "Thị Mẫu", "1991-03-21")
    (test,) = said.entries
    assert isinstance(test, Entry)
    assert (test.result, test.sampled, test.centre) == ("260415000", now, "CDC Bắc Giang")
    assert said.expires == slip.expires_at


def test_a_genuine_slip_is_genuine_until_it_expires(
    slip: ResultSlip, database: Database, clock: Any
) -> None:
    assert worth(database, slip.code + "\n", clock.at) is Worth.GENUINE
    clock.advance(hours=72)
    assert worth(database, slip.code, clock.at) is Worth.EXPIRED


def test_one_letter_changed_anywhere_is_forged(
    slip: ResultSlip, database: Database, now: datetime
) -> None:
    for at in range(0, len(slip.code), 7):
        wrong = slip.code[:at] + ("A" if slip.code[at] != "A" else "B") + slip.code[at + 1 :]
        assert worth(database, wrong, now) is Worth.FORGED, at


def test_another_servers_slip_is_not_ours(
    slip: ResultSlip, database: Database, now: datetime, tmp_path: Any
) -> None:
    from server import vault

    ours = vault.current()
    vault.install(vault.Vault.create(tmp_path / "other.json"))
    assert worth(database, slip.code, now) is Worth.ANOTHERS
    vault.install(ours)


def test_a_new_key_signs_and_the_old_one_is_still_known(
    slip: ResultSlip, database: Database, now: datetime
) -> None:
    later = slips.Rules(key=2, hours=72, issuer="CDC")
    with database.read() as session:
        assert slips.check_code(session, slip.code, later, now=now).worth is Worth.GENUINE
    assert len(public_keys(2)) == 2


def test_a_corrected_result_makes_its_slip_wrong_and_gives_a_new_one(
    tested: Any, slip: ResultSlip, database: Database, now: datetime
) -> None:
    tested.correct(Call.POSITIVE)
    assert worth(database, slip.code, now) is Worth.SUPERSEDED
    newer = issue(database, tested, now)
    assert newer.id != slip.id
    assert worth(database, newer.code, now) is Worth.GENUINE


def test_a_reprint_after_a_correction_names_who_it_is_now_and_the_old_paper_says_so(
    tested: Any, slip: ResultSlip, database: Database, now: datetime
) -> None:
    assert issue(database, tested, now).code == slip.code, "nothing changed, nothing is signed"
    with database.write() as session:
        wish = requests.ask(
            session, tested.person, Kind.CORRECT, wish="", source="page", due=now, by="person",
            now=now,
        ).id  # fmt: skip
        right = Correction(name="Nguyễn Thị Mận", birth="22/03/1991")
        corrections.correct(session, wish, right, reason="r", by="user:hoa", now=now)
    newer = issue(database, tested, now + timedelta(minutes=1))
    said = verify_certificate(newer.code, public_keys(1))
    assert (said.family, said.given, said.birth) == ("Nguyễn", "Thị Mận", "1991-03-22")
    assert (newer.id, newer.expires_at) == (slip.id, slip.expires_at)
    assert worth(database, newer.code, now) is Worth.GENUINE
    assert worth(database, slip.code + "\n", now) is Worth.SUPERSEDED


def test_a_reprint_of_a_name_longer_than_is_read_back_signs_nothing_anew(
    tested: Any, database: Database, now: datetime
) -> None:
    with database.write() as session:
        session.get_one(Person, tested.person).name = "Nguyễn " + "Thị " * 60 + "Mẫu"
    first = issue(database, tested, now)
    assert issue(database, tested, now + timedelta(minutes=1)).code == first.code


def test_whoever_was_erased_gets_no_slip(
    tested: Any, slip: ResultSlip, database: Database, now: datetime
) -> None:
    with database.write() as session:
        requests.erase(session, [tested.person], by="user:hoa", now=now)
    with pytest.raises(slips.NoSlip):
        issue(database, tested, now)


def test_a_result_taken_back_is_told_as_such_and_gets_no_slip(
    tested: Any, slip: ResultSlip, database: Database, now: datetime
) -> None:
    tested.correct(Call.INVALID)
    assert worth(database, slip.code, now) is Worth.WITHDRAWN
    with pytest.raises(slips.NoSlip):
        issue(database, tested, now)


def test_a_voided_pairing_withdraws_the_slip(
    tested: Any, slip: ResultSlip, database: Database, make_scene: Any, now: datetime
) -> None:
    with database.write() as session:
        from server.sampling.models import Pairing

        make_scene(session).void(session.get_one(Pairing, tested.pairing))
    assert worth(database, slip.code, now) is Worth.WITHDRAWN


def test_an_old_version_gets_no_slip(tested: Any, database: Database, now: datetime) -> None:
    with database.read() as session:
        first = session.scalars(select(Outcome)).one().id
    tested.correct(Call.POSITIVE)
    with database.write() as session, pytest.raises(slips.NoSlip):
        slips.issue_slip(session, first, RULES, by="user:hoa", now=now)


def test_both_codes_on_the_paper_are_read_back(
    tested: Any, sign_in: Any, database: Database, app: Any
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER)
    with database.read() as session:
        outcome: UUID = session.scalars(select(Outcome)).one().id
    paper = officer.post(f"/people/{tested.person}/slips/{outcome}")
    assert paper.mimetype == "application/pdf"
    image = PdfDocument(BytesIO(paper.data))[0].render(scale=3).to_pil()
    said = [each.text for each in zxingcpp.read_barcodes(image)]
    assert any(each.startswith("HC1:") for each in said)
    shown = app.test_client().get("/verify-slip?lang=en")
    client = app.test_client()
    page = client.get("/verify-slip?lang=en")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    code = next(each for each in said if each.startswith("HC1:"))
    checked = client.post("/verify-slip", data={"csrf_token": token, "code": code})
    assert shown.status_code == 200
    assert "Genuine, and it holds" in checked.text
    assert "Nguyễn Thị Mẫu" not in checked.text
    assert "N●●●●● Thị M●●" in checked.text
    assert officer.post(f"/people/{uuid4()}/slips/{outcome}").status_code == 404


def test_the_keys_are_published(app: Any, slip: ResultSlip) -> None:
    said = app.test_client().get("/api/v1/slip-keys").json
    assert [each["kid_hex"] for each in said["keys"]] == [slip.key_id]
    assert "BEGIN PUBLIC KEY" in app.test_client().get("/slip-keys").text
