"""A plate's file becomes a run: readings, controls and calls by the laboratory's own rules."""

from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.roles import Role
from server.lab import recalls
from server.lab.imports import entering, plates, queries, services, worker
from server.lab.imports.models import ImportFile
from server.lab.instruments.reasons import Why
from server.lab.models import Result
from server.lab.run_models import Reading, Run
from server.lab.words import Call

ASSAY = "sars-cov-2-n-orf1ab"
HEAD = "Giếng;Mã ống;Loại;Gen;Ct;Kết luận\n"
NTC = {"N": "Undetermined", "ORF1ab": "Undetermined", "RNase P": "Undetermined"}
POSITIVE_CONTROL = {"N": "25.1", "ORF1ab": "26.0", "RNase P": "24"}
POSITIVE = {"N": "24.105", "ORF1ab": "25.3", "RNase P": "27"}
NEGATIVE = {"N": "Undetermined", "ORF1ab": "-", "RNase P": "27.5"}


def plate(
    *wells: tuple[object, str, dict[str, str]], ntc: dict[str, str] = NTC, run: str = "7"
) -> str:
    """A plate with its controls in the last wells."""
    held = [*wells, ("NTC", "NTC", ntc), ("PC", "PC", POSITIVE_CONTROL), ("NEC", "NEC", NTC)]
    rows = [
        f"A{at};{sample};{task};{target};{ct};\n"
        for at, (sample, task, found) in enumerate(held, 1)
        for target, ct in found.items()
    ]
    return f"Mẻ: {run}\n{HEAD}{''.join(rows)}"


def run_of(database: Any) -> Run:
    with database.read() as session:
        run: Run = session.scalars(select(Run)).one()
    return run


def results(database: Any) -> dict[Any, str]:
    with database.read() as session:
        found = session.scalars(select(Result).where(Result.withdrawn_at.is_(None)))
        return {each.tube: each.call for each in found}


def test_a_plate_becomes_a_run_with_its_readings_and_calls(
    sign_in: Any, bring: Any, enter: Any, tubes: Any, database: Any
) -> None:
    content = plate((tubes["ready"], "mẫu", POSITIVE), (tubes["bare"], "mẫu", NEGATIVE))
    file = enter(bring(content), assay=ASSAY)
    assert (file.state, file.matched, file.queued, file.refused) == ("done", 12, 3, 0)
    run = run_of(database)
    assert f"/runs/{run.id}" in sign_in(Role.LAB_TECHNICIAN).get(f"/imports/{file.id}").text
    assert (run.controls, run.plate, run.entered_by) == ("passed", "7", "user:lan")
    assert results(database) == {tubes["ready"]: "positive", tubes["bare"]: "negative"}
    with database.read() as session:
        assert len(session.scalars(select(Reading)).all()) == 15
        positive = session.scalars(select(Result).where(Result.call == "positive")).one()
    assert (positive.run_id, positive.well, positive.suggested) == (run.id, "A1", "positive")
    assert (positive.readings[0].target, positive.readings[0].ct) == ("N", "24.105")


def test_a_plate_whose_controls_failed_gives_no_result(
    bring: Any, enter: Any, tubes: Any, database: Any
) -> None:
    content = plate((tubes["ready"], "mẫu", NEGATIVE), ntc={**NTC, "N": "31.0"})
    file = enter(bring(content), assay=ASSAY)
    assert (run_of(database).controls, results(database)) == ("failed", {})
    with database.read() as session:
        assert {each.number for each in queries.told(session, file)} == {Why.RUN_NOT_TAKEN}
    assert (file.refused, file.matched) == (3, 9)


