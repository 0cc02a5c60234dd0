"""Doses enter people's records: from a list in two steps, or from a health certificate.

A number in a list was typed by somebody: it leads to a person only where name and year of birth
agree; a row that names another is refused, and asks nothing of anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.certificates import (
    Certificate,
    CertificateError,
    IssuerKey,
    UnknownIssuer,
    read_certificate,
    verify_certificate,
)
from contract.certificates import Vaccination as Entry
from contract.identities import Key, Kind, PersonCode, Sex, System, fields, parse
from server import vault
from server.accounts.within import ANYWHERE, Within
from server.audit import services as audit
from server.errors import BadInput, DomainError, NotFound
from server.people import doubts, merges, queries
from server.people import services as people
from server.people.agreement import Traits, agree
from server.people.links import LiveLinks
from server.record.doses import PRODUCTS, Dose, Given, Reading, Reason, Refused
from server.record.vaccination_models import Vaccination, VaccinationImport


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a dose comes from, and who records it."""

    source: str
    by: str
    now: datetime
    verified: bool = False
    import_id: UUID | None = None


class ImportDone(DomainError):
    code = "import-done"


class ImportGone(DomainError):
    code = "import-gone"


class CertificateOfAnother(DomainError):
    code = "certificate-of-another"


def vaccinations_of(session: Session, person_id: UUID) -> list[Vaccination]:
    """Return the doses of a person, newest first."""
    ids = merges.together(session, person_id)
    found = session.scalars(select(Vaccination).where(Vaccination.person_id.in_(ids)))
    return sorted(found, key=lambda each: dose_of(each).on, reverse=True)


def dose_of(vaccination: Vaccination) -> Dose:
    return msgspec.json.decode(vaccination.said, type=Dose)


