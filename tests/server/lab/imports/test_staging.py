"""A file becomes rows, each with its fate, and the sum on the receipt always holds."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from server.lab.imports import queries, services, worker
from server.lab.imports.models import ImportFile, ImportPart, ImportRow, State
from server.lab.imports.stored import PART, open_stored
from server.lab.instruments.reasons import Why
from server.lab.models import Result


def fates(database: Any, file: ImportFile) -> list[tuple[str, int | None]]:
    with database.read() as session:
        return [(row.fate, row.reason) for row in queries.rows(session, file)]


def test_each_row_goes_where_its_tube_stands(
    bring: Any, table: Any, tubes: Any, database: Any
) -> None:
    names = ("ready", "paired", "received", "bare", "rejected", "strange")
    file = bring(table(*((tubes[name], "N", "", "Âm tính") for name in names), ("x", "N", 1, "")))
    assert fates(database, file) == [
        ("matched", None), ("queued", None), ("queued", None), ("queued", None),
        ("refused", Why.REJECTED_TUBE), ("refused", Why.UNKNOWN_TUBE), ("refused", Why.NOT_A_TUBE),
    ]  # fmt: skip
    assert (file.state, file.row_count) == ("staged", 7)


def test_staging_enters_nothing(bring: Any, table: Any, tubes: Any, database: Any) -> None:
    bring(table((tubes["ready"], "N", "", "Âm tính")))
    with database.read() as session:
        assert session.scalars(select(Result)).all() == []


def test_confirming_enters_once_and_says_so(
    bring: Any, enter: Any, table: Any, tubes: Any, database: Any
) -> None:
    content = table(
        (tubes["ready"], "N", "24.1", "Dương tính"), (tubes["bare"], "N", "-", "Âm tính")
    )
    file = enter(bring(content))
    assert (file.state, file.entered, file.matched, file.queued) == ("done", 2, 1, 1)
    with database.read() as session:
        results = {each.tube: each for each in session.scalars(select(Result))}
    assert {tube: each.call for tube, each in results.items()} == {
        tubes["ready"]: "positive",
        tubes["bare"]: "negative",
    }
    assert {each.entered_by for each in results.values()} == {"user:lan"}


def test_the_same_file_twice_changes_nothing(
    bring: Any, enter: Any, table: Any, tubes: Any, database: Any
) -> None:
    content = table((tubes["ready"], "N", "", "Âm tính"))
    first = enter(bring(content))
    again = bring(content, name="bản sao.csv")
    assert (again.id, again.state, again.row_count) == (first.id, "done", 1)
    with database.read() as session:
        assert len(session.scalars(select(Result)).all()) == 1


def test_the_same_readings_in_another_file_are_known(
    bring: Any, enter: Any, table: Any, tubes: Any, database: Any
) -> None:
    row = (tubes["ready"], "N", "", "Âm tính")
    enter(bring(table(row)))
    file = bring(table(row, (tubes["second"], "N", "", "Âm tính")))
    assert fates(database, file) == [("refused", Why.KNOWN_READING), ("matched", None)]


def test_another_value_for_a_tube_with_a_result_is_no_repetition(
    bring: Any, enter: Any, table: Any, tubes: Any, database: Any
) -> None:
    early = bring(table((tubes["ready"], "N", "21", "Dương tính")))
    enter(bring(table((tubes["ready"], "N", "", "Âm tính"))))
    late = bring(table((tubes["ready"], "N", "22", "Dương tính")))
    assert fates(database, late) == [("refused", Why.HAS_RESULT)]
    file = enter(early)  # it was staged before the tube had a result
    assert fates(database, file) == [("refused", Why.HAS_RESULT)]
    assert (file.state, file.matched, file.refused) == ("done", 0, 1)


def test_a_row_twice_is_taken_once_and_a_contradiction_not_at_all(
    bring: Any, table: Any, tubes: Any, database: Any
) -> None:
    good = (tubes["ready"], "N", "", "Âm tính")
    bad = [(tubes["second"], "N", "24", "Dương tính"), (tubes["second"], "N", "-", "Âm tính")]
    file = bring(table(good, good, *bad, (tubes["second"], "ORF", "-", "Âm tính")))
    assert fates(database, file) == [
        ("matched", None), ("refused", Why.REPEATED), ("refused", Why.CONTRADICTS_ITSELF),
        ("refused", Why.CONTRADICTS_ITSELF), ("refused", Why.TUBE_HELD_BACK),
    ]  # fmt: skip


def test_half_a_tube_gives_no_result(bring: Any, table: Any, tubes: Any, database: Any) -> None:
    file = bring(table((tubes["ready"], "N", "-", "Âm tính"), (tubes["ready"], "ORF", "2O", "")))
    assert fates(database, file) == [("refused", Why.TUBE_HELD_BACK), ("refused", Why.BAD_CT)]


def test_a_file_that_may_be_cut_waits_for_a_tick(
    bring: Any, enter: Any, table: Any, tubes: Any
) -> None:
    content = table((tubes["ready"], "N", "", "Âm tính"), (tubes["second"], "N", "", "Âm tính"))
    file = bring(content[:-1])
    assert (file.cut, file.matched, file.refused) == (True, 1, 1)
    with pytest.raises(services.MayBeCut):
        enter(file)
    assert enter(file, knows_cut=True).state == "done"


def test_what_cannot_be_read_says_so(bring: Any) -> None:
    file = bring(b"%PDF-1.7\n\xff\xfe")
    assert (file.state, file.row_count) == ("unreadable", 0)
    assert queries.notices(file)


def test_what_was_put_aside_is_kept_and_comes_back(
    bring: Any, enter: Any, table: Any, tubes: Any, database: Any, clock: Any
) -> None:
    file = bring(table((tubes["ready"], "N", "", "Âm tính")))
    with database.write() as session:
        services.discard(session, file.id, by="user:lan", now=clock())
    with pytest.raises(services.NotStaged):
        enter(file)
    with database.write() as session:
        services.restore(session, file.id, by="user:lan", now=clock())
    assert enter(file).state == "done"


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_broken_off_it_goes_on_and_ends_as_if_it_had_not_been(
    bring: Any, table: Any, tubes: Any, database: Any, clock: Any, steps: int
) -> None:
    rows = [(tubes["ready"], f"G{at}", "24", "Dương tính") for at in range(4500)]
    with database.write() as session:
        file, _ = services.keep(
            session, table(*rows).encode(), name="x", by="user:lan", now=clock()
        )
    stops = iter([False] * steps + [True])
    worker.run_once(database, clock, lambda: next(stops))
    with database.read() as session:
        halfway = session.get_one(ImportFile, file.id)
        assert (halfway.state, 0 < halfway.row_count < 4500) == ("staging", steps > 1)
    again = bring(table(*rows))
    assert (again.id, again.state, again.matched) == (file.id, "staged", 4500)


def test_the_database_itself_refuses_a_sum_that_does_not_hold(
    bring: Any, table: Any, tubes: Any, database: Any
) -> None:
    file = bring(table((tubes["ready"], "N", "", "Âm tính")))
    for values in ({"matched": 0}, {"row_count": 9}, {"state": State.DONE.value}):
        with pytest.raises(IntegrityError), database.write() as session:
            session.execute(update(ImportFile).where(ImportFile.id == file.id).values(**values))
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(update(ImportRow).values(fate="refused"))


def test_a_file_is_kept_as_it_came_and_nobody_reads_it_in_the_database(
    bring: Any, database: Any
) -> None:
    content = "Mã ống;Ct\nNguyễn Thị Mẫu;24\n".encode() * 6000
    file = bring(content, name="Nguyễn Thị Mẫu.csv")
    assert open_stored(database, file.id, file.size).read() == content
    stored = open_stored(database, file.id, file.size)
    stored.seek(PART - 3)
    assert stored.read(9) == content[PART - 3 : PART + 6]
    with database.read() as session:
        assert session.query(ImportPart).count() == -(-len(content) // PART)
        raw = session.execute(text("SELECT name, operator FROM import_file")).one()
        rows = session.execute(text("SELECT sample, seen FROM import_row LIMIT 5")).all()
        parts = session.execute(text("SELECT content FROM import_part")).all()
    assert "Mẫu".encode() not in b"".join(
        map(bytes, [*raw, rows[0][0], *(part[0] for part in parts)])
    )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_in_a_file_rows_in_are_rows_out(
    bring: Any, table: Any, tubes: Any, enter: Any, data: Any
) -> None:
    names = st.sampled_from(
        [*map(str, tubes.values()), "", "NTC", "2.6E+11", "260000000183", "Lan"]
    )
    values = st.sampled_from(["24.1", "", "-", "x", "NaN", "99"])
    calls = st.sampled_from(["Âm tính", "Dương tính", "", "?"])
    row = st.tuples(names, st.sampled_from(["N", "ORF", ""]), values, calls)
    rows = data.draw(st.lists(row, min_size=1, max_size=25))
    file = bring(table(*rows))  # its sum is held against its rows there
    filled = [each for each in rows if any(each)]
    assert file.row_count == len(filled)
    if file.state == "staged" and file.matched + file.queued:
        assert enter(file).row_count == len(filled)
