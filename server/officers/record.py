"""All that stands in a person's records, those merged with it among them.  Reads only."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from server.accounts.within import ANYWHERE, Within
from server.declarations import queries as declarations
from server.declarations.check_ins import Answers, answers_of
from server.declarations.models import CheckIn, RecordEntry
from server.declarations.told import Told, told_by
from server.officers.tubes import live_pairings_of_person
from server.outcomes import queries as outcomes
from server.outcomes.models import Outcome
from server.outcomes.services import key_of
from server.people import merges
from server.people.whole import is_whole
from server.record import slips
from server.record.doses import Dose
from server.record.vaccination_models import Vaccination
from server.record.vaccinations import dose_of, vaccinations_of
from server.sampling.models import Pairing


class WholeRecord(NamedTuple):
    """What a person was told, what is on the way, where they checked in and
    what they declared, which tubes are theirs."""

    record: list[RecordEntry]
    missing: list[Outcome]
    check_ins: list[tuple[CheckIn, Answers]]
    declared: list[Told]
    pairings: list[Pairing]
    vaccinations: list[tuple[Vaccination, Dose]]
    slips: dict[str, UUID]  # for which entry of the record a slip can be printed: its outcome


def of_person(session: Session, person_id: UUID, within: Within = ANYWHERE) -> WholeRecord:
    """Return the records of a person together: newest first, of each tube the current version.

    Whoever may look where a record of theirs was begun sees all of it; others, what was done there.
    """
    ids = merges.together(session, person_id)
    whole = _gathered(session, person_id, ids)
    return whole if is_whole(session, within, person_id) else _part(whole, within)


def _part(whole: WholeRecord, within: Within) -> WholeRecord:
    """Leave in what was done in that scope.  Doses have no place, so they are of the whole."""
    check_ins = [(one, said) for one, said in whole.check_ins if within.covers(one.place)]
    here = {one.id for one, _ in check_ins}
    record = [each for each in whole.record if within.covers(each.place)]
    missing = [each for each in whole.missing if within.covers(each.place)]
    known = {each.key for each in record} | {key_of(each) for each in missing}
    return WholeRecord(
        record,
        missing,
        check_ins,
        [each for each in whole.declared if each.made.id in here],
        [each for each in whole.pairings if within.covers(each.place)],
        [],
        {key: which for key, which in whole.slips.items() if key in known},
    )


def _gathered(session: Session, person_id: UUID, ids: list[UUID]) -> WholeRecord:
    doses = [(each, dose_of(each)) for each in vaccinations_of(session, person_id)]
    whole = WholeRecord([], [], [], [], [], doses, {})
    for each in ids:
        whole.record.extend(declarations.record_of(session, each))
        known = outcomes.outcomes_of_person(session, each)
        whole.missing.extend(known)
        whole.slips.update({key_of(one): one.id for one in slips.printable(session, known)})
        whole.check_ins.extend(
            (one, answers_of(one)) for one in declarations.check_ins_of(session, each)
        )
        whole.declared.extend(told_by(session, each))
        whole.pairings.extend(live_pairings_of_person(session, each))
    recorded = {entry.key for entry in whole.record}
    whole.missing[:] = [each for each in whole.missing if key_of(each) not in recorded]
    sampled = {(e.person_id, e.tube): e.sampled_at for e in sorted(whole.record, key=_version)}
    whole.record.sort(key=lambda entry: sampled[entry.person_id, entry.tube], reverse=True)
    whole.declared.sort(key=lambda told: told.made.at, reverse=True)
    whole.check_ins.sort(key=lambda pair: pair[0].at, reverse=True)
    return whole


def _version(entry: RecordEntry) -> int:
    return entry.version
