"""What a server above keeps of what those below hand over, in whatever order it comes."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from contract.upstream import FiguresWire, OutcomeWire, PlaceFigures
from server.accounts import partners
from server.accounts.partners import KnownPartner
from server.accounts.roles import Role
from server.accounts.within import Within
from server.db import Database
from server.permissions import Scope
from server.upstream import queries, services
from server.upstream.models import UpstreamCount, UpstreamFigures

MONDAY = date(2026, 11, 23)
OWN, OTHER = "vn-2021:24.222", "vn-2021:01.001"
SOURCE = KnownPartner("bac-giang", frozenset({Scope.UPSTREAM}), "vn-2021:24")
TURNS = count()


def said(line: int = 1, version: int = 1, **more: Any) -> OutcomeWire:
    words = {"status": "negative", "place": OWN, "day": MONDAY, "pool": False, "method": "pcr",
             "released_at": None}  # fmt: skip
    return OutcomeWire(line=f"{line:032x}", version=version, **words | more)


def figures(at: datetime, people: int, place: str = OWN) -> FiguresWire:
    one = PlaceFigures(place=place, people=people, tubes=1, received=1, resulted=0, released=0)
    return FiguresWire(day=MONDAY, at=at, places=(one,))


versions = st.builds(
    said,
    line=st.integers(1, 3),
    version=st.integers(1, 4),
    status=st.sampled_from(["negative", "positive", "withdrawn"]),
    place=st.sampled_from([OWN, "vn-2021:24.223"]),
)


@pytest.mark.engines
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrived=st.lists(versions, max_size=12))
def test_counts_are_what_a_recount_finds_whatever_came(
    database: Database, now: datetime, arrived: list[OutcomeWire]
) -> None:
    source = KnownPartner(f"tinh-{next(TURNS)}", SOURCE.scopes, SOURCE.place)
    newest: dict[str, OutcomeWire] = {}
    for each in arrived:
        first = newest.get(each.line)
        with database.write() as session:
            if first and each.version == first.version and each != first:
                with pytest.raises(services.ChangedReplay):
                    services.take_outcome(session, source, each, now)
                continue
            new = services.take_outcome(session, source, each, now)
        assert new == (first is None or each.version > first.version)
        newest[each.line] = each if new or first is None else first
    with database.read() as session:
        rows = session.scalars(select(UpstreamCount).where(UpstreamCount.source == source.id))
        kept = {(r.source, r.day, r.place, r.status): r.outcomes for r in rows if r.outcomes}
        counted = services.recount(session)
    assert kept == {cell: n for cell, n in counted.items() if cell[0] == source.id}
    assert sum(kept.values()) == len(newest)


def test_the_same_version_with_another_day_is_taken_for_the_same_and_moves_nothing(
    database: Database, now: datetime
) -> None:
    """A server below of before said an old version anew with the day that a clock's correction
    gave: refused, it kept the person's next versions from coming."""
    with database.write() as session:
        assert services.take_outcome(session, SOURCE, said(), now)
        assert not services.take_outcome(session, SOURCE, said(day=MONDAY - timedelta(days=1)), now)
        other = said(day=MONDAY - timedelta(days=1), status="positive")
        with pytest.raises(services.ChangedReplay):
            services.take_outcome(session, SOURCE, other, now)
        assert [day for _, day, _, _ in services.recount(session)] == [MONDAY]


def test_older_figures_of_a_day_change_nothing(database: Database, now: datetime) -> None:
    with database.write() as session:
        assert services.take_figures(session, SOURCE, figures(now, 5), now)
        assert not services.take_figures(session, SOURCE, figures(now, 4), now)
        [below] = queries.belows(session, MONDAY, Within(everywhere=True))
    assert (below.source, below.people, below.said_at) == ("bac-giang", 5, now)


