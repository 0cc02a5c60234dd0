"""The server's intake and applier on uploads in files, to be killed: `python -m faults.batch`.

What it prints was committed before: *stored* after each upload, *applied* in the end.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from faults.table import STATION
from server import vault
from server.db import open_database
from server.intake.applier import apply_pending
from server.intake.upload import read_upload
from server.intake.writer import Writer
from server.outcomes.services import settle_many
from server.sampling import changes


def main(data: Path, uploads: list[Path]) -> int:
    vault.install(vault.Vault.load(data / "vault.json"))
    database, now = open_database(f"sqlite:///{data / 'ghepmau.sqlite'}"), datetime.now(UTC)
    changes.listeners[:] = [settle_many]
    writer = Writer(database)
    for path in uploads:
        outcome = writer.store(read_upload(STATION, path.read_bytes(), now))
        os.write(1, f"stored {path.name} {outcome.new} {outcome.known}\n".encode())
    os.write(1, f"applied {apply_pending(database, now)}\n".encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
