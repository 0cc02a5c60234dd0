"""A day's figures on their way up: the newest arrives in the end, however long the way was shut."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from contract.upstream import FiguresWire
from server.db import Database
from server.delivery.channels import Refused
from server.delivery.models import Delivery
from server.delivery.routes import Route
from server.delivery.simulated import SimulatedReceiver
from server.delivery.worker import run_once
from server.exchange import forwarding
from server.figures.days import day_of
from server.figures.models import COUNTS, cells
from server.upstream.models import UpstreamSent

pytestmark = pytest.mark.engines

PLACE = "vn-2021:24"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ABOVE = [Route("nation")]


def counted(session: Session, day: date, tubes: int, *more: str) -> None:
    """Let the roll-up of *day* say so many tubes, and as many of each of *more* places."""
    numbers = dict.fromkeys(COUNTS, 0) | {"people": tubes, "tubes": tubes}
    keys = {"station": "ban-1", "operator": "", "lab": "", "kind": "single"}
    session.execute(delete(cells).where(cells.c.day == day))
    for place in (PLACE, *more) if tubes else ():  # folding writes no row of noughts
        session.execute(insert(cells).values(day=day, place=place, **keys, **numbers))


def forwarded(database: Database, now: datetime) -> int:
    with database.write() as session:
        return forwarding.forward(session, ABOVE, now)


def told(database: Database) -> dict[date, int]:
    """Return what the newest message that arrived says of each day."""
    with database.read() as session:
        rows = session.scalars(
            select(Delivery.payload).where(Delivery.state == "delivered").order_by(Delivery.id)
        ).all()
    said = [msgspec.json.decode(each, type=FiguresWire) for each in rows]
    return {each.day: sum(place.tubes for place in each.places) for each in said}


def deliver(database: Database, now: datetime, *script: Exception) -> int:
    return run_once(database, {"nation": SimulatedReceiver(list(script))}, now)


def test_after_an_outage_of_two_weeks_the_nation_has_the_whole_of_each_day(
    database: Database, now: datetime
) -> None:
    tubes = {}
    with database.write() as session:
        for day in range(13):
            for hour, count in ((1, 1), (9, 1000)):  # as the day goes on
                at = now + DAY * day + timedelta(hours=hour)
                tubes[day_of(at)] = count + day
                counted(session, day_of(at), count + day)
                forwarding.forward(session, ABOVE, at)
    deliver(database, at)
    assert set(told(database).values()) == set(range(1, 14)), "what waited was from the mornings"
    assert forwarded(database, at + MINUTE) == 13
    deliver(database, at + MINUTE)
    assert told(database) == tubes
    assert forwarded(database, at + 2 * MINUTE) == 0


def test_what_changes_while_its_message_waits_puts_no_second_one_in(
    database: Database, session: Session, now: datetime
) -> None:
    put = []
    for minute, tubes in enumerate((1, 1, 2, 2, 3)):
        counted(session, day_of(now), tubes)
        put.append(forwarding.forward(session, ABOVE, now + MINUTE * minute))
    assert put == [1, 0, 0, 0, 0]
    session.commit()
    deliver(database, now)
    assert forwarded(database, now + MINUTE * 5) == 1


def test_a_day_whose_samples_all_move_to_another_day_is_told_as_empty(
    database: Database, now: datetime
) -> None:
    """A boot's clock was put right: until then the same people stood on the wrong day."""
    wrong, right = day_of(now - 3 * DAY), day_of(now)
    with database.write() as session:
        counted(session, wrong, 500)
    assert forwarded(database, now) == 1
    deliver(database, now)
    with database.write() as session:
        session.execute(delete(cells))
        counted(session, right, 500)
    assert forwarded(database, now + MINUTE) == 2
    deliver(database, now + MINUTE)
    assert told(database) == {wrong: 0, right: 500}
    assert forwarded(database, now + 2 * MINUTE) == 0


def test_a_target_is_told_the_figures_of_its_places_alone(
    database: Database, session: Session, now: datetime
) -> None:
    one, other = f"{PLACE}.222", f"{PLACE}.213"
    counted(session, day_of(now), 500, one, other)
    above = [Route("region", places=(one,)), Route("nation", frozenset({"positive"}))]
    assert forwarding.forward(session, above, now) == 2
    assert said_to(session, "region") == [one]
    assert said_to(session, "nation") == [PLACE, other, one]
    narrower = [Route("nation", places=(other,))]
    session.execute(delete(Delivery))
    assert forwarding.forward(session, narrower, now + MINUTE) == 1
    assert said_to(session, "nation") == [other], "what changed is whom it is told"


def said_to(session: Session, target: str) -> list[str]:
    payload = select(Delivery.payload).where(Delivery.target == target)
    body = session.scalars(payload.order_by(Delivery.id.desc())).first()
    return [each.place for each in msgspec.json.decode(body or "", type=FiguresWire).places]


def test_a_day_of_which_nothing_was_told_is_not_told_as_empty(
    database: Database, session: Session, now: datetime
) -> None:
    assert forwarding.forward(session, ABOVE, now) == 0
    session.add(UpstreamSent(target="other", day=day_of(now), version=1, digest="x", at=now))
    session.flush()
    assert forwarding.forward(session, ABOVE, now) == 0


def test_a_receiver_that_refuses_an_empty_day_is_told_what_comes_after_it(
    database: Database, now: datetime
) -> None:
    day = day_of(now)
    for minute, tubes in enumerate((500, 0, 7)):
        with database.write() as session:
            counted(session, day, tubes)
        assert forwarded(database, now + minute * MINUTE) == 1
        deliver(database, now + minute * MINUTE, *([] if tubes else [Refused("HTTP 422")]))
        with database.read() as session:
            dead = session.scalar(select(func.count()).where(Delivery.state == "dead"))
        assert dead == (0 if tubes else 1), "a person sees it until it is over"
    assert told(database) == {day: 7}


def test_figures_that_were_refused_for_what_they_say_wait_for_a_person(
    database: Database, now: datetime
) -> None:
    for minute, tubes in enumerate((500, 501)):
        with database.write() as session:
            counted(session, day_of(now), tubes)
        assert forwarded(database, now + minute * MINUTE) == 1
        assert deliver(database, now + minute * MINUTE, Refused("HTTP 422")) == 0
    assert told(database) == {}


def test_each_older_day_is_looked_at_within_hours() -> None:
    begin = datetime(2026, 11, 23, 17, tzinfo=UTC)  # midnight in Vietnam
    days = [forwarding.older_day(begin + MINUTE * minute) for minute in range(forwarding.OLDER)]
    wanted = (day_of(begin) - DAY * (forwarding.DAYS + turn) for turn in range(forwarding.OLDER))
    assert sorted(days, reverse=True) == list(wanted)


def test_what_a_station_uploads_after_weeks_goes_up(
    database: Database, session: Session, now: datetime
) -> None:
    turns = (now + MINUTE * minute for minute in range(forwarding.OLDER))
    at = next(each for each in turns if forwarding.older_day(each) == day_of(now - 30 * DAY))
    counted(session, day_of(now - 30 * DAY), 70)
    assert forwarding.forward(session, ABOVE, at - MINUTE) == 0
    assert forwarding.forward(session, ABOVE, at) == 1
    session.commit()
    deliver(database, at)
    assert told(database) == {day_of(now - 30 * DAY): 70}