def test_a_machine_that_says_something_else_leaves_the_tube_to_a_person(
    bring: Any, enter: Any, tubes: Any, database: Any
) -> None:
    content = plate((tubes["ready"], "mẫu", NEGATIVE)).replace(
        "Undetermined;\n", "Undetermined;+\n"
    )
    said = content.replace(
        f"{tubes['ready']};mẫu;N;Undetermined;+", f"{tubes['ready']};mẫu;N;-;Dương tính"
    )
    file = enter(bring(said), assay=ASSAY)
    with database.read() as session:
        assert {each.number for each in queries.told(session, file)} == {Why.CALLS_DIFFER}
    assert results(database) == {}


def test_targets_of_no_assay_are_told_and_the_others_count(
    bring: Any, enter: Any, tubes: Any, database: Any
) -> None:
    file = enter(bring(plate((tubes["ready"], "mẫu", {**POSITIVE, "H1N1": "30"}))), assay=ASSAY)
    assert (file.refused, results(database)) == (1, {tubes["ready"]: "positive"})


def test_replicates_that_differ_never_make_a_negative(
    bring: Any, enter: Any, tubes: Any, database: Any
) -> None:
    twice = plate(
        (tubes["ready"], "mẫu", NEGATIVE), (tubes["ready"], "mẫu", {**NEGATIVE, "N": "30"})
    )
    enter(bring(twice), assay=ASSAY)
    assert results(database)[tubes["ready"]] == Call.INCONCLUSIVE


def test_broken_off_a_run_is_recorded_once(
    bring: Any, tubes: Any, database: Any, clock: Any
) -> None:
    file = bring(plate((tubes["ready"], "mẫu", POSITIVE)))
    with database.write() as session:
        services.confirm(session, file.id, assay=ASSAY, knows_cut=False, by="user:lan", now=clock())
    entering.enter_all(database, file.id, clock, lambda: True)
    assert results(database) == {}
    worker.run_once(database, clock)
    assert run_of(database).controls == "passed"
    assert results(database) == {tubes["ready"]: "positive"}


def test_a_rerun_of_a_withdrawn_plate_is_taken(
    bring: Any, enter: Any, tubes: Any, database: Any, clock: Any
) -> None:
    enter(bring(plate((tubes["ready"], "mẫu", POSITIVE))), assay=ASSAY)
    again = plate((tubes["ready"], "mẫu", NEGATIVE), run="8")
    with database.read() as session:
        assert [each.number for each in queries.told(session, bring(again))] == [Why.HAS_RESULT]
    with database.write() as session:
        run = session.scalars(select(Run)).one()
        recalls.withdraw_run(session, run.id, reason="nhiễm", by="user:minh", now=clock())
    enter(bring(again + "\n"), assay=ASSAY)
    assert results(database) == {tubes["ready"]: "negative"}


AGAIN = {"N": "24.9", "ORF1ab": "26.1", "RNase P": "27"}
NEGATIVE_AGAIN = {**NEGATIVE, "RNase P": "28.1"}


def withdraw(database: Any, now: Any) -> None:
    with database.write() as session:
        run = session.scalars(select(Run)).one()
        recalls.withdraw_run(session, run.id, reason="nhiễm", by="user:minh", now=now)


def reasons(database: Any, file: ImportFile) -> dict[int, int]:
    with database.read() as session:
        return {each.number: each.count for each in queries.told(session, file)}


@pytest.mark.engines
def test_the_readings_of_a_withdrawn_run_are_not_its_rerun(
    bring: Any, enter: Any, tubes: Any, database: Any, clock: Any
) -> None:
    timed = "Ngày chạy: 2026-11-23 08:15:00\n"
    wells = [(tubes["ready"], "mẫu", POSITIVE), (tubes["second"], "mẫu", NEGATIVE)]
    enter(bring(timed + plate(*wells)), assay=ASSAY)
    early = bring(timed + plate(*wells) + "\n\n")
    withdraw(database, clock())
    anew = [(tubes["ready"], "mẫu", AGAIN), (tubes["second"], "mẫu", NEGATIVE_AGAIN)]
    copies = (
        timed + plate(*wells) + "\n",  # once more
        timed + plate(*anew),  # the same run, read with another baseline
        plate(*wells).partition("\n")[2],  # without its name
        plate(*wells),
        timed + plate(*wells, run="renamed"),
    )
    for content in copies:
        file = bring(content, name="lưu lại.csv")
        assert reasons(database, file) == {Why.NOT_AGAIN: 6}
        enter(file, assay=ASSAY)
        assert results(database) == {}
    assert reasons(database, early) == {Why.KNOWN_READING: 6}
    enter(bring(plate(*anew, run="8")), assay=ASSAY)
    assert results(database) == {tubes["ready"]: "positive", tubes["second"]: "negative"}


