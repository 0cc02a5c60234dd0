import tracemalloc
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image, ImageFilter

from contract.tubes import ForeignTube, TubeId
from labels.errors import DoesNotFit
from labels.proof import ProofReport, proof, render
from labels.reading import read_picture
from labels.report import SheetReport
from labels.sheet import Label, label_sheet
from labels.stock import STOCKS, UnknownStock, stock

NAMES = ("N.T. Thu Hà · 1991", "Đ.V. Ẩn · 1950", "H. Bia · 2001")


def lot(count: int, series: int = 26) -> list[Label]:
    return [
        Label(TubeId.mint(series, serial), NAMES[serial % 3], f"Ấp Đỗ · số {serial}")
        for serial in range(1, count + 1)
    ]


def printed(labels: list[Label], name: str, **how: object) -> tuple[SheetReport, bytes]:
    out = BytesIO()
    report = label_sheet(labels, STOCKS[name], out, **how)  # type: ignore[arg-type]
    return report, out.getvalue()


def texts(report: ProofReport) -> list[str]:
    return sorted(code.seen.text for code in report.codes)


@pytest.mark.parametrize("name", STOCKS)
def test_every_stock_reads_back_whole_at_its_own_resolution(name: str) -> None:
    labels = lot(min(STOCKS[name].per_page, 90) if not STOCKS[name].roll else 6)
    made, pdf = printed(labels, name)
    report = proof(pdf, resolutions=(made.dpi,))
    assert texts(report) == sorted(label.tube.text for label in labels)
    assert report.faults_at(made.dpi) == ()
    assert all(code.agrees for code in report.codes)
    assert {round(code.seen.module_mm, 2) for code in report.codes} == {round(made.module_mm, 2)}


@pytest.mark.parametrize("name", sorted(set(STOCKS) - {"L4730"}))
@pytest.mark.parametrize("dpi", [203.2, 300.0, 600.0])
def test_a_sheet_made_for_a_printer_reads_as_that_printer_prints_it(name: str, dpi: float) -> None:
    labels = lot(12)
    made, pdf = printed(labels, name, dpi=dpi)
    report = proof(pdf, resolutions=(dpi,))
    assert report.faults_at(dpi) == ()
    assert texts(report) == sorted(label.tube.text for label in labels)
    assert made.dpi == dpi


@pytest.mark.parametrize(
    ("name", "quiet", "height"),
    [("L4732", 5, 10), ("L7651", 5, 10), ("L4730", 1.27, 4.8), ("CRYO", 5, 7),
     ("ROLL-38X25", 5, 10), ("ROLL-50X25", 5, 10)],
)  # fmt: skip
def test_quiet_zone_and_height_are_what_the_stock_allows(
    name: str, quiet: float, height: float
) -> None:
    made, _pdf = printed(lot(1), name)
    assert made.quiet_mm >= max(quiet, 10 * made.module_mm) - 1e-9
    assert made.bar_height_mm >= height


@pytest.mark.parametrize("name", STOCKS)
def test_no_label_of_a_stock_leaves_the_page_or_touches_the_next(name: str) -> None:
    row = STOCKS[name]
    right, low = row.place(row.per_page - 1)
    assert right + row.width <= row.page[0] + 1e-9
    assert low + row.height <= row.page[1] + 1e-9
    assert row.columns == 1 or row.pitch_x >= row.width
    assert row.rows == 1 or row.pitch_y >= row.height - 1e-9


def test_printing_starts_at_the_first_unused_label() -> None:
    labels = lot(3)
    made, pdf = printed(labels, "L7651", start=64)
    assert made.pages == 2
    places = [
        (code.page, round(code.seen.x), round(code.seen.y))
        for code in proof(pdf, resolutions=(300.0,)).codes
    ]
    left, top = STOCKS["L7651"].place(63)
    assert places[0] == (1, round(left + 38.1 / 2), pytest.approx(round(top + 12), abs=2))
    assert [page for page, _x, _y in places] == [1, 1, 2]


def test_each_code_is_printed_as_often_as_asked_and_counted_once() -> None:
    made, pdf = printed(lot(5), "L7651", copies=3)
    assert (made.codes, made.labels) == (5, 15)
    assert set(proof(pdf, resolutions=(300.0,)).copies.values()) == {3}


