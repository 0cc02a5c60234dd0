"""The commands of ghepmau-labels that make something to print."""

import json
import secrets
from argparse import Namespace
from collections.abc import Iterable, Iterator

import msgspec

from contract.boxes import BoxError, BoxId, BoxLabel
from contract.cards import CardError, CardNumber
from contract.spoken import said
from contract.tubes import TubeId
from labels.boxes import box_sheet
from labels.calibration import calibration_page
from labels.cards import CardFace, card_sheet
from labels.commands import command_sheet
from labels.errors import BadList
from labels.face import Label
from labels.files import whole_file
from labels.posters import PosterFace
from labels.posters import poster as poster_sheet
from labels.readers import reader_sheet
from labels.report import SheetReport
from labels.roster import assign, label_of, read_list, write_assignments
from labels.sheet import label_sheet
from labels.stock import stock
from labels.terminal import bar, say
from labels.tspl import tspl
from labels.zpl import zpl


class _CardWire(msgspec.Struct, frozen=True):
    """A card as the server lists it."""

    number: str
    payload: str
    name: str
    birth_year: int | None = None
    sex: str | None = None


def lot(asked: Namespace) -> int:
    tubes = _tubes(asked.series, asked.first, asked.count)
    labels = (Label(tube, asked.line1, asked.line2) for tube in tubes)
    _say(_labels(asked, labels, asked.count), asked)
    return 0


def roster(asked: Namespace) -> int:
    people = read_list(asked.people.read_text("utf-8"))
    tubes = _tubes(asked.series, asked.first, len(people))
    assigned = list(assign(people, tubes))
    _say(_labels(asked, (label_of(each, asked.group) for each in assigned), len(people)), asked)
    if asked.assignments:
        with asked.assignments.open("w", encoding="utf-8") as out:
            write_assignments(assigned, out)
        say(f"{said('Ai ống nào', 'Who has which tube')}: {asked.assignments}")
    return 0


def cards(asked: Namespace) -> int:
    text = asked.people.read_text("utf-8")
    faces = _server_list(text) if text.lstrip().startswith("[") else _mint(text, asked)
    with whole_file(asked.out) as out:
        report = card_sheet(
            faces, out, size=asked.size, single=asked.single, start=asked.start,
            progress=bar(len(faces), said("thẻ", "cards")),
        )  # fmt: skip
    say(
        said(
            f"{report.cards} thẻ, {report.pages} trang: {asked.out}",
            f"{report.cards} cards, {report.pages} pages: {asked.out}",
        )
    )
    return 0


def poster(asked: Namespace) -> int:
    face = PosterFace(asked.payload, asked.name, asked.place, asked.code)
    with whole_file(asked.out) as out:
        size = poster_sheet(face, out)
    say(f"QR {size:.0f} mm: {asked.out}")
    return 0


def commands(asked: Namespace) -> int:
    with whole_file(asked.out) as out:
        pages = command_sheet(out)
    say(said(f"{pages} trang: {asked.out}", f"{pages} pages: {asked.out}"))
    return 0


def box(asked: Namespace) -> int:
    try:
        serials = range(asked.first, asked.first + asked.count)
        boxes = [BoxLabel(BoxId.mint(serial), asked.tubes) for serial in serials]
    except BoxError as error:
        raise BadList(
            "Số hộp phải từ 0 đến 99 999 999, số ống từ 0 đến 999.",
            "Boxes are numbered 0 to 99 999 999, and hold 0 to 999 tubes.",
        ) from error
    if not boxes or asked.copies not in range(1, 5):
        raise BadList("Số hộp phải từ 1, số bản từ 1 đến 4.", "1 box or more, 1 to 4 copies.")
    with whole_file(asked.out) as out:
        pages = box_sheet([label for label in boxes for _ in range(asked.copies)], out)
    say(
        said(
            f"{len(boxes)} hộp, {pages} trang: {asked.out}",
            f"{len(boxes)} boxes, {pages} pages: {asked.out}",
        )
    )
    return 0


