"""The command line of ghepmau-labels: every command's help ends with an example."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from contract.arguments import Parser, languages
from contract.spoken import said
from labels.stock import STOCKS

_STOCKS = "\n".join(f"  {stock.name:<12}{stock.about}" for stock in STOCKS.values())


def parser() -> argparse.ArgumentParser:
    """Return the parser; `command` names what is asked."""
    about = said(
        "In nhãn ống, thẻ, áp phích, thẻ lệnh.", "Print tube labels, cards, posters, command cards."
    )
    top: argparse.ArgumentParser = Parser("ghepmau-labels", description=about, epilog=languages())
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, says, how, fill in _commands():
        one = commands.add_parser(
            name,
            help=says,
            description=says,
            epilog=f"{said('ví dụ', 'example')}:\n{how}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        fill(one)
    return top


def _commands() -> Iterator[tuple[str, str, str, Callable[[argparse.ArgumentParser], object]]]:
    """Yield each command: its name, what it does, examples, and what adds its options."""
    yield (
        "lot",
        said("nhãn ống của một lô", "tube labels of a lot"),
        "ghepmau-labels lot --series 26 --first 1 --count 65 --stock L7651 --out lo.pdf\n"
        "ghepmau-labels lot --series 26 --first 1 --count 5000 --stock ROLL-38X25 \\\n"
        "    --as zpl --line1 'Bàn 2' --out lo.zpl",
        _lot,
    )
    yield (
        "roster",
        said("nhãn theo danh sách", "labels for people known beforehand"),
        "ghepmau-labels roster cong-nhan.csv --series 26 --first 1 --stock L7651 \\\n"
        "    --group 'Nhà máy A' --out nhan.pdf --assignments ghep-truoc.csv",
        _roster,
    )
    yield (
        "cards",
        said("thẻ cá nhân", "personal cards"),
        "ghepmau-labels cards cards.json --out the.pdf\n"
        "ghepmau-labels cards thon.csv --size 50mm --list the.json --out the.pdf",
        _cards,
    )
    yield (
        "poster",
        said("áp phích điểm khai báo", "poster of a check-in point"),
        "ghepmau-labels poster --payload https://khaibao.example/d/K7M3 \\\n"
        "    --name 'Chợ Bình Minh' --place 'Xã Hòa Bình' --out cho.pdf",
        _poster,
    )
    yield (
        "commands",
        said("thẻ lệnh và thẻ âm thanh", "command and sound cards"),
        "ghepmau-labels commands --out the-lenh.pdf",
        _out,
    )
    yield (
        "box",
        said("nhãn hộp ống mẫu", "labels of boxes"),
        "ghepmau-labels box --first 1 --count 20 --out hop.pdf\n"
        "ghepmau-labels box --first 21 --count 10 --tubes 96 --out hop-96.pdf",
        _box,
    )
    yield (
        "readers",
        said("tờ cài đặt đầu đọc", "reader set-up sheet"),
        "ghepmau-labels readers --out dau-doc.pdf",
        _out,
    )
    yield (
        "calibrate",
        said("trang căn chỉnh máy in", "calibration page"),
        "ghepmau-labels calibrate --stock L7651 --out can-chinh.pdf",
        lambda command: _placed(_out(command)),
    )
    yield (
        "proof",
        said("đọc lại tờ đã in ra PDF", "read a PDF back"),
        "ghepmau-labels proof lo.pdf\nghepmau-labels proof cuon.pdf --printer-dpi 203 --codes",
        _proof,
    )
    yield (
        "print",
        said("gửi tệp tới máy in, không in hai lần", "send a file to a printer, never twice"),
        "ghepmau-labels print lo.zpl --to tcp:192.0.2.7:9100\n"
        "ghepmau-labels print lo.pdf --to cups:van-phong --again",
        _print,
    )


def _out(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument(
        "--out", type=Path, required=True, help=said("tệp ghi ra", "file to write")
    )
    return command


def _box(command: argparse.ArgumentParser) -> None:
    _out(command)
    command.add_argument("--first", type=int, required=True, help=said("hộp đầu", "first box"))
    command.add_argument("--count", type=int, required=True, help=said("số hộp", "how many boxes"))
    command.add_argument("--tubes", type=int, help=said("số ống mỗi hộp", "tubes in each"))
    command.add_argument("--copies", type=int, default=2, help=said("số bản mỗi hộp", "of each"))


def _placed(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument(
        "--stock", default="L7651", help=f"{said('loại nhãn', 'stock')}: {', '.join(STOCKS)}"
    )
    command.add_argument(
        "--offset",
        type=_pair,
        default=(0.0, 0.0),
        metavar="X,Y",
        help=said("dịch sang phải, xuống (mm)", "shift right, down"),
    )
    command.add_argument("--scale", type=float, default=1.0, help=said("tỉ lệ", "1.0 = 100 %%"))
    return command


def _labels(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    _placed(_out(command))
    command.add_argument(
        "--series", type=int, required=True, help=said("2 số đầu", "two first digits")
    )
    command.add_argument(
        "--first", type=int, required=True, help=said("số thứ tự đầu", "first serial")
    )
    command.add_argument(
        "--start",
        type=int,
        default=1,
        help=said("bắt đầu ở nhãn thứ mấy của tờ đầu", "begin at this label of the first sheet"),
    )
    command.add_argument(
        "--copies",
        type=int,
        default=1,
        help=said("số bản mỗi mã, 1 đến 3", "labels of each code, 1 to 3"),
    )
    command.add_argument("--dpi", type=float, help=said("độ nét máy in", "printer's resolution"))
    command.add_argument(
        "--ladder",
        action="store_true",
        help=said("quay mã dọc theo cạnh ngắn", "turn the bars along the short side"),
    )
    command.add_argument("--as", dest="language", choices=("pdf", "zpl", "tspl"), default="pdf")
    command.epilog = f"{said('loại nhãn', 'stock')}:\n{_STOCKS}\n\n{command.epilog}"
    return command


def _lot(command: argparse.ArgumentParser) -> None:
    _labels(command)
    command.add_argument("--count", type=int, required=True, help=said("số ống", "number of tubes"))
    command.add_argument("--line1", default="", help=said("dòng chữ đậm", "bold line"))
    command.add_argument("--line2", default="", help=said("dòng chữ thường", "second line"))


def _roster(command: argparse.ArgumentParser) -> None:
    _labels(command)
    command.add_argument(
        "people",
        type=Path,
        help=said("mỗi dòng: họ tên;năm sinh;Nam|Nữ", "each line: name;year of birth;Nam|Nữ"),
    )
    command.add_argument("--group", default="", help=said("tên danh sách", "name of the list"))
    command.add_argument(
        "--assignments", type=Path, help=said("ghi ai ống nào (CSV)", "who gets which")
    )


def _cards(command: argparse.ArgumentParser) -> None:
    _out(command)
    command.add_argument(
        "people",
        type=Path,
        help=said("cards.json của máy chủ, hoặc CSV", "the server's cards.json, or a CSV"),
    )
    command.add_argument("--size", choices=("ID1", "50mm"), default="ID1")
    command.add_argument(
        "--single", action="store_true", help=said("mỗi trang một thẻ", "one a page")
    )
    command.add_argument(
        "--start",
        type=int,
        default=1,
        help=said("bắt đầu ở ô thứ mấy", "begin at this place of the sheet"),
    )
    command.add_argument(
        "--list", type=Path, help=said("ghi số thẻ đã cấp (JSON)", "numbers minted")
    )


def _poster(command: argparse.ArgumentParser) -> None:
    _out(command)
    command.add_argument(
        "--payload", required=True, help=said("địa chỉ trong mã QR", "what the QR says")
    )
    command.add_argument("--name", required=True, help=said("tên điểm", "name of the point"))
    command.add_argument("--place", default="", help=said("địa chỉ", "where it is"))
    command.add_argument("--code", default="", help=said("mã điểm", "short code"))


def _proof(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument(
        "--printer-dpi",
        type=float,
        default=600.0,
        help=said("máy in thật: 203, 300, 600", "the real printer's resolution"),
    )
    command.add_argument("--codes", action="store_true", help=said("kể từng mã", "list every code"))


def _print(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument(
        "--to", required=True, metavar="PRINTER", help="tcp:HOST:9100, cups:QUEUE, file:PATH"
    )
    command.add_argument("--again", action="store_true", help=said("in lại", "print once more"))
    command.add_argument("--job", help=said("tên việc in", "job id (default: the file's contents)"))
    command.add_argument("--book", type=Path, help=said("sổ in", "job book"))


def _pair(text: str) -> tuple[float, float]:
    try:
        right, down = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r}: X,Y, {said('ví dụ', 'such as')} 0.5,-1"
        ) from error
    return right, down
