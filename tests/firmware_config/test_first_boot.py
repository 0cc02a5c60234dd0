"""First boot: one file on the FAT partition makes an enrolled station."""

import json
import os
import subprocess
import sys
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from device.config import load

SCRIPT = Path(__file__).parents[2] / "firmware_config" / "image" / "firstboot.sh"
CODE = "ABCD-EFGH"
Install = Callable[..., str]


class Office(BaseHTTPRequestHandler):
    """A server that enrols whoever brings the code; the code works once."""

    used: list[str]

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        sealing = X25519PrivateKey.generate().public_key().public_bytes_raw()
        papers = {
            "station": "ban-1",
            "label": "Bàn 1",
            "place": "",
            "duty": "check-in",
            "sealing_key": urlsafe_b64encode(sealing).decode().rstrip("="),
            "card_keys": {},
            "now": "2021-08-01T00:00:00+00:00",
        }
        good = asked["code"] == CODE and CODE not in self.used
        self.used.append(asked["code"])
        self.answer(200, papers) if good else self.answer(403, {"code": "no", "message": "Mã sai"})

    def do_GET(self) -> None:
        self.answer(503, {"code": "busy", "message": "Bận"})

    def answer(self, status: int, body: dict[str, object]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def office() -> Iterator[str]:
    handler = type("OneOffice", (Office,), {"used": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def pi(image: Path, install: Install) -> Path:
    install("station")
    program = image / "opt/ghepmau/station/bin/ghepmau-station"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m device.cli "$@"\n')
    program.chmod(0o755)
    return image


def boot(pi: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GHEPMAU_ROOT": str(pi)}
    return subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, check=False)


def ask(pi: Path, text: str) -> Path:
    file = pi / "boot/firmware/ghepmau.txt"
    file.write_bytes(text.encode())
    return file


def test_a_station_is_enrolled_and_its_code_erased(pi: Path, office: str) -> None:
    file = ask(pi, f"# a comment\nserver={office}\ncode={CODE}\nca_file=\n")
    done = boot(pi)
    assert done.returncode == 0, done.stderr
    assert CODE not in file.read_text()
    assert json.loads((pi / "var/lib/ghepmau/station.json").read_bytes())["station"] == "ban-1"
    assert (pi / "etc/ghepmau/station.toml").is_file()
    secrets = [path for path in (pi / "var/lib/ghepmau").iterdir() if path.name == "secrets.json"]
    assert [path.stat().st_mode & 0o077 for path in secrets] == [0]


@pytest.mark.parametrize(
    ("line", "duty"), [("duty=reception\n", "reception"), ("duty=\n", "check-in"), ("", "check-in")]
)
def test_the_duty_is_the_files_or_else_the_servers(
    pi: Path, office: str, line: str, duty: str
) -> None:
    ask(pi, f"server={office}\ncode={CODE}\n{line}")
    assert boot(pi).returncode == 0
    written = load(pi / "etc/ghepmau/station.toml").station
    assert (written.duty, written.live) == (duty, "/run/ghepmau/state.json")


def test_a_file_from_windows_is_read_as_well(pi: Path, office: str) -> None:
    ask(pi, f"\ufeffserver = {office} \r\n  code = {CODE}\t\r\n")
    assert boot(pi).returncode == 0


def test_a_wrong_code_leaves_no_settings_and_can_be_put_right(pi: Path, office: str) -> None:
    ask(pi, f"server={office}\ncode=WRONG\n")
    done = boot(pi)
    assert (done.returncode, (pi / "etc/ghepmau/station.toml").exists()) == (1, False)
    assert "Mã sai" in done.stderr
    ask(pi, f"server={office}\ncode={CODE}\n")
    assert boot(pi).returncode == 0


def test_power_cut_after_enrolment_does_not_ask_for_a_new_code(pi: Path, office: str) -> None:
    ask(pi, f"server={office}\ncode={CODE}\n")
    boot(pi)
    (pi / "etc/ghepmau/station.toml").unlink()  # as if the power had gone before it was written
    ask(pi, f"server={office}\ncode={CODE}\n")
    assert boot(pi).returncode == 0
    assert (pi / "etc/ghepmau/station.toml").is_file()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("code=X\n", "server="),
        ("server=https://ghepmau.example\n", "code="),
        ("server=x\ncode=x\nca_file=../../etc/passwd\n", "beside"),
        ("server=x\ncode=x\nca_file=none.pem\n", "none.pem"),
        ("server=x\ncode=x\nduty=all\n", "check-in"),
        ("server=ftp://x\ncode=$(touch /tmp/ghepmau-was-run)\n", "begins with https"),
    ],
)
def test_a_file_that_makes_no_sense_is_explained_and_never_run(
    text: str, complaint: str, pi: Path
) -> None:
    ask(pi, text)
    done = boot(pi)
    assert (done.returncode, complaint in done.stderr) == (1, True), done.stderr
    assert not Path("/tmp/ghepmau-was-run").exists()  # noqa: S108 - a name that must not appear
    assert not (pi / "etc/ghepmau/station.toml").exists()


def test_without_the_file_nothing_happens(pi: Path) -> None:
    assert boot(pi).returncode == 1
