"""What a new server still needs before the first swab: said to whoever may do it, until it is.

A step is done once anybody did it anywhere: then it is never asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from server.accounts.models import Station, User
from server.accounts.roles import Role
from server.permissions import Permission
from server.sampling.models import Lot


@dataclass(frozen=True)
class Step:
    """One thing to do first: who may, where, and what shows that it was done."""

    permission: Permission
    path: str
    vi: str
    en: str
    vi_hint: str  # {minutes}: how long a one-time code holds
    en_hint: str
    done: ColumnElement[bool]


def _any(model: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().select_from(model).where(*conditions)


def _several(least: int, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    some = select(func.count(User.id)).where(condition).scalar_subquery()
    return some >= least


AT_THE_BENCH = (Role.LAB_TECHNICIAN, Role.LAB_VERIFIER)
STEPS = (
    Step(
        Permission.USER_WRITE, "/users", "Thêm người dùng", "Add users",
        "Ít nhất hai kỹ thuật viên (ai nhập thì không duyệt) và một cán bộ y tế.",
        "At least two technicians (who enters does not verify) and a health officer.",
        _several(2, User.role.in_(AT_THE_BENCH)) & _any(User, User.role == Role.HEALTH_OFFICER),
    ),
    Step(
        Permission.STATION_WRITE, "/stations", "Thêm trạm", "Add a station",
        "Lấy mã ghi danh ở đây, gõ vào trạm trong vòng {minutes} phút.",
        "Take its one-time code here and type it at the station within {minutes} minutes.",
        _any(Station),
    ),
    Step(
        Permission.LOT_WRITE, "/lots",
        "Đăng ký lô ống, in nhãn", "Register a lot, print its labels",
        "Giao lô cho trạm: trạm chỉ nhận ống của lô đã giao.",
        "Issue it to a station: a station takes only tubes of its lots.",
        _any(Lot),
    ),
)  # fmt: skip


def steps_left(session: Session, may: Callable[[Permission], bool]) -> list[tuple[Step, bool]]:
    """Return what somebody who *may* is to do, each with whether it is done; none once all is."""
    mine = [step for step in STEPS if may(step.permission)]
    if not mine:
        return []
    found = session.execute(select(*(step.done for step in mine))).one()
    return [] if all(found) else list(zip(mine, map(bool, found), strict=True))
