from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.audit.queries import PAGE, entries, entries_about
from server.audit.services import record


def test_the_newest_entries_come_first_and_older_ones_by_the_page(
    session: Session, now: datetime
) -> None:
    for number in range(PAGE + 5):
        record(session, "tube.received", f"tube-{number}", by="user:lan", now=now)
    newest = entries(session)
    assert newest[0].subject == f"tube-{PAGE + 4}"
    assert [entry.subject for entry in entries(session, before=newest[-1].id)] == [
        f"tube-{number}" for number in (4, 3, 2, 1, 0)
    ]


def test_the_trail_is_searched_by_the_beginning_of_a_word(session: Session, now: datetime) -> None:
    record(session, "lot.registered", "L-2026-0001", by="user:lan", now=now)
    record(session, "lot.issued", "L-2026-0001", by="user:l%", now=now)
    assert len(entries(session, about="lot.")) == 2
    assert [entry.actor for entry in entries(session, about="user:l%")] == ["user:l%"]


def test_the_story_of_a_subject_is_told_from_its_beginning(session: Session, now: datetime) -> None:
    record(session, "lot.registered", "L-2026-0001", by="user:lan", now=now)
    record(session, "lot.issued", "L-2026-0001", by="user:lan", now=now + timedelta(hours=1))
    record(session, "lot.issued", "L-2026-00012", by="user:lan", now=now)
    told = [entry.action for entry in entries_about(session, "L-2026-0001")]
    assert told == ["lot.registered", "lot.issued"]