def readers(asked: Namespace) -> int:
    with whole_file(asked.out) as out:
        reader_sheet(out)
    say(asked.out)
    return 0


def calibrate(asked: Namespace) -> int:
    with whole_file(asked.out) as out:
        calibration_page(stock(asked.stock), out, offset_mm=asked.offset, scale=asked.scale)
    say(asked.out)
    return 0


def _tubes(series: int, first: int, count: int) -> Iterator[TubeId]:
    """Return the tubes; both ends are minted first, so that a bad number prints nothing."""
    if count < 1:
        raise BadList("Số ống phải từ 1.", "The number of tubes must be 1 or more.")
    try:
        TubeId.mint(series, first), TubeId.mint(series, first + count - 1)
    except ValueError as error:
        raise BadList(
            "Dãy số này vượt quá 2 số đầu và 8 số thứ tự.",
            "These numbers do not fit two series and eight serial digits.",
        ) from error
    return (TubeId.mint(series, serial) for serial in range(first, first + count))


def _labels(asked: Namespace, labels: Iterable[Label], total: int) -> SheetReport:
    chosen, progress = stock(asked.stock), bar(total, said("mã", "codes"))
    with whole_file(asked.out) as out:
        if asked.language == "pdf":
            return label_sheet(
                labels, chosen, out, start=asked.start, copies=asked.copies,
                offset_mm=asked.offset, scale=asked.scale, dpi=asked.dpi,
                ladder=asked.ladder, progress=progress,
            )  # fmt: skip
        dpi = asked.dpi or chosen.dpi
        write = zpl if asked.language == "zpl" else tspl
        return write(labels, chosen, out, copies=asked.copies, dpi=dpi, progress=progress)


def _say(report: SheetReport, asked: Namespace) -> None:
    codes, labels, pages, out = report.codes, report.labels, report.pages, asked.out
    say(
        said(
            f"{codes} mã, {labels} nhãn, {pages} trang: {out}",
            f"{codes} codes, {labels} labels, {pages} pages: {out}",
        )
    )
    module, dots = f"{report.module_mm:.3f} mm", report.dots
    quiet, high = f"{report.quiet_mm:.1f} mm", f"{report.bar_height_mm:.1f} mm"
    say(
        said(
            f"Vạch {module} ({dots} chấm ở {report.dpi:.0f} dpi), lề trắng {quiet}, cao {high}",
            f"Module {module} ({dots} dots at {report.dpi:.0f} dpi), quiet zone {quiet}, "
            f"bars {high} high",
        )
    )


def _server_list(text: str) -> list[CardFace | None]:
    """Return the cards of a server's list; the place of one whose bearer was erased is empty."""
    try:
        return [
            CardFace(CardNumber(card.number), card.payload, card.name, card.birth_year)
            if card.number
            else None
            for card in msgspec.json.decode(text, type=list[_CardWire])
        ]
    except (msgspec.MsgspecError, CardError) as error:
        raise BadList(
            f"Danh sách thẻ không đúng: {error}", f"This list of cards is wrong: {error}"
        ) from error


def _mint(text: str, asked: Namespace) -> list[CardFace]:
    """Return new cards, unsigned, for the people of a CSV; their numbers must be kept."""
    if asked.list is None:
        raise BadList(
            "In từ CSV phải có --list TỆP: số thẻ mới được ghi vào đó để đăng ký với máy chủ.",
            "Cards from a CSV need --list FILE: the new numbers go there, for the server.",
        )
    people = read_list(text)
    faces = [(person, _new_number()) for person in people]
    rows = [
        {"number": number.text, "payload": number.payload, "name": person.name,
         "birth_year": person.birth_year, "sex": person.sex}
        for person, number in faces
    ]  # fmt: skip
    with asked.list.open("x", encoding="utf-8") as out:
        json.dump(rows, out, ensure_ascii=False, indent=1)
    return [
        CardFace(number, number.payload, person.name, person.birth_year) for person, number in faces
    ]


def _new_number() -> CardNumber:
    while (number := CardNumber.mint(secrets.token_bytes(9))) is None:
        pass
    return number
