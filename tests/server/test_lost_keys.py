"""A server without the keys of its database says so instead of making new ones."""

import io
from pathlib import Path

import pytest

from server.cli import main

WORDS = ["--login", "lan", "--name", "Trần Thị Lan", "--role", "health-officer", "--everywhere"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The directory of a server with one user."""
    (tmp_path / "server.toml").write_text(f'data = "{tmp_path / "data"}"\n')
    assert run(tmp_path / "data", "init") == 0
    typed = io.StringIO("mưa rơi trên mái tôn\n")
    assert run(tmp_path / "data", "add-user", *WORDS, "--password-stdin", typed=typed) == 0
    return tmp_path / "data"


def run(data: Path, name: str, *words: str, typed: io.StringIO | None = None) -> int:
    return main([name, "--config", str(data.parent / "server.toml"), *words], typed)


def test_no_new_keys_are_made_for_a_database_that_has_some(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "vault.json").rename(data / "elsewhere.json")
    for command in ("init", "run"):
        assert run(data, command) == 2
        assert "put the copy of the key file back" in capsys.readouterr().err
        assert not (data / "vault.json").exists()
    (data / "elsewhere.json").rename(data / "vault.json")
    assert run(data, "init") == 0


def test_keys_of_another_server_are_noticed_before_it_serves(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other" / "data"
    other.parent.mkdir()
    (other.parent / "server.toml").write_text(f'data = "{other}"\n')
    assert run(other, "init") == 0
    (data / "vault.json").write_bytes((other / "vault.json").read_bytes())
    for command in ("init", "run", "check"):
        assert run(data, command) == 2
        assert "not those of this database" in capsys.readouterr().err
