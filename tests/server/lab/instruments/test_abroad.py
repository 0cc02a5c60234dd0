"""Exports of software in other languages, with other signs and other letters, read alike."""

import codecs
from typing import Any

import pytest

from server.lab.instruments.reasons import Why
from server.lab.instruments.values import ct_of, fold, no_rise

HEADINGS = {
    "vi": ("Vị trí", "Mã số mẫu", "Gen đích", "Giá trị Ct", "Không có Ct"),
    "fr": ("Puits", "Nom d'échantillon", "Cible", "Ct", "Indéterminé"),
    "de": ("Vertiefung", "Probenname", "Ziel", "Ct-Wert", "Unbestimmt"),
    "es": ("Pocillo", "Nombre de la muestra", "Diana", "Ct", "Indeterminado"),
    "pt": ("Poço", "Amostra", "Alvo", "Cq", "Não detectado"),
    "it": ("Pozzetto", "Campione", "Bersaglio", "Ct", "Indeterminato"),
    "zh-CN": ("孔位", "样本名称", "目标基因", "Ct值", "未检出"),
    "zh-TW": ("孔位", "樣本名稱", "目標基因", "Ct值", "未檢出"),
    "ja": ("ウェル", "検体番号", "ターゲット", "Ct値", "検出限界以下"),
    "ko": ("웰", "검체번호", "표적", "Ct값", "미검출"),
    "ru": ("Лунка", "Образец", "Мишень", "Ct", "Не определено"),
}
LETTERS = {"ja": "shift_jis", "zh-CN": "gb18030", "zh-TW": "big5", "ko": "cp949", "ru": "cp1251"}


def table(tubes: list[str], language: str, delimiter: str = "\t", eol: str = "\r\n") -> str:
    well, sample, target, ct, none = HEADINGS[language]
    rows = [(well, sample, target, ct), ("A1", tubes[0], "N", "24.10"), ("A2", tubes[1], "N", none),
            ("A3", tubes[2], "N", "31.5")]  # fmt: skip
    return "".join(delimiter.join(row) + eol for row in rows)


def expect(got: Any, tubes: list[str], runs: int = 1) -> None:
    said = [(each.sample, each.ct, each.undetermined) for each in got.readings]
    once = [(tubes[0], "24.10", False), (tubes[1], "", True), (tubes[2], "31.5", False)]
    assert said == once * runs


@pytest.mark.parametrize("language", HEADINGS)
def test_software_in_another_language_is_understood(
    parse: Any, tubes: list[str], language: str
) -> None:
    expect(parse(table(tubes, language).encode()), tubes)


@pytest.mark.parametrize("language", LETTERS)
def test_letters_of_another_country_are_found_by_the_heading(
    parse: Any, tubes: list[str], language: str
) -> None:
    got = parse(table(tubes, language).encode(LETTERS[language]))
    expect(got, tubes)
    assert Why.GUESSED_LETTERS in got.notices


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("eol", ["\r\n", "\n", "\r"])
def test_every_mark_and_line_end_is_read(
    parse: Any, tubes: list[str], encoding: str, eol: str
) -> None:
    expect(parse(table(tubes, "vi", ";", eol).encode(encoding)), tubes)


@pytest.mark.parametrize("lines", [1, 150, 900])
def test_a_heading_far_below_is_found(parse: Any, tubes: list[str], lines: int) -> None:
    above = "Bệnh viện đa khoa tỉnh\n" * lines
    expect(parse((above + table(tubes, "vi", ",", "\n")).encode()), tubes)


@pytest.mark.parametrize("word", [">40", "> 40", "≥ 40,00", ">45.0", "KXĐ", "(-)", "Undet."])
def test_words_for_no_rise_are_known(word: str) -> None:
    assert ct_of(word) == ("", True)


@pytest.mark.parametrize("word", ["> 32", "999", "#VALUE!", "Omitted", "N.D.", "Amp", "24.1.0"])
def test_what_may_mean_something_else_is_no_ct(word: str) -> None:
    assert ct_of(word) is None


def test_a_call_in_words_is_left_to_who_reads_results() -> None:
    assert no_rise("Undetermined")
    assert not no_rise("Not detected")
    assert not no_rise("24.1")
    assert fold("СТ") == "ct"  # Cyrillic letters that look Latin
    assert fold("Не определено") == fold("НЕ ОПРЕДЕЛЕНО")


def test_facts_below_a_table_are_no_refused_rows(parse: Any, tubes: list[str]) -> None:
    head = "Well\tSample Name\tTarget Name\tTask\tCт\tCт Mean"
    rows = [f"A{at}\t{tubes[at]}\tN\tUNKNOWN\t2{at}.5\t" for at in (1, 2)]
    got = parse("\r\n".join([head, *rows, "", "Analysis Type\tSingleplex", "Slope\t-3.3", ""]))
    assert len(got.readings) == 2
    assert got.unread == []
    cut = parse("\r\n".join([head, *rows, f"A3\t{tubes[3]}", "B1\tMẫu", ""]))
    assert len(cut.unread) == 2  # a well, or a tube: a row that was cut, and never a fact


LIGHTCYCLER = "Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus"


