"""One station program works on a state folder at a time."""

import fcntl
import os
from pathlib import Path

from contract.spoken import Spoken


class AlreadyRunning(Spoken):
    """Another process works on this state folder."""


def lock(folder: Path) -> int:
    """Take the state folder for this process; raise AlreadyRunning."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / "station.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise AlreadyRunning(
            f"một chương trình trạm khác đang làm việc trong {folder}; dừng nó trước",
            f"another station program works in {folder}; end it first",
        ) from error
    return handle
