"""Readers that can be asked and told: GM65 family, Zebra SSI and GM67, Honeywell, Newland.

Each is found at whatever rate it talks, identified, compared with the wanted settings of its
profile (`firmware_config/readers`), set where it differs, and read back.  `wedge` is the last
resort for readers that can only play a keyboard.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack

import msgspec

from contract.complaints import vietnamese
from device.drivers import Reader
from device.drivers.readers.dialect import Dialect
from device.drivers.readers.gm65 import Gm65
from device.drivers.readers.honeywell import Honeywell
from device.drivers.readers.newland import Newland
from device.drivers.readers.port import Port
from device.drivers.readers.profile import (
    Profile,
    ProfileError,
    Reads,
    find_profile,
    load_profile,
)
from device.drivers.readers.serial_reader import SerialReader
from device.drivers.readers.ssi import Ssi
from device.drivers.readers.wedge import WedgeReader

DIALECTS: dict[str, Callable[[Profile], Dialect]] = {
    "gm65": Gm65,
    "ssi": Ssi,
    "gm67": Ssi,
    "honeywell": Honeywell,
    "newland": Newland,
}
DRIVERS = (*DIALECTS, "wedge")


class ReaderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a station's own settings may say about one of these readers.

    profile    a name in `firmware_config/readers` or a path; the driver's own name if empty
    reads      'tubes', or 'both' where the same reader reads persons' codes, too
    persons_too  a reader for tubes that reads a person's code gives it, to be refused aloud
    answers    the station calls good() or bad() for each code
    configure  False leaves the reader as it is set
    """

    profile: str = ""
    reads: Reads = Reads.TUBES
    persons_too: bool = False
    answers: bool = False
    configure: bool = True


def read_settings(settings: Mapping[str, object]) -> ReaderSettings:
    """Check *settings*; raise ProfileError with a sentence about the first fault."""
    try:
        return msgspec.convert(dict(settings), ReaderSettings)
    except msgspec.ValidationError as error:
        raise ProfileError(
            f"cấu hình đầu đọc: {vietnamese(str(error))}", f"the reader's settings: {error}"
        ) from error


def check_reader(driver: str, settings: Mapping[str, object]) -> None:
    """Raise ProfileError where *driver* could not be opened with *settings* on any port."""
    chosen = read_settings(settings)
    if driver not in DRIVERS:
        raise ProfileError(
            f"không có trình điều khiển đầu đọc {driver!r}; có: {', '.join(DRIVERS)}",
            f"no reader driver {driver!r}; known are: {', '.join(DRIVERS)}",
        )
    if driver != "wedge":
        _prepared(driver, chosen)


def open_reader(driver: str, path: str, settings: Mapping[str, object]) -> Reader:
    """Open, find, identify and set the reader at *path*.

    Raise ProfileError where the settings cannot be used, ReaderLost where the reader cannot
    (not there, not answering, or not keeping what it must: `establish.ReaderUnfit`).
    """
    chosen = read_settings(settings)
    if driver == "wedge":
        return WedgeReader(path)
    if driver not in DIALECTS:
        raise ProfileError(
            f"không có trình điều khiển đầu đọc {driver!r}; có: {', '.join(DRIVERS)}",
            f"no reader driver {driver!r}; known are: {', '.join(DRIVERS)}",
        )
    return open_serial(driver, path, chosen)


def open_serial(
    driver: str,
    path: str,
    chosen: ReaderSettings,
    trace: Callable[[str, bytes], None] | None = None,
) -> SerialReader:
    """Do what `open_reader` does for the serial ones; *trace* is shown every byte ('in', 'out')."""
    profile, dialect = _prepared(driver, chosen)
    port = Port(path, profile.bauds[0], trace)
    with ExitStack() as half_open:
        half_open.callback(port.close)
        reader = SerialReader(port, dialect, profile, chosen.reads, persons=chosen.persons_too)
        reader.find()
        if chosen.configure:
            reader.establish(chosen.reads, answers=chosen.answers)
        half_open.pop_all()
    return reader


def _prepared(driver: str, chosen: ReaderSettings) -> tuple[Profile, Dialect]:
    """Return what *driver* needs to know; raise ProfileError where its file cannot be used."""
    profile = load_profile(find_profile(chosen.profile or driver))
    if profile.driver != driver:
        raise ProfileError(
            f"hồ sơ {chosen.profile!r} dành cho trình điều khiển {profile.driver!r}",
            f"profile {chosen.profile!r} is for driver {profile.driver!r}",
        )
    dialect = DIALECTS[driver](profile)
    dialect.check(profile.setting)
    return profile, dialect
