"""What was counted, opened or given out while the server's clock ran ahead, once it is right."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract import signing
from contract.duties import Duty
from server.accounts import doors, enrolment, partner_limits, partners, sessions, throttle
from server.accounts.models import LoginFailure, User
from server.accounts.partner_limits import Door, Limits
from server.accounts.roles import Role
from server.accounts.throttle import Guessed
from server.declarations import phones
from server.permissions import Scope
from server.record import mine

pytestmark = pytest.mark.engines

MINUTE, YEAR = timedelta(minutes=1), timedelta(days=365)
HERE = "203.0.113.7"
LIMITS = sessions.Limits(idle=timedelta(hours=1), absolute=timedelta(hours=12))
AGO = (timedelta(0), timedelta(days=1), timedelta(days=300))


@pytest.fixture
def ahead(now: datetime) -> datetime:
    return now + YEAR


@pytest.fixture
def user(session: Session, now: datetime) -> User:
    user = User(login="lan", name="Người lan", role=Role.LAB_TECHNICIAN, password_hash="!",
                place="vn-2021:24", sees="*", active=True, created_at=now)  # fmt: skip
    session.add(user)
    session.flush()
    return user


def test_wrong_passwords_of_then_lock_nobody_out(
    session: Session, vault: Any, now: datetime, ahead: datetime
) -> None:
    for _ in range(throttle.PER_ADDRESS):
        throttle.note_failure(session, "lan", HERE, now=ahead)
        throttle.note_guess(session, Guessed.MY_PAGE, HERE, now=ahead)
    with pytest.raises(throttle.TooManyAttempts):
        throttle.check(session, "lan", HERE, now=ahead + MINUTE)
    for later in AGO:
        throttle.check(session, "lan", HERE, now=now + later)
        throttle.check_guesses(session, Guessed.MY_PAGE, HERE, now=now + later)
    throttle.note_failure(session, "lan", HERE, now=now)
    assert session.scalar(select(func.count()).select_from(LoginFailure)) == 1, "they go away"


def test_a_server_whose_clock_is_a_little_behind_counts_what_others_noted(
    session: Session, vault: Any, now: datetime
) -> None:
    for _ in range(throttle.PER_PAIR):
        throttle.note_failure(session, "lan", HERE, now=now + MINUTE)
    with pytest.raises(throttle.TooManyAttempts):
        throttle.check(session, "lan", HERE, now=now)


def test_declarations_of_then_shut_no_address_out(
    session: Session, vault: Any, now: datetime, ahead: datetime
) -> None:
    for _ in range(30):
        phones.note_try(session, HERE, most=30, now=ahead)
    for later in AGO:
        phones.note_try(session, HERE, most=30, now=now + later)


def test_birth_dates_tried_then_close_no_page(
    session: Session, scene: Any, now: datetime, ahead: datetime
) -> None:
    link = mine.link_of(session, scene.person().id, by="user:lan", now=now)
    for number in range(mine.TRIES):
        mine.note_failure(session, link.token, f"203.0.113.{number}", now=ahead)
    with pytest.raises(mine.TooManyTries):
        mine.check_tries(session, link.token, HERE, now=ahead)
    mine.check_tries(session, link.token, HERE, now=now)


def test_questions_of_then_stop_no_partner(
    session: Session, now: datetime, ahead: datetime
) -> None:
    partners.add_partner(
        session, "bv-tinh", label="Bệnh viện", scopes=[Scope.RESOLVE], place="vn-2021:24",
        by="user:quan", now=now,
    )  # fmt: skip
    session.flush()
    few = Limits(per_minute=3, misses_per_hour=3)
    for _ in range(3):
        partner_limits.note_question(session, "bv-tinh", Door.RESOLVE, known=False, now=ahead)
    session.flush()
    with pytest.raises(partner_limits.AskedTooOften):
        partner_limits.check_limits(session, "bv-tinh", Door.RESOLVE, few, now=ahead)
    partner_limits.check_limits(session, "bv-tinh", Door.RESOLVE, few, now=now)


def test_a_log_in_of_then_is_over(
    session: Session, user: User, vault: Any, now: datetime, ahead: datetime
) -> None:
    opened = sessions.open_session(session, user, now=ahead, address=HERE)
    used = sessions.open_session(session, user, now=now, address=HERE)
    whole = sessions.open_session(session, user, now=now, address=HERE)
    session.flush()
    sessions.mark_seen(session, used, now=ahead)
    for token in (opened, used):
        assert sessions.find_user(session, token, now=now, limits=LIMITS) is None
    assert sessions.find_user(session, whole, now=now - MINUTE, limits=LIMITS) is not None
    assert len(sessions.live_sessions(session, user, now=now, limits=LIMITS)) == 1


def test_links_and_codes_of_then_open_nothing(
    session: Session, user: User, vault: Any, now: datetime, ahead: datetime
) -> None:
    life = timedelta(hours=24)
    link = doors.give_link(session, "lan", life=life, by="user:quan", now=ahead)
    session.flush()
    with pytest.raises(doors.LinkRefused):
        doors.choose_password(session, link, "một mật khẩu dài dằng dặc", shortest=12, now=now)
    enrolment.create_station(
        session, "ban-9", label="Bàn 9", place="vn-2021:24", duty=Duty.SAMPLING, by="user:quan",
        now=now,
    )  # fmt: skip
    code = enrolment.issue_code(session, "ban-9", life=life, by="user:quan", now=ahead)
    session.flush()
    key = signing.public_text(signing.private_key(bytes([7] * 32)))
    with pytest.raises(enrolment.CodeRefused):
        enrolment.enrol(session, code, key, now=now)
