from datetime import date
from io import BytesIO

import pypdfium2
import pytest

from contract.boxes import BoxId, BoxLabel
from contract.cards import CardNumber, SignedCard, key_name, sign_card, verify_card
from contract.commands import Command, parse
from contract.signing import private_key
from device.signals import SIGNALS
from labels.boxes import box_sheet
from labels.calibration import calibration_page
from labels.cards import CARDS, CardFace, Size, card_sheet
from labels.commands import command_sheet
from labels.errors import DoesNotFit
from labels.posters import PosterFace, poster
from labels.proof import proof
from labels.readers import GOOD, WRONG, reader_sheet
from labels.signs import BLUE, DUTY_SIGNS, GREEN, OFF, RED, SIGNS, Sign
from labels.stock import STOCKS
from labels.symbols import qr

KEY = private_key(b"k" * 32)
NAMES = (
    "Nguyễn Thị Thu Hà",
    "Lê An",
    "Tôn Nữ Hoàng Nguyễn Phương Quỳnh Anh",
    "H’Bia Niê Kđăm",
    "Nguyễn Đặng Hoàng Phạm Thị Thương Thương Thương Thương",
)
HEALTH = ("kết quả", "dương tính", "âm tính", "vắc", "tiêm", "F0", "bệnh")


def face(place: int) -> CardFace:
    number = next(
        number
        for draw in range(256)
        if (number := CardNumber.mint(bytes([place, draw, *b"seven77"]))) is not None
    )
    name = NAMES[place % len(NAMES)]
    card = SignedCard(number, name, 1950 + place, "F", date(2026, 11, 1))
    return CardFace(number, sign_card(card, KEY), name, 1950 + place)


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize("size", CARDS)
@pytest.mark.parametrize("single", [False, True])
def test_every_card_reads_back_signed_and_true(size: Size, *, single: bool) -> None:
    faces = [face(place) for place in range(13)]
    out = BytesIO()
    made = card_sheet(faces, out, size=size, single=single)
    report = proof(out.getvalue(), resolutions=(300.0,))
    assert made.cards == len(report.codes) == 13
    assert made.pages == (13 if single else 2)
    assert report.faults_at(300.0) == ()
    assert {code.seen.text for code in report.codes} == {face.payload for face in faces}
    keys = {key_name(KEY.public_key()): KEY.public_key()}
    assert all(verify_card(code.seen.text, keys) for code in report.codes)


def test_the_5_cm_card_is_5_cm_and_no_module_is_below_half_a_millimetre() -> None:
    for size in CARDS:
        out = BytesIO()
        made = card_sheet([face(4)], out, size=size)
        assert made.module_mm >= 0.5
        if size == "50mm":
            seen = proof(out.getvalue(), resolutions=(300.0,)).codes[0].seen
            assert seen.module_mm * len(qr(face(4).payload)) >= 50


def test_a_card_shows_name_year_and_number_and_nothing_about_health() -> None:
    card = face(0)
    out = BytesIO()
    card_sheet([card], out)
    words = words_of(out.getvalue())
    assert "Nguyễn Thị Thu Hà" in words
    assert "1950" in words
    assert card.grouped in words
    assert not [word for word in HEALTH if word in words]


@pytest.mark.parametrize("size", CARDS)
def test_a_long_name_keeps_its_given_name(size: Size) -> None:
    out = BytesIO()
    card_sheet([face(2)], out, size=size)
    assert NAMES[2] in words_of(out.getvalue())


def test_a_card_with_too_much_in_it_is_refused() -> None:
    with pytest.raises(DoesNotFit, match="quá dài"):
        card_sheet([CardFace(face(0).number, "A" * 1500, "An", 1991)], BytesIO())


@pytest.mark.parametrize(
    "payload", ["P:K7M3Q9XT4H", "https://khaibao.example/d/K7M3Q9XT4H?tu=" + "x" * 80]
)
def test_a_poster_carries_a_qr_of_15_cm_with_its_quiet_zone(payload: str) -> None:
    out = BytesIO()
    size = poster(PosterFace(payload, "Chợ Bình Minh", "Xã Hòa Bình", "24-1"), out)
    report = proof(out.getvalue(), resolutions=(203.2,))
    assert size >= 150
    assert [code.seen.text for code in report.codes] == [payload]
    assert report.faults_at(203.2) == ()
    assert "Chợ Bình Minh" in words_of(out.getvalue())


@pytest.mark.parametrize("payload", ["", "x" * 2000, "x" * 9000])
def test_a_poster_nobody_could_scan_is_refused(payload: str) -> None:
    with pytest.raises(DoesNotFit):
        poster(PosterFace(payload, "Chợ"), BytesIO())


def test_there_is_a_card_for_every_command() -> None:
    out = BytesIO()
    assert command_sheet(out) == 4
    report = proof(out.getvalue())
    assert {parse(code.seen.text) for code in report.codes} == set(Command)
    assert not [dpi for dpi in report.resolutions if report.faults_at(dpi)]


@pytest.mark.parametrize("sign", [*SIGNS, *DUTY_SIGNS], ids=lambda sign: sign.signal)
def test_the_card_of_sounds_shows_what_the_station_plays(sign: Sign) -> None:
    played = SIGNALS[sign.signal]
    lights = {BLUE: "blue", GREEN: "green", RED: "red", OFF: "off"}
    assert lights[sign.light] == played.light
    assert sign.beeps == tuple(
        (tone.hertz, tone.milliseconds) for tone in played.tones if tone.hertz
    )


def test_a_box_label_is_read_as_bars_and_as_a_qr() -> None:
    labels = [BoxLabel(BoxId.mint(serial), tubes) for serial, tubes in ((12, None), (13, 96))]
    out = BytesIO()
    assert box_sheet(labels, out) == 1
    report = proof(out.getvalue(), resolutions=(300.0,))
    texts = sorted(code.seen.text for code in report.codes)
    assert texts == sorted(label.text for label in labels for _ in range(2))
    assert report.faults_at(300.0) == ()


def test_the_set_up_sheet_has_one_good_code_and_one_that_must_be_refused() -> None:
    out = BytesIO()
    reader_sheet(out)
    assert {code.seen.text for code in proof(out.getvalue(), resolutions=(300.0,)).codes} == {
        GOOD.text,
        WRONG,
        "C:CANCEL-G",
    }


@pytest.mark.parametrize("name", STOCKS)
def test_the_calibration_page_numbers_every_label(name: str) -> None:
    out = BytesIO()
    calibration_page(STOCKS[name], out, offset_mm=(0.5, -1))
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        assert len(document) == 1
        width, _height = document[0].get_size()
    assert width == pytest.approx(STOCKS[name].page[0] / 25.4 * 72, abs=0.01)
    assert str(STOCKS[name].per_page) in words_of(out.getvalue())
