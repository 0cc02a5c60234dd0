"""A wire between station and server that can be cut after any byte, in either direction."""

import select
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

IDLE = 1.0  # seconds without a byte after which a connection is given up


class Wire:
    """Passes TCP on from `port` to *target*.

    `cut_up` and `cut_down` say after how many bytes of the next connection's question or answer
    the wire is cut; None leaves it whole.  `at_question` is called once, as the first bytes of the
    next question have gone on to *target*; what it does happens beside that question.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.cut_up: int | None = None
        self.cut_down: int | None = None
        self.cuts = 0
        self.at_question: Callable[[], object] | None = None
        self._threads: list[threading.Thread] = []
        self._run(self._accept)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _run(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._run(self._carry, near)

    def _carry(self, near: socket.socket) -> None:
        """Carry one connection until either end has enough, or a cut."""
        left = [self.cut_up, self.cut_down]
        with near, suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as far:
            ends = (near, far)
            while True:
                ready = select.select(ends, [], [], IDLE)[0]
                if not ready:
                    return
                for end in ready:
                    which, data = ends.index(end), end.recv(65536)
                    most = left[which]
                    if most is not None and len(data) >= most:
                        self.cuts += 1
                        ends[1 - which].sendall(data[:most])
                        return
                    if not data:
                        return
                    ends[1 - which].sendall(data)
                    if which == 0 and self.at_question is not None:
                        self._run(self.at_question)
                        self.at_question = None
                    left[which] = None if most is None else most - len(data)
