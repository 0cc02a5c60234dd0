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


@pytest.mark.parametrize("name", ["GHEPMAU_DATABASE", "GHEPMAU_READ_DATABASE"])
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://mau:bi-mat@db/ghepmau", "mau:***@db/ghepmau"),
        ("postgresql+psycopg://mau:bi/mat@db/ghepmau", "mau:***@db/ghepmau"),
        ("postgresql+psycopg://mau:bi:mat@db/ghepmau", "mau:***@db/ghepmau"),
        ("postgresql+psycopg://mau:bi@mat@db/ghepmau", "***"),  # no '@' may stand there as it is
        ("postgresql+psycopg://mau:bi@x/mat@db/ghepmau", "***"),
        ("postgresql+psycopg://db/g?user=mau&password=bi-mat&sslmode=require", "sslmode=require"),
        ("postgresql+psycopg://db/g?sslpassword=mat&host=/run/pg", "host="),
        ("mau:bi-mat@db", "***"),
        ("sqlite:////var/lib/ghepmau.sqlite", "sqlite:////var/lib/ghepmau.sqlite"),
    ],
)
def test_a_password_in_the_database_url_is_not_printed(name: str, url: str, shown: str) -> None:
    printed = "".join(load(None, {name: url}).lines())
    assert shown in printed
    assert not any(part in printed for part in ("bi-mat", "bi/", "bi:", "bi@", "mat@", "=mat"))


@pytest.mark.parametrize(
    ("public", "domain", "keys_at", "origin"),
    [
        ("", "", "localhost", "http://localhost:8000"),
        ("https://mau.vd.gov.vn/", "", "mau.vd.gov.vn", "https://mau.vd.gov.vn"),
        ("https://Mau.vd.gov.vn:443", "vd.gov.vn", "vd.gov.vn", "https://mau.vd.gov.vn"),
        ("https://mau.vd.gov.vn:8443", "", "mau.vd.gov.vn", "https://mau.vd.gov.vn:8443"),
        ("http://mau.vd.gov.vn", "", "", "http://mau.vd.gov.vn"),
        ("https://10.0.0.5", "", "", "https://10.0.0.5"),
    ],
)
def test_security_keys_are_bound_to_what_browsers_take(
    public: str, domain: str, keys_at: str, origin: str
) -> None:
    loaded = load(None, {"GHEPMAU_PUBLIC_URL": public, "GHEPMAU_KEY_DOMAIN": domain})
    assert (loaded.settings.keys_at, loaded.settings.origin) == (keys_at, origin)
    [line] = [
        line for line in load(None, {"GHEPMAU_PUBLIC_URL": public}).lines() if "key_d" in line
    ]
    assert origin in line or "no security keys" in line


@pytest.mark.parametrize(
    ("public", "domain", "word"),
    [
        ("mau.vd.gov.vn", "", "public_url"), ("https://", "", "public_url"),
        ("https://mau.vd.gov.vn:https", "", "public_url"),
        ("https://mau.vd.gov.vn", "khac.gov.vn", "key_domain"),
        ("https://mau.vd.gov.vn", "vn", "key_domain"),
        ("https://mau.vd.gov.vn", "u.vd.gov.vn", "key_domain"),
    ],
)  # fmt: skip
def test_an_address_that_no_browser_could_use_stops_the_start(
    public: str, domain: str, word: str
) -> None:
    with pytest.raises(ConfigError, match=f"setting '{word}'"):
        load(None, {"GHEPMAU_PUBLIC_URL": public, "GHEPMAU_KEY_DOMAIN": domain})
