"""Files and a laboratory for the benchmark of imports, made up in the shape of real exports."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import openpyxl

from contract.tubes import TubeId
from server.db import Database, open_database
from server.sampling.models import Lot
from server.schema import tables

_NAMES = (
    "Well,Well Position,Omit,Sample Name,Target Name,Task,Reporter,Quencher,CT,Ct Mean,Ct SD,"
    "Quantity,Comments,Y-Intercept,Slope,Amp Score,Cq Conf,Call"
)
HEAD = _NAMES.split(",")
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def rows_of(count: int, *, calls: bool = False) -> Iterator[list[str]]:
    """Yield rows of a QuantStudio table: two targets of each tube, two of three risen."""
    for at in range(count):
        tube = TubeId.mint(26, at // 2 + 1).text
        ct = f"{15 + at % 2000 / 100:.3f}" if at // 2 % 3 else "Undetermined"
        call = ("Positive" if at // 2 % 3 else "Negative") if calls else ""
        well, target = f"{'ABCDEFGHIJKLMNOP'[at // 24 % 16]}{at % 24 + 1}", ("N", "ORF1ab")[at % 2]
        yield [str(at % 384 + 1), well, "false", tube, target, "UNKNOWN", "FAM", "NFQ-MGB", ct, ct,
               "0.021", "", "", "41.924", "-3.196", "1.238", "0.970", call]  # fmt: skip


def as_csv(count: int, *, calls: bool = False) -> bytes:
    text = io.StringIO()
    text.write("* Block Type = 384-Well Block\n* Experiment Name = bench\n\n[Results]\n")
    for row in chain([HEAD], rows_of(count, calls=calls)):
        text.write("\t".join(row) + "\n")
    return text.getvalue().encode()


def as_workbook(count: int) -> bytes:
    """Return the table as xlsx, numbers as numbers."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Results")
    sheet.append(HEAD)
    for row in rows_of(count):
        sheet.append([_value(cell, at) for at, cell in enumerate(row)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _value(cell: str, at: int) -> str | float:
    try:
        return cell if at == 3 else float(cell)
    except ValueError:
        return cell


def lab_of(folder: Path, tubes: int) -> Database:
    """Return a database in *folder* in which a lot of so many tubes is registered."""
    database = open_database(f"sqlite:///{folder / 'lab.sqlite'}")
    tables.create_all(database.engine)
    with database.write() as session:
        session.add(
            Lot(id="L-1", kind="sampling", series=26, first=1, last=tubes, size=tubes, place="x",
                created_at=AT, created_by="user:quan")
        )  # fmt: skip
    return database