def stage(
    session: Session, reading: Reading, *, title: str, place: str, by: str, now: datetime
) -> VaccinationImport:
    """Keep a list as it was read; nothing enters a record yet."""
    if not reading.rows:
        raise BadInput("Danh sách trống.", "The list is empty.", field="people")
    made = VaccinationImport(
        id=uuid4(), title=title, place=place, content=msgspec.json.encode(reading).decode(),
        created_at=now, created_by=by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    detail = f"{len(reading.given)} taken, {len(reading.refused)} refused"
    audit.record(session, "vaccinations.read-in", made.id, by=by, now=now, detail=detail)
    return made


def reading_of(found: VaccinationImport) -> Reading:
    """Return what stood on a list: nothing once that was kept long enough."""
    kept = found.content
    return msgspec.json.decode(kept, type=Reading) if kept is not None else Reading((), ())


def import_named(session: Session, import_id: UUID) -> VaccinationImport:
    found = session.get(VaccinationImport, import_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("Không có danh sách này.", "There is no such list.")
    return found


def imports(session: Session, within: Within = ANYWHERE) -> Sequence[VaccinationImport]:
    asked = select(VaccinationImport).where(within.rows(VaccinationImport.place))
    asked = asked.order_by(VaccinationImport.created_at.desc())
    return session.scalars(asked.limit(50)).all()


def confirm(session: Session, import_id: UUID, *, by: str, now: datetime) -> Reading:
    """Let the doses of a list enter the records; return what became of every row at last.

    Raises NotFound, ImportDone, ImportGone.
    """
    found = import_named(session, import_id)
    if found.done_at is not None:
        raise ImportDone("Danh sách này đã nhập xong.", "This list was entered already.")
    if found.content is None:
        raise ImportGone(
            "Danh sách này đã hết hạn giữ. Gửi lại tệp.",
            "This list was kept long enough and is gone. Send the file again.",
        )
    reading = reading_of(found)
    codes = [_code(row) for row in reading.given]
    links = LiveLinks.of(session, codes)
    origin = _Origin("list", by, now, import_id=found.id)
    given, refused = [], list(reading.refused)
    for row, code in zip(reading.given, codes, strict=True):
        if _is_anothers(code, links):
            shown = f"{row.guest.name} · {row.dose.on}"
            refused.append(Refused(row.line, str(Reason.ANOTHER), shown))
            continue
        link = links.get(code.primary)
        person = link.person if link else people.person_of(
            session, code, by=by, now=now, evidence=f"vaccinations:{found.id}",
            place=found.place, links=links,
        )  # fmt: skip
        _record(session, person.id, row.dose, origin)
        given.append(row)
    last = Reading(tuple(given), tuple(sorted(refused, key=lambda each: each.line)))
    found.content = msgspec.json.encode(last).decode()
    found.done_at, found.done_by = now, by
    detail = f"{len(last.given)} entered, {len(last.refused)} refused"
    audit.record(session, "vaccinations.entered", found.id, by=by, now=now, detail=detail)
    return last


def _code(row: Given) -> PersonCode:
    guest = row.guest
    key = Key(System(guest.system), guest.number, claimed=True)
    raw = f"{guest.system}|{guest.number}|{guest.name}|{guest.birth or guest.birth_year}"
    return PersonCode(
        Kind.OTHER, raw.encode(), (key,), name=guest.name,
        birth=fields.year_first(guest.birth or str(guest.birth_year or "")),
        sex=Sex(guest.sex) if guest.sex else None,
    )  # fmt: skip


def _is_anothers(code: PersonCode, links: LiveLinks) -> bool:
    link = links.get(code.primary)
    return link is not None and not agree(Traits.of_code(code), Traits.of_person(link.person))


def add_certificate(
    session: Session, text: str, issuers: Mapping[bytes, IssuerKey], *, person_id: UUID | None,
    place: str, by: str, now: datetime,
) -> list[Vaccination]:  # fmt: skip
    """Let the doses of a health certificate enter a record: the bearer's, or *person_id*'s.

    One whose issuer we do not know is marked as not verified.  Raises BadInput where it is
    forged, damaged or holds no dose, CertificateOfAnother.
    """
    text = text.strip("\r\n\t")
    said, entries = _read(text, issuers)
    code = parse(text.encode())
    if person_id is None:
        bearer = people.person_of(
            session, code, by=by, now=now, evidence="certificate", place=place
        )
        person_id, anothers = bearer.id, doubts.is_asked(session, code, bearer)
    else:
        anothers = doubts.contradicts(code, queries.person(session, person_id))
    if anothers:
        raise CertificateOfAnother(
            "Chứng nhận này mang tên hoặc năm sinh khác hồ sơ đang mở, hay hồ sơ mà số của nó dẫn"
            " đến. Mở hồ sơ của đúng người rồi quét ở đó.",
            "This certificate names another person, or another year of birth, than the record that"
            " is open or that its number leads to. Scan it on the right person's own record.",
        )
    origin = _Origin("certificate", by, now, verified=said.verified)
    made = [_record(session, person_id, _dose(each), origin) for each in entries]
    detail = "certificate" if said.verified else "certificate, not verified"
    audit.record(session, "vaccination.recorded", person_id, by=by, now=now, detail=detail)
    return made


def _read(text: str, issuers: Mapping[bytes, IssuerKey]) -> tuple[Certificate, list[Entry]]:
    try:
        said = verify_certificate(text, issuers)
    except UnknownIssuer:
        said = read_certificate(text)
    except CertificateError as error:
        raise BadInput(
            "Không phải chứng nhận sức khỏe, hoặc mã bị hỏng hay bị sửa.",
            "This is no health certificate, or it is damaged or was changed.",
            field="certificate",
        ) from error
    entries = [each for each in said.entries if isinstance(each, Entry) and each.on]
    if not entries:
        raise BadInput(
            "Chứng nhận này không ghi mũi tiêm nào.",
            "This certificate holds no vaccination.",
            field="certificate",
        )
    return said, entries


def _dose(entry: Entry) -> Dose:
    on = entry.on.isoformat() if entry.on else ""
    vaccine = PRODUCTS.get(entry.product, entry.product)
    return Dose(on, vaccine, entry.dose, facility=entry.issuer, certificate=entry.id)


def day_blind(on: str) -> str:
    """Return what a day of vaccination is found by."""
    return vault.current().blind("vaccination.day", on)


def _record(session: Session, person_id: UUID, dose: Dose, origin: _Origin) -> Vaccination:
    """Record a dose once; a certificate with a good signature proves what a list said."""
    session.flush()
    asked = select(Vaccination).where(
        Vaccination.person_id == person_id,
        Vaccination.day_blind.in_(vault.current().blinds("vaccination.day", dose.on)),
    )
    known = session.scalar(asked)
    if known is not None:
        if origin.verified and not known.verified:
            known.verified, known.source = True, origin.source
            known.said = msgspec.json.encode(dose).decode()
        return known
    made = Vaccination(
        id=uuid4(), person_id=person_id, said=msgspec.json.encode(dose).decode(),
        day_blind=day_blind(dose.on), source=origin.source, verified=origin.verified,
        import_id=origin.import_id, recorded_at=origin.now, recorded_by=origin.by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
