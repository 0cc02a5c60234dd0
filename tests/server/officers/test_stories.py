"""Stories: every fact opens its evidence, corrections show both versions, others' are not found."""

from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from server.accounts.roles import Role
from server.audit.models import AuditEntry
from server.db import Database
from server.intake.models import WireEvent
from server.lab.imports.models import ImportFile, ImportRow
from server.lab.measured import Measured
from server.lab.services import Finding, correct_result, enter_result, receive_tube, verify_result
from server.lab.words import Call
from server.outcomes.services import release
from server.people import merges

LAN, MINH = "user:lan", "user:minh"
ELSEWHERE = {"place": "vn-2021:24.213", "sees": ""}


class Told:
    """An's tube: paired by an event of a chain, read by a machine, told, corrected, told again."""

    def __init__(self, scene: Any) -> None:
        self.session, self.now = scene.session, scene.now
        self.an, self.tube = scene.person("Lê Văn An", 1988), scene.tube()
        self.pairing = scene.pair(self.tube, self.an)
        self.events = self._events()
        receive_tube(self.session, self.tube, box="H1", by=LAN, now=self.now)
        self.file = self._file()
        first = enter_result(
            self.session, self.tube, Finding(Call.POSITIVE, (Measured("N", "24.1"),)), by=LAN,
            now=self.now, lab="CDC",
        )  # fmt: skip
        self._let_out(first.id)
        right = correct_result(
            self.session, first.id, Finding(Call.NEGATIVE), reason="nhầm hàng", by=LAN, now=self.now
        )
        self._let_out(right.id)
        self.result = right.id

    def _let_out(self, result_id: Any) -> None:
        verify_result(self.session, result_id, by=MINH, now=self.now)
        release(self.session, [result_id], by=MINH, now=self.now)

    def _events(self) -> list[Any]:
        """Three events of the station's chain; the pairing is the second."""
        prev, made = "0" * 64, []
        for seq, which in enumerate((uuid4(), self.pairing.id, uuid4()), 1):
            payload = f'{{"kind":"tube-paired","seq":{seq},"person":"{"s" * 300}"}}'.encode()
            event = WireEvent(
                event_id=which, station="ban-1", epoch="e1", seq=seq, kind="tube-paired",
                hash=sha256(payload).hexdigest(), prev=prev, payload=payload,
                received_at=self.now, state="applied", applied_at=self.now,
            )  # fmt: skip
            self.session.add(event)
            prev = event.hash
            made.append(which)
        self.session.flush()
        return made

    def _file(self) -> Any:
        file = ImportFile(
            id=uuid4(), kind="file", source="upload", name="QS5.csv", format="quantstudio",
            digest="d" * 64, size=1000, state="done", cut=False, acknowledged=False, notices="[]",
            progress=1000, row_count=1, matched=1, queued=0, refused=0, entered=1,
            instrument="QuantStudio", serial="1", run_name="R1", operator="", started="", assay="",
            place="CDC", received_by=LAN, received_at=self.now, confirmed_by=LAN,
            confirmed_at=self.now, done_at=self.now,
        )  # fmt: skip
        self.session.add(file)
        self.session.flush()
        self.session.add(
            ImportRow(
                import_id=file.id,
                position=1,
                row=42,
                well="B7",
                tube=self.tube,
                mended=False,
                target="N",
                ct="24.1",
                undetermined=False,
                call="Positive",
                flags="",
                role="sample",
                fate="matched",
                entered=True,
            )
        )
        self.session.flush()
        return file.id


@pytest.fixture
def told(database: Database, make_scene: Any) -> Told:
    with database.write() as session:
        return Told(make_scene(session))


@pytest.fixture
def officer(told: Told, sign_in: Any) -> Any:
    return sign_in(Role.HEALTH_OFFICER, "hoa")


def test_a_tubes_facts_open_their_event_and_its_chain_is_proved_anew(
    officer: Any, told: Told, database: Database
) -> None:
    event = f"/evidence/events/{told.pairing.id}"
    assert event in officer.get(f"/tubes/{told.tube}").text
    page = officer.get(event).text
    assert page.count("khớp</span>") == 3
    assert "s" * 100 not in page, "what is sealed is not printed in full"
    with database.write() as session:
        session.get_one(WireEvent, told.pairing.id).payload = b'{"kind":"tube-paired"}'
    assert "không khớp</span>" in officer.get(event).text
    assert officer.get(f"/evidence/events/{uuid4()}").status_code == 404


