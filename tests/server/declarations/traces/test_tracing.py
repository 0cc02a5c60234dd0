"""From a case to F1 and F2: same point, same time, in the infectious period; buses and lorries."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from server.declarations.check_ins import Comer, Coming, keep
from server.declarations.kinds import PointKind
from server.declarations.models import CheckIn
from server.declarations.points import PointWish, add_point
from server.declarations.traces import presence
from server.declarations.traces.stays import Reckoning, stay_minutes
from server.declarations.traces.tracing import Subject, Trace, Tracer

PLACE = "vn-2021:24.222.07"


class Day:
    """People and points of a day: `came('lan', 'market', minutes)`."""

    def __init__(self, scene: Any, now: datetime) -> None:
        self.scene, self.session, self.now = scene, scene.session, now
        self.points: dict[str, str] = {}
        self.people: dict[str, Any] = {}

    def point(self, name: str, kind: PointKind = PointKind.MARKET, plate: str = "") -> str:
        if name not in self.points:
            wish = PointWish(kind, name, PLACE, plate=plate)
            self.points[name] = add_point(self.session, wish, by="u", now=self.now).id
        return self.points[name]

    def key(self, name: str) -> str:
        if name not in self.people:
            self.people[name] = self.scene.person(name)
        return presence.person_key(self.people[name].id)

    def came(self, name: str, point: str, minutes: int, vehicle: str = "") -> Coming:
        self.key(name) if name else None
        comer = Comer(vehicle=vehicle) if vehicle else Comer(self.people[name].id)
        made = Coming(
            id=uuid4(), comer=comer, source="keeper", point=point, point_id=self.point(point),
            place=PLACE, at=self.now + timedelta(minutes=minutes),
        )  # fmt: skip
        keep(self.session, [made], now=self.now)
        return made

    def trace(self, **subject: Any) -> Trace:
        begins, ends = self.now, self.now + timedelta(days=2)
        tracer = Tracer(self.session, stay_minutes(self.session))
        return tracer.trace(Subject(begins, ends, **subject))

    def names(self, contacts: Any) -> set[str]:
        known = {self.key(name): name for name in self.people}
        return {known.get(each.key, each.key) for each in contacts}


@pytest.mark.engines
def test_f1_shared_a_point_and_a_time_and_f2_met_them_after_that(scene: Any, now: datetime) -> None:
    day = Day(scene, now)
    day.came("case", "market", 60)
    day.came("same time", "market", 90)
    day.came("an hour later", "market", 125)
    day.came("long before", "market", -30)
    day.came("elsewhere", "shop", 60)
    day.came("before they met", "shop", 10)
    day.came("same time", "shop", 200)
    day.came("after they met", "shop", 210)
    trace = day.trace(key=day.key("case"))
    assert day.names(trace.f1) == {"same time"}
    assert day.names(trace.f2) == {"after they met", "an hour later"}
    [f1] = trace.f1
    assert (f1.minutes, f1.first, f1.last) == (
        30, now + timedelta(minutes=90), now + timedelta(minutes=120)
    )  # fmt: skip


def test_a_voided_check_in_was_nowhere(scene: Any, now: datetime) -> None:
    day = Day(scene, now)
    day.came("case", "market", 60)
    made = day.came("other", "market", 60)
    row = scene.session.get(CheckIn, made.id)
    row.voided_at, row.void_reason = now, "undo"
    scene.session.flush()
    assert day.trace(key=day.key("case")).f1 == []


def test_who_had_gone_elsewhere_did_not_meet_the_case(scene: Any, now: datetime) -> None:
    day = Day(scene, now)
    day.point("factory", PointKind.FACTORY)
    day.came("other", "factory", 0)
    day.came("other", "shop", 30)
    day.came("case", "factory", 60)
    assert day.trace(key=day.key("case")).f1 == []


@pytest.mark.engines
def test_a_lorry_is_followed_by_its_pass_and_a_bus_by_its_plate(scene: Any, now: datetime) -> None:
    day = Day(scene, now)
    day.came("", "market", 60, vehicle="29A-123.45")
    day.came("buyer", "market", 70)
    day.came("stranger", "market", 300)
    lorry = day.trace(key=presence.vehicle_key("29a 12345"))
    assert day.names(lorry.f1) == {"buyer"}
    bus = day.point("bus", PointKind.BUS, plate="98B-000.01")
    day.came("passenger", "bus", 30)
    assert presence.points_with_plate(scene.session, "98B00001") == [bus]
    trace = day.trace(key=presence.vehicle_key("98B00001"), spots=(bus,))
    assert day.names(trace.f1) == {"passenger"}
    assert day.names(day.trace(key=day.key("buyer")).f1) == {presence.vehicle_key("29A12345")}


def test_a_point_has_everybody_who_was_there_in_the_period(scene: Any, now: datetime) -> None:
    day = Day(scene, now)
    for minutes, name in ((-30, "stayed on"), (10, "came"), (-90, "gone before")):
        day.came(name, "market", minutes)
    trace = day.trace(spots=(day.point("market"),))
    assert day.names(trace.f1) == {"stayed on", "came"}


def test_the_infectious_period_is_a_setting(now: datetime) -> None:
    begins, ends = Reckoning(days_before=2, days_after=1).period(now)
    assert (now - begins, ends - now) == (timedelta(days=2), timedelta(days=1))
