"""A week of check-ins at 300 points: workers and their buses, markets, silence, lorries, zones.

Everything follows from a seed, people come from `contract.population`.  Who is on record already
(the people of the rehearsal day) comes too, so that a positive of that day leads somewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract import identities, specimens
from contract.population import residents
from server.audit import services as audit
from server.db import Database
from server.declarations.check_ins import Comer, Coming, keep
from server.declarations.kinds import PointKind
from server.declarations.models import Point
from server.declarations.points import add_point
from server.declarations.targets import settings
from server.declarations.zones import services as zones
from server.demo import places
from server.demo.declared import declare
from server.display import VIETNAM, local
from server.errors import DomainError
from server.people.cards import make_cards
from server.people.links import LiveLinks
from server.people.models import Person
from server.people.roster import Row
from server.people.services import person_of

BY = "operator"
CARDED, CODED, DAYS, AT_ONCE = 1200, 300, 7, 2000
FIRST = 1_000_001  # their numbers are apart from those of `contract.specimens`
NEVER, SILENT = 6, 12  # points that nobody used, and that fell silent three days ago
SHOPS = (PointKind.MARKET, PointKind.GROCERY, PointKind.RESTAURANT, PointKind.WEIGHING_POINT)


class PointsThere(DomainError):
    code = "points-there"


@dataclass(frozen=True, slots=True)
class Made:
    """What the week came to."""

    points: int
    people: int
    check_ins: int
    declarations: int


def make_week(database: Database, *, seed: int, now: datetime) -> Made:
    """Fill an empty map with points, people and their week.  Raises PointsThere."""
    rng = Random(seed)  # noqa: S311 - a demonstration must be the same each time
    first = local(now).date() - timedelta(days=DAYS - 1)
    with database.write() as session:
        points = _make_points(session, rng, first, now)
    with database.write() as session:
        people = _make_people(session, rng, now)
    comings = [each for each in _comings(rng, points, people, first) if each.at <= now]
    declared = 0
    for start in range(0, len(comings), AT_ONCE):
        with database.write() as session:
            some = declare(session, comings[start : start + AT_ONCE], now=now)
            declared += sum(each.declaration_id is not None for each in some)
            keep(session, some, now=now)
    with database.write() as session:
        _set_rules(session, first, now)
        _draw_zones(session, points, first, now)
        made = Made(len(points), len(people), len(comings), declared)
        detail = f"{made.points} points, {made.check_ins} check-ins"
        audit.record(session, "demo.week-made", "demo", by=BY, now=now, detail=detail)
    return made


def _make_points(session: Session, rng: Random, first: date, now: datetime) -> list[Point]:
    if session.scalar(select(func.count()).select_from(Point)):
        raise PointsThere(
            "Đã có điểm khai báo: dữ liệu mẫu không trộn với dữ liệu thật.",
            "There are points already: what is invented is not mixed with what is real.",
        )
    wishes = places.points(rng, first - timedelta(days=3))
    return [add_point(session, wish, by=BY, now=now) for wish in wishes]


def _make_people(session: Session, rng: Random, now: datetime) -> list[UUID]:
    """Return people on record, and invented ones: most with a card of ours."""
    known = list(session.scalars(select(Person.id).order_by(Person.created_at).limit(300)))
    drawn = residents(CARDED + CODED, rng.randrange(1 << 30), first=FIRST)
    invented = [one.person for one in drawn]
    made: list[UUID] = []
    share = CARDED // len(places.DISTRICTS)
    for number, district in enumerate(places.DISTRICTS):
        some = invented[number * share : (number + 1) * share]
        rows = [Row(one.name, one.birth.year, one.sex.value) for one in some]
        batch = make_cards(session, rows, place=f"{district.place}.01", by=BY, now=now)
        made += [card.person_id for card in batch.cards]
    codes = [identities.parse(specimens.citizen_card(one)) for one in invented[CARDED:]]
    links = LiveLinks.of(session, codes)
    for code in codes:
        place = f"{rng.choice(places.DISTRICTS).place}.{rng.choice(places.COMMUNES)}"
        person = person_of(session, code, by=BY, now=now, evidence="demo", place=place, links=links)
        made.append(person.id)
    session.flush()
    return known + made


def _comings(
    rng: Random, points: Sequence[Point], people: Sequence[UUID], first: date
) -> Iterator[Coming]:
    """Let everybody go their ways: to work in the morning, by bus; to a shop in the evening."""
    used = list(points)
    rng.shuffle(used)
    silent = {point.id for point in used[NEVER : NEVER + SILENT]}
    used = used[NEVER:]
    by_kind = {kind: [each for each in used if each.kind == kind] for kind in PointKind}
    works = by_kind[PointKind.FACTORY] + by_kind[PointKind.OFFICE]
    shops = [point for kind in SHOPS for point in by_kind[kind]]
    hours = [each for kind in (PointKind.HOTEL, PointKind.TEST_SITE) for each in by_kind[kind]]
    rides = by_kind[PointKind.WORKER_VEHICLE] + by_kind[PointKind.BUS]
    for person in people:
        ways = (rng.choice(works), rng.choice(rides), [*rng.sample(shops, 2), rng.choice(hours)])
        for day in range(DAYS):
            quiet = silent if day >= DAYS - 3 else set()
            for point, minute in _day(rng, day, *ways):
                if point.id not in quiet:
                    yield _coming(rng, point, Comer(person), first, day, minute)
    for number in range(12):
        for day in range(DAYS):
            point = rng.choice(by_kind[PointKind.WEIGHING_POINT])
            lorry = Comer(vehicle=f"29H-{100 + number}.{number:02d}")
            yield _coming(rng, point, lorry, first, day, rng.randrange(6 * 60, 18 * 60))


def _day(
    rng: Random, day: int, work: Point, ride: Point, shops: Sequence[Point]
) -> Iterator[tuple[Point, int]]:
    """Yield (where, minute of the day) of one person's day; more declare each day."""
    eager = 0.45 + 0.05 * day
    if rng.random() < eager:
        yield ride, rng.randrange(6 * 60, 7 * 60)
        yield work, rng.randrange(7 * 60, 8 * 60)
    if rng.random() < eager:
        yield rng.choice(shops), rng.randrange(17 * 60, 20 * 60)


