"""The key file while its keys are rotated: each step is one new file in the place of the old one.

    added     the new keys are known to everybody: values open, searches ask for both hashes
    switched  the new keys are used for everything that is written; the old ones still open

A key that went is kept beside the file, for copies of the database that were made before.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from contract.signing import encode
from contract.spoken import said
from server import vault
from server.vault import KeyFile

ADDED, SWITCHED = "added", "switched"


class OtherRotation(Exception):
    """Somebody else rotates these keys at this moment."""


class Retired(msgspec.Struct, frozen=True):
    """Keys that nothing in the database needs any more."""

    at: datetime
    data: dict[str, str]
    blind: str


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the key file for one rotation; raises OtherRotation."""
    with path.with_name(path.name + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OtherRotation(
                said(
                    "lệnh khác đang đổi khóa: chờ nó xong",
                    "another command rotates these keys: let it finish",
                )
            ) from error
        yield


def with_new_keys(keys: KeyFile) -> KeyFile:
    """Return the file with a new key for values and one for search beside those in use."""
    name = os.urandom(4).hex()
    return msgspec.structs.replace(
        keys,
        data={**keys.data, name: encode(os.urandom(32))},
        root=keys.root or keys.blind,
        other_blind=encode(os.urandom(32)),
        coming=name,
        step=ADDED,
    )


def switched(keys: KeyFile) -> KeyFile:
    """Return the file that lets everybody write with the new keys."""
    return msgspec.structs.replace(
        keys, current=keys.coming, blind=keys.other_blind, other_blind=keys.blind, coming="",
        step=SWITCHED,
    )  # fmt: skip


def without_old(keys: KeyFile) -> KeyFile:
    return msgspec.structs.replace(
        keys, data={keys.current: keys.data[keys.current]}, other_blind="", step=""
    )


def put(path: Path, keys: KeyFile) -> None:
    """Put *keys* in the place of the file at *path*, whole or not at all, and use them here."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    owner = path.stat()
    if os.geteuid() == 0:
        os.fchown(handle, owner.st_uid, owner.st_gid)
    vault.write_keys(handle, new, keys)
    new.rename(path)
    vault.sync_folder(path.parent)
    vault.install(vault.Vault.load(path))


def retire(path: Path, keys: KeyFile, at: datetime) -> Path:
    """Keep the keys that go in a file of their own; return where.  Written before they go."""
    kept = path.with_name(path.name + ".retired")
    before = msgspec.json.decode(kept.read_bytes(), type=list[Retired]) if kept.exists() else []
    gone = {name: key for name, key in keys.data.items() if name != keys.current}
    if any(each.blind == keys.other_blind for each in before):
        return kept
    new = kept.with_name(kept.name + ".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        whole = [*before, Retired(at, gone, keys.other_blind)]
        file.write(msgspec.json.format(msgspec.json.encode(whole)))
        file.flush()
        os.fsync(file.fileno())
    new.rename(kept)
    vault.sync_folder(path.parent)
    return kept
