import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from contract.tubes import ForeignTube, TubeId
from labels.errors import NotPrinted, PartlyPrinted, PrintedBefore
from labels.face import Label
from labels.jobs import JobBook, State, job_id
from labels.printers import CupsPrinter, FilePrinter, SocketPrinter
from labels.reading import read_picture
from labels.simulated.press import Fault, SimulatedPress
from labels.stock import STOCKS
from labels.tspl import tspl
from labels.zpl import zpl

NOW = datetime(2026, 11, 22, 8, 14, tzinfo=UTC)
LABELS = [
    Label(TubeId.mint(26, 1), "N.T. Thu Hà · 1991", "Nhà máy Ấp Đỗ"),
    Label(TubeId.mint(90, 2), "Tổ 3", ""),
    Label(TubeId.mint(26, 3)),
]
WRITERS = {"zpl": zpl, "tspl": tspl}


def written(language: str, stock: str = "ROLL-38X25", copies: int = 1) -> bytes:
    out = BytesIO()
    WRITERS[language](LABELS, STOCKS[stock], out, copies=copies)
    return out.getvalue()


@pytest.mark.parametrize("language", ["zpl", "tspl"])
@pytest.mark.parametrize("stock", ["ROLL-38X25", "ROLL-50X25"])
def test_what_a_thermal_printer_draws_is_read_back(language: str, stock: str) -> None:
    with SimulatedPress() as press:
        said = SocketPrinter(*press.address, language=language).send(  # type: ignore[arg-type]
            [written(language, stock, copies=2)], "lô 1"
        )
        assert said.confirmed
        seen = [read_picture(label, 203.2) for label in press.labels]
    assert [[code.text for code in codes] for codes in seen] == [
        [label.tube.text] for label in LABELS for _copy in range(2)
    ]
    assert all(code.quiet_mm >= 5 and code.quiet_enough for codes in seen for code in codes)


@pytest.mark.parametrize("language", ["zpl", "tspl"])
def test_vietnamese_words_reach_the_label_as_dots(language: str) -> None:
    with SimulatedPress() as press:
        SocketPrinter(*press.address).send([written(language)], "lô 1")
    first, _second, bare = press.labels
    above = (0, 0, first.width, 60)
    assert first.crop(above).getextrema() == (0, 255)
    assert bare.crop((0, 0, bare.width, 40)).getextrema() == (255, 255)


def test_both_languages_print_the_same_picture() -> None:
    with SimulatedPress() as one, SimulatedPress() as two:
        SocketPrinter(*one.address).send([written("zpl")], "")
        SocketPrinter(*two.address).send([written("tspl")], "")
    pictures = [[label.tobytes() for label in press.labels] for press in (one, two)]
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) == 3


def test_a_makers_code_is_printed_in_set_b() -> None:
    out = BytesIO()
    zpl([Label(ForeignTube("VN-2607"))], STOCKS["ROLL-38X25"], out, dpi=300)
    assert b"^FD>:VN-2607^FS" in out.getvalue()


@pytest.mark.parametrize("language", ["zpl", "tspl"])
@pytest.mark.parametrize(
    ("fault", "said"),
    [(Fault.NO_PAPER, "hết nhãn"), (Fault.HEAD_OPEN, "Nắp"), (Fault.PAUSED, "PAUSE")],
)
def test_a_printer_in_trouble_takes_nothing_and_says_why(
    language: str, fault: Fault, said: str
) -> None:
    with SimulatedPress({fault}) as press:
        with pytest.raises(NotPrinted, match=said):
            SocketPrinter(*press.address, language=language).send([b"x"], "")  # type: ignore[arg-type]
        assert not press.received


def test_running_out_in_the_middle_is_no_success() -> None:
    with SimulatedPress({Fault.RUNS_OUT}) as press, pytest.raises(PartlyPrinted, match="một phần"):
        SocketPrinter(*press.address, language="zpl").send([written("zpl")], "")


def test_a_broken_connection_is_no_success() -> None:
    with SimulatedPress({Fault.HANGS_UP}) as press, pytest.raises(PartlyPrinted, match="Mất kết"):
        SocketPrinter(*press.address, language="zpl").send([b"^XA" * 99] * 99, "")


def test_a_printer_that_never_answers_still_prints_but_confirms_nothing() -> None:
    with SimulatedPress({Fault.MUTE}) as press:
        printer = SocketPrinter(*press.address, language="zpl", seconds=0.2)
        assert not printer.send([written("zpl")], "").confirmed


