"""Where everything is that an address names: what is elsewhere answers as what does not exist.

One row for each part of an address, so that no view has to remember to ask.  A part that names
nothing anybody owns stands in FREE; `tests/server/test_whereabouts.py` lets no part be without.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, current_app, request
from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from server.accounts import partners
from server.accounts.actors import of_stations
from server.accounts.current import current_within
from server.accounts.models import Partner, Station
from server.accounts.within import Within
from server.declarations.models import Point
from server.declarations.targets.models import TargetRule
from server.declarations.zones.models import ZonePart
from server.delivery.models import Delivery
from server.intake.models import ChainAlert
from server.lab import sight as lab_sight
from server.lab.imports.models import ImportFile
from server.lab.models import Result, ResultDispute
from server.lab.plates.models import Plate
from server.lab.run_models import Run
from server.outcomes.models import Callback, Outcome
from server.people import whole
from server.people.merge_models import PersonMerge
from server.people.models import CardBatch, Disagreement, Identity, IdentityQuestion, Person
from server.permissions import Permission
from server.record.request_models import DataRequest
from server.record.vaccination_models import VaccinationImport
from server.sampling import queries, sight
from server.sampling.decision_models import Matter, SlipGroup
from server.sampling.lot_models import Roster, TubeVoid
from server.sampling.matters import matter_in
from server.sampling.models import Lot, Pairing, TubeConflict
from server.sampling.roster_models import RosterDraft
from server.sampling.shift_models import SlipSuspicion
from server.web import access_of, reading

Look = Callable[[Session, Within, Any], bool]
Condition = Callable[[Within], ColumnElement[bool]]


def check() -> None:
    """Let whoever is signed in reach only what is in their scope; to be called before views."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not request.view_args or not isinstance(access_of(view), Permission):
        return
    within = current_within()
    if within.everywhere:
        return
    with reading() as session:
        for name, value in request.view_args.items():
            look = look_for(request.blueprint or "", name)
            if look is not None and not look(session, within, value):
                abort(404)


def look_for(blueprint: str, name: str) -> Look | None:
    """Return how to find out where a part of an address is, None for one that is free."""
    if (blueprint, name) in FREE:
        return None
    return OF_BLUEPRINT.get((blueprint, name)) or LOOKS.get(name, _nowhere)


def _nowhere(_session: Session, _within: Within, _value: Any) -> bool:
    """A part that nobody thought of opens nothing."""
    return False


def _row(model: Any, condition: Condition) -> Look:
    """Find the row with that id, if it fulfils the condition."""
    key = model.__mapper__.primary_key[0]

    def look(session: Session, within: Within, value: Any) -> bool:
        return session.scalar(select(key).where(key == value, condition(within))) is not None

    return look


def _placed(model: Any, column: str = "place") -> Look:
    return _row(model, lambda within: within.rows(getattr(model, column)))


def _of_whole(model: Any, *columns: str) -> Look:
    """Find what is done to a record, not what was done there: only with the whole of it."""

    def condition(within: Within) -> ColumnElement[bool]:
        return or_(*(whole.begun(within, getattr(model, each)) for each in columns))

    return _row(model, condition)


def _outcome(within: Within) -> ColumnElement[bool]:
    begun = exists().where(Person.id == Outcome.person_id, within.rows(Person.place))
    return or_(within.rows(Outcome.place), begun)


def _question(session: Session, within: Within, value: Any) -> bool:
    """Two names of one number are looked at where the number was shown; whoever says that two
    records are one person's must see both whole, for the answer joins them."""
    number = _row(Disagreement, sight.doubts)(session, within, value)
    return number or _row(IdentityQuestion, whole.both_records)(session, within, value)


def _point(session: Session, within: Within, value: str) -> bool:
    return _placed(Point)(session, within, value.upper())


def _lot(session: Session, within: Within, value: str) -> bool:
    """Lots name nobody, so everybody reads them; who has the place of one does something with it,
    and prints its labels."""
    free = request.endpoint == "sampling.show_lot"
    return free or _placed(Lot)(session, within, value)