def test_what_was_staged_before_the_order_is_not_the_retest(
    bring: Any, enter: Any, tubes: Any, database: Any, clock: Any
) -> None:
    content = plate((tubes["ready"], "mẫu", POSITIVE))
    first, copy, other = bring(content), bring(content + "\n"), bring(content.replace(": 7", ": 8"))
    enter(first, assay=ASSAY)
    clock.advance(minutes=5)
    withdraw(database, clock())
    for early in (copy, other):
        assert reasons(database, enter(early, assay=ASSAY)) == {Why.HAS_RESULT: 3}
    assert results(database) == {}


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        (("N", "24.1", "Dương tính"), ("N", "24.1", "Dương tính"), False),
        (("N", "24.1", "Dương tính"), ("N", "24.2", "Dương tính"), True),
        (("N", "", "Âm tính"), ("N", "", "Âm tính"), True),  # a word may be said again
    ],
)
def test_a_retest_that_names_no_run_brings_another_value_or_a_word(
    bring: Any, enter: Any, table: Any, tubes: Any, database: Any, clock: Any,
    before: Any, after: Any, *, taken: bool,
) -> None:  # fmt: skip
    enter(bring(table((tubes["ready"], *before))))
    with database.write() as session:
        result = session.scalars(select(Result)).one()
        recalls.order_retest(session, result.id, reason="Ct cao", by="user:minh", now=clock())
    file = bring(table((tubes["ready"], *after)) + "\n")
    assert reasons(database, file) == ({} if taken else {Why.NOT_AGAIN: 1})
    if taken:
        assert enter(file).entered == 1


def test_the_receipt_guesses_the_assay_and_shows_what_would_be_entered(
    sign_in: Any, bring: Any, tubes: Any, database: Any
) -> None:
    file = bring(plate((tubes["ready"], "mẫu", POSITIVE), (tubes["second"], "mẫu", NEGATIVE)))
    page = sign_in(Role.LAB_TECHNICIAN, "lan").get(f"/imports/{file.id}").text
    assert f'value="{ASSAY}" selected' in page
    assert "dương tính" in page
    assert "đạt" in page
    with database.read() as session:
        by_words = plates.preview(session, session.get_one(ImportFile, file.id), "")
    assert by_words is not None
    assert by_words.left == {Why.NO_CALL: 2}


def test_an_assay_that_is_none_is_refused(sign_in: Any, bring: Any, tubes: Any) -> None:
    file = bring(plate((tubes["ready"], "mẫu", POSITIVE)))
    client = sign_in(Role.LAB_TECHNICIAN, "lan")
    assert client.post(f"/imports/{file.id}/confirm", data={"assay": "x"}).status_code == 404
    assert client.get(f"/imports/{file.id}?assay=x").status_code == 200


@pytest.mark.parametrize("target", ["N", "ORF1ab"])
def test_a_missing_target_is_no_negative(
    bring: Any, enter: Any, tubes: Any, database: Any, target: str
) -> None:
    half = {name: ct for name, ct in NEGATIVE.items() if name != target}
    enter(bring(plate((tubes["ready"], "mẫu", half))), assay=ASSAY)
    assert results(database) == {tubes["ready"]: "invalid"}
