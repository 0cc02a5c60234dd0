"""Printers: a file, a CUPS queue, a label printer's own TCP port.

`send` returns once the printer has taken everything, or raises NotPrinted (nothing was taken:
printing again is safe) or PartlyPrinted (look at the paper first).  `labels.jobs` sees to it that
nothing is printed twice unasked.
"""

import socket
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from labels.errors import NotPrinted, PartlyPrinted
from labels.files import whole_file
from labels.printer_status import Language, trouble_in, whole_answer

_ANSWER_SECONDS = 3.0
_QUERIES = {"zpl": b"~HS", "tspl": b"\x1b!?"}


@dataclass(frozen=True, slots=True)
class Printed:
    """What a printer said: *confirmed* if it reported itself well after the last byte."""

    detail: str
    confirmed: bool = False


class Printer(Protocol):
    """Something that takes a document."""

    name: str

    def send(self, document: Iterable[bytes], title: str) -> Printed: ...


class FilePrinter:
    """Writes to a file that must not exist yet; the file appears whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.name = f"file:{path}"
        self._path = path

    def send(self, document: Iterable[bytes], title: str) -> Printed:
        if self._path.exists():
            raise NotPrinted(
                f"Tệp {self._path} đã có. Chọn tên khác.",
                f"The file {self._path} exists already. Choose another name.",
            )
        try:
            with whole_file(self._path) as out:
                for part in document:
                    out.write(part)
        except OSError as error:
            raise NotPrinted(
                f"Không ghi được {self._path}: {error.strerror}.",
                f"{self._path} cannot be written: {error.strerror}.",
            ) from error
        return Printed(str(self._path), confirmed=True)


class CupsPrinter:
    """Hands the document to a CUPS queue through `lp`; `raw` for ZPL and TSPL."""

    def __init__(self, queue: str, *, raw: bool = False, lp: str = "lp") -> None:
        self.name = f"cups:{queue}"
        self._command = [lp, "-d", queue, *(["-o", "raw"] if raw else ["-o", "print-scaling=none"])]

    def send(self, document: Iterable[bytes], title: str) -> Printed:
        command = [*self._command, "-t", title]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed command, no shell
                command, input=b"".join(document), capture_output=True, timeout=60, check=False
            )
        except FileNotFoundError as error:
            raise NotPrinted(
                "Máy này chưa có lệnh lp. Cài gói cups-client.",
                "This machine has no lp command. Install the package cups-client.",
            ) from error
        except subprocess.TimeoutExpired as error:
            raise PartlyPrinted(
                "CUPS không trả lời trong 60 giây. Xem hàng đợi bằng lpstat -o trước khi in lại.",
                "CUPS did not answer within 60 s. Look at lpstat -o before printing again.",
            ) from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()
            raise NotPrinted(f"CUPS không nhận: {said}", f"CUPS refused: {said}")
        return Printed(done.stdout.decode(errors="replace").strip())


class SocketPrinter:
    """A printer's raw port, usually 9100.  With *language* it is asked how it is, before and after.

    A printer that does not answer prints all the same; its job is then not confirmed.
    """

    def __init__(
        self,
        host: str,
        port: int = 9100,
        language: Language | None = None,
        seconds: float = _ANSWER_SECONDS,
    ) -> None:
        self.name = f"tcp:{host}:{port}"
        self._address, self._language, self._seconds = (host, port), language, seconds

    def send(self, document: Iterable[bytes], title: str) -> Printed:
        try:
            connection = socket.create_connection(self._address, timeout=self._seconds)
        except OSError as error:
            raise NotPrinted(
                f"Không nối được máy in {self.name}. Kiểm tra nguồn, dây mạng và địa chỉ.",
                f"The printer {self.name} cannot be reached. Check power, cable and address.",
            ) from error
        with connection:
            before = self._ask(connection, "before")
            connection.settimeout(max(self._seconds, 60.0))
            try:
                for part in document:
                    connection.sendall(part)
            except OSError as error:
                raise _broken(self.name) from error
            connection.settimeout(self._seconds)
            after = self._ask(connection, "after") if before else False
        return Printed(title, confirmed=after)

    def _ask(self, connection: socket.socket, when: Literal["before", "after"]) -> bool:
        """Return whether the printer answered that all is well; raise if it named a trouble."""
        if self._language is None:
            return False
        answer = b""
        try:
            connection.sendall(_QUERIES[self._language])
            with suppress(TimeoutError):
                while not whole_answer(self._language, answer):
                    answer += (part := connection.recv(1024))
                    if not part:
                        raise ConnectionResetError
        except OSError as error:
            raise (_broken(self.name) if when == "after" else _refused(self.name)) from error
        trouble = trouble_in(self._language, answer)
        if trouble is not None and when == "before":
            raise NotPrinted(*trouble)
        if trouble is not None:
            raise PartlyPrinted(
                f"{trouble[0]} Có thể đã in một phần: xem cuộn nhãn trước khi in lại.",
                f"{trouble[1]} Part may have been printed: look at the roll before a reprint.",
            )
        return bool(answer)


def _refused(name: str) -> NotPrinted:
    return NotPrinted(
        f"Máy in {name} ngắt kết nối trước khi nhận. Tắt bật lại máy in, rồi in lại.",
        f"The printer {name} hung up before taking anything. Restart it, then print again.",
    )


def _broken(name: str) -> PartlyPrinted:
    return PartlyPrinted(
        f"Mất kết nối với {name} khi đang in. Xem cuộn nhãn trước khi in lại.",
        f"The connection to {name} broke while printing. Look at the roll before a reprint.",
    )