def test_a_printer_that_is_off_says_what_to_check() -> None:
    with SimulatedPress() as press:
        address = press.address
    with pytest.raises(NotPrinted, match="Kiểm tra nguồn"):
        SocketPrinter(*address).send([b"x"], "")


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    printer = FilePrinter(tmp_path / "lot.pdf")
    assert printer.send([b"one"], "").confirmed
    with pytest.raises(NotPrinted, match="đã có"):
        printer.send([b"two"], "")
    assert (tmp_path / "lot.pdf").read_bytes() == b"one"


def lp(folder: Path, script: str) -> str:
    """A program that stands for `lp`."""
    path = folder / "lp"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return os.fspath(path)


def test_cups_is_asked_once_and_its_answer_kept(tmp_path: Path) -> None:
    program = lp(tmp_path, f'cat > {tmp_path}/paper; echo "request id is nhan-12 ($*)"')
    said = CupsPrinter("nhan", raw=True, lp=program).send([b"^XA", b"^XZ"], "lô 1")
    assert said.detail == "request id is nhan-12 (-d nhan -o raw -t lô 1)"
    assert (tmp_path / "paper").read_bytes() == b"^XA^XZ"


def test_cups_errors_are_said(tmp_path: Path) -> None:
    program = lp(tmp_path, 'cat >/dev/null; echo "lp: no such printer" >&2; exit 1')
    with pytest.raises(NotPrinted, match="no such printer"):
        CupsPrinter("nhan", lp=program).send([b"x"], "")
    with pytest.raises(NotPrinted, match="cups-client"):
        CupsPrinter("nhan", lp=str(tmp_path / "none")).send([b"x"], "")


def test_a_job_is_printed_twice_only_when_asked(tmp_path: Path) -> None:
    book = JobBook(tmp_path / "jobs.sqlite")
    with SimulatedPress() as press:
        printer = SocketPrinter(*press.address, language="zpl")
        first = book.run("L-1", "lô 1", [written("zpl")], printer, now=NOW)
        assert (first.state, first.times, len(press.labels)) == (State.PRINTED, 1, 3)
        with pytest.raises(PrintedBefore, match="đã in lúc 08:14 22/11/2026"):
            book.run("L-1", "lô 1", [written("zpl")], printer, now=NOW)
        assert len(press.labels) == 3
        again = book.run("L-1", "lô 1", [written("zpl")], printer, now=NOW, again=True)
        assert (again.times, len(press.labels)) == (2, 6)


def test_a_job_that_nothing_came_of_may_be_tried_again(tmp_path: Path) -> None:
    book = JobBook(tmp_path / "jobs.sqlite")
    with SimulatedPress({Fault.NO_PAPER}) as press:
        printer = SocketPrinter(*press.address, language="tspl")
        with pytest.raises(NotPrinted):
            book.run("L-1", "lô 1", [written("tspl")], printer, now=NOW)
        press.faults.clear()
        assert book.run("L-1", "lô 1", [written("tspl")], printer, now=NOW).times == 1


def test_a_reprint_that_failed_leaves_the_first_print_known(tmp_path: Path) -> None:
    book = JobBook(tmp_path / "jobs.sqlite")
    book.run("L-1", "lô 1", [b"x"], FilePrinter(tmp_path / "a"), now=NOW)
    with pytest.raises(NotPrinted):
        book.run("L-1", "lô 1", [b"x"], FilePrinter(tmp_path / "a"), now=NOW, again=True)
    with pytest.raises(PrintedBefore):
        book.run("L-1", "lô 1", [b"x"], FilePrinter(tmp_path / "b"), now=NOW)


def test_a_job_broken_off_waits_for_a_person(tmp_path: Path) -> None:
    book = JobBook(tmp_path / "jobs.sqlite")
    with SimulatedPress({Fault.RUNS_OUT}) as press:
        printer = SocketPrinter(*press.address, language="zpl")
        with pytest.raises(PartlyPrinted):
            book.run("L-1", "lô 1", [written("zpl")], printer, now=NOW)
        with pytest.raises(PrintedBefore, match="bị ngắt giữa chừng"):
            book.run("L-1", "lô 1", [written("zpl")], printer, now=NOW)
    assert [entry.state for entry in JobBook(tmp_path / "jobs.sqlite").entries()] == [State.UNSURE]


def test_the_same_bytes_are_the_same_job() -> None:
    assert job_id(written("zpl")) == job_id(written("zpl")) != job_id(written("tspl"))