def test_content_that_was_taken_away_is_not_said_to_be_changed(
    officer: Any, told: Told, database: Database
) -> None:
    event = f"/evidence/events/{told.pairing.id}"
    with database.write() as session:
        session.get_one(WireEvent, told.pairing.id).payload = b""
    page = officer.get(event).text
    assert "đã lấy đi</span>" in page
    assert page.count("khớp</span>") == 2, "both links of the chain are still proved"
    assert "không khớp</span>" not in page
    with database.write() as session:
        session.get_one(WireEvent, told.pairing.id).state = "pending"
    assert "không khớp</span>" in officer.get(event).text, "only what was applied is taken away"


def test_a_result_opens_the_row_of_the_file_that_it_came_from(officer: Any, told: Told) -> None:
    rows = f"/evidence/files/{told.file}/{told.tube}"
    assert rows in officer.get(f"/tubes/{told.tube}").text
    page = officer.get(rows).text
    assert "B7" in page
    assert '<td class="num">42</td>' in page
    assert officer.get(f"/evidence/files/{uuid4()}/{told.tube}").status_code == 404


def test_a_correction_branches_off_and_shows_both_versions(officer: Any, told: Told) -> None:
    page = officer.get(f"/tubes/{told.tube}").text
    branch = page[page.index('class="branch"') :]
    old, new = branch.index("trước"), branch.index("nay")
    assert old < branch.index("ương tính (Ct N 24,1)") < new < branch.index("m tính", new)
    assert "nhầm hàng" in page
    assert "Hồ sơ, bản 2: Âm tính" in page
    found = officer.get(f"/stories/results/{told.result}")
    assert found.location == f"/tubes/{told.tube}#result-{told.result}"
    assert f'id="result-{told.result}"' in page


def test_a_persons_story_tells_samples_outcomes_merges_and_who_looked_why(
    officer: Any, told: Told, database: Database, now: Any, make_scene: Any
) -> None:
    with database.write() as session:
        other = make_scene(session).person("Lê An", 1988)
        merges.merge(
            session,
            told.an.id,
            other.id,
            reason="cùng thẻ",
            evidence="page",
            by="user:hoa",
            now=now,
        )
    officer.get(f"/people/{told.an.id}")
    page = officer.get(f"/people/{told.an.id}/story").text
    for words in ("Lấy mẫu vào ống", "cùng thẻ", "Mở hồ sơ: người dân hỏi kết quả của mình"):
        assert words in page
    assert f"/tubes/{told.tube}" in page


def test_a_record_opens_for_a_reason_that_stands_in_the_trail(
    told: Told, sign_in: Any, database: Database
) -> None:
    officer = sign_in(Role.HEALTH_OFFICER, "che", opens_names=False)
    for path in ("", "/story"):
        page = officer.get(f"/people/{told.an.id}{path}").text
        assert "Lê Văn An" not in page
        assert "Nói lý do" in page
    assert "Lê Văn An" not in officer.get(f"/tubes/{told.tube}").text
    with database.read() as session:
        assert not session.query(AuditEntry).filter_by(action="person.read").count()
    back = f"/people/{told.an.id}"
    assert officer.post("/names/open", data={"why": "trace", "back": back}).location == back
    assert "Lê Văn An" in officer.get(back).text
    with database.read() as session:
        read = session.query(AuditEntry).filter_by(action="person.read").one()
    assert (read.subject, read.detail.partition(" ")[0]) == (str(told.an.id), "trace")


def test_what_is_of_another_district_is_not_found(told: Told, sign_in: Any) -> None:
    other = sign_in(Role.HEALTH_OFFICER, "xa", **ELSEWHERE)
    for path in (
        f"/people/{told.an.id}", f"/people/{told.an.id}/story", f"/tubes/{told.tube}",
        f"/evidence/events/{told.pairing.id}", f"/evidence/files/{told.file}/{told.tube}",
        f"/stories/results/{told.result}",
    ):  # fmt: skip
        assert other.get(path).status_code == 404, path
    assert other.get("/api/v1/outcomes").get_json() == []