def _void(session: Session, within: Within, value: Any) -> bool:
    void = session.get(TubeVoid, value)
    return void is not None and _placed(Lot)(session, within, void.lot_id)


def _zone(session: Session, within: Within, value: Any) -> bool:
    """Zones are proclaimed, so everybody reads them; who has all of one changes it."""
    if request.method == "GET" or request.blueprint != "zones":
        return True
    parts = _parts(session, value)
    return bool(parts) and all(_part(session, within, each) for each in parts)


def _parts(session: Session, zone_id: Any) -> list[Any]:
    return list(session.scalars(select(ZonePart.id).where(ZonePart.zone_id == zone_id)))


def _part(session: Session, within: Within, value: Any) -> bool:
    part = session.get(ZonePart, value)
    point = session.get(Point, part.point_id) if part and part.point_id else None
    place = point.place if point else (part.place if part else None)
    return within.covers(place or "")


def _partner(session: Session, within: Within, value: str) -> bool:
    found = session.get(Partner, value)
    return found is not None and partners.may_manage(within, found.place)


LOOKS: Mapping[str, Look] = {
    "alert_id": _row(ChainAlert, lambda within: of_stations(within, ChainAlert.station)),
    "batch_id": _placed(CardBatch),
    "callback_id": _placed(Callback),
    "conflict_id": _row(TubeConflict, queries.claimed),
    "delivery_id": _placed(Delivery),
    "dispute_id": _row(ResultDispute, lambda within: lab_sight.tubes(within, ResultDispute.tube)),
    "draft_id": _placed(RosterDraft),
    "event_id": _row(SlipSuspicion, lambda within: of_stations(within, SlipSuspicion.station)),
    "group_id": _row(SlipGroup, lambda within: of_stations(within, SlipGroup.station)),
    "identity_id": _of_whole(Identity, "person_id"),
    "lot_id": _lot,
    "matter_id": _row(Matter, matter_in),
    "merge_id": _of_whole(PersonMerge, "person_id", "other_id"),
    "outcome_id": _row(Outcome, _outcome),
    "pairing_id": _placed(Pairing),
    "part_id": _part,
    "person_id": sight.sees_person,
    "plate_id": _placed(Plate, "lab"),
    "point_id": _point,
    "question_id": _question,
    "request_id": _of_whole(DataRequest, "person_id"),
    "result_id": _placed(Result, "lab"),
    "roster_id": _placed(Roster),
    "rule_id": _placed(TargetRule),
    "run_id": _placed(Run, "lab"),
    "station": _placed(Station),
    "tube": lab_sight.sees_tube,
    "void_id": _void,
    "zone_id": _zone,
}
OF_BLUEPRINT: Mapping[tuple[str, str], Look] = {
    ("points", "code"): _point,
    ("keeper", "code"): _point,
    ("partners", "name"): _partner,
    ("imports", "import_id"): _placed(ImportFile),
    ("vaccinations", "import_id"): _placed(VaccinationImport),
    # A part of a record is for looking at (`sampling.sight`): these change it, or take it out.
    ("links", "person_id"): whole.is_whole,
    ("person_numbers", "person_id"): whole.is_whole,
    ("requests", "person_id"): whole.is_whole,
}
# Kinds of work, ways to write a file; and what names neither people nor their health: assays,
# receivers.  A saved view is its owner's (`officers.saved`), and accounts
# have a rule of their own (`accounts.grants`).
FREE = frozenset(
    {
        ("users", "login"), ("assays", "code"), ("boxes", "act"), ("desks", "desk"),
        ("desk_exports", "desk"),
        ("exchange", "target"), ("matched", "view_id"), ("overview", "key"),
        ("reports", "form"), ("plates", "act"), ("plates", "form"),
        # Their views look by the tube that they are about (`officers.seen`).
        ("stories", "event_id"), ("stories", "import_id"), ("stories", "result_id"),
    }
)  # fmt: skip
