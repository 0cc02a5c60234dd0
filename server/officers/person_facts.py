"""A person's whole story: declared, checked in, tested, told, vaccinated, linked, read by whom.

Reads only.  Records that are one person's are told together.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import local_forms
from server.declarations import late_times
from server.declarations import queries as declarations
from server.declarations.models import CheckIn
from server.declarations.told import told_by
from server.display import VIETNAM, local
from server.officers.reads import read_facts
from server.officers.tale import Fact, Tone, who
from server.outcomes.words import REASONS, STATUSES
from server.people import merges, queries
from server.people.merge_models import PersonMerge
from server.people.models import Identity
from server.record.request_words import KINDS
from server.record.requests import requests_of
from server.record.vaccinations import dose_of, vaccinations_of
from server.sampling.models import Pairing, PairingVoid

MOST = 500  # of each kind
SHOWN = 4  # last digits of a number


def person_story(session: Session, person_id: UUID) -> list[Fact]:
    """Return every fact about a person, oldest first."""
    ids = merges.together(session, person_id)
    facts = [
        *_records(session, ids),
        *_numbers(session, ids),
        *_merges(session, ids),
        *_check_ins(session, ids),
        *_declared(session, ids),
        *_samples(session, ids),
        *_told(session, ids),
        *_doses(session, person_id),
        *_requests(session, person_id),
        *read_facts(session, ids),
    ]
    return sorted(dict.fromkeys(facts), key=lambda fact: fact.at)


def _records(session: Session, ids: Sequence[UUID]) -> Iterator[Fact]:
    for each in ids:
        found = queries.person(session, each)
        yield Fact(found.created_at, "created", "Có trong hồ sơ", "On record", evidence=found.place)


def _numbers(session: Session, ids: Sequence[UUID]) -> Iterator[Fact]:
    every = select(Identity).where(Identity.person_id.in_(ids)).limit(MOST)
    for link in session.scalars(every):
        number = f"{link.system} …{link.value[-SHOWN:]}"
        claimed = (" (tự khai)", " (claimed)") if link.claimed else ("", "")
        vi, en = f"Liên kết {number}{claimed[0]}", f"Linked {number}{claimed[1]}"
        yield Fact(
            link.linked_at, "paired", vi, en, who(link.linked_by), link.reason or link.evidence,
            Tone.ASIDE, opens=_event(link.evidence),
        )  # fmt: skip
        if link.unlinked_at:
            yield Fact(
                link.unlinked_at, "voided", f"Gỡ liên kết {number}", f"Unlinked {number}",
                who(link.unlinked_by), link.unlink_reason or "", Tone.CORRECTION,
            )  # fmt: skip


def _event(evidence: str) -> str:
    kind, _, name = evidence.partition(":")
    return f"/evidence/events/{name}" if kind == "event" else ""


def _merges(session: Session, ids: Sequence[UUID]) -> Iterator[Fact]:
    every = select(PersonMerge).where(
        PersonMerge.person_id.in_(ids) | PersonMerge.other_id.in_(ids)
    )
    for merge in session.scalars(every):
        yield Fact(
            merge.merged_at, "decided", "Gộp hai hồ sơ làm một", "Two records were merged",
            who(merge.merged_by), merge.reason or merge.evidence,
        )  # fmt: skip
        if merge.undone_at:
            yield Fact(
                merge.undone_at, "decided", "Tách lại hai hồ sơ", "The records were parted",
                who(merge.undone_by), merge.undo_reason or "", Tone.CORRECTION,
            )  # fmt: skip


def _check_ins(session: Session, ids: Sequence[UUID]) -> Iterator[Fact]:
    for each in ids:
        made = declarations.check_ins_of(session, each, limit=MOST)
        claimed = late_times.claimed_times(session, [one.id for one in made])
        for one in made:
            clock = _clock(one, claimed.get(one.id))
            yield Fact(
                one.at, "voided" if one.voided_at else "entered",
                f"Ghi ở điểm {one.point}{clock[0]}", f"Checked in at {one.point}{clock[1]}",
                one.station or one.source, one.void_reason or "",
                Tone.ASIDE if one.voided_at else Tone.PLAIN,
            )  # fmt: skip


def _clock(made: CheckIn, claimed: datetime | None) -> tuple[str, str]:
    """Say how far a check-in's time is known; what the station said first is not hidden."""
    vi, en = ("", "") if made.trusted else ("; đồng hồ chưa chỉnh", "; clock not set")
    if claimed is None:
        return vi, en
    said_vi, said_en = (local_forms.moment(local(claimed), each) for each in ("vi", "en"))
    vi = f"{vi}; giờ tính lại, trạm ghi {said_vi}"
    return vi, f"{en}; worked out, the station said {said_en}"


