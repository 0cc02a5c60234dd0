import io
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest

from server.cli import main

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command on a server of its own."""
    config = tmp_path / "server.toml"
    config.write_text(f'data = "{tmp_path / "data"}"\n')

    def command(name: str, *words: str, typed: TextIO | None = None) -> int:
        return main([name, "--config", str(config), *words], typed)

    return command


def test_a_server_is_set_up_once_and_again_without_harm(run: Run, tmp_path: Path) -> None:
    assert run("init") == 0
    key_file = tmp_path / "data" / "vault.json"
    keys = key_file.read_bytes()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert run("init") == 0
    assert run("migrate") == 0
    assert run("check") == 0
    assert key_file.read_bytes() == keys


def test_a_command_without_a_server_says_what_to_run(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check") == 2
    assert "run `ghepmau-server init`" in capsys.readouterr().err


def test_a_person_is_added_with_a_password_from_standard_input(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("init")
    words = ["--login", "lan", "--name", "Trần Thị Lan", "--role", "health-officer", "--everywhere"]
    for expected in (0, 2):
        typed = io.StringIO("mưa rơi trên mái tôn\n")
        assert run("add-user", *words, "--password-stdin", typed=typed) == expected
    assert "lan is taken" in capsys.readouterr().err


def test_a_taken_port_is_one_sentence(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert run("run", "--port", str(other.getsockname()[1])) == 2
    said = capsys.readouterr().err
    assert "choose another port with --port" in said
    assert "Traceback" not in said


def test_a_key_file_that_others_can_read_stops_every_command(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("init")
    (tmp_path / "data" / "vault.json").chmod(0o644)
    assert run("check") == 2
    assert "chmod 600" in capsys.readouterr().err


def test_a_code_is_only_for_a_station_that_exists(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("init")
    assert run("enrol-code", "ban-9") == 2
    assert "no station ban-9" in capsys.readouterr().err
