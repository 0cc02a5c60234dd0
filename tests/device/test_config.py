"""Settings are read as written, and a slip is told with its place."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from device.config import Config, ConfigError, Section, load

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "firmware_config" / "station.example.toml"
DOCUMENTATION = ROOT / "docs" / "station.md"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "station.toml"
    path.write_text(text)
    return path


def test_the_example_loads() -> None:
    config = load(EXAMPLE)
    assert config.folder == Path("/var/lib/ghepmau")
    assert config.panel.driver == "gpio"


def keys(section: type[Section], at: str = "") -> set[str]:
    found: set[str] = set()
    for field in msgspec.structs.fields(section):
        if isinstance(field.type, type) and issubclass(field.type, Section):
            found |= keys(field.type, f"{at}{field.name}.")
        else:
            found.add(at + field.name)
    return found


def test_the_example_shows_every_key() -> None:
    document = tomllib.loads(EXAMPLE.read_text())
    assert {f"{table}.{key}" for table, inner in document.items() for key in inner} == keys(Config)


def test_the_documentation_names_every_key() -> None:
    text = DOCUMENTATION.read_text()
    assert [key for key in sorted(keys(Config)) if f"`{key}`" not in text] == []


def test_the_examples_defaults_are_the_programs(tmp_path: Path) -> None:
    plain = load(written(tmp_path, 'station = { state = "/var/lib/ghepmau" }'))
    example = load(EXAMPLE)
    assert plain.station.rules == example.station.rules
    assert plain.server == example.server
    assert plain.panel.pins == example.panel.pins
    assert plain.reader.line == example.reader.line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[station]\nstate = 's'\n[panel]\nyes = 17",
            "panel.yes: 17 is the pin of green, too",
        ),
        ("[station]\nstate = 's'\nhold_second = 3", "'station.hold_second'; did you mean 'hold_s"),
        ("[station]\nstate = 's'\n[camra]", "'camra'; did you mean 'camera'"),
        ("[station]\nstate = 's'\nqqqqqq = 1", "known are: state, live"),
        ("[station]\nstate = 's'\npool_cap = 'five'", "station.pool_cap: expected `int`"),
        ("[station]\nstate = 's'\npool_cap = 1", "station.pool_cap: expected `int` >= 2"),
        ("[station]\nstate = 's'\nhold_seconds = -1", "station.hold_seconds"),
        ("[reader]\nport = ''", "missing required field `station`"),
        ("[station]\nstate = 's'\n[reader]\nport = '/dev/ttyUSB0'", "/dev/serial/by-id"),
        ("station = 3", "station: expected"),
        ("[station", "is not TOML"),
    ],
)
def test_a_slip_is_told_with_file_and_key(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as fault:
        load(written(tmp_path, text))
    assert told in str(fault.value)
    assert "station.toml" in str(fault.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"station\.toml: cannot be read"):
        load(tmp_path / "station.toml")


def test_a_relative_state_folder_lies_beside_the_file(tmp_path: Path) -> None:
    assert load(written(tmp_path, "[station]\nstate = 'here'")).folder == tmp_path / "here"
