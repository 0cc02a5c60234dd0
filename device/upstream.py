"""The server, as a station reaches it: signed requests over HTTP, each with an end in time.

A weak network may take minutes for an upload, and it takes it: what has an end in time is each
piece of it, and the waiting for an answer.
"""

import socket
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

import msgspec
import urllib3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from urllib3.connection import HTTPConnection

from contract.signing import request_message, sign
from contract.spoken import Spoken, said

BATCHES = "/api/v1/intake/batches"
ENROL = "/api/v1/stations/enrol"
ME = "/api/v1/stations/me"
HEARTBEAT = "/api/v1/stations/me/heartbeat"
MY_LOTS = "/api/v1/stations/me/lots"
MY_ROSTER = "/api/v1/stations/me/roster"
_LONGEST_WAIT = 300.0
# Bytes that are sent in one call.  A socket counts its time for all that it is given at once, and a
# new connection has the time of connecting for that: 355 kB in 5 s, where it came in one.
_PIECE = 4096
# Bytes that may be on their way when the waiting for the answer begins.
_ON_THE_WAY = 32 * 1024
_OPTIONS = [
    *HTTPConnection.default_socket_options,
    (socket.SOL_SOCKET, socket.SO_SNDBUF, _ON_THE_WAY),
]


class Unreachable(Spoken):
    """No answer came: no network, no server, or not in time."""


class Problem(msgspec.Struct, frozen=True):
    """The server's own words about a refusal."""

    code: str = ""
    message: str = ""
    message_en: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `retry_after` seconds were asked for, or None."""

    status: int
    body: bytes
    retry_after: float | None = None
    tag: str = ""  # of what was answered; asked with it again, the answer is 304 if it is the same

    @property
    def problem(self) -> Problem:
        try:
            return msgspec.json.decode(self.body, type=Problem)
        except msgspec.DecodeError:
            return Problem()


class Upstream:
    """One server.  Raises Unreachable where no answer comes; any answer is an `Answer`."""

    def __init__(self, server: str, timeout: float = 20.0, ca_file: str = "") -> None:
        parts = urlsplit(server)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(
                said(
                    f"{server!r} không phải địa chỉ máy chủ: phải bắt đầu bằng https://",
                    f"{server!r} is no server's address: it begins with https://",
                )
            )
        self._server = server.rstrip("/")
        self._pool = urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(connect=min(5.0, timeout), read=timeout),
            ca_certs=ca_file or None,
            blocksize=_PIECE,
            socket_options=_OPTIONS,
        )

    def get(self, path: str, station: str, key: Ed25519PrivateKey, tag: str = "") -> Answer:
        known = {"If-None-Match": tag} if tag else {}
        return self._ask("GET", path, b"", {**_signed(station, key, "GET", path, b""), **known})

    def post(self, path: str, station: str, key: Ed25519PrivateKey, body: bytes) -> Answer:
        return self._ask("POST", path, body, _signed(station, key, "POST", path, body))

    def enrol(self, code: str, public_key: str) -> Answer:
        """Trade a one-time code and a public key for this station's papers."""
        body = msgspec.json.encode({"code": code, "public_key": public_key})
        return self._ask("POST", ENROL, body, {})

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        sent = {"Content-Type": "application/json", **headers}
        if body:
            sent["Content-Length"] = str(len(body))
        try:
            answer = self._pool.request(
                method, self._server + path, body=BytesIO(body) if body else None, headers=sent,
                redirect=False,
            )  # fmt: skip
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable(
                f"{self._server} không trả lời: {error}", f"{self._server} does not answer: {error}"
            ) from error
        wait = _seconds(answer.headers.get("Retry-After"))
        return Answer(answer.status, answer.data, wait, answer.headers.get("ETag", ""))


def _signed(
    station: str, key: Ed25519PrivateKey, method: str, path: str, body: bytes
) -> dict[str, str]:
    message = request_message(station, method, path, body)
    return {"X-Ghepmau-Station": station, "X-Ghepmau-Signature": sign(key, message)}


def _seconds(header: str | None) -> float | None:
    """Read Retry-After in seconds; its other form, a date, needs a clock that we may not have."""
    if header is None or not header.isascii() or not header.isdigit():
        return None
    return min(float(header), _LONGEST_WAIT)
