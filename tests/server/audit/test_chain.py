"""The chain of the audit trail: whatever is done to it behind the server's back is found."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from server.accounts.roles import Role
from server.audit import anchors, chain, keys, sealing
from server.audit.chain import Said, Seal
from server.audit.services import record, record_each
from server.audit.verifying import Findings, verify
from server.db import Database
from tests.server.conftest import Clock, SignIn

KEY = bytes(32)
OLD = text(
    "INSERT INTO audit_entry (id, at, actor, action, subject) "
    "VALUES (:id, '2026-11-01 00:00:00', 'user:lan', 'a.done', 'a')"
)
words = st.text(max_size=12)
saids = st.builds(
    Said, st.datetimes(timezones=st.just(UTC)), words, words, words, st.none() | words
)
Change = Callable[[Session], None]


@given(st.lists(saids, min_size=1, max_size=8), st.data())
def test_no_entry_can_change_place_or_words_and_keep_the_last_hash(
    entries: list[Said], data: st.DataObject
) -> None:
    other = list(data.draw(st.permutations(entries)))
    if data.draw(st.booleans()):
        other[data.draw(st.integers(0, len(other) - 1))] = data.draw(saids)
    assert (_head(entries) == _head(other)) is (entries == other)


def _head(entries: list[Said]) -> bytes:
    head = chain.GENESIS
    for place, said in enumerate(entries, 1):
        head = chain.link(head, place, place, said, None)
    return head


@given(saids, saids, st.binary(min_size=8, max_size=8))
def test_a_mark_is_for_its_own_words_and_key_alone(one: Said, two: Said, nonce: bytes) -> None:
    made = chain.mark(KEY, nonce, one)
    assert chain.is_marked(KEY, made, one)
    assert chain.is_marked(KEY, made, two) is (one.words() == two.words())
    assert not chain.is_marked(b"another key of ours", made, one)


@pytest.fixture
def trail(database: Database, clock: Clock) -> Database:
    """Twelve sealed entries, under several seals."""
    for number in range(4):
        with database.write() as session:
            record(session, "tube.received", f"tube-{number}", by="user:lan", now=clock())
            some = [("user:lan", f"tube-{number}", "rack 1"), ("user:hoa", "all", "rack 2")]
            record_each(session, "tube.racked", some, now=clock())
        with database.write() as session:
            sealing.seal(session, now=clock(), most=2)
        clock.advance(minutes=1)
    assert sealing.seal_all(database, clock) == 4
    return database


def looked_at(database: Database, kept: list[Seal] | None = None) -> Findings:
    with database.read() as session:
        return verify(session, kept or [])


def test_an_untouched_trail_holds(trail: Database) -> None:
    found = looked_at(trail)
    assert (found.sound, found.faults, found.odd) == (True, [], [])
    assert (found.entries, found.seals, found.waiting) == (12, 5, 0)


def sql(*statements: str) -> Change:
    def change(session: Session) -> None:
        for statement in statements:
            session.execute(text(statement))

    return change


COPY = "INSERT INTO audit_entry (id, at, actor, action, subject, detail, mark) SELECT"
CHANGES = {
    "edited": sql("UPDATE audit_entry SET actor = 'user:hoa' WHERE id = 4"),
    "edited by a second": sql("UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE id = 4"),
    "deleted": sql("DELETE FROM audit_entry WHERE id = 7"),
    "deleted with its link": sql(
        "DELETE FROM audit_entry WHERE id = 7", "DELETE FROM audit_link WHERE entry_id = 7"
    ),
    "swapped": sql(
        "UPDATE audit_link SET entry_id = 100 WHERE entry_id = 3",
        "UPDATE audit_link SET entry_id = 3 WHERE entry_id = 4",
        "UPDATE audit_link SET entry_id = 4 WHERE entry_id = 100",
    ),
    "a seal of somebody else": sql("UPDATE audit_seal SET signature = 'AAAA' WHERE number = 2"),
    "seals taken out": sql("DELETE FROM audit_seal WHERE number = 2"),
    "the tail's seal taken off": sql("DELETE FROM audit_seal WHERE number = 5"),
    "inserted": sql(
        "INSERT INTO audit_entry (id, at, actor, action, subject) "
        "VALUES (99, '2026-11-23 01:04:00', 'user:minh', 'result.released', 'tube-1')"
    ),
    "inserted with a borrowed mark": sql(
        f"{COPY} 99, at, 'user:minh', action, subject, detail, mark FROM audit_entry WHERE id = 1"
    ),
    "copied": sql(
        f"{COPY} 99, at, actor, action, subject, detail, mark FROM audit_entry WHERE id = 1"
    ),
}


def test_whatever_is_done_behind_the_back_is_found(trail: Database, clock: Clock) -> None:
    for name, change in CHANGES.items():
        with trail.write() as session:
            before = session.begin_nested()
            change(session)
            sealing.seal(session, now=clock(), whole=True)
            assert not verify(session).sound, name
            before.rollback()
    assert looked_at(trail).sound


def test_a_tail_cut_off_with_its_seals_is_found_by_an_anchor_alone(
    trail: Database, clock: Clock, tmp_path: Path
) -> None:
    with trail.read() as session:
        last = sealing.last_seal(session)
        assert last is not None
        seal = Seal(last.number, last.at, last.position, last.head)
    anchors.write(tmp_path, seal, issuer="CDC", now=clock())
    with trail.write() as session:
        for table, rest in (("entry", "id > 4"), ("link", "position > 4"), ("seal", "number > 2")):
            session.execute(text(f"DELETE FROM audit_{table} WHERE {rest}"))  # noqa: S608
    kept, wrong = anchors.read_all(tmp_path)
    assert looked_at(trail).sound
    assert not wrong
    assert "the chain ends before" in looked_at(trail, kept).faults[0]


def test_every_anchor_over_one_number_of_entries_is_compared(trail: Database) -> None:
    with trail.read() as session:
        last = sealing.last_seal(session)
        assert last is not None
        right = Seal(last.number, last.at, last.position, last.head)
    wrong = [Seal(number, right.at, right.position, f"{number:064x}") for number in (5, 6)]
    assert looked_at(trail, [right, right]).sound
    for kept in ([right, wrong[0]], [wrong[0], right], [right, *wrong, right]):
        found = looked_at(trail, kept)
        assert found.count == len([each for each in kept if each in wrong])
        assert all("is not what the anchor says" in fault for fault in found.faults)
    beyond = [Seal(7, right.at, 99, head) for head in ("ab", "cd")]
    assert looked_at(trail, [*beyond, right]).count == 2


def test_anchor_files_that_were_changed_or_taken_away_are_found(
    vault: object, clock: Clock, tmp_path: Path
) -> None:
    for number in range(3):
        clock.advance(days=1)
        seal = Seal(number + 1, clock(), 2 * number + 2, "ab" * 32)
        anchors.write(tmp_path, seal, issuer="CDC", now=clock())
    first, second, third = anchors.names_in(tmp_path)
    assert anchors.read_all(tmp_path)[1] == []
    assert "abab abab" in third.with_suffix(".txt").read_text("utf-8")
    second.rename(tmp_path / "elsewhere")
    assert "one is missing" in anchors.read_all(tmp_path)[1][0]
    first.write_bytes(first.read_bytes().replace(b'"entries": 2', b'"entries": 3'))
    assert "was changed" in anchors.read_all(tmp_path)[1][0]


def test_entries_from_before_there_were_marks_are_part_of_the_chain(
    database: Database, clock: Clock
) -> None:
    with database.write() as session:
        for number in (1, 2):
            session.execute(OLD, {"id": number})
    with database.write() as session:
        record(session, "b.done", "b", by="user:lan", now=clock())
    sealing.seal_all(database, clock, whole=True)
    found = looked_at(database)
    assert (found.sound, found.entries) == (True, 3)


def test_what_commits_late_is_linked_when_it_is_seen_and_pointed_out_where_it_says_it_is_old(
    trail: Database, clock: Clock
) -> None:
    said = Said(datetime(2026, 11, 23, 1, 2, tzinfo=UTC), "user:lan", "a.done", "a", None)
    with trail.write() as session:
        session.execute(
            text(
                "INSERT INTO audit_entry (id, at, actor, action, subject, mark) "
                "VALUES (-1, '2026-11-23 01:02:00.000000', 'user:lan', 'a.done', 'a', :mark)"
            ),
            {"mark": chain.mark(keys.marking(), b"12345678", said)},
        )
    assert sealing.seal_all(trail, clock, whole=True) == 1
    assert (looked_at(trail).sound, looked_at(trail).odd) == (True, [])
    with trail.write() as session:
        record(session, "x.done", "x", by="user:lan", now=clock() - timedelta(hours=5))
    sealing.seal_all(trail, clock)
    assert looked_at(trail).sound
    assert "came after later ones" in looked_at(trail).odd[0]


def test_the_page_tells_how_far_the_trail_is_sealed(trail: Database, sign_in: SignIn) -> None:
    page = sign_in(Role.ADMINISTRATOR).get("/audit").text
    with trail.read() as session:
        last = sealing.last_seal(session)
    assert last is not None
    assert last.head in page
    assert "ghepmau-server audit anchor" in page
