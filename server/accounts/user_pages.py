"""Who has access: asked in by a link, moved, locked, let in again; where they are logged in.

An administrator manages the accounts that see no more than the administrator does, and never knows
a password: a link is shown once, and its person chooses one.
"""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts import doors, factors, gate, grants, services, sessions
from server.accounts.current import current_within
from server.accounts.models import User
from server.accounts.permission_words import WORDS
from server.accounts.roles import AT_LAB, GRANTS, NAMES, NEED_SECOND_FACTOR, Role
from server.accounts.views import unused
from server.forms import choice, optional_text, place_or_text, required_text
from server.web import (
    Permission,
    actor,
    now,
    origin,
    reading,
    requires,
    settings,
    signed_in,
    t,
    transaction,
)

bp = Blueprint("users", __name__)


@bp.get("/users")
@requires(Permission.USER_WRITE)
def show_users() -> ResponseReturnValue:
    with reading() as session:
        people = grants.managed(session, current_within())
        return render_template(
            "accounts/users.html",
            people=people,
            elsewhere=grants.given_elsewhere(session, current_within(), by=actor()),
            roles=NAMES,
            asleep={each.login for each in people if doors.is_asleep(each, unused(), now())},
            apart={each.login for each in people if each.active and grants.works_unseen(each)},
            factors={each.login: len(factors.factors_of(session, each)) for each in people},
        )


@bp.post("/users")
@requires(Permission.USER_WRITE)
def add_user() -> ResponseReturnValue:
    """Give somebody access, and show the one-time link."""
    login = required_text(request.form, "login", longest=40)
    place, sees = _where()
    with transaction() as session:
        grants.check_grant(current_within(), place, sees, by=actor(), login=login)
        services.add_user(
            session,
            login,
            name=required_text(request.form, "name", longest=80),
            role=choice(request.form, "role", Role),
            place=place,
            sees=sees,
            by=actor(),
            now=now(),
        )
        token = doors.give_link(session, login, life=_life(), by=actor(), now=now())
    return _user(login, token)


@bp.get("/users/<login>")
@requires(Permission.USER_WRITE)
def show_user(login: str) -> ResponseReturnValue:
    return _user(login)


@bp.post("/users/<login>/move")
@requires(Permission.USER_WRITE)
def move(login: str) -> ResponseReturnValue:
    role, (place, sees) = choice(request.form, "role", Role), _where()
    with transaction() as session:
        grants.managed_user(session, current_within(), login)
        doors.move(
            session, login, role=role, place=place, sees=sees, within=current_within(),
            by=actor(), now=now(),
        )  # fmt: skip
    flash(t(f"Đã đổi vai trò, phạm vi của {login}.", f"Changed the role or scope of {login}."))
    return _back(login)


@bp.post("/users/<login>/access")
@requires(Permission.USER_WRITE)
def change_access(login: str) -> ResponseReturnValue:
    within = current_within()
    with transaction() as session:
        if request.form.get("give") == "1":
            person = grants.managed_user(session, within, login)
            services.give_access_back(session, login, by=actor(), now=now())
        else:
            person = grants.endable_user(session, within, login, by=actor())
            services.take_access(session, login, by=actor(), now=now())
        is_managed = grants.may_manage(within, person)
    flash(t(f"Đã đổi quyền truy cập của {login}.", f"Changed the access of {login}."))
    return _back(login) if is_managed else redirect(url_for(".show_users"))


@bp.post("/users/<login>/link")
@requires(Permission.USER_WRITE)
def give_link(login: str) -> ResponseReturnValue:
    """Show a new one-time link: for a first password, a forgotten one, a sleeping account."""
    with transaction() as session:
        grants.managed_user(session, current_within(), login)
        token = doors.give_link(session, login, life=_life(), by=actor(), now=now())
    return _user(login, token)


@bp.post("/users/<login>/second-factor/reset")
@requires(Permission.USER_WRITE)
def reset_factor(login: str) -> ResponseReturnValue:
    with transaction() as session:
        grants.managed_user(session, current_within(), login)
        doors.reset_factor(session, login, by=actor(), now=now())
    flash(
        t(
            f"Đã gỡ bước thứ hai của {login}; người đó sẽ được báo khi đăng nhập.",
            f"Took the second factor of {login} away; they are told at their next log-in.",
        )
    )
    return _back(login)


@bp.post("/users/<login>/log-ins")
@requires(Permission.USER_WRITE)
def end_logins(login: str) -> ResponseReturnValue:
    with transaction() as session:
        person = grants.managed_user(session, current_within(), login)
        if which := request.form.get("login", ""):
            sessions.end_one(session, person, which, by=actor(), now=now())
        else:
            services.end_log_ins(session, person, by=actor(), now=now())
    flash(t("Đã đóng.", "Ended."))
    return _back(login)


@bp.get("/roles")
@signed_in
def show_roles() -> ResponseReturnValue:
    """The table that the gate goes by, for everybody to read."""
    return render_template(
        "accounts/roles.html",
        roles=Role,
        permissions=list(Permission),
        words=WORDS,
        grants=GRANTS,
        needed=NEED_SECOND_FACTOR if settings().second_factor == "required" else frozenset(),
    )


def _where() -> tuple[str, str]:
    """Return place and scope as the form says them."""
    place = place_or_text(optional_text(request.form, "place", longest=64))
    return place, services.area(optional_text(request.form, "sees", longest=400))


def _sees_nothing(person: User) -> bool:
    """Return whether *person* has a place without a code and nothing else: it leads to no row."""
    return Role(person.role) not in AT_LAB and not person.sees and ":" not in person.place


def _life() -> timedelta:
    return timedelta(hours=settings().link_hours)


def _back(login: str) -> ResponseReturnValue:
    return redirect(url_for(".show_user", login=login))


def _user(login: str, token: str = "") -> ResponseReturnValue:
    with reading() as session:
        person = grants.managed_user(session, current_within(), login)
        return render_template(
            "accounts/user.html",
            person=person,
            roles=NAMES,
            link=f"{origin()}/welcome#{token}" if token else "",
            hours=settings().link_hours,
            blind=_sees_nothing(person),
            apart=grants.works_unseen(person),
            giver=grants.giver_of(session, person),
            asleep=doors.is_asleep(person, unused(), now()),
            factors=factors.factors_of(session, person),
            logins=sessions.live_sessions(session, person, now=now(), limits=gate.limits()),
        )
