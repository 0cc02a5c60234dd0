"""From the settings to the devices: which readers and camera there are, how each is opened."""

from collections.abc import Callable
from functools import partial

from device.config import Camera as CameraTable
from device.config import Config, ConfigError
from device.config import Reader as ReaderTable
from device.drivers import Camera, Reader, ReaderLost
from device.drivers.camera_opencv import OpenCvCamera
from device.drivers.reader_line import LineReader
from device.drivers.readers import check_reader, open_reader
from device.drivers.readers.profile import ProfileError, Reads
from device.roles import Role
from device.sight.eye import Settings as EyeSettings
from device.sight.symbology import Symbology
from device.sources import Arrivals, CameraSource, ReaderSource, Source


def sources_of(config: Config, arrivals: Arrivals) -> list[Source]:
    """Return a source for each device of *config*; raise ConfigError where one cannot work."""
    sources: list[Source] = [
        ReaderSource(arrivals, reader_of(name, table), table.use, name)
        for name, table in config.readers.items()
    ]
    if config.camera.source != "":
        kinds = (Symbology.QR, Symbology.CODE_128) if config.camera.tubes else (Symbology.QR,)
        settings = EyeSettings(kinds, config.camera.budget_ms)
        sources.append(CameraSource(arrivals, camera_of(config.camera), settings))
    return sources


def reader_of(name: str, table: ReaderTable) -> Callable[[], Reader]:
    """Return what opens a reader; its profile is read once now, so that a slip stops the start."""
    if table.driver == "line":
        return lambda: LineReader(table.port, table.line)
    settings = {
        "profile": table.profile,
        "reads": Reads.TUBES if table.role is Role.TUBE else Reads.BOTH,
        "answers": table.beep,
        "configure": table.configure,
        "persons_too": True,
    }
    try:
        check_reader(table.driver, settings)
    except ProfileError as error:
        raise ConfigError(f"[{name}]: {error}") from error
    return partial(_open, table.driver, table.port, settings)


def _open(driver: str, port: str, settings: dict[str, object]) -> Reader:
    try:
        return open_reader(driver, port, settings)
    except ProfileError as error:  # the file was changed since the start
        raise ReaderLost(str(error)) from error


def camera_of(table: CameraTable) -> Callable[[], Camera]:
    """Return what opens the camera."""
    return lambda: OpenCvCamera(table.source, table.width, table.height)