def _declared(session: Session, ids: Sequence[UUID]) -> Iterator[Fact]:
    for each in ids:
        for told in told_by(session, each):
            alarming = told.made.symptoms or told.made.exposed
            vi, en = (
                ("Khai báo: có dấu hiệu", "Declared: signs")
                if alarming
                else ("Khai báo", "Declared")
            )
            yield Fact(
                told.made.at, "voided" if told.voided else "entered", vi, en, told.made.source,
                told.made.form_id, Tone.ASIDE if told.voided else Tone.PLAIN,
            )  # fmt: skip


def _samples(session: Session, ids: Sequence[UUID]) -> Iterator[Fact]:
    every = select(Pairing).where(Pairing.person_id.in_(ids)).order_by(Pairing.paired_at.desc())
    pairings = list(session.scalars(every.limit(MOST)))
    known = [each.id for each in pairings]
    voids = select(PairingVoid).where(PairingVoid.pairing_id.in_(known))
    voided = {each.pairing_id: each for each in session.scalars(voids)}
    for each in pairings:
        tube, void = each.tube.grouped, voided.get(each.id)
        vi, en = (
            f"Lấy mẫu vào ống {tube} tại {each.station}",
            f"Sampled into {tube} at {each.station}",
        )
        yield Fact(
            each.paired_at, "voided" if void else "paired", vi, en, each.operator, each.place,
            opens=f"/tubes/{each.tube}",
        )  # fmt: skip
        if void:
            yield Fact(
                void.voided_at, "voided", f"Hủy ghép ống {tube}", f"Pairing of {tube} was voided",
                who(void.by), void.reason, Tone.CORRECTION,
            )  # fmt: skip


def _told(session: Session, ids: Sequence[UUID]) -> Iterator[Fact]:
    for each in ids:
        for entry in declarations.record_of(session, each):
            status, why = STATUSES[entry.status], REASONS.get(entry.reason, (entry.reason,) * 2)
            yield Fact(
                entry.recorded_at, entry.status,
                f"Được báo: {status[0]} (ống {entry.tube.grouped}, bản {entry.version})",
                f"Was told: {status[1]} (tube {entry.tube.grouped}, v{entry.version})",
                evidence=f"{why[0]} · {entry.key}", opens=f"/tubes/{entry.tube}",
                tone=Tone.PLAIN if entry.version == 1 else Tone.CORRECTION,
            )  # fmt: skip


def _doses(session: Session, person_id: UUID) -> Iterator[Fact]:
    for each in vaccinations_of(session, person_id):
        dose = dose_of(each)
        at = _noon(dose.on) or each.recorded_at
        signed = ("chữ ký đúng", "signed") if each.verified else ("chưa xác minh", "not verified")
        yield Fact(
            at, "done", f"Tiêm {dose.vaccine}, mũi {dose.number or '?'} ({signed[0]})",
            f"Vaccinated with {dose.vaccine}, dose {dose.number or '?'} ({signed[1]})",
            who(each.recorded_by), dose.facility or dose.certificate,
        )  # fmt: skip


def _noon(day: str) -> datetime | None:
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time(12), VIETNAM)
    except ValueError:
        return None


def _requests(session: Session, person_id: UUID) -> Iterator[Fact]:
    for each in requests_of(session, person_id):
        vi, en = KINDS[each.kind]
        yield Fact(each.asked_at, "waiting", f"Yêu cầu {vi}", f"Asked to {en}",
                   who(each.asked_by), tone=Tone.ASIDE)  # fmt: skip
        if each.answered_at:
            yield Fact(each.answered_at, "decided", f"Trả lời yêu cầu {vi}",
                       f"The wish to {en} was answered", who(each.answered_by), each.reason or "",
                       Tone.ASIDE)  # fmt: skip
