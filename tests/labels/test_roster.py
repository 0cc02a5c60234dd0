from io import StringIO

import pytest

from contract.tubes import TubeId
from labels.errors import BadList
from labels.roster import Listed, assign, label_of, read_list, short_name, write_assignments

TUBES = [TubeId.mint(26, serial) for serial in range(1, 4)]
TEXT = "\ufeffHọ tên;năm sinh;giới\nNguyễn Thị Thu Hà;1991;Nữ\n\nLê Văn An;1980;Nam\nY Bhăm;;\n"


def test_a_list_is_read_in_its_order() -> None:
    assert read_list(TEXT) == [
        Listed("Nguyễn Thị Thu Hà", 1991, "F"),
        Listed("Lê Văn An", 1980, "M"),
        Listed("Y Bhăm"),
    ]


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_any_usual_separator_will_do(mark: str) -> None:
    assert read_list(f"Lê An{mark}1980{mark}nam") == [Listed("Lê An", 1980, "M")]


@pytest.mark.parametrize(
    ("line", "said"),
    [("Lê An;80;Nam", "Dòng 2: năm sinh '80'"), (";1980;Nam", "Dòng 2 thiếu họ tên"),
     ("Lê An;1980;x", "Dòng 2: giới tính 'x'"), ("Lê An;１９８０;Nam", "Dòng 2: năm sinh")],
)  # fmt: skip
def test_a_wrong_line_is_named(line: str, said: str) -> None:
    with pytest.raises(BadList, match=said):
        read_list(f"Trần Bình;1970;Nam\n{line}\n")


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(BadList, match="không có ai"):
        read_list("Họ tên;năm sinh\n")


@pytest.mark.parametrize(
    ("name", "short"),
    [("Nguyễn Thị Thu Hà", "N.T. Thu Hà"), ("Lê Văn An", "L.V. An"), ("Lê An", "L. An"),
     ("An", "An"), ("Đặng Ngô Thị Ánh Nguyệt", "Đ.N.T. Ánh Nguyệt"), ("  H’Bia   Niê ", "H. Niê")],
)  # fmt: skip
def test_a_short_name_keeps_the_given_name(name: str, short: str) -> None:
    assert short_name(name) == short


def test_labels_stand_in_the_order_of_the_list() -> None:
    labels = [label_of(each, "Nhà máy A") for each in assign(read_list(TEXT), TUBES)]
    assert [label.tube for label in labels] == TUBES
    assert [(label.line1, label.line2) for label in labels] == [
        ("N.T. Thu Hà · 1991", "Nhà máy A · số 1"),
        ("L.V. An · 1980", "Nhà máy A · số 2"),
        ("Y. Bhăm", "Nhà máy A · số 3"),
    ]


def test_too_few_tubes_are_noticed() -> None:
    with pytest.raises(BadList, match="chỉ có 2 ống"):
        list(assign(read_list(TEXT), TUBES[:2]))


def test_the_register_says_who_is_to_get_which_tube() -> None:
    out = StringIO()
    assert write_assignments(assign(read_list(TEXT), TUBES), out) == 3
    assert out.getvalue().splitlines()[1] == "1;260000000182;Nguyễn Thị Thu Hà;1991"
