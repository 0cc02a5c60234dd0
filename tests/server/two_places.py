"""One place with a row on every desk and in every list: a station, people, tubes, trouble.

Everything that a page may show carries the place's mark, so that a page can be searched for it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from contract.points import new_point_code
from contract.tubes import TubeId
from server.accounts.models import Partner, Station
from server.declarations.models import CheckIn, Point
from server.declarations.targets.models import Locality, TargetRule
from server.declarations.zones.models import Zone, ZoneLevel, ZonePart
from server.delivery.models import Delivery
from server.intake.models import ChainAlert
from server.lab.assay_versions import shipped
from server.lab.imports.models import ImportFile
from server.lab.models import Reception, Result, ResultDispute
from server.lab.plates.models import Plate
from server.lab.run_models import AssayVersion, Run
from server.lab.storage.models import StoredTube
from server.outcomes.desk_models import DeskItem
from server.outcomes.desks import UNMATCHED
from server.outcomes.models import Callback, Outcome
from server.people.merge_models import PersonMerge
from server.people.models import CardBatch, Disagreement, Identity, IdentityQuestion, Person
from server.people.queries import name_blind
from server.record.request_models import DataRequest
from server.record.vaccination_models import VaccinationImport
from server.sampling.decision_models import Matter, SlipGroup, SlipMember
from server.sampling.lot_models import Roster, TubeVoid
from server.sampling.models import ConflictClaim, Lot, Pairing, TubeConflict
from server.sampling.roster_models import RosterDraft
from server.sampling.shift_models import SlipSuspicion, StationShift

EMPTY = '{"taken":[],"refused":[],"fields":[]}'
NO_DOSES = '{"given":[],"refused":[]}'


@dataclass
class Furnished:
    """What stands in one place: its mark, its tubes, and an id for each part of an address."""

    session: Session
    place: str
    mark: str
    series: int
    now: datetime
    serial: int = 0

    def __post_init__(self) -> None:
        self.ids: dict[str, Any] = {}
        self.tubes: list[TubeId] = []
        self._ground()
        self._doubts()
        self._laboratory()
        self._declared()
        self._desks()
        self.session.flush()

    def _add(self, row: Any, *names: str) -> Any:
        self.session.add(row)
        self.session.flush()
        self.ids.update(dict.fromkeys(names, row.id))
        return row

    def _tube(self) -> TubeId:
        self.serial += 1
        self.tubes.append(TubeId.mint(self.series, self.serial))
        return self.tubes[-1]

    def _person(self) -> Person:
        name = f"{self.mark} Văn {len(self.ids)}"
        return self._add(
            Person(id=uuid4(), name=name, name_blind=name_blind(name), birth_year=1990, sex="F",
                   place=self.place, created_at=self.now)
        )  # fmt: skip

    def _pair(self, tube: TubeId, person: Person, *, manual: bool = False) -> Pairing:
        return self._add(
            Pairing(id=uuid4(), tube=tube, person_id=person.id, station=self.station, operator="",
                    person_kind="citizen-card", order="person-first", paired_at=self.now,
                    trusted=True, place=self.place, took_ms=1, manual=manual, received_at=self.now)
        )  # fmt: skip

    def _ground(self) -> None:
        now, place = self.now, self.place
        self.station = f"tram-{self.series}"
        self._add(Station(id=self.station, label=f"{self.mark} trạm", place=place, created_at=now,
                          duty="sampling", state="created"), "station")  # fmt: skip
        self.session.add(Partner(id=f"cdc-{self.series}", label=f"{self.mark} CDC", place=place,
                                 scopes="resolve", token_hash=self.mark, expires_at=now,
                                 created_at=now, created_by="u"))  # fmt: skip
        self.ids["name"] = f"cdc-{self.series}"
        lot = self._add(Lot(id=f"L-{self.mark}", kind="sampling", series=self.series, first=1,
                            last=99, size=99, place=place, created_at=now,
                            created_by="user:a"))  # fmt: skip
        self.ids["lot_id"] = lot.id
        self._add(TubeVoid(id=uuid4(), lot_id=lot.id, first=98, last=99, reason=self.mark, at=now,
                           by="user:a"), "void_id")  # fmt: skip
        self._add(Roster(id=uuid4(), title=f"{self.mark} danh sách", lot_id=lot.id, size=1,
                         place=place, created_at=now, created_by="u"), "roster_id")  # fmt: skip
        self._add(RosterDraft(id=uuid4(), title=self.mark, series=self.series, place=place,
                              content=EMPTY, created_at=now, created_by="u"),
                  "draft_id")  # fmt: skip
        self._add(CardBatch(id=uuid4(), place=place, created_at=now, created_by="u"), "batch_id")
        self._add(VaccinationImport(id=uuid4(), title=f"{self.mark} tiêm", place=place,
                                    content=NO_DOSES, created_at=now, created_by="user:a"),
                  "vaccinations")  # fmt: skip
        self._add(ChainAlert(id=uuid4(), station=self.station, epoch="e", kind="gap", seq=1,
                             last_seq=1, at=now, detail=""), "alert_id")  # fmt: skip
        self._add_shift()

    def _add_shift(self) -> None:
        self.session.add(
            StationShift(event_id=uuid4(), station=self.station, operator=self.mark, began=self.now,
                         ended=self.now, trusted=True, people=1, used=1, void=0, scan_ms=1,
                         pace_ms=1, rereads=0, manual=0, slips=0, received_at=self.now)
        )  # fmt: skip

    def _doubts(self) -> None:
        now = self.now
        self.person, other = self._person(), self._person()
        self.ids["person_id"] = self.person.id
        one = self._pair(self._tube(), self.person, manual=True)
        two = self._pair(one.tube, other)
        self.ids |= {"pairing_id": one.id, "tube": one.tube.text}
        conflict = self._add(TubeConflict(id=uuid4(), tube=one.tube, kind="two-persons",
                                          opened_at=now), "conflict_id")  # fmt: skip
        for claim in (one, two):
            self.session.add(ConflictClaim(conflict_id=conflict.id, pairing_id=claim.id))
        self._add(Matter(id=uuid4(), kind="voided-after-result", tube=one.tube, pairing_id=one.id,
                         held=True, opened_at=now), "matter_id")  # fmt: skip
        group = self._add(SlipGroup(id=uuid4(), station=self.station, cause="suspected", shift=True,
                                    opened_at=now), "group_id")  # fmt: skip
        self.session.add(SlipMember(group_id=group.id, pairing_id=one.id, tube=one.tube, place=1))
        suspicion = SlipSuspicion(event_id=uuid4(), station=self.station, operator="", tubes="",
                                  reason="x", at=now, trusted=True, received_at=now)  # fmt: skip
        self.session.add(suspicion)
        self.ids["event_id"] = suspicion.event_id
        self._identity(self.person.id, other.id)
        self._add(DataRequest(id=uuid4(), person_id=self.person.id, kind="see", source="officer",
                              wish=self.mark, asked_at=now, asked_by="u", due_at=now),
                  "request_id")  # fmt: skip

    def _identity(self, person: UUID, other: UUID) -> None:
        now = self.now
        self._add(Identity(id=uuid4(), person_id=person, system="citizen",
                           value=f"0790{self.series:08}", value_blind=f"{self.series:032}",
                           claimed=False, kind="citizen-card", evidence="x", linked_at=now,
                           linked_by="u"), "identity_id")  # fmt: skip
        self._add(IdentityQuestion(id=uuid4(), kind="x", person_id=person, other_id=other,
                                   system="citizen", evidence="x", opened_at=now))  # fmt: skip
        self._add(Disagreement(id=uuid4(), person_id=person, system="citizen", kind="citizen-card",
                               said_name=f"{self.mark} Khác", said_blind="x", opened_at=now),
                  "question_id")  # fmt: skip
        self._add(PersonMerge(id=uuid4(), person_id=person, other_id=other, evidence="page",
                              reason="x", merged_at=now, merged_by="u", undone_at=now,
                              undone_by="u", undo_reason="x"), "merge_id")  # fmt: skip

    def _laboratory(self) -> None:
        now, lab = self.now, self.place
        code, text = next(iter(shipped().items()))
        assay = self.session.get(AssayVersion, UUID(int=1)) or AssayVersion(
            id=UUID(int=1), code=code, version=1, definition=text, digest="x", made_by="u",
            made_at=now, note="",
        )  # fmt: skip
        self.session.merge(assay)
        run = self._add(Run(id=uuid4(), assay_id=UUID(int=1), instrument="máy", plate=self.mark,
                            lab=lab, operator="", source="keyed", controls="passed",
                            entered_by="user:a", entered_at=now), "run_id")  # fmt: skip
        self._add(Plate(id=f"P-{self.mark}", size=96, fill="rows", template="", title=self.mark,
                        created_at=now, created_by="u", lab=lab), "plate_id")  # fmt: skip
        self._add(ImportFile(id=uuid4(), kind="file", source="upload", name=f"{self.mark}.csv",
                             format="", digest=self.mark, size=1, state="discarded", cut=False,
                             acknowledged=False, notices="[]", progress=1, row_count=0, matched=0,
                             queued=0, refused=0, entered=0, instrument="", serial="",
                             run_name=self.mark, operator="", started="", assay="", place=lab,
                             received_by="u", received_at=now), "imports")  # fmt: skip
        for verified in (False, True):
            self._result(verified=verified, run=run)
        tube = self._tube()
        self._add(Reception(id=uuid4(), tube=tube, accepted=True, reason="", lab=lab, at=now,
                            box=f"HOP-{self.mark}", by="u"))  # fmt: skip
        self.session.add(StoredTube(tube=tube, lab=lab, freezer=self.mark, rack="R", position="A1",
                                    keep_until=date(2020, 1, 1), at=now, by="u"))  # fmt: skip

    def _result(self, *, verified: bool, run: Run) -> None:
        tube, now = self._tube(), self.now
        pairing = self._pair(tube, self.person)
        result = self._add(
            Result(id=uuid4(), tube=tube, lab=self.place, kind="first", call="positive",
                   suggested="", readings=(), method="", well="", note="", entered_by="user:a",
                   entered_at=now, verified_by="user:b" if verified else None,
                   verified_at=now if verified else None),
            "result_id",
        )  # fmt: skip
        self.ids["tested"] = tube.text
        self._add(ResultDispute(id=uuid4(), tube=tube, opened_at=now, over=str(result.id)),
                  "dispute_id")  # fmt: skip
        self._add(Outcome(id=uuid4(), tube=tube, person_id=self.person.id, version=1,
                          status="positive", reason="x", pairing_id=pairing.id, place=self.place,
                          result_id=result.id, sampled_at=now, grounds="", at=now),
                  "outcome_id")  # fmt: skip
        done = {"done_at": now, "done_by": "u", "note": "x", "ended": "given-up"}
        self._add(Callback(id=uuid4(), tube=tube, person_id=self.person.id, reason="x",
                           place=self.place, opened_at=now, due_at=now,
                           **(done if verified else {})), "callback_id")  # fmt: skip
        self.session.add(
            Delivery(target="declarations", key=f"{tube.text}/{self.person.id}/v1", version=1,
                     subject=str(self.person.id), place=self.place, payload="{}", state="dead",
                     attempts=1, next_try_at=now, created_at=now)
        )  # fmt: skip

    def _declared(self) -> None:
        now, place, today = self.now, self.place, date(2026, 11, 1)
        point = self._add(Point(id=new_point_code().text, kind="market", name=f"{self.mark} chợ",
                                place=place, address="", head="", phone="", plate="", route="",
                                opens="", closes="", active_from=today, created_at=now,
                                created_by="u"), "point_id", "code")  # fmt: skip
        self._add(CheckIn(id=uuid4(), person_id=self.person.id, source="keeper", point=point.name,
                          point_id=point.id, place=place, at=now - timedelta(days=1), trusted=True,
                          answers="{}", recorded_at=now))  # fmt: skip
        self.session.add(Locality(place=place, name=f"{self.mark} huyện", town=True, population=9,
                                  set_by="u", set_at=now))  # fmt: skip
        self._add(TargetRule(id=uuid4(), kind="", place=place, start=5, rate=1, basis="target",
                             since=today, set_by="u", set_at=now), "rule_id")  # fmt: skip
        zone = self._add(Zone(id=uuid4(), name="Vùng", created_at=now, created_by="u"), "zone_id")
        self._add(ZonePart(id=uuid4(), zone_id=zone.id, place=place, since=today, set_by="u",
                           set_at=now), "part_id")  # fmt: skip
        self._add(ZoneLevel(id=uuid4(), zone_id=zone.id, level="red", since=today, reason="",
                            set_by="u", set_at=now))  # fmt: skip

    def _desks(self) -> None:
        for desk in UNMATCHED:
            self.session.add(DeskItem(tube=self._tube(), desk=desk.value, since=self.now, detail="",
                                      place=self.place, station=self.station, box=""))  # fmt: skip
