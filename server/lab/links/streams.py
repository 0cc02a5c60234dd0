"""Bytes to and from a machine, the same over a socket and over a serial port."""

import select
import socket
from typing import Protocol

import serial


class Gone(Exception):
    """The other side is not there any more."""


class Stream(Protocol):
    """A line: `read` waits at most so long and returns b"" if nothing came; both raise Gone."""

    def read(self, seconds: float) -> bytes: ...

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class SocketStream:
    """A TCP connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def read(self, seconds: float) -> bytes:
        try:
            ready, _, _ = select.select([self._connection], [], [], seconds)
            if not ready:
                return b""
            data = self._connection.recv(65536)
        except (OSError, ValueError) as error:
            raise Gone(str(error)) from error
        if not data:
            raise Gone("closed")
        return data

    def write(self, data: bytes) -> None:
        try:
            self._connection.sendall(data)
        except OSError as error:
            raise Gone(str(error)) from error

    def close(self) -> None:
        self._connection.close()


class SerialStream:
    """A serial port, 8N1.  Raises Gone where it cannot be opened or was unplugged."""

    def __init__(self, device: str, baud: int) -> None:
        try:
            self._port = serial.Serial(device, baud, timeout=0)
        except (serial.SerialException, OSError, ValueError) as error:
            raise Gone(str(error)) from error

    def read(self, seconds: float) -> bytes:
        try:
            ready, _, _ = select.select([self._port.fileno()], [], [], seconds)
            if not ready:
                return b""
            data: bytes = self._port.read(4096)
        except (serial.SerialException, OSError, ValueError, TypeError) as error:
            raise Gone(str(error)) from error
        return data

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise Gone(str(error)) from error

    def close(self) -> None:
        self._port.close()
