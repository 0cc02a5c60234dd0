"""A station's card: its papers, its journal, what it sent; and an image of it that is put back."""

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import signing
from contract.cards import key_name
from contract.events import TubePaired, encode_batch
from contract.sticks import pack
from contract.tubes import TubeId
from device.backlog import Backlog, Sent, read_sent
from device.enrolment import Office, Papers, Secrets
from device.journal import Journal
from device.journal_file import files_of, open_for_reading, rows_after
from device.uplink import Uplink
from device.upstream import Answer, Upstream
from server import vault
from server.accounts.models import Station
from server.db import Database
from server.intake.answers import answer_to
from server.intake.upload import read_upload
from server.intake.writer import Writer

AT = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
SEALING = signing.encode(X25519PrivateKey.generate().public_key().public_bytes_raw())
_PAIR = TubePaired(
    id=UUID(int=0), station="", epoch="", seq=0, prev="", at=AT, trusted=True, boot="boot", mono=1,
    tube="", person="A" * 80, person_kind="citizen-card", tag="0" * 16, order="person-first",
    took_ms=2500,
)  # fmt: skip
_numbers = count(1)


class Straight(Upstream):
    """The intake without the wire between: it takes uploads, and answers nothing else."""

    def __init__(self, writer: Writer) -> None:
        super().__init__("http://127.0.0.1:9")
        self._writer = writer

    def post(self, path: str, station: str, key: Ed25519PrivateKey, body: bytes) -> Answer:
        outcome = self._writer.store(read_upload(station, body, AT))
        return Answer(*answer_to(outcome, AT))

    def get(self, path: str, station: str, key: Ed25519PrivateKey, tag: str = "") -> Answer:
        return Answer(503, b"")


@dataclass(frozen=True)
class Card:
    """The state folder of the station *name*."""

    folder: Path
    name: str

    def write(self, pairs: int) -> None:
        """Confirm so many pairings at the table, each of a tube of its own."""
        tubes = [TubeId.mint(26, next(_numbers)).text for _ in range(pairs)]
        with closing(Journal(self.folder / "journal", self.name, self.sent.acked)) as journal:
            journal.append(*(msgspec.structs.replace(_PAIR, tube=each) for each in tubes))

    @property
    def written(self) -> list[bytes]:
        """Every event in the journal, oldest first."""
        found = []
        for path in files_of(self.folder / "journal"):
            with closing(open_for_reading(path)) as db:
                found += [row.body for row in rows_after(db, 0)]
        return found

    @property
    def sent(self) -> Sent:
        return read_sent(self.folder)

    @property
    def office(self) -> Office:
        return Office(self.folder)

    def copied(self, folder: Path) -> "Card":
        """Return this card as an image of it holds it."""
        shutil.copytree(self.folder, folder)
        return Card(folder, self.name)

    def set_back(self, image: "Card") -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(image.folder, self.folder)

    def packed(self, written: list[bytes]) -> bytes:
        """Return the stick's file that carries these events."""
        return pack(self.name, self.office.secrets().key, [encode_batch(self.name, written)])

    def uplink(self, writer: Writer, most: int = 500) -> Uplink:
        return Uplink(self.office, Backlog(self.folder), Straight(writer), most)

    def drain(self, writer: Writer, most: int = 500) -> None:
        """Turn as the uplink's process does, without its waits, until nothing waits."""
        uplink = self.uplink(writer, most)
        for _ in range(200):
            uplink.turn()
            if uplink.backlog.next(1) is None:
                return
        raise AssertionError(uplink.backlog.sent)


def enrolled(database: Database, folder: Path, name: str) -> Card:
    """Return a fresh card of the station *name*, which the server knows from here on."""
    card, press = Card(folder, name), signing.private_key(vault.current().card_seed)
    cards = {key_name(press.public_key()): signing.public_text(press)}
    secrets = Secrets.mint()
    card.office.keep(Papers(name, name, "", "sampling", SEALING, cards, server="http://127.0.0.1"))
    card.office.keep_secrets(secrets)
    with database.write() as session:
        station = Station(
            id=name, label=name, place="vn-2021:24", duty="sampling", state="enrolled",
            public_key=signing.public_text(secrets.key), enrolled_at=AT, created_at=AT,
        )  # fmt: skip
        session.merge(station)
    return card
