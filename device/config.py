"""The station's settings, from one TOML file.  A key that nobody knows stops the start.

`firmware_config/station.example.toml` documents every key; a test holds the two together.
Secrets are not in here: enrolment writes them into the state folder.
"""

import difflib
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from contract.complaints import vietnamese
from contract.duties import Duty
from device.codes import CodeRules
from device.config_checks import ConfigError as ConfigError
from device.config_checks import check_whole
from device.drivers.panel_gpio import NONE, Pins
from device.drivers.reader_line import LineSettings
from device.roles import TUBE_AIMS, ReaderUse, Role
from device.stages import Rules

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Pin = Annotated[int, msgspec.Meta(ge=0, le=27)]
Spare = Annotated[int, msgspec.Meta(ge=NONE, le=27)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of the file."""


class Table(Section, frozen=True):
    """`[station]`: the state folder, its duty, and the rules by which it works."""

    state: Annotated[str, msgspec.Meta(min_length=1)]
    live: str = ""
    duty: Duty = Duty.SAMPLING
    hold_seconds: Seconds = 30.0
    undo_seconds: Seconds = 60.0
    echo_seconds: Annotated[float, msgspec.Meta(ge=0, le=30)] = 3.0
    pool_cap: Annotated[int, msgspec.Meta(ge=2, le=20)] = 5
    pool_idle_seconds: Seconds = 600.0
    accept_unknown: bool = True
    second_look: bool = True
    shift_required: bool = False
    slip_alarm: bool = True
    spare: str = ""
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 30
    fast_seconds: Annotated[float, msgspec.Meta(ge=0, le=10)] = 1.0
    again_seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 3600.0
    declare: Literal["symptoms", "none"] = "symptoms"

    @property
    def rules(self) -> Rules:
        """The machine's settings: those of this table that it knows by the same name."""
        names = [field.name for field in fields(Rules)]
        return Rules(**{name: getattr(self, name) for name in names})


class Camera(Section, frozen=True):
    """`guard`: a USB camera gets a process that can be ended when its driver hangs.

    One on the ribbon cable has it always: it needs the system's packages.
    """

    source: str | int = ""
    driver: Literal["opencv", "picamera2", "replay"] = "opencv"
    guard: bool = True
    focus: Annotated[float, msgspec.Meta(ge=0, le=32)] = 0.0
    width: Annotated[int, msgspec.Meta(ge=160, le=4096)] = 1280
    height: Annotated[int, msgspec.Meta(ge=120, le=4096)] = 720
    budget_ms: Annotated[float, msgspec.Meta(ge=1, le=1000)] = 40.0
    tubes: bool = False


class Reader(Section, frozen=True):
    """`[reader]` and `[reader2]`; `baud`, `prefix`, `partial_seconds` are for the driver `line`."""

    port: str = ""
    driver: Literal["line", "gm65", "ssi", "gm67", "honeywell", "newland", "wedge"] = "line"
    profile: str = ""
    role: Role = Role.BOTH
    beep: bool = True
    configure: bool = True
    baud: Literal[9600, 19200, 38400, 57600, 115200] = 9600
    prefix: str = ""
    partial_seconds: Seconds = 2.0
    tube_aims: tuple[str, ...] = TUBE_AIMS

    @property
    def line(self) -> LineSettings:
        return LineSettings(self.baud, self.prefix.encode(), self.partial_seconds)

    @property
    def use(self) -> ReaderUse:
        return ReaderUse(self.role, self.tube_aims)


class Panel(Section, frozen=True):
    driver: Literal["none", "gpio", "simulated"] = "none"
    chip: str = ""
    green: Pin = 17
    red: Pin = 27
    blue: Pin = 22
    sounder: Pin = 18
    cancel: Pin = 23
    undo: Pin = 24
    yes: Spare = NONE
    no: Spare = NONE

    @property
    def pins(self) -> Pins:
        return Pins(**{each.name: getattr(self, each.name) for each in fields(Pins)})


class Kiosk(Section, frozen=True):
    """The page for the station's own screen; it is served on loopback alone."""

    on: bool = False
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8010
    language: Literal["vi", "en"] = "vi"


class Server(Section, frozen=True):
    url: str = ""
    batch: Annotated[int, msgspec.Meta(ge=1, le=500)] = 500
    every_seconds: Seconds = 1.0
    refresh_seconds: Seconds = 60.0
    timeout_seconds: Seconds = 20.0
    ca_file: str = ""


class Health(Section, frozen=True):
    """How the station tells of its health; `root` stands in front of /sys, for trials."""

    heartbeat_seconds: Seconds = 60.0
    root: str = "/"


class Stick(Section, frozen=True):
    """Where a memory stick is mounted that carries the journal to the server; '' for none."""

    folder: str = ""


class Config(Section, frozen=True):
    """All settings of one station."""

    station: Table
    camera: Camera = Camera()
    reader: Reader = Reader()
    reader2: Reader = Reader()
    panel: Panel = Panel()
    kiosk: Kiosk = Kiosk()
    server: Server = Server()
    health: Health = Health()
    stick: Stick = Stick()

    @property
    def folder(self) -> Path:
        return Path(self.station.state)

    @property
    def page_file(self) -> Path:
        """Where the page for the screen is; a folder in memory spares the card."""
        live = self.station.live
        return Path(live) if live else self.folder / "state.json"

    @property
    def readers(self) -> dict[str, Reader]:
        """The readers that there are, by the names of their tables."""
        tables = {"reader": self.reader, "reader2": self.reader2}
        return {name: table for name, table in tables.items() if table.port}

    @property
    def code_rules(self) -> CodeRules:
        return CodeRules(self.station.accept_unknown, self.reader.tube_aims)


def load(path: Path) -> Config:
    """Read the settings in *path*; raise ConfigError with a sentence about the first fault."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path}: không đọc được: {error.strerror}", f"{path}: cannot be read: {error.strerror}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: không phải TOML: {error}", f"{path}: is not TOML: {error}"
        ) from error
    _refuse_unknown(path, document, Config, "")
    try:
        config = msgspec.convert(document, Config)
    except msgspec.ValidationError as error:
        why = str(error)
        raise ConfigError(
            f"{path}: {_plain(vietnamese(why), ' - ở `$.')}", f"{path}: {_plain(why)}"
        ) from error
    check_whole(path, config)
    state = str(path.parent / config.station.state)
    return msgspec.structs.replace(
        config, station=msgspec.structs.replace(config.station, state=state)
    )


def _refuse_unknown(path: Path, table: dict[str, Any], section: type[Section], at: str) -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(section)}
    for key, value in table.items():
        if key not in fields:
            near = difflib.get_close_matches(key, fields, 1, 0.5)
            known = ", ".join(fields)
            vi = f"có phải {near[0]!r}?" if near else f"có: {known}"
            en = f"did you mean {near[0]!r}?" if near else f"known are: {known}"
            raise ConfigError(
                f"{path}: không có khóa {at + key!r}; {vi}",
                f"{path}: nobody knows the key {at + key!r}; {en}",
            )
        inner = fields[key]
        if isinstance(value, dict) and isinstance(inner, type) and issubclass(inner, Section):
            _refuse_unknown(path, value, inner, f"{at}{key}.")


def _plain(complaint: str, at: str = " - at `$.") -> str:
    """Turn msgspec's 'Expected `int`, got `str` - at `$.a.b`' round: the key comes first."""
    what, _, where = complaint.partition(at)
    return f"{where.rstrip('`')}: {what.lower()}" if where else what.lower()
