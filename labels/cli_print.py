"""`ghepmau-labels print`: sends a file to a printer, and enters it in the job book."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from contract.spoken import said
from labels.errors import BadList
from labels.jobs import JobBook
from labels.printer_status import Language
from labels.printers import CupsPrinter, FilePrinter, Printer, SocketPrinter
from labels.terminal import say

_LANGUAGES: dict[str, Language] = {".zpl": "zpl", ".tspl": "tspl"}
_BOOK = Path(".local/state/ghepmau/print-jobs.sqlite")
_PART = 64 * 1024


def print_file(asked: Namespace) -> int:
    """Print the file once; the same contents again only with --again."""
    printer = printer_of(asked.to, asked.file)
    with asked.file.open("rb") as document:
        job = asked.job or file_digest(document, "sha256").hexdigest()[:16]
    book = JobBook(asked.book or Path.home() / _BOOK)
    entry = book.run(
        job, asked.file.name, _parts(asked.file), printer,
        now=datetime.now(UTC).astimezone(), again=asked.again,
    )  # fmt: skip
    time = said(f"lần {entry.times}", f"time {entry.times}")
    say(f"{entry.title} → {entry.printer}: {entry.state}, {time}")
    return 0


def printer_of(address: str, file: Path) -> Printer:
    """Return the printer at *address*; raise BadList if it names none."""
    kind, _, rest = address.partition(":")
    language = _LANGUAGES.get(file.suffix.lower())
    if kind == "file" and rest:
        return FilePrinter(Path(rest))
    if kind == "cups" and rest:
        return CupsPrinter(rest, raw=language is not None)
    host, _, port = rest.rpartition(":")
    if kind == "tcp" and host and port.isdigit():
        return SocketPrinter(host, int(port), language)
    raise BadList(
        f"{address!r} không phải máy in. Viết tcp:ĐỊA-CHỈ:9100, cups:HÀNG-ĐỢI hoặc file:TỆP.",
        f"{address!r} is no printer. Write tcp:HOST:9100, cups:QUEUE or file:PATH.",
    )


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as document:
        while part := document.read(_PART):
            yield part
