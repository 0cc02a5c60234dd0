"""Gather the facts of one cell: a few questions, each by an index.  Reads only."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from server.db import among, listed
from server.declarations.notice import TARGET
from server.delivery.models import Delivery
from server.figures.days import bounds
from server.figures.samples import Cell, Facts, Given, Said, Tested, Tube
from server.lab.models import Reception, Result
from server.outcomes.desks import live
from server.outcomes.facts import text_of
from server.outcomes.models import Outcome
from server.sampling.models import Pairing, PairingVoid, TubeConflict

CHUNK = 1000  # texts in one question


def facts_of(session: Session, cell: Cell) -> Facts:
    """Return everything that the rows of *cell* follow from."""
    rows = session.execute(_pairings(cell)).all()
    tubes = {row.tube: Tube() for row in rows}
    earlier = _others(session, list(tubes))
    given = [_given(row, earlier.get(row.tube, ())) for row in rows]
    names = list(tubes)
    for start in range(0, len(names), CHUNK):
        some = listed(names[start : start + CHUNK])
        _received(session, some, tubes)
        _tested(session, some, tubes)
        _disputed(session, some, tubes)
        _said(session, some, tubes)
    return Facts(cell, given, tubes)


def _pairings(cell: Cell) -> Select[Any]:
    begin, end = bounds(cell.day)
    found = select(
        Pairing.id, text_of(Pairing.tube).label("tube"), Pairing.person_id, Pairing.place,
        Pairing.operator, Pairing.order, Pairing.paired_at, Pairing.took_ms, Pairing.manual,
        _voided().label("voided"), live().label("live"),
    )  # fmt: skip
    within = Pairing.paired_at >= begin, Pairing.paired_at < end
    return found.where(Pairing.station == cell.station, *within)


def _voided() -> Any:
    own = and_(PairingVoid.pairing_id == Pairing.id, PairingVoid.station == Pairing.station)
    return exists().where(own)


_Live = tuple[Any, UUID, UUID]  # when, which pairing, whose


def _others(session: Session, tubes: Sequence[str]) -> dict[str, list[_Live]]:
    """Return the pairings that hold of those tubes that have more than one, wherever made."""
    other = aliased(Pairing)
    several = exists().where(other.tube == Pairing.tube, other.id != Pairing.id)
    asked = select(
        text_of(Pairing.tube).label("tube"), Pairing.paired_at, Pairing.id, Pairing.person_id
    ).where(among(Pairing.tube, "tubes"), several, live())
    found: dict[str, list[_Live]] = {}
    for start in range(0, len(tubes), CHUNK):
        some = {"tubes": listed(tubes[start : start + CHUNK])}
        for tube, at, pairing, person in session.execute(asked, some):
            found.setdefault(tube, []).append((at, pairing, person))
    return found


def _given(row: Any, others: Iterable[_Live]) -> Given:
    before = [each for each in others if each[:2] < (row.paired_at, row.id)] if row.live else []
    return Given(
        id=row.id, tube=row.tube, person=row.person_id, place=row.place, operator=row.operator,
        pool=row.order == "pool", at=row.paired_at, took_ms=row.took_ms, manual=row.manual,
        voided=bool(row.voided), live=bool(row.live), head=bool(row.live) and not before,
        counts=bool(row.live) and all(each[2] != row.person_id for each in before),
    )  # fmt: skip


def _received(session: Session, some: str, tubes: dict[str, Tube]) -> None:
    asked = select(text_of(Reception.tube), Reception.at, Reception.accepted)
    rows = session.execute(asked.where(among(Reception.tube, "tubes")), {"tubes": some})
    for tube, at, accepted in rows:
        tubes[tube].received_at, tubes[tube].accepted = at, accepted


def _tested(session: Session, some: str, tubes: dict[str, Tube]) -> None:
    asked = select(
        text_of(Result.tube), Result.id, Result.lab, Result.kind, Result.call, Result.entered_at,
        Result.released_at, Result.corrects, Result.withdrawn_at.is_not(None),
    )  # fmt: skip
    rows = session.execute(asked.where(among(Result.tube, "tubes")), {"tubes": some})
    for tube, *rest in rows:
        tubes[tube].results.append(Tested(*rest))


def _disputed(session: Session, some: str, tubes: dict[str, Tube]) -> None:
    asked = select(text_of(TubeConflict.tube), func.count()).group_by(TubeConflict.tube)
    rows = session.execute(asked.where(among(TubeConflict.tube, "tubes")), {"tubes": some})
    for tube, times in rows:
        tubes[tube].conflicts = times


def _said(session: Session, some: str, tubes: dict[str, Tube]) -> None:
    asked = select(
        text_of(Outcome.tube), Outcome.person_id, Outcome.version, Outcome.status, Outcome.at,
        Outcome.result_id,
    )  # fmt: skip
    found = asked.where(among(Outcome.tube, "tubes")).order_by(Outcome.version)
    rows = session.execute(found, {"tubes": some}).all()
    keys = [f"{tube}/{person}/v{version}" for tube, person, version, *_ in rows]
    arrived = _arrived(session, keys)
    for key, (tube, person, version, status, at, result) in zip(keys, rows, strict=True):
        said = Said(person, version, status, at, result, arrived.get(key))
        tubes[tube].said.setdefault(person, []).append(said)


def _arrived(session: Session, keys: Sequence[str]) -> dict[str, Any]:
    asked = select(Delivery.key, Delivery.delivered_at).where(
        Delivery.target == TARGET, among(Delivery.key, "keys")
    )
    found: dict[str, Any] = {}
    for start in range(0, len(keys), CHUNK):
        some = {"keys": listed(keys[start : start + CHUNK])}
        found.update((row.key, row.delivered_at) for row in session.execute(asked, some))
    return found
