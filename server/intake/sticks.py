"""Takes what stations wrote onto memory sticks: the same intake as over the wire, line by line.

A file that was cut off or damaged gives what is good in it.  Who brings it matters little: every
line is signed by its station, with the key that it has, or with one that it had: a stick may be all
that is left of a card that died.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.events import EventError
from contract.signing import BadSignature, private_key, public_key
from contract.sticks import NoStick, Signed, Stored, unpack, write_receipt
from server import vault
from server.accounts import keyring
from server.accounts.models import StationKey
from server.audit import services as audit
from server.db import Database
from server.errors import DomainError
from server.intake import clocks
from server.intake.group import Outcome
from server.intake.unbroken import heads_of
from server.intake.upload import Upload, read_upload
from server.intake.writer import Busy

Store = Callable[[Upload], Outcome]


class ForeignFile(DomainError):
    """A file that holds nothing of ours."""

    code = "foreign-file"
    status = 422


class ServerBusy(DomainError):
    code = "busy"
    status = 503


@dataclass
class Report:
    """What became of one file.  `refused`: uploads whose signature or form is wrong; `earlier`:
    those that were signed with a key that the station had before."""

    station: str
    stored: int = 0
    known: int = 0
    changed: int = 0
    refused: int = 0
    earlier: int = 0
    whole: bool = True
    why: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return self.whole and not (self.refused or self.changed)


def take(database: Database, store: Store, data: bytes, *, by: str, now: datetime) -> Report:
    """Store what is good in a file; raise ForeignFile where nothing can be."""
    try:
        stick = unpack(data)
    except NoStick as error:
        raise _foreign("không phải tệp của trạm", str(error)) from error
    keys = _keys(database, stick.station)
    report = Report(stick.station, refused=stick.broken, whole=stick.whole)
    heard = [_take_one(store, keys, upload, report, now) for upload in stick.uploads]
    with database.write() as session:
        for upload in heard:
            _note_clock(session, upload)
        detail = f"{report.stored} new, {report.known} known, {report.refused} refused"
        detail += f", {report.earlier} parts by an earlier key" if report.earlier else ""
        audit.record(session, "stick.imported", report.station, by=by, now=now, detail=detail)
    return report


def _keys(database: Database, name: str) -> list[Ed25519PublicKey]:
    """Return the keys of station *name*, the present one first; raise ForeignFile where none
    counts."""
    station = keyring.station(database, name)
    if station is not None and station.state == "revoked":
        raise ForeignFile(
            f"Không nhận tệp này: trạm {name} đã bị thu hồi. Xin dùng lại trạm ở trang Trạm, có "
            "người thứ hai đồng ý, rồi nộp lại.",
            f"This file was not taken: station {name} was revoked. Ask on the page Stations to let "
            "it in again, have a second person agree, and hand it in again.",
        )
    with database.read() as session:
        had = select(StationKey.public_key).where(StationKey.station == name[:32])
        texts = list(session.scalars(had.order_by(StationKey.since.desc())))
    present = [station.text] if station is not None and station.text else []
    texts = present + [text for text in texts if text not in present]
    if station is None or not texts:
        raise _foreign(f"máy chủ không biết trạm {name[:32]}", "its station is not known")
    return [public_key(text) for text in texts]


def _note_clock(session: Session, upload: Upload | None) -> None:
    """Learn when at the latest the events of a clock that was never set can have happened."""
    if upload and upload.boot and not all(each.trusted for each in upload.arrivals):
        boot = (upload.station, upload.boot)
        clocks.learn(session, boot, upload.received_at, upload.mono, clocks.STICK)


def _take_one(
    store: Store, keys: list[Ed25519PublicKey], signed: Signed, report: Report, now: datetime
) -> Upload | None:
    """Store one upload; return it, or None where it was refused."""
    try:
        which = _signer(keys, report.station, signed)
        upload = read_upload(report.station, signed.body, now)
        outcome = _store(store, upload)
    except Busy as error:
        raise ServerBusy(
            "Máy chủ đang bận. Nộp lại tệp này sau một phút.",
            "The server is busy. Hand this file in again in a minute.",
        ) from error
    except (BadSignature, EventError) as error:
        report.refused += 1
        report.why.append(str(error)[:160])
        return None
    report.earlier += which > 0
    report.stored += outcome.new
    report.known += outcome.known
    report.changed += len(outcome.changed)
    return upload


def _store(store: Store, upload: Upload) -> Outcome:
    """Store an upload; what contradicts what is stored is of a journal that was set back, and its
    station may never hear of it: it is kept beside, as the fork that it is."""
    outcome = store(upload)
    return store(replace(upload, fork=True)) if outcome.changed and not upload.fork else outcome


def _signer(keys: list[Ed25519PublicKey], station: str, signed: Signed) -> int:
    """Return which of *keys* signed; raise BadSignature where none did."""
    for number, key in enumerate(keys):
        with suppress(BadSignature):
            signed.check(station, key)
            return number
    raise BadSignature("signed with no key that this station had")


def receipt_for(session: Session, station: str, now: datetime) -> bytes:
    """Return the file that tells *station* how far we have each of its histories, unbroken."""
    stored = Stored(station, heads_of(session, station), now.isoformat(), linked=True)
    return write_receipt(private_key(vault.current().card_seed), stored)


def _foreign(vi: str, en: str) -> ForeignFile:
    return ForeignFile(
        f"Không nhận tệp này: {vi}. Chọn tệp .stick mà trạm đã ghi.",
        f"This file was not taken: {en}. Choose a .stick file that a station wrote.",
    )
