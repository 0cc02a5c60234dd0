"""Typed pairs come in here: a socket in the state folder, for its owner alone.

    ghepmau-station manual --config F   -> one JSON line: tube, person, sure
                                        <- one JSON line: the lines that the station said to it

The station's own thread answers; whoever types waits for it.  Without the socket (a path too long,
a disk that is full) the station works on, and the log says that nothing can be typed.
"""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec

from contract.spoken import Spoken
from device.lines import Line

log = logging.getLogger(__name__)
LONGEST = 4096  # bytes of a request
_SLICE = 0.25  # seconds after which the loop looks whether it should end
_PATIENCE = 10.0  # seconds for one exchange


class NobodyThere(Spoken):
    """No station works in this folder, or it does not answer."""


class Request(msgspec.Struct, frozen=True):
    """A tube and a person's number as they were typed; `sure`: the second look was taken."""

    tube: str
    person: str
    sure: bool = False


@dataclass(frozen=True, slots=True)
class TypedPair:
    """A request that waits for the station; `answer` is called once with what it said."""

    request: Request
    answer: Callable[[list[Line]], None]


def socket_of(state: Path) -> Path:
    return state / "manual.sock"


class Desk:
    """Takes requests in a thread of its own; the station gets them with `next`."""

    def __init__(self, state: Path) -> None:
        self._path = socket_of(state)
        self._waiting: SimpleQueue[TypedPair] = SimpleQueue()
        self.ready = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="manual", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(3.0)

    def next(self) -> TypedPair | None:
        """Return the pair that waits longest, without waiting for one."""
        try:
            return self._waiting.get_nowait()
        except Empty:
            return None

    def _serve(self) -> None:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as desk:
            try:
                self._path.unlink(missing_ok=True)  # of a station that was killed
                desk.bind(str(self._path))
                self._path.chmod(0o600)
                desk.listen(4)
                self.ready.set()
            except OSError as error:
                log.warning("nothing can be typed at this station: %s", error)
                return
            desk.settimeout(_SLICE)
            while not self._stop.is_set():
                self._take_one(desk)
        self._path.unlink(missing_ok=True)

    def _take_one(self, desk: socket.socket) -> None:
        try:
            caller, _ = desk.accept()
        except OSError:
            return  # nobody came in this slice
        with closing(caller):
            try:
                caller.settimeout(_PATIENCE)
                self._exchange(caller)
            except (OSError, msgspec.DecodeError, Empty) as error:
                log.warning("a typed pair was given up: %s", error)

    def _exchange(self, caller: socket.socket) -> None:
        request = msgspec.json.decode(_line_of(caller), type=Request)
        answers: SimpleQueue[list[Line]] = SimpleQueue()
        self._waiting.put(TypedPair(request, answers.put))
        lines = answers.get(timeout=_PATIENCE)
        caller.sendall(msgspec.json.encode(lines) + b"\n")


def ask(state: Path, request: Request) -> list[Line]:
    """Bring *request* to the station that works in *state*; raise NobodyThere."""
    try:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as line:
            line.settimeout(_PATIENCE)
            line.connect(str(socket_of(state)))
            line.sendall(msgspec.json.encode(request) + b"\n")
            return msgspec.json.decode(_line_of(line, longest=1 << 16), type=list[Line])
    except (OSError, msgspec.DecodeError) as error:
        raise NobodyThere(
            f"không trạm nào trả lời trong {state} ({error}); `ghepmau-station run` có đang "
            "chạy không?",
            f"no station answers in {state} ({error}); is `ghepmau-station run` at work?",
        ) from error


def _line_of(line: socket.socket, longest: int = LONGEST) -> bytes:
    data = b""
    while not data.endswith(b"\n") and len(data) <= longest:
        part = line.recv(longest)
        if not part:
            break
        data += part
    return data
