"""Half of what was said of a tube, or what was said of another tube, gives no result."""

from typing import Any

import pytest
from sqlalchemy import select

from server.lab.imports import plates
from server.lab.imports.models import ImportFile, ImportRow
from server.lab.instruments.reasons import Why
from server.lab.models import Result

HEAD = "MSH|^~\\&|M|S|||20261126||ORU^R01|{}|P|2.5\r"
CSV = "Mã ống;Gen;Ct;Kết luận;Omit\n"


def results(database: Any) -> dict[Any, str]:
    with database.read() as session:
        return {each.tube: each.call for each in session.scalars(select(Result))}


def obx(target: str, value: str, status: str = "F") -> str:
    return f"OBX|1|ST|{target}||{value}||||||{status}\r"


def message(tube: object, *said: str, number: int = 1) -> str:
    return f"{HEAD.format(number)}PID|1||{tube}\rOBR|1||X{number}|SARS\r{''.join(said)}"


def test_a_second_message_of_a_file_gives_nothing_to_the_first_ones_tube(
    bring: Any, enter: Any, tubes: Any, database: Any
) -> None:
    content = message(tubes["ready"], number=1) + message(
        tubes["second"], obx("N", "Positive"), number=2
    )
    enter(bring(content, name="lo.hl7"))
    assert results(database) == {tubes["second"]: "positive"}


@pytest.mark.parametrize(
    "rest", [obx("ORF1ab", "Positive", "P"), obx("ORF1ab", ""), "OBX|2|SN|ORF1ab||>^37|Ct|||||F\r"]
)
def test_a_message_that_says_half_of_a_tube_gives_it_no_result(
    bring: Any, enter: Any, tubes: Any, database: Any, rest: str
) -> None:
    content = message(tubes["ready"], obx("N", "Negative"), rest)
    enter(bring(content + message(tubes["second"], obx("N", "Negative"), number=2)))
    assert results(database) == {tubes["second"]: "negative"}
    enter(bring(message(tubes["ready"], obx("ORF1ab", "Positive"), number=3)))
    assert results(database)[tubes["ready"]] == "positive"


HEAD_ASTM = "H|\\^&|||M^1\rP|1\rO|1|{}\r"
CT_LEFT_EMPTY = {
    "hl7, two names": (
        "OBX|1|CWE|SARS^SARS-CoV-2||NEG^Negative||||||F\r",
        "OBX|2|NM|SARS^SARS-CoV-2 Ct|||||||||F\r",
    ),
    "hl7, words": (obx("N", "Negative"), obx("N Ct", "")),
    "hl7, the Ct first": (obx("N Ct", ""), obx("N", "Negative")),
    "astm": ("R|1|^^^^^^N2^|NEG^||||F\r", "R|2|^^^^^^N2^Ct|^||||F\r"),
}


@pytest.mark.parametrize("which", CT_LEFT_EMPTY)
def test_a_ct_that_is_left_empty_beside_its_call_holds_nothing(
    bring: Any, enter: Any, tubes: Any, database: Any, which: str
) -> None:
    said = "".join(CT_LEFT_EMPTY[which])
    if which == "astm":
        enter(bring(f"{HEAD_ASTM.format(tubes['ready'])}{said}L|1|N\r"))
    else:
        enter(bring(message(tubes["ready"], said)))
    assert results(database) == {tubes["ready"]: "negative"}


@pytest.mark.parametrize("rest", ["24,1;Dương tính;true", ";;", "24,1;Dương tính;;;x", "2O;;"])
def test_a_table_of_which_a_row_is_not_read_gives_no_result_by_words(
    bring: Any, enter: Any, tubes: Any, database: Any, rest: str
) -> None:
    half = f"{tubes['ready']};N;-;Âm tính;\n{tubes['ready']};ORF1ab;{rest}\n"
    file = bring(f"{CSV}{half}{tubes['second']};N;-;Âm tính;\n")
    with database.read() as session:
        shown = plates.preview(session, session.get_one(ImportFile, file.id), "")
    assert shown is not None
    assert shown.calls == {"negative": 1}
    file = enter(file)
    assert results(database) == {tubes["second"]: "negative"}
    with database.read() as session:
        reasons = session.scalars(
            select(ImportRow.reason).where(
                ImportRow.import_id == file.id, ImportRow.tube == tubes["ready"]
            )
        ).all()
    assert Why.TUBE_HELD_BACK in reasons
    assert None not in reasons


def test_by_an_assay_a_target_that_was_left_out_is_missing_and_no_more(
    bring: Any, enter: Any, tubes: Any, database: Any
) -> None:
    rows = [("N", "-", "true"), ("N", "24", ""), ("ORF1ab", "25", ""), ("RNase P", "27", "")]
    wells = [(tubes["ready"], "mẫu", rows)] + [
        (task, task, [(name, ct, "") for name in ("N", "ORF1ab", "RNase P")])
        for task, ct in (("NTC", "-"), ("PC", "25"), ("NEC", "-"))
    ]
    lines = [
        f"A{at};{sample};{task};{target};{ct};;{omit}\n"
        for at, (sample, task, found) in enumerate(wells, 1)
        for target, ct, omit in found
    ]
    content = "Giếng;Mã ống;Loại;Gen;Ct;Kết luận;Omit\n" + "".join(lines)
    enter(bring(content), assay="sars-cov-2-n-orf1ab")
    assert results(database) == {tubes["ready"]: "positive"}
