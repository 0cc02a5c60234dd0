"""A simulated network printer: a TCP port that answers status queries, keeps what it is sent, and
fails on purpose.  It listens on the loopback only.
"""

import socket
import socketserver
import threading
from collections.abc import Set
from enum import StrEnum
from types import TracebackType

from PIL import Image

from labels.simulated.paper import draw

ZPL_STATUS = b"~HS"
TSPL_STATUS = b"\x1b!?"


class Fault(StrEnum):
    """What can be wrong with the press."""

    NO_PAPER = "no-paper"
    HEAD_OPEN = "head-open"
    PAUSED = "paused"
    MUTE = "mute"  # prints, but answers no status query
    HANGS_UP = "hangs-up"  # breaks the connection in the middle of a job
    RUNS_OUT = "runs-out"  # has paper at the start, and none at the end


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = False  # closing the press waits until every job is read to its end
    press: "SimulatedPress"


class SimulatedPress:
    """Use as a context manager; `address` is where it listens.

    Jobs that nobody asked to be confirmed are surely whole only after the block has ended.
    """

    def __init__(self, faults: Set[Fault] = frozenset()) -> None:
        self.faults = set(faults)
        self.received = bytearray()
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.press = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> "SimulatedPress":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with socket.create_connection(self.address) as last:
            last.shutdown(socket.SHUT_WR)
            last.recv(1)  # connections are taken in turn: all before this one have been
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    @property
    def labels(self) -> list[Image.Image]:
        """The labels printed so far, as pictures at the printer's resolution."""
        return list(draw(bytes(self.received)))

    def zpl_status(self) -> bytes:
        paper, pause, head = (
            int(fault in self.faults) for fault in (Fault.NO_PAPER, Fault.PAUSED, Fault.HEAD_OPEN)
        )
        return (
            f"\x02030,{paper},{pause},0200,000,0,0,0,000,0,0,0\x03\r\n"
            f"\x02000,0,{head},0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
        ).encode("ascii")

    def tspl_status(self) -> bytes:
        bits = {Fault.HEAD_OPEN: 0x01, Fault.NO_PAPER: 0x04, Fault.PAUSED: 0x10}
        return bytes([sum(bit for fault, bit in bits.items() if fault in self.faults)])


class _Talk(socketserver.BaseRequestHandler):
    """One connection: status queries are answered, everything else is printed."""

    server: _Server

    def handle(self) -> None:
        press = self.server.press
        answers = ((ZPL_STATUS, press.zpl_status), (TSPL_STATUS, press.tspl_status))
        while data := self.request.recv(65536):
            asked = [answer for query, answer in answers if query in data]
            for query, _answer in answers:
                data = data.replace(query, b"")
            press.received += data
            if data and Fault.HANGS_UP in press.faults:
                return
            if data and Fault.RUNS_OUT in press.faults:
                press.faults.add(Fault.NO_PAPER)
            if asked and Fault.MUTE not in press.faults:
                self.request.sendall(asked[0]())
