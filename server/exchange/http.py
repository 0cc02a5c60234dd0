"""Another system over HTTP: an answer, or Unreachable.  Every call has an end in time."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import urllib3

from server.delivery.channels import Refused, Unreachable

# The receiver is there, and has no time or does not know us: nothing is wrong with the message.
NOT_NOW = frozenset({401, 403, 407, 408, 421, 425, 429, 502, 503, 504})
AT_ONCE = 4  # messages of different persons under way to one receiver
LARGEST_ANSWER = 16 * 1024 * 1024


class Uncertain(Exception):
    """The receiver answered with a fault of its own, or not at all once it had the message."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Access:
    """How a receiver is reached: files with what it trusts and what we show, time-out in seconds.

    The token's file is read at every call, so that a new token needs no restart.
    """

    url: str
    token_file: str = ""
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    timeout: float = 10.0


class Http:
    """Calls to one receiver, over connections that are kept."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._url = access.url.rstrip("/")
        self._pool = urllib3.PoolManager(
            retries=False,
            maxsize=AT_ONCE,
            timeout=urllib3.Timeout(connect=min(5.0, access.timeout), read=access.timeout),
            ssl_context=_context(access) if access.url.startswith("https:") else None,
        )

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """Return the answer; raise Unreachable if the receiver is not there or cannot see to us.

        Raises Uncertain where the message may have arrived and no clear answer came.
        """
        sent = {"User-Agent": "ghepmau", **self._authorization(), **headers}
        url = f"{self._url}/{path}" if path else self._url
        try:
            answer = self._pool.request(
                method, url, body=body, headers=sent, redirect=False, preload_content=False
            )
            data = answer.read(LARGEST_ANSWER, decode_content=True)
            answer.release_conn()
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as e:
            raise Unreachable(f"no connection: {e}") from e
        except urllib3.exceptions.SSLError as error:
            raise Unreachable(f"no safe connection: {error}") from error
        except urllib3.exceptions.HTTPError as error:
            raise Uncertain(f"the connection ended before the answer: {error}") from error
        if answer.status in NOT_NOW:
            raise Unreachable(f"HTTP {answer.status}: {_start(data)}")
        return Answer(answer.status, data, answer.headers)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pool.clear()

    def _authorization(self) -> dict[str, str]:
        if not self._access.token_file:
            return {}
        try:
            token = Path(self._access.token_file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Unreachable(f"the token's file cannot be read: {error}") from error
        return {"Authorization": f"Bearer {token}"}


def check(answer: Answer) -> Answer:
    """Return a good answer; raise Refused for what the receiver will never take, else Uncertain."""
    if 200 <= answer.status < 300:
        return answer
    said = f"HTTP {answer.status}: {_start(answer.body)}"
    if 300 <= answer.status < 500:
        raise Refused(said)
    raise Uncertain(said)


def _start(data: bytes) -> str:
    return " ".join(data[:500].decode(errors="replace").split())


def _context(access: Access) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=access.ca_file or None)
    if access.client_cert:
        context.load_cert_chain(access.client_cert, access.client_key or None)
    return context
