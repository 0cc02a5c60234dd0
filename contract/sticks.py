"""Uploads that travel on a memory stick, and the receipt that travels back.  Pure.

    GHEPMAU-STICK 1 ban-1
    <signature> <body of an upload>        any number of lines
    END <number of uploads> <SHA-256 of all lines before>

Each line is an upload as it would go over the wire, under the same signature: so a file that was
cut off, or damaged in one place, is good in all others, and what comes twice is known.

    GHEPMAU-RECEIPT 1
    <signature of the server's card press> <how far the server has the station's journal>
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.envelope import Name
from contract.events import UNREADABLE
from contract.receipts import HeadWire
from contract.signing import BadSignature, request_message, sign, verify
from contract.spoken import Spoken

PATH = "/api/v1/intake/batches"  # what is signed is an upload there
RECEIPT = b"ghepmau-stick-receipt-v1"
_STICK, _RECEIPT, _END = "GHEPMAU-STICK 1 ", "GHEPMAU-RECEIPT 1", "END "


class NoStick(Spoken, ValueError):
    """A file is none of ours: nothing in it can be used."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One upload as it stands on a stick; nothing is checked yet."""

    signature: str
    body: bytes

    def check(self, station: str, key: Ed25519PublicKey) -> None:
        """Raise BadSignature unless *station* signed this with *key*."""
        verify(key, request_message(station, "POST", PATH, self.body), self.signature)


@dataclass
class Stick:
    """What a file holds: `whole` where its last line says that nothing is missing."""

    station: str
    uploads: list[Signed] = field(default_factory=list)
    broken: int = 0  # lines that are no upload at all
    whole: bool = False


class Stored(msgspec.Struct, frozen=True):
    """How far the server has each epoch of a station.

    `linked`: each head ends an unbroken chain of stored events, and an epoch may have several.  A
    server of before counted numbers, under which others may stand where a journal was set back.
    """

    station: Name
    heads: list[HeadWire]
    now: str = ""
    linked: bool = False


def pack(station: str, key: Ed25519PrivateKey, bodies: Sequence[bytes]) -> bytes:
    """Return the file that carries *bodies*, each the body of an upload."""
    lines = [f"{_STICK}{station}".encode()]
    for body in bodies:
        signature = sign(key, request_message(station, "POST", PATH, body))
        lines.append(signature.encode() + b" " + body)
    data = b"\n".join(lines) + b"\n"
    return data + f"{_END}{len(bodies)} {sha256(data).hexdigest()}\n".encode()


def unpack(data: bytes) -> Stick:
    """Read a file as far as it can be read; raise NoStick where it is none of ours."""
    first, _, rest = data.partition(b"\n")
    if not first.startswith(_STICK.encode()):
        raise NoStick(
            "nó không mở đầu như tệp của trạm", "it does not begin as a station's file does"
        )
    stick, seen = Stick(first[len(_STICK) :].decode("utf-8", "replace")), len(first) + 1
    for line in rest.split(b"\n"):
        if line.startswith(_END.encode()):
            count, _, digest = line[len(_END) :].decode("utf-8", "replace").partition(" ")
            counted = (str(len(stick.uploads) + stick.broken), sha256(data[:seen]).hexdigest())
            stick.whole = (count, digest) == counted and not stick.broken
            break
        _take(stick, line)
        seen += len(line) + 1
    return stick


def _take(stick: Stick, line: bytes) -> None:
    signature, space, body = line.partition(b" ")
    if not line:
        return
    if space and body and signature.isascii():
        stick.uploads.append(Signed(signature.decode(), body))
    else:
        stick.broken += 1


def write_receipt(key: Ed25519PrivateKey, stored: Stored) -> bytes:
    body = msgspec.json.encode(stored)
    signature = sign(key, RECEIPT + b"\n" + body)
    return f"{_RECEIPT}\n{signature} ".encode() + body + b"\n"


def read_receipt(data: bytes, keys: Iterable[Ed25519PublicKey]) -> Stored:
    """Return what a receipt says; raise NoStick unless one of *keys* signed it."""
    first, _, line = data.partition(b"\n")
    signature, _, body = line.rstrip(b"\n").partition(b" ")
    if first != _RECEIPT.encode() or not signature.isascii():
        raise NoStick("đây không phải biên nhận", "it is no receipt")
    for key in keys:
        try:
            verify(key, RECEIPT + b"\n" + body, signature.decode())
            return msgspec.json.decode(body, type=Stored)
        except BadSignature:
            continue
        except UNREADABLE as error:
            raise NoStick(
                f"đây không phải biên nhận: {error}", f"it is no receipt: {error}"
            ) from error
    raise NoStick("không do máy chủ của ta ký", "it is not signed by our server")
