"""Advisories in the OSV form, from files: what `make audit` asks where there is no network.

A folder of JSON files, or the whole in one zip file, as osv.dev gives it for PyPI (`PyPI/all.zip`).
Answers as the OSV interface does, on this machine alone, for as long as it is asked.
"""

import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from packaging.version import InvalidVersion, Version

Entry = dict[str, Any]
Known = dict[str, list[Entry]]


def read(path: Path) -> Known:
    """Return the advisories about packages of PyPI by the package's name."""
    known: Known = defaultdict(list)
    for content in _files(path):
        entry = json.loads(content)
        if not isinstance(entry, dict) or not isinstance(entry.get("affected", []), list):
            raise TypeError("each file is one advisory, an object")
        for name in {_name(each) for each in entry.get("affected", []) if _is_pypi(each)}:
            known[name].append(entry)
    return known


def _files(path: Path) -> Iterator[bytes]:
    if path.is_file():
        with zipfile.ZipFile(path) as whole:
            yield from (whole.read(each) for each in whole.namelist() if each.endswith(".json"))
    else:
        yield from (each.read_bytes() for each in sorted(path.rglob("*.json")))


def _is_pypi(affected: Entry) -> bool:
    return bool(affected.get("package", {}).get("ecosystem") == "PyPI")


def _name(affected: Entry) -> str:
    return normal(affected["package"]["name"])


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def about(known: Known, name: str, version: str) -> list[Entry]:
    """Return the advisories that hold for a version."""
    return [
        entry
        for entry in known.get(normal(name), [])
        if "withdrawn" not in entry
        and any(
            _is_pypi(each) and _name(each) == normal(name) and _holds(each, version)
            for each in entry["affected"]
        )
    ]


def _holds(affected: Entry, version: str) -> bool:
    ranges = [each for each in affected.get("ranges", []) if each["type"] == "ECOSYSTEM"]
    return version in affected.get("versions", []) or any(
        _within(each["events"], version) for each in ranges
    )


def _within(events: list[dict[str, str]], version: str) -> bool:
    """Return whether the last event up to *version* let the hole in, as OSV orders them."""
    asked, inside = Version(version), False
    steps = [(_order(at), what) for event in events for what, at in event.items()]
    for at, what in sorted(steps):
        if what == "introduced" and asked >= at:
            inside = True
        elif (what == "fixed" and asked >= at) or (what == "last_affected" and asked > at):
            inside = False
    return inside


def _order(text: str) -> Version:
    with suppress(InvalidVersion):
        return Version(text)
    return Version("0")


@contextmanager
def serving(known: Known) -> Iterator[str]:
    """Answer from what is *known*; give the address to ask."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = about(known, asked["package"]["name"], asked["version"])
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing of each question."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    work = Thread(target=server.serve_forever)
    work.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        work.join()
        server.server_close()
