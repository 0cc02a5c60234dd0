"""Keys that stay outside the database, and what is done with them.

A column that identifies a person holds `version | key id | nonce | AES-256-GCM text`; its purpose
(`table.column`) is authenticated with it.  Exact search goes through a keyed hash (HMAC-SHA256) of
the value, under a key of its own.  The vault also holds the key that stations seal codes to.
"""

import hmac
import os
from hashlib import sha256
from pathlib import Path
from typing import Self

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract.signing import decode, encode

_VERSION = b"\x01"
_HEAD = 5
_NONCE = 12


class VaultError(Exception):
    """The key file is missing, damaged or readable by others; or a value was not ours to read."""


class KeyFile(msgspec.Struct, frozen=True):
    """The key file: JSON, mode 0600; keys are 32 random bytes as base64url."""

    current: str
    data: dict[str, str]
    blind: str
    sealing: str
    cards: str


class Vault:
    """The open keys of one server."""

    def __init__(self, keys: KeyFile) -> None:
        self._current = bytes.fromhex(keys.current)
        self._data = {bytes.fromhex(name): AESGCM(decode(key)) for name, key in keys.data.items()}
        self._blind = decode(keys.blind)
        self.sealing = X25519PrivateKey.from_private_bytes(decode(keys.sealing))
        self.card_seed = decode(keys.cards)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make new keys and write them to *path*, which must not exist yet.

        They are on the disk before they are used: what they encrypt is, too.
        """
        name = os.urandom(4).hex()
        fresh = [encode(os.urandom(32)) for _ in range(4)]
        keys = KeyFile(name, {name: fresh[0]}, fresh[1], fresh[2], fresh[3])
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(keys)))
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return cls(keys)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open the keys in *path*; raise VaultError if that cannot be done safely."""
        try:
            if path.stat().st_mode & 0o077:
                raise VaultError(f"{path} can be read by other users: run chmod 600 {path}")
            return cls(msgspec.json.decode(path.read_bytes(), type=KeyFile))
        except (OSError, ValueError, KeyError) as error:
            raise VaultError(f"cannot open the key file {path}: {error}") from error

    def encrypt(self, purpose: str, text: str) -> bytes:
        return self.encrypt_bytes(purpose, text.encode())

    def encrypt_bytes(self, purpose: str, content: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        head = _VERSION + self._current
        sealed = self._data[self._current].encrypt(nonce, content, head + purpose.encode())
        return head + nonce + sealed

    def decrypt(self, purpose: str, blob: bytes) -> str:
        return self.decrypt_bytes(purpose, blob).decode()

    def decrypt_bytes(self, purpose: str, blob: bytes) -> bytes:
        head, nonce, sealed = blob[:_HEAD], blob[_HEAD : _HEAD + _NONCE], blob[_HEAD + _NONCE :]
        key = self._data.get(head[1:])
        if key is None or head[:1] != _VERSION:
            raise VaultError("a value is encrypted with a key that this server does not have")
        try:
            return key.decrypt(nonce, sealed, head + purpose.encode())
        except InvalidTag as error:
            raise VaultError(f"a value of {purpose} was changed in the database") from error

    def blind(self, purpose: str, value: str) -> str:
        """Return the search key of *value*: equal values have equal keys, and no way back."""
        message = purpose.encode() + b"\0" + value.encode()
        return hmac.new(self._blind, message, sha256).hexdigest()[:32]

    def derive(self, purpose: str, value: str) -> bytes:
        """Return a key of 32 bytes for *purpose* and *value*: the same each time."""
        message = b"derive\0" + purpose.encode() + b"\0" + value.encode()
        return hmac.new(self._blind, message, sha256).digest()


_open: list[Vault] = []


def install(vault: Vault) -> None:
    """Let the columns of this process use *vault*."""
    _open[:] = [vault]


def current() -> Vault:
    """Return the installed vault; raise VaultError where there is none."""
    if not _open:
        raise VaultError("no key file was opened: start through server.app or the command line")
    return _open[0]
