"""A negative is never said in silence: words that mean something else, in messages and in cells."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.lab.imports.spoken import CALLS
from server.lab.instruments.values import UNDETERMINED, ct_of, fold, no_rise
from server.lab.words import Call

CLOSED = ["Undetermined", "UNDETERMINED", "Undet.", "undet", "No Ct", "NoCt", "No Cq", "No Amp",
          "No-Amp", "no amplification", ">40", "> 45.0", "≥ 40"]  # fmt: skip
INCONCLUSIVE = ["Không xác định", "KXĐ", "Nghi ngờ", "Indeterminado", "Indéterminé", "Douteux",
                "Indeterminato", "Unbestimmt", "Nicht eindeutig", "Inconclusivo", "No concluyente",
                "Non concluant", "不确定", "未确定", "不確定", "Indeterminate"]  # fmt: skip
UNSAID = ["N/A", "NA", "n/a", "#N/A", "null", "NULL"]
OTHER = sorted(
    word for word in {*UNDETERMINED, *UNSAID, *INCONCLUSIVE}
    if not any(fold(word) == fold(each) for each in CLOSED) and any(map(str.isalpha, word))
)  # fmt: skip
FIELDS = ["ST", "NM", "TX", "CWE"]


def hl7(tube: str, kind: str, word: str) -> str:
    lines = [r"MSH|^~\&|QS|LAB|GM||20260101080000||ORU^R01^ORU_R01|1|P|2.5.1||||||UNICODE UTF-8",
             f"OBR|1||{tube}|N", f"OBX|1|{kind}|N||{word}||||||F",
             f"OBX|2|{kind}|ORF||{word}||||||F", "OBX|3|NM|RP||24.1||||||F"]  # fmt: skip
    return "\r".join([*lines, ""])


def astm(tube: str, value: str) -> str:
    lines = [r"H|\^&|||QS|||||||P|1394-97|20260101", "P|1", f"O|1|{tube}||^^^N",
             f"R|1|^^^N|{value}|||||F", "L|1|N", ""]  # fmt: skip
    return "\r".join(lines)


def messages(tube: str, word: str) -> list[str]:
    return [*(hl7(tube, kind, word) for kind in FIELDS), astm(tube, word), astm(tube, f"^{word}")]


@pytest.mark.parametrize("word", OTHER)
def test_a_word_off_the_closed_list_stays_the_machines_call(
    parse: Any, tubes: list[str], word: str
) -> None:
    for message in messages(tubes[0], word):
        found = [each for each in parse(message).readings if each.target != "RP"]
        assert found, message
        assert {(each.call, each.ct, each.undetermined) for each in found} == {(word, "", False)}


@pytest.mark.parametrize("word", CLOSED)
def test_a_word_of_the_closed_list_says_that_the_curve_did_not_rise(
    parse: Any, tubes: list[str], word: str
) -> None:
    for message in messages(tubes[0], word):
        found = [each for each in parse(message).readings if each.target != "RP"]
        assert {(each.call, each.ct, each.undetermined) for each in found} == {("", "", True)}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(st.characters(categories=["L", "Zs", "Pd"]), min_size=1, max_size=20))
def test_no_other_word_makes_a_target_not_detected(parse: Any, tubes: list[str], word: str) -> None:
    known = {fold(each) for each in CLOSED}
    for message in messages(tubes[0], word):
        silent = any(each.undetermined for each in parse(message).readings)
        assert not silent or fold(word) in known
    assert no_rise(word) == (fold(word) in known)


def test_a_call_beside_a_word_that_is_no_ct_is_kept(parse: Any, tubes: list[str]) -> None:
    for value, call, silent in (
        ("POSITIVE^N/A", "POSITIVE", False),
        ("NEGATIVE^Undetermined", "NEGATIVE", True),
    ):
        (reading,) = parse(astm(tubes[0], value)).readings
        assert (reading.call, reading.ct, reading.undetermined) == (call, "", silent)


@pytest.mark.parametrize("word", INCONCLUSIVE)
def test_indeterminate_is_inconclusive_in_every_language(word: str) -> None:
    assert fold(word) in {fold(each) for each in CALLS[Call.INCONCLUSIVE].split()}


def test_no_word_is_two_calls() -> None:
    words = [fold(word) for said in CALLS.values() for word in said.split()]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("word", [*UNSAID, ""])
def test_a_cell_that_says_nothing_makes_no_negative(
    parse: Any, tubes: list[str], word: str
) -> None:
    assert ct_of(word) == ("", False)
    plain = parse(f"Well;Sample;Target;Ct\nA1;{tubes[0]};N;{word}\nA2;{tubes[1]};N;24\n")
    wide = parse(f"Well;Sample;Ct N;Ct RP\nA1;{tubes[0]};{word};24\n")
    assert [each.ct for each in plain.readings] == [each.ct for each in wide.readings] == ["24"]


@pytest.mark.parametrize("word", UNSAID)
def test_a_lightcyclers_empty_field_is_silence_but_not_a_word_in_it(
    parse: Any, tubes: list[str], word: str
) -> None:
    head = "Experiment: me 3  Selected Filter: FAM (465-510)\n"
    names = "Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus\n"
    got = parse(f"{head}{names}True\t255\tA1\t{tubes[0]}\t{word}\t\t0\t\n")
    assert got.readings == []
