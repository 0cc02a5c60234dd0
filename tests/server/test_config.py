import re
from pathlib import Path

import pytest

from server.config import FIELDS, ConfigError, Settings, load


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "server.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_everything_has_its_default() -> None:
    assert load(None, {}).settings == Settings()


def test_the_example_in_the_docs_names_every_setting(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    loaded = load(write(tmp_path, example), {})
    assert set(loaded.origins) == set(FIELDS)
    assert loaded.settings.secure


def test_the_environment_wins_over_the_file_and_each_value_says_where_it_is_from(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, 'port = 8001\nhost = "::1"\n')
    loaded = load(path, {"GHEPMAU_PORT": "8002", "PATH": "/bin"})
    assert (loaded.settings.port, loaded.settings.host) == (8002, "::1")
    lines = loaded.lines()
    assert "port = 8002  # environment GHEPMAU_PORT" in lines
    assert f'host = "::1"  # {path}' in lines
    assert "threads = 32  # default" in lines


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("prot = 8000", "unknown setting 'prot'"),
        ("port = 70000", "setting 'port'"),
        ('port = "8000x"', "setting 'port'"),
        ("background = 3", "setting 'background'"),
        ("port =", "cannot read"),
    ],
)
def test_a_wrong_key_stops_the_start_and_is_named_with_its_file(
    tmp_path: Path, text: str, word: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=word) as raised:
        load(path, {})
    assert "server.toml" in str(raised.value)


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(ConfigError, match="environment GHEPMAU_THREADS: setting 'threads'"):
        load(None, {"GHEPMAU_THREADS": "0"})


def test_a_password_in_the_database_url_is_not_printed() -> None:
    loaded = load(None, {"GHEPMAU_DATABASE": "postgresql+psycopg://mau:bi-mat@db/ghepmau"})
    assert "bi-mat" not in "".join(loaded.lines())
