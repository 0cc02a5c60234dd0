"""The server on this host: a real one, on loopback, with its database read when the day is over."""

import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from pi.report import AtServer
from rehearsal import settings
from rehearsal.browser import Browser
from rehearsal.office import Office, accounts, give_access
from rehearsal.processes import Server, program, run


class Desk:
    """Starts a server in *home*, which is emptied, and logs an administrator in."""

    def __init__(self, home: Path) -> None:
        shutil.rmtree(home, ignore_errors=True)
        (home / "papers").mkdir(parents=True)
        self._home, self.port = home, _free_port()
        base = f"http://127.0.0.1:{self.port}"
        config, log = settings.write_server(home, self.port), home / "server.log"
        self._config = config
        run([program("ghepmau-server"), "init", "--config", str(config)], log=log)
        people = accounts()
        give_access(people, config, log)
        words = [program("ghepmau-server"), "run", "--config", str(config)]
        self.server = Server(words, log, base)
        self.server.start()
        browser = Browser(base)
        [admin] = [one for one in people if one.role == "administrator"]
        browser.log_in(admin.login, admin.password)
        self.office = Office(browser, home / "papers")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.stop()

    def import_stick(self, image: Path) -> set[str]:
        """Take what lies on the stick, with the server off; return the events that it has then."""
        folder, log = self._home / "stick", self._home / "server.log"
        folder.mkdir(exist_ok=True)
        run(["mcopy", "-n", "-i", str(image), "::*.stick", str(folder)], log=log)
        words = [program("ghepmau-server"), "import-stick", "--config", str(self._config)]
        run([*words, *map(str, sorted(folder.glob("*.stick")))], log=log)
        [path] = (self._home / "server").glob("*.sqlite")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return {_uuid(row[0]) for row in db.execute("SELECT event_id FROM wire_event")}

    def state(self) -> AtServer:
        """Read what the server has, straight from its database."""
        [path] = (self._home / "server").glob("*.sqlite")
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            pairings = dict(db.execute("SELECT id, tube FROM pairing"))
            voids = [row[0] for row in db.execute("SELECT pairing_id FROM pairing_void")]
            [alerts] = db.execute("SELECT count(*) FROM chain_alert").fetchone()
            [refused] = db.execute("SELECT count(*) FROM quarantine").fetchone()
        return AtServer(
            {_uuid(key): tube for key, tube in pairings.items()},
            frozenset(map(_uuid, voids)),
            alerts,
            refused,
        )


def _uuid(stored: str | bytes) -> str:
    return str(UUID(bytes=stored) if isinstance(stored, bytes) else UUID(stored))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