def test_offset_and_scale_move_the_whole_page() -> None:
    plain = proof(printed(lot(1), "L7651")[1], resolutions=(600.0,)).codes[0].seen
    moved = (
        proof(printed(lot(1), "L7651", offset_mm=(2.0, -1.0), scale=1.01)[1], resolutions=(600.0,))
        .codes[0]
        .seen
    )
    assert moved.x == pytest.approx(plain.x * 1.01 + 2, abs=0.1)
    assert moved.y == pytest.approx(
        plain.y * 1.01 - 1, abs=0.4
    )  # the height is not measured so finely
    assert moved.module_mm == pytest.approx(plain.module_mm * 1.01, rel=0.005)


def test_ladder_labels_turn_the_code_by_a_quarter() -> None:
    made, pdf = printed(lot(3), "L7651", ladder=True)
    report = proof(pdf, resolutions=(600.0,))
    assert report.faults_at(600.0) == ()
    assert len(report.codes) == 3
    assert made.module_mm == pytest.approx(0.169, abs=0.001)


@pytest.mark.parametrize(
    ("name", "how"),
    [("L4730", {"dpi": 300.0}), ("L4730", {"ladder": True}), ("ROLL-38X25", {"ladder": True}),
     ("L7651", {"start": 66}), ("L7651", {"start": 0}), ("L7651", {"copies": 4})],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(name: str, how: dict[str, object]) -> None:
    with pytest.raises(DoesNotFit) as refused:
        printed(lot(1), name, **how)
    assert refused.value.vi
    assert refused.value.en


def test_pool_and_control_tubes_say_so() -> None:
    _made, pdf = printed([*lot(1, 90), *lot(1, 99)], "L7651")
    words = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert "GỘP" in words
    assert "CHỨNG" in words


def test_names_in_decomposed_form_are_drawn_composed() -> None:
    _made, pdf = printed([Label(TubeId.mint(26, 1), "Nguye\u0302\u0303n Thi\u0323")], "L7651")
    words = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert "Nguyễn Thị" in words


def test_a_makers_tube_gets_its_own_code() -> None:
    _made, pdf = printed([Label(ForeignTube("VN-26A7"))], "ROLL-50X25")
    assert texts(proof(pdf)) == ["VN-26A7"]


def test_an_empty_lot_is_one_page_that_says_so() -> None:
    made, pdf = printed([], "L7651")
    assert (made.labels, made.pages) == (0, 1)
    assert proof(pdf, resolutions=(300.0,)).codes == ()


def test_an_unknown_stock_names_those_there_are() -> None:
    assert stock("l7651") is STOCKS["L7651"]
    with pytest.raises(UnknownStock, match="ROLL-38X25"):
        stock("L9999")


class _Nowhere(BytesIO):
    """Takes bytes and keeps none."""

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


def peak_of(count: int) -> int:
    """Return the most memory, in bytes, that printing a roll of *count* took."""
    tracemalloc.start()
    done: list[int] = []
    label_sheet(
        (Label(TubeId.mint(26, serial), "Bàn 2") for serial in range(count)),
        STOCKS["ROLL-38X25"], _Nowhere(), progress=done.append,
    )  # fmt: skip
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done == list(range(1, count + 1))
    return peak


def test_a_long_roll_takes_no_more_memory_than_a_short_one() -> None:
    peak_of(20)  # the font is read once
    short, long = peak_of(50), peak_of(1000)
    assert long - short < 250_000


def test_a_label_photographed_badly_is_still_read() -> None:
    _made, pdf = printed(lot(1), "ROLL-38X25")
    picture = render(pypdfium2.PdfDocument(pdf)[0], 203.2)
    photo = Image.new("L", (560, 420), 170)
    photo.paste(picture.point(lambda value: 40 + value * 175 // 255), (120, 90))
    photo = photo.rotate(7, Image.Resampling.BICUBIC, fillcolor=170)
    photo = photo.filter(ImageFilter.GaussianBlur(0.7))
    photo = Image.blend(photo, Image.effect_noise(photo.size, 40), 0.15)
    assert [code.text for code in read_picture(photo, 203.2)] == ["260000000182"]
