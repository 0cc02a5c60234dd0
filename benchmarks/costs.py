"""What one pairing costs, from the wire to the record: bytes kept, and milliseconds of processor.

    upload     signed batches of 50: signature, reading, chain, storing
    apply      unseal, find or make the person, record the pairing
    laboratory reception, result, a second person's word, release; merge and outbox with it:
               each tube by calls of its own, a hundred in a transaction, no pages
    deliver    into the embedded record

Bytes are the whole database's, indexes and trail included, less those of an empty one.  Of
PostgreSQL, the processors of its own processes are counted apart.  `benchmarks.nation` reckons with
these figures.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from sqlalchemy import select, text

from benchmarks import postgres
from benchmarks.report import Report, arguments
from contract import events, sealing, signing
from contract.tubes import TubeId
from server import schema, vault
from server.accounts.models import Station
from server.db import Database, open_database
from server.declarations import notice
from server.declarations.channel import EmbeddedRecord
from server.delivery.worker import run_once
from server.intake.applier import apply_pending
from server.intake.upload import read_upload
from server.intake.writer import Writer
from server.lab import services as lab
from server.lab.results import Finding, enter_result, verify_result
from server.lab.words import Call
from server.outcomes.services import release, settle_many
from server.sampling import changes, lots

BATCH, STATIONS = 50, 8
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PLACE = "vn-2021:24.222.07"


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--pairings", type=int, default=2_000)
    asked = parser.parse_args()
    report = Report("costs")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ghepmau-costs-")))
        both(report, stack, folder, asked.pairings)
    print(report.to_json() if asked.json else report.to_table())


def both(report: Report, stack: ExitStack, folder: Path, size: int) -> postgres.Cluster:
    """Note what a pairing costs on either engine; return the PostgreSQL, which *stack* ends."""
    vault.install(vault.Vault.create(folder / "vault.json"))
    sqlite = open_database(f"sqlite:///{folder / 'costs.sqlite'}")
    run(report, "sqlite", sqlite, size, lambda: size_of_file(sqlite), lambda: 0.0)
    sqlite.engine.dispose()
    cluster = stack.enter_context(postgres.running())
    other = open_database(cluster.url())
    run(report, "postgresql", other, size, lambda: size_of(other), lambda: processors(cluster))
    other.engine.dispose()
    return cluster


def run(
    report: Report, name: str, database: Database, size: int, bytes_now: Callable[[], float],
    beside: Callable[[], float],
) -> None:  # fmt: skip
    """Take *size* pairings through everything and note what each step cost."""
    schema.upgrade(database)
    tubes, uploads = _day(database, size)
    known, changes.listeners[:] = list(changes.listeners), [settle_many]
    empty, theirs = bytes_now(), beside()
    ours = {
        "upload": _cost(lambda: _upload(database, uploads)),
        "apply": _cost(lambda: apply_pending(database, NOW)),
        "laboratory": _cost(lambda: _test(database, tubes)),
        "deliver": _cost(lambda: _deliver(database, size)),
    }
    for step, seconds in ours.items():
        report.figures[f"{name}_{step}"] = (seconds / size * 1000, "ms")
    report.figures[f"{name}_whole"] = (sum(ours.values()) / size * 1000, "ms")
    if name != "sqlite":
        report.figures[f"{name}_beside"] = ((beside() - theirs) / size * 1000, "ms")
    report.figures[f"{name}_bytes"] = ((bytes_now() - empty) / size, "bytes")
    changes.listeners[:] = known


def _cost(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def _day(database: Database, size: int) -> tuple[list[TubeId], list[tuple[bytes, str, str]]]:
    """Register stations and a lot; return its tubes, and uploads with who signs them."""
    sealed_to, keys = vault.current().sealing.public_key(), {}
    with database.write() as session:
        for number in range(STATIONS):
            name = f"ban-{number}"
            keys[name] = Ed25519PrivateKey.generate()
            session.add(Station(id=name, label=name, place=PLACE, duty="sampling",
                                public_key=signing.public_text(keys[name]), state="enrolled",
                                enrolled_at=NOW, created_at=NOW))  # fmt: skip
        lots.register_lot(session, series=26, count=size, place=PLACE, station=None, by="user:q",
                          now=NOW)  # fmt: skip
    tubes = [TubeId.mint(26, serial) for serial in range(1, size + 1)]
    uploads, heads = [], dict.fromkeys(keys, (0, events.NO_EVENT))
    for turn, start in enumerate(range(0, size, BATCH)):
        name = f"ban-{turn % STATIONS}"
        written = list(_paired(name, heads, tubes[start : start + BATCH], start, sealed_to))
        body = events.encode_batch(name, written)
        message = signing.request_message(name, "POST", "/api/v1/intake/batches", body)
        uploads.append((body, name, signing.sign(keys[name], message)))
    return tubes, uploads


def _paired(
    name: str,
    heads: dict[str, tuple[int, str]],
    tubes: list[TubeId],
    start: int,
    sealed_to: X25519PublicKey,
) -> Iterator[bytes]:
    for number, tube in enumerate(tubes, start):
        seq, before = heads[name]
        code = f"024091{number:06d}||Nguyễn Văn Mẫu|02031991|Nam|Hồng Thái, Việt Yên|01012022"
        event = events.TubePaired(
            id=uuid4(), station=name, epoch="0" * 16, seq=seq + 1, prev=before,
            at=NOW - timedelta(seconds=50_000 - number), trusted=True, boot="b", mono=number + 1,
            tube=tube.text, person=sealing.seal(sealed_to, code.encode()),
            person_kind="citizen-card", tag="0" * 16, order="person-first", took_ms=4200,
        )  # fmt: skip
        data = events.encode(event)
        heads[name] = seq + 1, events.digest(data)
        yield data


def _upload(database: Database, uploads: list[tuple[bytes, str, str]]) -> None:
    writer = Writer(database)
    with database.read() as session:
        rows = session.execute(select(Station.id, Station.public_key))
        keys = {row.id: signing.public_key(row.public_key or "") for row in rows}
    for body, name, signature in uploads:
        message = signing.request_message(name, "POST", "/api/v1/intake/batches", body)
        signing.verify(keys[name], message, signature)
        writer.store(read_upload(name, body, NOW))


def _test(database: Database, tubes: list[TubeId]) -> None:
    for start in range(0, len(tubes), 100):
        with database.write() as session:
            results = []
            for tube in tubes[start : start + 100]:
                lab.receive_tube(session, tube, box="H1", by="user:lan", now=NOW)
                found = enter_result(session, tube, Finding(Call.NEGATIVE), by="user:lan", now=NOW)
                results.append(found.id)
        with database.write() as session:
            for each in results:
                verify_result(session, each, by="user:minh", now=NOW)
            release(session, results, by="user:minh", now=NOW)


def _deliver(database: Database, size: int) -> None:
    channel = EmbeddedRecord(database, lambda: NOW)
    if run_once(database, {notice.TARGET: channel}, NOW) != size:
        raise RuntimeError("not everything was delivered")


def size_of_file(database: Database) -> float:
    """Return the size of SQLite's file, its log worked in."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    return float(Path(database.engine.url.database or "").stat().st_size)


def size_of(database: Database) -> float:
    """Return the size of the database on PostgreSQL."""
    with database.read() as session:
        return float(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def processors(cluster: postgres.Cluster) -> float:
    """Return how long PostgreSQL's processes have computed, those that ended included."""
    postmaster = int((cluster.data / "postmaster.pid").read_text().split("\n")[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    ticks = 0
    for pid in [str(postmaster), *children]:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += sum(map(int, fields[11:13]))
        if pid == str(postmaster):
            ticks += sum(map(int, fields[13:15]))  # of children that ended
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
