"""Which months wait to be archived: told by the page of health, and done by the timer's command."""

from argparse import Namespace
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from server.archives import archive_cli, archiving, standing
from server.archives.shelves import EVENTS
from server.config import Settings
from server.db import Database
from server.upkeep.judging import Judged, Level
from tests.server.intake.closed_month import LATER, MONTH, bring, make, rows

pytestmark = pytest.mark.engines
NONE_DUE = "không có tháng nào đến hạn · no month is due\n"
FEBRUARY = datetime.fromisoformat("2027-02-01T00:00:00+00:00")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, archive_after_months=2)


def told(
    database: Database, settings: Settings, at: datetime, *, deep: bool = False
) -> list[Judged]:
    with database.read() as session:
        return list(standing.judged(session, settings, at, deep=deep))


def test_a_month_is_named_when_it_is_over_and_is_due_some_months_later(
    month: list[bytes], database: Database, settings: Settings, now: datetime
) -> None:
    [running] = told(database, settings, now)
    assert (running.level, running.sentence) == (
        Level.WELL,
        "không tháng nào đã hết còn chờ lưu trữ · no month that is over waits to be archived",
    )  # fmt: skip
    [over] = told(database, settings, LATER)
    assert (over.level, over.sentence) == (
        Level.WELL,
        "đã đóng, chưa lưu trữ · closed and not archived yet: 2026-11",
    )  # fmt: skip
    late = told(database, settings, FEBRUARY)
    assert [each.level for each in late] == [Level.LOOK], "nothing is said of empty months"
    assert "2026-11: `ghepmau-server archive make --month 2026-11`" in late[0].sentence
    by_hand = replace(settings, archive_after_months=0)
    assert {each.level for each in told(database, by_hand, FEBRUARY)} == {Level.WELL}
    forgotten = MONTH.end + timedelta(days=settings.keep_event_days)
    assert "2026-11" not in " ".join(each.sentence for each in told(database, settings, forgotten))


def test_the_timer_archives_what_is_due_once_and_the_page_says_that_the_files_are_here(
    month: list[bytes], database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    archive_cli.make_due(database, settings, LATER)
    assert "no month is due" in capsys.readouterr().out
    before = rows(database)
    for _ in range(2):
        archive_cli.make_due(database, settings, FEBRUARY)
    assert "4 rows are in" in capsys.readouterr().out
    assert rows(database) != before
    for deep in (False, True):
        lines = told(database, settings, FEBRUARY, deep=deep)
        assert {each.level for each in lines} == {Level.WELL}
        assert "each of 1 files" in lines[-1].sentence


def test_a_month_that_is_open_waits_and_says_for_what(
    month: list[bytes], database: Database, settings: Settings, sender: object,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    sender.send(sender.write())  # type: ignore[attr-defined]
    [waits] = [each for each in told(database, settings, FEBRUARY) if each.level is Level.LOOK]
    assert waits.sentence.endswith("2026-11 is due and still open: 1 events that were not applied")
    assert waits.sentence.startswith("2026-11 đến hạn mà còn mở: ")
    before = rows(database)
    archive_cli.make_due(database, settings, FEBRUARY)
    assert "2026-11 is still open: 1 events" in capsys.readouterr().out
    assert rows(database) == before


def test_a_month_of_which_one_shelf_alone_was_archived_is_due_still(
    month: list[bytes], database: Database, settings: Settings, now: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The command was killed between two shelves, the disk was full, or `--shelf` was given."""
    bring(database, now)
    make(database, settings.archive_folder)
    assert [each.level for each in told(database, settings, FEBRUARY)] == [Level.LOOK, Level.WELL]
    archive_cli.make_due(database, settings, FEBRUARY)
    said = capsys.readouterr().out
    assert "events: nothing to archive" in said
    assert "files: 1 rows are in" in said
    assert "rows: 3 rows are in" in said
    assert {each.level for each in told(database, settings, FEBRUARY)} == {Level.WELL}
    archive_cli.make_due(database, settings, FEBRUARY)
    assert capsys.readouterr().out == NONE_DUE


def test_a_month_with_nothing_to_archive_is_never_due(
    month: list[bytes], database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    archive_cli.make_due(database, settings, FEBRUARY)
    assert "Copy the folder" in capsys.readouterr().out
    summer = FEBRUARY + timedelta(days=150)  # nobody was tested from December on
    for line in told(database, settings, summer):
        assert line.level is Level.WELL
        assert "2026-12" not in line.sentence
    archive_cli.make_due(database, settings, summer)
    assert capsys.readouterr().out == NONE_DUE
    asked = Namespace(month="2026-10", shelf=None)
    archive_cli.ACTS["make"](database, settings.archive_folder, asked)
    said = capsys.readouterr().out
    assert said.count("nothing to archive") == 3
    assert "Copy the folder" not in said


@pytest.mark.parametrize("harm", ["away", "shorter", "rotten"])
def test_a_file_that_is_not_as_it_was_is_bad(
    month: list[bytes], database: Database, settings: Settings, harm: str
) -> None:
    made = make(database, settings.archive_folder)
    path = settings.archive_folder / made.name
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] + bytes([whole[-40] ^ 1]) + whole[-39:])
    if harm == "shorter":
        path.write_bytes(whole[:-1])
    if harm == "away":
        path.unlink()
    levels = [
        [each.level for each in told(database, settings, LATER, deep=deep)].count(Level.BAD)
        for deep in (False, True)
    ]
    assert levels == [0 if harm == "rotten" else 1, 1]


def test_what_was_brought_back_is_due_again(
    month: list[bytes], database: Database, settings: Settings
) -> None:
    made = make(database, settings.archive_folder)
    with database.write() as session:
        session.merge(made).emptied_at = None
    late = told(database, settings, FEBRUARY)
    assert "closed, due and not archived: 2026-11" in late[0].sentence
    archive_cli.make_due(database, settings, FEBRUARY)
    again = archiving.make(database, settings.archive_folder, MONTH, EVENTS, FEBRUARY)
    assert again is None, "nothing is left to be taken out"
