"""The main job: a whole day through the real programs, as `make run` plays it."""

import base64
import json
import socket
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract import names
from rehearsal import cast
from tests.stands_in import stand_in

SEED = 20210603  # the command's own
COMMAND = [sys.executable, "-m", "rehearsal.cli"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("day")


@pytest.fixture(scope="module")
def report(home: Path) -> dict[str, Any]:
    words = ["--once", "--report", str(home / "report.json"), "--home", str(home / "day")]
    done = subprocess.run(
        [*COMMAND, *words, "--port", str(free_port())],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    document: dict[str, Any] = json.loads((home / "report.json").read_text())
    return document


def test_every_count_of_the_day_reconciles(report: dict[str, Any]) -> None:
    assert [check["name"] for check in report["checks"] if not check["ok"]] == []
    assert len(report["checks"]) >= 29


def test_at_least_sixty_people_come_and_every_mishap_is_refused_by_its_name(
    report: dict[str, Any],
) -> None:
    assert report["people_shown"] >= 60
    assert {
        "second-person",
        "tube-misread",
        "tube-of-other-lot",
        "tube-used",
        "vehicle-pass",
    } <= set(report["refused"])
    assert report["let_go"]["timeout"] == 1


def test_a_positive_pool_calls_its_members_back_and_marks_nobody(report: dict[str, Any]) -> None:
    assert report["outcomes"]["resample"] == 5
    assert report["outcomes"]["positive"] == 1
    assert report["called_back"] == 6


def test_what_does_not_match_stands_apart(report: dict[str, Any]) -> None:
    assert report["unmatched"]["result_without_pairing"] == 1
    assert report["unmatched"]["pairing_without_reception"] == 1


def forms(fact: str) -> Iterator[bytes]:
    """The ways in which a fact about a person may stand readable on a disk, in small letters."""
    for text in {fact, unicodedata.normalize("NFD", fact), names.match_key(fact), fact.upper()}:
        plain = text.encode()
        yield plain.lower()
        yield text.encode("utf-16-le").lower()
        yield plain.hex().encode()
        for shift in range(3):  # base64 depends on where in a text it begins
            yield base64.b64encode(bytes(shift) + plain)[4:-4].lower()


def test_a_stolen_disk_names_nobody(report: dict[str, Any], home: Path) -> None:
    written = [path for path in (home / "day").rglob("*") if path.is_file()]
    disk = b"".join(
        path.read_bytes().lower()
        for path in written
        if {"server", "station"} & set(path.parts) and "vault.json" not in path.name
    )
    assert b"audit_entry" in disk
    facts = {
        fact
        for person in cast.invent(SEED)
        for fact in (person.name, person.number, person.insurance, person.phone, person.address)
        if fact
    }
    looks = {form: fact for fact in facts for form in forms(fact) if len(form) >= 9}
    assert {looks[form] for form in stand_in(disk, looks)} == set()


def test_a_taken_port_is_a_sentence_and_not_a_trace(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--once", "--home", str(tmp_path / "day"), "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_directory_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not delete")
    done = subprocess.run(
        [*COMMAND, "--once", "--home", str(tmp_path), "--port", str(free_port())],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert (tmp_path / "thesis.txt").read_text() == "do not delete"
