"""How a station comes to be known: created, enrolled with a one-time code, perhaps revoked.

The code is shown once and kept as a hash; it works once, for a few minutes.  A station that was
revoked sends nothing and gets no code until two persons let it in again (`returning`); its
successor gets a name of its own, so that no event changes its author.
"""

import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from contract.cards import ALPHABET
from contract.duties import Duty
from contract.signing import BadSignature, public_key
from server.accounts import health_queries, keyring
from server.accounts.models import EnrolmentCode, Station, StationKey
from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound
from server.times import CLOCKS_DIFFER

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,31}", re.ASCII)
_CODE_LETTERS = 16  # of 30 letters: 78 bits


DUTY_NAMES = {
    Duty.SAMPLING: ("lấy mẫu", "sampling"),
    Duty.CHECK_IN: ("khai báo vào", "check-in"),
    Duty.RECEPTION: ("nhận mẫu", "reception"),
}


class StationTaken(DomainError):
    code = "station-taken"


class StationWasRevoked(DomainError):
    code = "station-was-revoked"


class CodeRefused(DomainError):
    code = "enrolment-code-refused"
    status = 403


def create_station(
    session: Session, name: str, *, label: str, place: str, duty: Duty, by: str, now: datetime
) -> Station:
    """Make a station known; it may upload once it is enrolled.  Raises StationTaken, BadInput."""
    if _NAME.fullmatch(name) is None:
        raise BadInput(
            "Tên trạm gồm 2 đến 32 chữ thường không dấu, số hoặc gạch nối, ví dụ ban-1.",
            "A station's name is 2 to 32 small letters, digits or hyphens, such as ban-1.",
            field="station",
        )
    if session.get(Station, name):
        raise StationTaken(
            f"Đã có trạm {name}. Chọn tên khác, kể cả khi trạm cũ đã bị thu hồi.",
            f"There is a station {name} already. Choose another name, even if it was revoked.",
        )
    station = Station(
        id=name, label=label, place=place, duty=duty, public_key=None, state="created",
        enrolled_at=None, created_at=now,
    )  # fmt: skip
    session.add(station)
    session.flush()
    audit.record(session, "station.created", name, by=by, now=now, detail=f"{duty}, {place}")
    return station


def station_named(session: Session, name: str) -> Station:
    station = session.get(Station, name)
    if station is None:
        raise NotFound(f"Không có trạm {name}.", f"There is no station {name}.")
    return station


def issue_code(session: Session, name: str, *, life: timedelta, by: str, now: datetime) -> str:
    """Return a new one-time code for station *name*; earlier unused ones end here.

    A station that is enrolled already gets a new key with it (a replaced memory card).
    """
    station = station_named(session, name)
    if station.state == "revoked":
        raise StationWasRevoked(
            f"Trạm {name} đã bị thu hồi. Nếu trên trạm còn dữ liệu: xin dùng lại trạm ở trang Trạm "
            "(cần người thứ hai đồng ý). Nếu không: tạo trạm mới với tên khác.",
            f"Station {name} was revoked. If there is data on it, ask on the page Stations to let "
            "it in again (a second person agrees). If not, create one under another name.",
        )
    _end_codes(session, name, now)
    letters = "".join(secrets.choice(ALPHABET) for _ in range(_CODE_LETTERS))
    session.add(
        EnrolmentCode(
            code_hash=_hash(letters), station=name, created_at=now, expires_at=now + life,
            used_at=None,
        )
    )  # fmt: skip
    audit.record(session, "station.code-issued", name, by=by, now=now)
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LETTERS, 4))


def enrol(session: Session, code: str, key: str, *, now: datetime) -> Station:
    """Give the station that *code* was issued for the Ed25519 public *key* (base64url)."""
    try:
        public_key(key)
    except BadSignature as error:
        raise BadInput(
            "Khóa công khai của trạm không đọc được. Cập nhật phần mềm của trạm rồi thử lại.",
            "The station's public key is unreadable. Update its software and try again.",
        ) from error
    name = session.scalar(
        update(EnrolmentCode)
        .where(EnrolmentCode.code_hash == _hash(code), EnrolmentCode.used_at.is_(None))
        .where(EnrolmentCode.expires_at > now, EnrolmentCode.created_at <= now + CLOCKS_DIFFER)
        .values(used_at=now)
        .returning(EnrolmentCode.station)
    )
    station = session.get(Station, name) if name else None
    if station is None or station.state == "revoked":
        raise CodeRefused(
            "Mã ghi danh sai, đã dùng hoặc đã hết hạn. Lấy mã mới ở trang Trạm.",
            "The code is wrong, used or too old. Take a new one from the page Stations.",
        )
    again = station.state == "enrolled"
    _end_key(session, station, now)
    station.public_key, station.state, station.enrolled_at = key, "enrolled", now
    session.merge(StationKey(station=station.id, public_key=key, since=now, until=None))
    detail = f"key {sha256(key.encode()).hexdigest()[:16]}" + (", again" if again else "")
    audit.record(
        session, "station.enrolled", station.id, by=f"station:{station.id}", now=now, detail=detail
    )
    forget_keys(session)
    return station


def revoke_station(session: Session, name: str, *, by: str, now: datetime) -> None:
    """Take nothing more from station *name*, from the moment this is committed."""
    station = station_named(session, name)
    if station.state == "revoked":
        return
    station.state = "revoked"
    _end_key(session, station, now)
    _end_codes(session, name, now)
    said = health_queries.report_of(session, name)
    detail = f"{said.queue} events waited on it" if said and said.queue else None
    audit.record(session, "station.revoked", name, by=by, now=now, detail=detail)
    forget_keys(session)


def all_stations(session: Session) -> list[Station]:
    return list(session.scalars(select(Station).order_by(Station.state, Station.id)))


def _end_key(session: Session, station: Station, now: datetime) -> None:
    """Note until when the present key was the station's."""
    if station.public_key is None:
        return
    since = station.enrolled_at or station.created_at
    row = session.get(StationKey, (station.id, station.public_key))
    row = row or StationKey(station=station.id, public_key=station.public_key, since=since)
    row.until = now
    session.add(row)


def _end_codes(session: Session, name: str, now: datetime) -> None:
    unused = update(EnrolmentCode).where(EnrolmentCode.station == name)
    session.execute(unused.where(EnrolmentCode.used_at.is_(None)).values(used_at=now))


def forget_keys(session: Session) -> None:
    event.listen(session, "after_commit", keyring.forget, once=True)


def _hash(code: str) -> str:
    letters = code.upper().replace("-", "").replace(" ", "")
    return sha256(letters.encode()).hexdigest()
