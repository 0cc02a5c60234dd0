"""A receiver on loopback in a process of its own, as quick as Python makes one."""

import multiprocessing
import os
import socket
import threading
from pathlib import Path

import msgspec
import urllib3

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_KEPT = ("Content-Type", "webhook-id", "webhook-timestamp", "webhook-signature")
Request = tuple[dict[str, str], bytes]


def _serve(listening: socket.socket, disk: Path | None) -> None:
    kept: list[Request] = []
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_talk, args=(connection, kept, disk), daemon=True).start()


def _talk(connection: socket.socket, kept: list[Request], disk: Path | None) -> None:
    data = b""
    file = os.open(disk, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if disk else None
    while chunk := connection.recv(65536):
        data += chunk
        while b"\r\n\r\n" in data:
            head, _, rest = data.partition(b"\r\n\r\n")
            lines = [line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:]]
            headers = {name: value for name, _, value in lines}
            length = int(headers.get("Content-Length", "0"))
            while len(rest) < length:
                rest += connection.recv(65536)
            if head.startswith(b"GET"):
                said = msgspec.msgpack.encode(kept)
                kept.clear()
                size = (
                    f"HTTP/1.1 200 OK\r\nContent-Length: {len(said)}\r\nConnection: close\r\n\r\n"
                )
                connection.sendall(size.encode() + said)
                connection.close()
                return
            if file is not None:
                os.write(file, rest[:length])
                os.fsync(file)
            connection.sendall(_ANSWER)
            kept.append(({n: headers[n] for n in _KEPT if n in headers}, rest[:length]))
            data = rest[length:]


class Receiver:
    """Keeps what is posted to `url`; each on the *disk* before its answer, where one is given."""

    def __init__(self, disk: Path | None = None) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        self._process = multiprocessing.Process(target=_serve, args=(listening, disk), daemon=True)
        self._process.start()
        listening.close()

    def take(self) -> list[Request]:
        """Return the requests that came since the last look.  Their connection must be closed."""
        answer = urllib3.request("GET", self.url)
        return msgspec.msgpack.decode(answer.data, type=list[Request])

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
