"""Anchors: the newest seal of the trail as a file, to be signed, printed and kept elsewhere.

Each anchor holds the digest of the one before it, so that one that vanished is missed.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from contract.signing import BadSignature, encode, public_key
from server.audit import chain, keys
from server.audit.chain import Seal
from server.display import local

WHAT = "ghepmau audit anchor"


class BadAnchor(Exception):
    """A file is no anchor of this server, or was changed; the message says which."""


class Anchor(msgspec.Struct, frozen=True):
    """What one file says.  `public_key` and `signature` are Ed25519 over the seal's text."""

    what: str
    issuer: str
    anchored_at: datetime
    seal: int
    sealed_at: datetime
    entries: int
    head: str
    before: str  # SHA-256 of the anchor file before, '' for the first
    public_key: str
    signature: str

    def as_seal(self) -> Seal:
        return Seal(self.seal, self.sealed_at, self.entries, self.head)


@dataclass(frozen=True, slots=True)
class Written:
    """The files of one anchor."""

    file: Path
    page: Path
    anchor: Anchor


def names_in(folder: Path) -> list[Path]:
    """Return the anchor files in *folder*, oldest first."""
    return sorted(folder.glob("anchor-*.json"))


def write(folder: Path, seal: Seal, *, issuer: str, now: datetime) -> Written:
    """Write the anchor of *seal*, and a page to print; they are on the disk on return."""
    folder.mkdir(parents=True, exist_ok=True)
    earlier = names_in(folder)
    before = sha256(earlier[-1].read_bytes()).hexdigest() if earlier else ""
    key = encode(keys.public().public_bytes_raw())
    anchor = Anchor(
        WHAT, issuer, now, seal.number, seal.at, seal.position, seal.head, before, key,
        chain.sign(keys.signing(), seal),
    )  # fmt: skip
    content = msgspec.json.format(msgspec.json.encode(anchor)) + b"\n"
    file = folder / f"anchor-{now:%Y%m%dT%H%M%SZ}-{seal.position}.json"
    page = file.with_suffix(".txt")
    _keep(page, page_of(anchor, sha256(content).hexdigest()).encode())
    _keep(file, content)
    return Written(file, page, anchor)


def _keep(path: Path, content: bytes) -> None:
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def page_of(anchor: Anchor, digest: str) -> str:
    """Return the page to print and sign: what a person compares, in groups of four."""
    at = local(anchor.sealed_at)
    return f"""GHÉP MẪU: MỐC NHẬT KÝ · AUDIT ANCHOR

{anchor.issuer}

Niêm phong số · seal             {anchor.seal}
Lúc · at                         {at:%H:%M:%S %d/%m/%Y}
Số dòng nhật ký · entries        {anchor.entries}

Mã của chuỗi · head of the chain
  {_grouped(anchor.head)}

Mã của tệp mốc · SHA-256 of the anchor's file
  {_grouped(digest)}

Mốc trước · the anchor before
  {_grouped(anchor.before) or "—"}

Khóa công khai · public key
  {anchor.public_key}

Chữ ký, họ tên, ngày · signed, name, date


______________________________          ______________________________
"""


def _grouped(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def read(path: Path) -> Anchor:
    """Return what an anchor file says; raise BadAnchor where it is none of this server's."""
    try:
        anchor = msgspec.json.decode(path.read_bytes(), type=Anchor)
        key = public_key(anchor.public_key)
    except (OSError, msgspec.DecodeError, BadSignature) as error:
        raise BadAnchor(f"{path.name} is no anchor: {error}") from error
    if key.public_bytes_raw() != keys.public().public_bytes_raw():
        raise BadAnchor(f"{path.name} is by another server's key")
    if not chain.is_signed(key, anchor.as_seal(), anchor.signature):
        raise BadAnchor(f"{path.name} was changed: its signature does not fit")
    return anchor


def read_all(folder: Path) -> tuple[list[Seal], list[str]]:
    """Return the seals that are anchored in *folder*, and what is wrong with the files."""
    seals, wrong, before = [], [], None
    for path in names_in(folder):
        try:
            anchor = read(path)
        except BadAnchor as error:
            wrong.append(str(error))
            continue
        if before is not None and anchor.before != before:
            wrong.append(f"{path.name} does not follow the anchor file before it: one is missing")
        before = sha256(path.read_bytes()).hexdigest()
        seals.append(anchor.as_seal())
    return seals, wrong
