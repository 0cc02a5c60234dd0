"""Desks worked out anew are the desks that every change kept; and are searched by run."""

from random import Random
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.accounts.roles import Role
from server.db import Database
from server.outcomes.desk_models import DeskItem
from server.outcomes.desks import Desk, Wish, names_a_run, waiting_on
from server.outcomes.rebuilding import rebuild_desks
from tests.server.lab.conftest import CODE, NEGATIVE, rows_of
from tests.server.outcomes.tale import ACTS, Tale

COLUMNS = tuple(DeskItem.__table__.columns)


def stands(session: Session) -> list[str]:
    return sorted(map(repr, session.execute(select(*COLUMNS))))


def test_desks_worked_out_anew_are_those_that_were_kept(
    database: Database, make_scene: Any, now: Any
) -> None:
    lot = Random(5)
    with database.write() as session:
        scene = make_scene(session)
        people = [scene.person(name) for name in ("Lê An", "Trần Bình")]
        tales = [Tale(scene, pool=n % 4 == 0, people=people) for n in range(12)]
        for tale in tales:
            for _ in range(lot.randrange(1, 9)):
                tale.act(lot.choice(ACTS), lot.randrange(8))
        kept = stands(session)
    assert len(kept) > 4
    assert rebuild_desks(database, now)[1] == 0
    with database.write() as session:
        gone = sorted(session.scalars(select(DeskItem.tube)), key=lambda each: each.text)[::2]
        session.execute(delete(DeskItem).where(DeskItem.tube.in_(gone)))
        session.execute(update(DeskItem).values(desk="pool_miscounted", detail="1/9"))
    assert rebuild_desks(database, now)[1] == len(kept)
    with database.read() as session:
        assert stands(session) == kept


def test_a_desk_is_searched_by_the_run_and_by_the_import(
    database: Database, make_scene: Any, now: Any, sign_in: Any
) -> None:
    from server.lab import assay_versions, runs

    with database.write() as session:
        scene = make_scene(session)
        mine, other = scene.tube(), scene.tube()
        for tube, plate in ((mine, "PCR-0311"), (other, "PCR-0312")):
            assay = assay_versions.version_in_use(session, CODE, now=now)
            sheet = runs.Sheet(assay, "QS5", plate, source=f"import:file-of-{plate}")
            run = runs.record_run(
                session, sheet, rows_of({tube: NEGATIVE}, ""), by="user:lan", now=now
            )
            calls = {tube: runs.Confirmed(runs.Call.NEGATIVE)}
            runs.confirm_calls(session, run.id, calls, by="user:lan", now=now)
        assert names_a_run(session, "PCR-0311")
        assert not names_a_run(session, "H1")
        for name in ("PCR-0311", "file-of-PCR-0311"):
            found = waiting_on(session, Desk.RESULT_WITHOUT_PAIRING, Wish(run=name))
            assert [each.tube for each in found] == [mine]
    page = sign_in(Role.HEALTH_OFFICER).get("/desks/result_without_pairing?q=PCR-0311").text
    assert "<h1>Có kết quả, không có người · 2</h1>" in page
    assert mine.grouped in page
    assert other.grouped not in page
