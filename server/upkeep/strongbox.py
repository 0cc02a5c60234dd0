"""An encrypted file that is written and read as a stream: what a backup is kept in.

    magic | length, header (JSON, readable: when, which database) | pieces: length, AES-256-GCM text

The key of each file is drawn for it and stands in the header, sealed with the vault's key for
values.  A piece's nonce counts, and says whether it is the last: a file that was cut off, or whose
pieces were changed or moved, does not open.  The header is authenticated with every piece.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from hashlib import sha256
from io import BufferedReader
from typing import IO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract.signing import decode, encode
from contract.spoken import Spoken
from server import vault

MAGIC = b"GHEPMAU-BACKUP-1\n"
PIECE = 1 << 20
_LENGTH = struct.Struct(">I")
_PREFIX = 7
_PURPOSE = "backup.key"
_LARGEST_HEAD = 1 << 16


class NotReadable(Spoken):
    """The file is no backup, is damaged, or was made with other keys; the message says which."""


class Header(msgspec.Struct, frozen=True):
    """What anybody may read of a backup."""

    made_at: str
    engine: str  # sqlite or postgresql
    revision: str  # which migration the database stood at
    key: str  # of this file, sealed
    prefix: str


class Writer:
    """Writes one file; `close` ends it, and a file without its end does not open."""

    def __init__(self, file: IO[bytes], *, made_at: str, engine: str, revision: str) -> None:
        key, prefix = os.urandom(32), os.urandom(_PREFIX)
        sealed = encode(vault.current().encrypt_bytes(_PURPOSE, key))
        head = msgspec.json.encode(Header(made_at, engine, revision, sealed, prefix.hex()))
        self._file, self._cipher, self._prefix = file, AESGCM(key), prefix
        self._about, self._count, self._waiting = sha256(head).digest(), 0, bytearray()
        self._packer = zlib.compressobj(level=3)
        file.write(MAGIC + _LENGTH.pack(len(head)) + head)

    def write(self, content: bytes) -> None:
        self._waiting += self._packer.compress(content)
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def frame(self, content: bytes) -> None:
        """Write *content* so that `frames` gives it back as one."""
        self.write(_LENGTH.pack(len(content)) + content)

    def close(self) -> None:
        self._waiting += self._packer.flush()
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        self._put(bytes(self._waiting), last=True)

    def _put(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._count, last=last)
        sealed = self._cipher.encrypt(nonce, piece, self._about)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._count += 1


class Reader:
    """Reads one file from its beginning."""

    def __init__(self, file: BufferedReader) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise NotReadable(
                "đây không phải bản sao lưu của máy chủ Ghép Mẫu",
                "this is no backup of a Ghép Mẫu server",
            )
        head = _exactly(file, _length(file, _LARGEST_HEAD))
        try:
            self.header = msgspec.json.decode(head, type=Header)
            key = vault.current().decrypt_bytes(_PURPOSE, decode(self.header.key))
            self._prefix = bytes.fromhex(self.header.prefix)
        except (ValueError, vault.VaultError) as error:
            raise NotReadable(
                "bản sao lưu này lập với khóa khác, hoặc phần đầu đã hỏng: lấy bản sao tệp "
                "khóa của lúc đó",
                "this backup was made with other keys, or its head is damaged: "
                "take the copy of the key file from its time",
            ) from error
        self._file, self._cipher, self._about = file, AESGCM(key), sha256(head).digest()

    def content(self) -> Iterator[bytes]:
        """Yield what was written; raises NotReadable before anything wrong is given out."""
        unpacker, count, last = zlib.decompressobj(), 0, False
        while not last:
            sealed = _exactly(self._file, _length(self._file, PIECE + 16))
            last = self._file.peek(1) == b""
            try:
                nonce = _nonce(self._prefix, count, last=last)
                yield unpacker.decompress(self._cipher.decrypt(nonce, sealed, self._about))
            except (InvalidTag, zlib.error) as error:
                raise NotReadable(
                    "bản sao lưu này bị cắt ngang hoặc bị sửa", "this backup was cut off or changed"
                ) from error
            count += 1
        yield unpacker.flush()

    def frames(self) -> Iterator[bytes]:
        """Yield the frames, one after the other."""
        held = bytearray()
        for part in self.content():
            held += part
            while len(held) >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(held)
                if len(held) < _LENGTH.size + length:
                    break
                yield bytes(held[_LENGTH.size : _LENGTH.size + length])
                del held[: _LENGTH.size + length]


def _nonce(prefix: bytes, count: int, *, last: bool) -> bytes:
    return prefix + count.to_bytes(4, "big") + bytes([last])


def _length(file: BufferedReader, most: int) -> int:
    (length,) = _LENGTH.unpack(_exactly(file, _LENGTH.size))
    if length > most:
        raise NotReadable(
            "bản sao lưu này đã bị sửa: một mảnh quá dài",
            "this backup was changed: a piece is too long",
        )
    return int(length)


def _exactly(file: BufferedReader, count: int) -> bytes:
    found = file.read(count)
    if len(found) != count:
        raise NotReadable("bản sao lưu này bị cắt ngang", "this backup was cut off")
    return found
