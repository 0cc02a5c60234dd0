"""How a station becomes known to a server, and what it keeps of that.

    <state>/station.json   who it is and what the server told it; names nobody
    <state>/secrets.json   its private key and the secret of its tags; 0600, never leaves the Pi
    <state>/lots.json      the lots issued to it
    <state>/roster.json    which tubes stand ready for whom: keyed hashes; 0600
    <state>/labelled.json  those tubes alone, for when the roster cannot be read

The private key is made here; only the public half travels, with a one-time code.
"""

import secrets
from pathlib import Path
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from contract import signing
from contract.lots import IssuedLots
from contract.spoken import Spoken
from device.files import read_whole, write_whole
from device.roster import Roster


class NotEnrolled(Spoken):
    """This folder belongs to no station yet, or its papers cannot be read."""


class Papers(msgspec.Struct, frozen=True):
    """What the server says about a station; the same JSON from enrolment and `stations/me`."""

    station: str
    label: str
    place: str
    duty: str
    sealing_key: str
    card_keys: dict[str, str]
    now: str = ""
    server: str = ""

    @property
    def sealing(self) -> X25519PublicKey:
        return X25519PublicKey.from_public_bytes(signing.decode(self.sealing_key))

    @property
    def cards(self) -> dict[str, Ed25519PublicKey]:
        return {name: signing.public_key(text) for name, text in self.card_keys.items()}


class Secrets(msgspec.Struct, frozen=True):
    """`seed` of the Ed25519 key, and the secret of the tags; base64url."""

    seed: str
    tag_secret: str

    @classmethod
    def mint(cls) -> "Secrets":
        return cls(*(signing.encode(secrets.token_bytes(32)) for _ in range(2)))

    @property
    def key(self) -> Ed25519PrivateKey:
        return signing.private_key(signing.decode(self.seed))

    @property
    def tags(self) -> bytes:
        return signing.decode(self.tag_secret)


Kept = TypeVar("Kept", Papers, Secrets)


class Office:
    """The papers in one state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def papers_file(self) -> Path:
        return self.folder / "station.json"

    @property
    def lots_file(self) -> Path:
        return self.folder / "lots.json"

    def papers(self) -> Papers:
        return self._read("station.json", Papers)

    def secrets(self) -> Secrets:
        return self._read("secrets.json", Secrets)

    @property
    def roster_file(self) -> Path:
        return self.folder / "roster.json"

    def roster(self) -> Roster:
        """Return the tubes that stand ready for somebody; none where there is no roster."""
        try:
            document = read_whole(self.roster_file)
            return Roster() if document is None else Roster.from_json(document)
        except (OSError, ValueError):
            return Roster.lost(self._labelled())

    def keep_roster(self, document: bytes) -> None:
        """Raises ValueError where *document* is no roster, OSError where it cannot be kept."""
        labelled = sorted(Roster.from_json(document).owners)
        if labelled != self._labelled():
            write_whole(self._labelled_file, msgspec.json.encode(labelled))
        if self._roster_document() != document:
            write_whole(self.roster_file, document)

    @property
    def _labelled_file(self) -> Path:
        return self.folder / "labelled.json"

    def _labelled(self) -> list[str] | None:
        """Return the tubes of the roster last kept, None where that is not known."""
        try:
            return msgspec.json.decode(read_whole(self._labelled_file) or b"", type=list[str])
        except (OSError, ValueError):
            return None

    def _roster_document(self) -> bytes | None:
        try:
            return read_whole(self.roster_file)
        except OSError:
            return None

    def lots(self) -> IssuedLots:
        """Return the lots issued here; none before the first contact, or if the file is bad."""
        try:
            return IssuedLots.from_json(read_whole(self.lots_file) or b"[]")
        except msgspec.DecodeError:
            return IssuedLots()

    def keep(self, papers: Papers) -> None:
        if self.papers_or_none() != papers:
            write_whole(self.papers_file, msgspec.json.encode(papers))

    def keep_lots(self, lots: IssuedLots) -> None:
        if self.lots() != lots:
            write_whole(self.lots_file, lots.to_json())

    def keep_secrets(self, kept: Secrets) -> None:
        write_whole(self.folder / "secrets.json", msgspec.json.encode(kept))

    def papers_or_none(self) -> Papers | None:
        try:
            return self.papers()
        except NotEnrolled:
            return None

    def secrets_or_new(self) -> Secrets:
        """Keep the secret of the tags over a second enrolment: used tubes stay known by it."""
        try:
            old = self.secrets()
        except NotEnrolled:
            return Secrets.mint()
        return Secrets(Secrets.mint().seed, old.tag_secret)

    def _read(self, name: str, kind: type[Kept]) -> Kept:
        path = self.folder / name
        try:
            data = read_whole(path)
            if data is None:
                raise NotEnrolled(
                    f"không có {path}: ghi danh trạm này trước",
                    f"{path} is missing: enrol this station first",
                )
            return msgspec.json.decode(data, type=kind)
        except (OSError, msgspec.DecodeError) as error:
            raise NotEnrolled(
                f"không đọc được {path}: {error}; ghi danh lại",
                f"{path} cannot be read: {error}; enrol again",
            ) from error
