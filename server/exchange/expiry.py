"""What a target needs that ends some day: certificates and tokens.  An end is told beforehand.

California lost a week of results to a certificate that nobody watched.
"""

import ssl
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from cryptography import x509

from contract.events import UNREADABLE
from server.exchange.targets import Target
from server.rounds import Rounds

WARN = timedelta(days=30)
EVERY_SECONDS = 6 * 3600.0
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Ending:
    """One thing of a target that ends: 'token', 'our-certificate' or 'their-certificate'."""

    target: str
    what: str
    at: datetime

    def soon(self, now: datetime) -> bool:
        return self.at <= now + WARN


def endings(target: Target) -> Iterator[Ending]:
    """Return what of *target* ends, and when, as far as it can be read."""
    if target.token_expires is not None:
        yield Ending(target.name, "token", target.token_expires.astimezone(UTC))
    elif (at := _token_end(target.token_file)) is not None:
        yield Ending(target.name, "token", at)
    if (at := _file_end(target.client_cert)) is not None:
        yield Ending(target.name, "our-certificate", at)
    if target.url.startswith("https:") and (at := _server_end(target.url)) is not None:
        yield Ending(target.name, "their-certificate", at)


def jwt_end(token: str) -> datetime | None:
    """Return when a JSON web token ends, or None for a token of another kind or without an end."""
    with suppress(*UNREADABLE, ValueError, OverflowError, OSError):
        middle = token.split(".")[1] if token.count(".") == 2 else ""
        claims = msgspec.json.decode(
            urlsafe_b64decode(middle + "=" * (-len(middle) % 4)), type=dict
        )
        return datetime.fromtimestamp(float(claims["exp"]), UTC) if "exp" in claims else None
    return None


def _token_end(path: str) -> datetime | None:
    with suppress(OSError, UnicodeDecodeError):
        return jwt_end(Path(path).read_text(encoding="ascii").strip()) if path else None
    return None


def _file_end(path: str) -> datetime | None:
    with suppress(OSError, ValueError):
        if path:
            return x509.load_pem_x509_certificate(Path(path).read_bytes()).not_valid_after_utc
    return None


def _server_end(url: str) -> datetime | None:
    parts = urlsplit(url)
    with suppress(OSError, ValueError):
        address = (parts.hostname or "", parts.port or 443)
        pem = ssl.get_server_certificate(address, timeout=PATIENCE)
        return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    return None


class Watch(Rounds):
    """Looks at all targets some times a day, beside the pages; `known` is what it saw last."""

    name = "expiry"
    patience = PATIENCE

    def __init__(
        self, targets: Iterable[Target], look: Callable[[Target], Iterable[Ending]] = endings
    ) -> None:
        super().__init__()
        self.known: tuple[Ending, ...] = ()
        self._targets, self._look = list(targets), look

    def look(self) -> None:
        self.known = tuple(end for target in self._targets for end in self._look(target))

    def soon(self, now: datetime) -> list[Ending]:
        return sorted((end for end in self.known if end.soon(now)), key=lambda end: end.at)

    def round(self) -> float:
        self.look()
        return EVERY_SECONDS
