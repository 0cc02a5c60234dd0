"""Keys that stay outside the database, and what is done with them.

A column that identifies a person holds `version | key id | nonce | AES-256-GCM text`; its purpose
(`table.column`) is authenticated with it.  Exact search goes through a keyed hash (HMAC-SHA256) of
the value, under a key of its own.  The vault also holds the key that stations seal codes to.

While keys are rotated (`server.upkeep.rotation`) there are two of each: `blinds` gives both hashes
for a search.  A process sees within RELOAD_SECONDS that the key file was changed.
"""

import hmac
import logging
import os
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Self

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract.signing import decode, encode
from contract.spoken import Spoken

log = logging.getLogger(__name__)
RELOAD_SECONDS = 1.0
_VERSION = b"\x01"
_HEAD = 5
_NONCE = 12


class VaultError(Spoken):
    """The key file is missing, damaged or readable by others; or a value was not ours to read."""


class KeyFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The key file: JSON, mode 0600; keys are 32 random bytes as base64url."""

    current: str
    data: dict[str, str]
    blind: str
    sealing: str
    cards: str
    root: str = ""  # what never rotates follows from it; '': from `blind`, which never did yet
    other_blind: str = ""  # while search keys rotate: the one that comes, or the one that goes
    coming: str = ""  # the name of the key for values that is known, and not used yet
    step: str = ""  # of a rotation that is under way; '': of none


class Vault:
    """The open keys of one server."""

    def __init__(self, keys: KeyFile, path: Path | None = None) -> None:
        self.keys, self.path = keys, path
        self._current = bytes.fromhex(keys.current)
        self._data = {bytes.fromhex(name): AESGCM(decode(key)) for name, key in keys.data.items()}
        self._blind = decode(keys.blind)
        self._blinds = [self._blind, *([decode(keys.other_blind)] if keys.other_blind else [])]
        self._root = decode(keys.root or keys.blind)
        self._derived: dict[str, bytes] = {}
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
        write_keys(handle, path, keys)
        return cls(keys, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open the keys in *path*; raise VaultError if that cannot be done safely."""
        try:
            if path.stat().st_mode & 0o077:
                vi, en = f"người dùng khác đọc được {path}", f"{path} can be read by other users"
                raise VaultError(f"{vi}: chạy chmod 600 {path}", f"{en}: run chmod 600 {path}")
            return cls(msgspec.json.decode(path.read_bytes(), type=KeyFile), path)
        except (OSError, ValueError, KeyError) as error:
            vi, en = f"không mở được tệp khóa {path}", f"cannot open the key file {path}"
            raise VaultError(f"{vi}: {error}", f"{en}: {error}") from error

    def encrypt(self, purpose: str, text: str) -> bytes:
        return self.encrypt_bytes(purpose, text.encode())

    def encrypt_each(self, purpose: str, texts: Sequence[str]) -> list[bytes]:
        """As `encrypt`, of many texts of one purpose."""
        head = _VERSION + self._current
        about, seal = head + purpose.encode(), self._data[self._current].encrypt
        drawn, sealed = os.urandom(_NONCE * len(texts)), []
        for place, text in enumerate(texts):
            nonce = drawn[place * _NONCE : (place + 1) * _NONCE]
            sealed.append(head + nonce + seal(nonce, text.encode(), about))
        return sealed

    def encrypt_bytes(self, purpose: str, content: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        head = _VERSION + self._current
        sealed = self._data[self._current].encrypt(nonce, content, head + purpose.encode())
        return head + nonce + sealed

    def decrypt(self, purpose: str, blob: bytes) -> str:
        return self.decrypt_bytes(purpose, blob).decode()

    def decrypt_each(self, purpose: str, blobs: Sequence[bytes]) -> list[str]:
        """As `decrypt`, of many texts of one purpose: most are under the current key."""
        head = self.head
        about, open_ = head + purpose.encode(), self._data[self._current].decrypt
        try:
            return [
                open_(blob[_HEAD : _HEAD + _NONCE], blob[_HEAD + _NONCE :], about).decode()
                if blob.startswith(head)
                else self.decrypt(purpose, blob)
                for blob in blobs
            ]
        except InvalidTag as error:
            raise _changed(purpose) from error

    def decrypt_bytes(self, purpose: str, blob: bytes) -> bytes:
        head, nonce, sealed = blob[:_HEAD], blob[_HEAD : _HEAD + _NONCE], blob[_HEAD + _NONCE :]
        key = self._data.get(head[1:])
        if key is None or head[:1] != _VERSION:
            raise VaultError(
                "có giá trị mã hóa bằng khóa mà máy chủ này không có",
                "a value is encrypted with a key that this server does not have",
            )
        try:
            return key.decrypt(nonce, sealed, head + purpose.encode())
        except InvalidTag as error:
            raise _changed(purpose) from error

    def opens(self, blob: bytes) -> bool:
        """Return whether *blob* names a key that this vault has."""
        return blob[1:_HEAD] in self._data

    @property
    def head(self) -> bytes:
        """How every value begins that the current key encrypted."""
        return _VERSION + self._current

    def blind(self, purpose: str, value: str) -> str:
        """Return the search key of *value*: equal values have equal keys, and no way back."""
        return _hashed(self._blind, purpose, value)

    def blinds(self, purpose: str, value: str) -> list[str]:
        """Return all search keys that *value* may be stored under: two while keys rotate."""
        return [_hashed(key, purpose, value) for key in self._blinds]

    def lasting(self, purpose: str, value: str) -> str:
        """Return a keyed hash as `blind` does, that stays the same when keys are rotated."""
        return _hashed(self._root, purpose, value)

    def derive(self, purpose: str, value: str) -> bytes:
        """Return a key of 32 bytes for *purpose* and *value*: the same each time, for ever."""
        message = b"derive\0" + purpose.encode() + b"\0" + value.encode()
        return hmac.new(self._root, message, sha256).digest()

    def derive_once(self, purpose: str, value: str) -> bytes:
        """Return what `derive` does, remembered: for the few keys that are used all the time."""
        name = f"{purpose}\0{value}"
        if name not in self._derived:
            self._derived[name] = self.derive(purpose, value)
        return self._derived[name]


def _hashed(key: bytes, purpose: str, value: str) -> str:
    return hmac.digest(key, purpose.encode() + b"\0" + value.encode(), "sha256").hex()[:32]


def write_keys(handle: int, path: Path, keys: KeyFile) -> None:
    """Write *keys* to the open file *handle* and wait until file and name are on the disk."""
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(keys)))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Wait until the names in the folder *path* are on the disk."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Installed:
    """The vault of this process, and whether its file was changed since."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._seen = _stamp(vault.path)
        self._next = time.monotonic() + RELOAD_SECONDS

    def refresh(self) -> None:
        """Open the file again if it was changed; a file that cannot be opened changes nothing."""
        if time.monotonic() < self._next or self.vault.path is None:
            return
        self._next = time.monotonic() + RELOAD_SECONDS
        stamp = _stamp(self.vault.path)
        if stamp is None or stamp == self._seen:
            return
        try:
            self.vault, self._seen = Vault.load(self.vault.path), stamp
        except VaultError as error:
            log.warning("the keys in use are kept: %s", error)


def _stamp(path: Path | None) -> tuple[int, int] | None:
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns) if found else None


_open: list[_Installed] = []


def install(vault: Vault) -> None:
    """Let the columns of this process use *vault*."""
    _open[:] = [_Installed(vault)]


def _changed(purpose: str) -> VaultError:
    vi = f"một giá trị của {purpose} đã bị sửa trong cơ sở dữ liệu"
    return VaultError(vi, f"a value of {purpose} was changed in the database")


def current() -> Vault:
    """Return the installed vault; raise VaultError where there is none."""
    if not _open:
        raise VaultError(
            "chưa mở tệp khóa nào: khởi động qua server.app hoặc dòng lệnh",
            "no key file was opened: start through server.app or the command line",
        )
    installed = _open[0]
    installed.refresh()
    return installed.vault
