"""What is entered together is what could have been entered tube by tube, and nothing else."""

from typing import Any

from sqlalchemy import select

from server.audit.models import AuditEntry
from server.errors import DomainError
from server.lab.imports import first
from server.lab.models import Result
from server.lab.results import Finding, enter_result
from server.lab.words import Call


def test_only_tubes_that_nothing_stands_in_the_way_of_are_entered_together(
    database: Any, tubes: Any, clock: Any
) -> None:
    with database.write() as session:
        for name, lab in (("second", ""), ("third", "vn-2021:25")):
            found = Finding(Call.NEGATIVE)
            enter_result(session, tubes[name], found, by="user:lan", now=clock(), lab=lab)
    control = type(tubes["ready"]).mint(98, 1)
    with database.write() as session:
        every = [*tubes.values(), control]
        together = first.untested(session, every)
        for tube in every:
            try:
                with session.begin_nested():
                    made = enter_result(
                        session, tube, Finding(Call.NEGATIVE), by="user:lan", now=clock()
                    )
                    alone = made.kind == "first"
            except DomainError:
                alone = False
            assert (tube in together) == alone, tube
        session.rollback()


def test_together_leaves_what_one_by_one_leaves(
    bring: Any, enter: Any, table: Any, tubes: Any, database: Any, clock: Any
) -> None:
    with database.write() as session:
        enter_result(session, tubes["bare"], Finding(Call.NEGATIVE), by="user:lan", now=clock())
    enter(bring(table((tubes["ready"], "N", "31.2", "Âm tính"))))
    with database.read() as session:
        alone, imported = (
            session.scalars(select(Result).where(Result.tube == tubes[name])).one()
            for name in ("bare", "ready")
        )
        own = {"id", "tube", "readings", "lab", "entered_at"}
        for column in Result.__table__.columns:
            if column.name not in own:
                assert getattr(alone, column.name) == getattr(imported, column.name), column.name
        said = select(AuditEntry).where(AuditEntry.action == "result.entered")
        trail = {each.subject: (each.actor, each.detail) for each in session.scalars(said)}
    assert trail == {str(each.id): ("user:lan", f"{each.tube} first") for each in (alone, imported)}
    assert imported.readings[0].ct == "31.2"


def test_a_check_digit_of_99_is_misread_and_stops_no_file(
    bring: Any, table: Any, tubes: Any
) -> None:
    body = next(f"26{serial:08d}" for serial in range(500) if int(f"26{serial:08d}02") % 97 == 1)
    file = bring(table((f"{body}99", "N", "20.1", "Dương tính"), (tubes["ready"], "N", "30", "")))
    assert (file.state, file.matched, file.refused) == ("staged", 1, 1)
