"""Imports of machines' files: rows/s of reading, staging and entering, against bare parsing.

`csv` and `xlsx` compare reading into typed readings (wells, Ct, roles, tube codes with their check
digits) with what the library alone does on the same bytes: csv.reader, python-calamine's iter_rows.
`csv_staged` and `xlsx_staged` compare the whole of staging: kept, read, looked up, written to
SQLite (synchronous=FULL) and reviewed.  `entered` is what follows a person's confirmation: results,
desks, figures' marks and outcomes, by the worker, until the receipt is final.  Peak memory is that
of a process that stages and enters so many rows.

    python -m benchmarks.imports [--json] [--rows N]       bars: csv, xlsx >= 0.3
"""

import csv
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from operator import truediv
from pathlib import Path
from time import perf_counter, process_time
from uuid import UUID

from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from benchmarks.imports_files import as_csv, as_workbook, lab_of
from benchmarks.report import Report, arguments, median
from server import vault
from server.db import Database
from server.figures.marks import mark
from server.lab.imports import services, worker
from server.lab.instruments import table
from server.lab.instruments.readings import Reading
from server.lab.instruments.tube_codes import code_of
from server.lab.models import Result
from server.outcomes.services import settle_many
from server.sampling import changes

ROUNDS = 5
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PEAKS = (10_000, 100_000)
BARS = {"csv": ">= 0.3", "xlsx": ">= 0.3"}


def bare_csv(content: bytes) -> int:
    text = io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="")
    return sum(1 for _ in csv.reader(text, delimiter="\t"))


def bare_workbook(content: bytes) -> int:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return sum(1 for _ in book.get_sheet_by_index(0).iter_rows())


def read(content: bytes) -> int:
    """Read as staging does, up to the tubes' codes."""
    _, items = table.read(io.BytesIO(content))
    return sum(1 for item in items if isinstance(item, Reading) and code_of(item.sample))


def stage(database: Database, content: bytes) -> int:
    """Keep and stage, as an upload and the worker do."""
    with database.write() as session:
        file, _ = services.keep(session, content, name="x", by="user:lan", now=AT)
    worker.stage(database, file.id, lambda: AT)
    with database.read() as session:
        return services.import_named(session, file.id).row_count


def rate(work: Callable[[], int], rows: int) -> float:
    began = perf_counter()
    work()
    return rows / (perf_counter() - began)


def compare(
    report: Report, name: str, bare: Callable[[bytes], int], content: bytes, rows: int
) -> None:
    """Take turns, so that a busy machine is busy for both; a ratio is the median of the rounds."""
    rates: dict[str, list[float]] = {"bare": [], "read": [], "staged": []}
    for at in range(ROUNDS):
        rates["bare"].append(rate(lambda: bare(content), rows))
        rates["read"].append(rate(lambda: read(content), rows))
        if at < 2:
            with tempfile.TemporaryDirectory() as folder:
                database = lab_of(Path(folder), rows)
                rates["staged"].append(rate(lambda: stage(database, content), rows))  # noqa: B023
                database.engine.dispose()
    for kind, found in rates.items():
        report.figures[f"{name}_{kind}"] = (median(found), "rows/s")
    report.ratios[name] = median(list(map(truediv, rates["read"], rates["bare"])))
    report.ratios[f"{name}_staged"] = median(rates["staged"]) / median(rates["bare"])


def entered(report: Report, rows: int) -> None:
    """Confirm a file and let the worker enter its results, with all that follows from them."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, computed = enter_here(Path(folder), rows)
    report.figures["entered"] = (rows / seconds, "rows/s")
    report.figures["entered_computed"] = (computed / rows * 1e6, "µs/row")


def enter_here(folder: Path, rows: int) -> tuple[float, float]:
    """Stage and enter so many rows; return how long entering took, and of the processor."""
    changes.listeners[:] = [settle_many, mark]  # as in the server
    database = lab_of(folder, rows)
    with database.write() as session:
        content = as_csv(rows, calls=True)
        file, _ = services.keep(session, content, name="x", by="user:lan", now=AT)
    del content
    worker.run_once(database, lambda: AT)
    with database.write() as session:
        services.confirm(session, file.id, assay="", knows_cut=False, by="user:lan", now=AT)
    began, computed = perf_counter(), process_time()
    worker.run_once(database, lambda: AT)
    took = perf_counter() - began, process_time() - computed
    check(database, file.id, rows)
    database.engine.dispose()
    return took


def check(database: Database, import_id: UUID, rows: int) -> None:
    """Stop unless every row went somewhere and every tube that has rows has its result."""
    with database.read() as session:
        file = services.import_named(session, import_id)
        results = session.scalar(select(func.count()).select_from(Result))
        sums = (file.state, file.row_count, file.matched + file.queued, file.entered, results)
    if sums != ("done", rows, rows, rows, rows // 2):
        raise SystemExit(f"rows are missing: {sums}")


def peak(rows: int) -> float:
    """Return the peak memory, in MiB, of a process of its own that takes in *rows* rows."""
    words = [sys.executable, "-m", "benchmarks.imports", "--peak", str(rows)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    return float(done.stdout)


def taken_in_here(rows: int) -> None:
    """What the process of `peak` does; the file itself, 110 bytes a row, is in memory once."""
    with tempfile.TemporaryDirectory() as folder:
        enter_here(Path(folder), rows)
    facts = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    print(next(int(line.split()[1]) / 1024 for line in facts if line.startswith("VmHWM")))


def main() -> int:
    """Run the benchmark and print its report."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument(
        "--peak", type=int, help="only take in so many rows and say the peak memory"
    )
    options = parser.parse_args()
    if options.peak:
        taken_in_here(options.peak)
        return 0
    report = Report("imports", bars=BARS)
    compare(report, "csv", bare_csv, as_csv(options.rows), options.rows)
    rows = options.rows // 2
    compare(report, "xlsx", bare_workbook, as_workbook(rows), rows)
    entered(report, options.rows)
    few, many = (peak(rows) for rows in PEAKS)
    report.figures["peak_10k"], report.figures["peak_100k"] = (few, "MiB"), (many, "MiB")
    report.ratios["memory"] = many / few
    return report.end(options.json)


if __name__ == "__main__":
    vault.install(vault.Vault.create(Path(tempfile.mkdtemp()) / "vault.json"))
    raise SystemExit(main())