@pytest.mark.engines
@pytest.mark.parametrize("place", ["vn-2021:24", "*"])
def test_an_empty_day_takes_the_place_of_older_figures_and_not_of_newer_ones(
    database: Database, now: datetime, place: str
) -> None:
    source = KnownPartner(SOURCE.id, SOURCE.scopes, place)
    first, empty, last = (now + timedelta(minutes=minute) for minute in (0, 1, 2))
    nothing = FiguresWire(day=MONDAY, at=empty, places=())

    def people() -> int:
        [below] = queries.belows(session, MONDAY, Within(everywhere=True))
        assert below.said_at is not None
        return below.people

    with database.write() as session:
        assert services.take_figures(session, source, figures(first, 500), last)
        assert services.take_figures(session, source, nothing, last)
        assert people() == 0
        assert not services.take_figures(session, source, figures(first, 500), last), "it is late"
        assert not services.take_figures(session, source, nothing, last)
        assert people() == 0
        assert services.take_figures(session, source, figures(last, 7), last)
        assert not services.take_figures(session, source, nothing, last)
        assert people() == 7
        assert session.scalars(select(UpstreamFigures.place)).all() == [OWN]


@pytest.mark.engines
def test_a_clock_below_that_ran_ahead_holds_up_nothing_that_comes_after_it(
    database: Database, now: datetime
) -> None:
    ahead = figures(now.replace(year=2031), 10)
    with database.write() as session:
        assert services.take_figures(session, SOURCE, ahead, now)
        [below] = queries.belows(session, MONDAY, Within(everywhere=True))
        assert (below.people, below.said_at) == (10, now)
        session.execute(update(UpstreamFigures).values(at=ahead.at))  # as an older release kept it
        later = now + timedelta(minutes=1)
        assert services.take_figures(session, SOURCE, figures(later, 5000), later)
        assert not services.take_figures(session, SOURCE, figures(now, 11), later)
        [below] = queries.belows(session, MONDAY, Within(everywhere=True))
        assert (below.people, below.said_at) == (5000, later)


@pytest.fixture
def token(database: Database, now: datetime) -> str:
    with database.write() as session:
        return partners.add_partner(
            session, "bac-giang", label="Bắc Giang", scopes=[Scope.UPSTREAM], place="vn-2021:24",
            by="user:quan", now=now,
        )  # fmt: skip


def post(app: Flask, token: str, body: msgspec.Struct, path: str = "outcomes") -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = msgspec.json.encode(body)
    return app.test_client().post(f"/api/v1/upstream/{path}", data=data, headers=headers)


def test_a_server_below_speaks_for_its_own_place_only(app: Flask, token: str) -> None:
    assert post(app, token, said()).json["new"] is True
    assert post(app, token, said()).json["new"] is False
    assert post(app, token, said(status="positive")).status_code == 409
    assert post(app, token, said(line=2, place=OTHER)).status_code == 422
    assert (
        post(app, token, figures(datetime.now().astimezone(), 1, OTHER), "figures").status_code
        == 422
    )
    assert post(app, "gmp_nobody", said()).status_code == 401
    assert post(app, token, msgspec.structs.replace(said(), line="x")).status_code == 422


def test_officers_see_what_was_said(app: Flask, token: str, sign_in: Any) -> None:
    post(app, token, said(status="positive"))
    post(app, token, figures(datetime.now().astimezone(), 1234), "figures")
    page = sign_in(Role.HEALTH_OFFICER).get(f"/nation?date={MONDAY}").get_data(as_text=True)
    assert "bac-giang" in page
    assert "1.234" in page


@pytest.mark.parametrize("kind", ["outcomes", "figures"])
def test_a_time_without_a_zone_is_refused(app: Flask, database: Database, kind: str) -> None:
    """Nobody knows which moment it is."""
    now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    with database.write() as session:
        token = partners.add_partner(
            session, "bac-giang", label="x", scopes=[Scope.UPSTREAM], place="vn-2021:24",
            by="user:quan", now=now,
        )  # fmt: skip
    made = said(released_at=now) if kind == "outcomes" else figures(now, 3)
    for body, status in (
        (msgspec.json.encode(made), 200),
        (_naive(msgspec.json.encode(made)), 422),
    ):
        answer = app.test_client().post(
            f"/api/v1/upstream/{kind}", data=body, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == status, answer.text


def _naive(body: bytes) -> bytes:
    assert b"01:00:00Z" in body
    return body.replace(b"01:00:00Z", b"01:00:00")