def _coming(rng: Random, point: Point, comer: Comer, first: date, day: int, minute: int) -> Coming:
    at = datetime.combine(first + timedelta(days=day), time(), VIETNAM)
    phone = comer.person_id is not None and rng.random() < 0.6
    return Coming(
        id=UUID(int=rng.getrandbits(128), version=4), comer=comer,
        source="phone" if phone else "keeper", point=point.name, point_id=point.id,
        place=point.place, at=at + timedelta(minutes=minute, seconds=rng.randrange(60)),
        symptoms="yes" if rng.random() < 0.01 else "no" if comer.person_id else "",
    )  # fmt: skip


def _set_rules(session: Session, first: date, now: datetime) -> None:
    localities = [
        settings.LocalityWish(each.place, each.name, each.town, each.population)
        for each in places.DISTRICTS
    ]
    settings.set_localities(session, localities, by=BY, now=now)
    for kind, start in (("", 6), ("factory", 15), ("office", 10), ("grocery", 3)):
        wish = settings.RuleWish(kind, "", start, 8, 60, "target", first)
        settings.set_rule(session, wish, by=BY, now=now)


def _draw_zones(session: Session, points: Sequence[Point], first: date, now: datetime) -> None:
    factory = next(each for each in points if each.kind == PointKind.FACTORY)
    later = first + timedelta(days=4)
    for name, level, parts, since, reason in (
        ("Tỉnh Bắc Giang", "yellow", ["vn-2021:24"], first, "Toàn tỉnh"),
        ("Huyện Việt Yên", "orange", ["vn-2021:24.222"], first, "Nhiều ca ở khu công nghiệp"),
        ("Ổ dịch Việt Yên", "red", ["vn-2021:24.222.07", factory.id], later, "Ca dương tính"),
    ):
        act = zones.Act(BY, now, reason)
        zones.draw_zone(session, name, level, parts, since=since, act=act)