def lightcycler(tubes: list[str], filter_: str) -> str:
    rows = [(tubes[0], "24.10"), (tubes[1], ""), (tubes[2], "31.5")]
    lines = [f"True\t255\tA{at}\t{tube}\t{cp}\t\t0\t" for at, (tube, cp) in enumerate(rows, 1)]
    first = f"Experiment: Mẻ 7  Selected Filter: {filter_}"
    return "\r\n".join([first, LIGHTCYCLER, *lines, ""])


def test_filters_behind_one_another_stay_apart(parse: Any, tubes: list[str]) -> None:
    text = lightcycler(tubes, "FAM (465-510)") + lightcycler(tubes, "VIC / HEX (533-580)")
    for data in (text.encode(), codecs.BOM_UTF16_LE + text.encode("utf-16-le")):
        got = parse(data)
        expect(got, tubes, runs=2)
        assert [each.target for each in got.readings] == ["FAM (465-510)"] * 3 + [
            "VIC / HEX (533-580)"
        ] * 3
        assert got.unread == []


def said(got: Any) -> list[tuple[str, str, str, str]]:
    return [(each.sample, each.target, each.ct, each.call) for each in got.readings]


def test_a_ct_column_after_each_target_is_of_that_target(parse: Any, tubes: list[str]) -> None:
    """As viewers of multiplex kits export: `E gene`, `C(t)`, `RdRP gene`, `C(t)` …"""
    heads = "No\tWell\tName\tType\tE gene\tC(t)\tRdRP gene\tC(t)\tAuto Interpretation"
    rows = [f"1\tA01\t{tubes[0]}\tSAMPLE\t+\t24.10\t+\t25.2\tDetected",
            f"2\tA02\t{tubes[1]}\tSAMPLE\t-\tN/A\t-\tN/A\tNegative"]  # fmt: skip
    got = parse("\n".join([heads, *rows, ""]))
    assert said(got) == [
        (tubes[0], "E gene", "24.10", "Detected"), (tubes[0], "RdRP gene", "25.2", "Detected"),
        (tubes[1], "E gene", "", "Negative"), (tubes[1], "RdRP gene", "", "Negative"),
    ]  # fmt: skip
    assert not any(each.undetermined for each in got.readings), "N/A says nothing; the call does"


def test_targets_in_the_row_above_name_the_columns_below(parse: Any, tubes: list[str]) -> None:
    lines = ["\t\tE\t\tORF1ab\t", "Well\tName\tC(t)\tResult\tC(t)\tResult",
             f"A01\t{tubes[0]}\t24.1\t+\t30.2\t-", ""]  # fmt: skip
    got = parse("\n".join(lines))
    assert said(got) == [(tubes[0], "E", "24.1", ""), (tubes[0], "ORF1ab", "30.2", "")]


def test_ct_columns_that_nobody_named_stay_apart(parse: Any, tubes: list[str]) -> None:
    got = parse(f"Tube ID,Ct,Ct\n{tubes[0]},24.1,25.1\n")
    assert [each[1:3] for each in said(got)] == [("Ct 1", "24.1"), ("Ct 2", "25.1")]
    long = parse(f"Tube ID,Target,Ct,Ct\n{tubes[0]},N,24.1,24.1\n")
    assert [each[1:3] for each in said(long)] == [("N", "24.1")]


def test_a_text_pasted_into_one_sheet_is_found_below_its_sections(
    parse: Any, workbook: Any, tubes: list[str]
) -> None:
    setup = [["[Sample Setup]"], ["Well", "Sample Name", "Target Name", "Task"]]
    wells = [[f"A{at % 12 + 1}", tubes[at % 3], "N", "UNKNOWN"] for at in range(400)]
    table = [
        ["[Results]"],
        ["Well", "Sample Name", "Target Name", "Cт"],
        ["A1", tubes[0], "N", "24.1"],
    ]
    got = parse(workbook(Sheet1=[*setup, *wells, *table]))
    assert said(got) == [(tubes[0], "N", "24.1", "")]


@pytest.mark.parametrize("remark", ["ghi chú: mẫu hỏng", "Mẫu hỏng;làm lại", "Slope;-3.3"])
@pytest.mark.parametrize("heads", ["Well;Sample;Target;Task;Ct", "Well;Sample;x;Ct N;Ct RP"])
def test_a_remark_in_the_middle_of_a_table_hides_no_row_behind_it(
    parse: Any, tubes: list[str], remark: str, heads: str
) -> None:
    wide = "Ct N" in heads
    last = "24.1;25.2" if wide else "UNKNOWN;24.1"
    rows = [f"A{at};{tubes[at]};N;{last}" for at in (1, 2, 3)]
    got = parse("\n".join([heads, rows[0], remark, rows[1], "", remark, rows[2], ""]))
    assert [each.sample for each in got.readings] == [
        tubes[at] for at in (1, 2, 3) for _ in range(2 if wide else 1)
    ]
    bad = "A4;;N;x" if not wide else f"A4;{tubes[4]};N;x;y"
    again = parse("\n".join([heads, rows[0], remark, bad, ""]))
    assert again.unread, "a refused row behind it is refused, not lost"
