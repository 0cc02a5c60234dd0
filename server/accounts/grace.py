"""How long an account of a role that needs a second factor works without one."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.accounts import factors
from server.accounts.models import LoginSession, User
from server.accounts.roles import NEED_SECOND_FACTOR, Role
from server.web import SignedIn, now, settings


def ends(person: User) -> datetime | None:
    """Return when a second factor must be there; None where the role needs none."""
    if settings().second_factor != "required" or Role(person.role) not in NEED_SECOND_FACTOR:
        return None
    return person.created_at + timedelta(days=settings().second_factor_grace_days)


def enrolment_due(person: User, login: LoginSession) -> bool:
    """Return whether this person may go on only with a second factor, and showed none."""
    until = ends(person)
    return until is not None and login.factor_at is None and until <= now()


def to_add_by(session: Session, who: SignedIn) -> datetime | None:
    """Return until when *who* works without a second factor; None who needs none, or has one."""
    person = session.get_one(User, who.id)
    until = ends(person)
    return None if until is None or factors.has_factor(session, person) else until
