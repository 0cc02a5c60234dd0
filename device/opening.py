"""From the settings to the devices: which readers and camera there are, how each is opened."""

from collections.abc import Callable
from functools import partial

from device.arrivals import Arrivals
from device.config import Camera as CameraTable
from device.config import Config, ConfigError
from device.config import Reader as ReaderTable
from device.drivers import Camera, Reader, ReaderLost
from device.drivers.camera_guarded import GuardedCamera
from device.drivers.camera_process import Spec, open_camera
from device.drivers.camera_replay import ReplayCamera
from device.drivers.reader_line import LineReader
from device.drivers.readers import check_reader, open_reader
from device.drivers.readers.profile import ProfileError, Reads
from device.roles import Role
from device.sight.eye import Settings as EyeSettings
from device.sight.symbology import Symbology
from device.sources import CameraSource, ReaderSource, Source


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
    """Return what opens the camera: a process of its own for one that hangs with its driver."""
    spec = Spec(table.driver, table.source, table.width, table.height, table.focus)
    if table.driver == "replay":
        return lambda: ReplayCamera(str(table.source))
    if table.driver == "picamera2" and not str(table.source).isdigit():
        raise ConfigError(
            f"camera.source: {table.source!r}: camera Pi có số, từ 0",
            f"camera.source: {table.source!r}: a Pi camera has a number, from 0 on",
        )
    on_bus = isinstance(table.source, int) or table.source.startswith("/dev/")
    if table.driver == "picamera2" or (table.guard and on_bus):
        return lambda: GuardedCamera(spec)
    return lambda: open_camera(spec)
