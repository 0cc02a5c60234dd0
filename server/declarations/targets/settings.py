"""Set what the boards go by: rules, goals, localities.  The caller owns the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.places import Place, PlaceError
from server.audit import services as audit
from server.declarations.kinds import PointKind
from server.declarations.targets.models import BoardSetting, CoverageGoal, Locality, TargetRule
from server.errors import BadInput, NotFound

POPULATIONS = range(1, 10_000_001)


@dataclass(frozen=True, slots=True)
class RuleWish:
    """What somebody wants points of a kind in a place to come to."""

    kind: str
    place: str
    start: int
    rate: int
    most: int | None
    basis: str
    since: date


@dataclass(frozen=True, slots=True)
class LocalityWish:
    place: str
    name: str
    town: bool
    population: int


def set_rule(session: Session, wish: RuleWish, *, by: str, now: datetime) -> TargetRule:
    """Let a rule hold from a day on; the one before it for the same points ends the day before."""
    if wish.kind and wish.kind not in set(PointKind):
        raise BadInput(
            "Hãy chọn loại điểm trong danh sách.", "Choose the kind from the list.", field="kind"
        )
    place = checked_place(wish.place) if wish.place else ""
    if wish.most is not None and wish.most < wish.start:
        raise BadInput(
            "Mức trần phải từ mức đầu trở lên.", "The most cannot be below the start.", field="most"
        )
    same = select(TargetRule).where(TargetRule.kind == wish.kind, TargetRule.place == place)
    for earlier in session.scalars(same.where(TargetRule.until.is_(None))):
        if earlier.since >= wish.since:
            session.delete(earlier)  # it would never hold
        else:
            earlier.until = wish.since - timedelta(days=1)
    made = TargetRule(
        id=uuid4(), kind=wish.kind, place=place, start=wish.start, rate=wish.rate, most=wish.most,
        basis=wish.basis, since=wish.since, set_by=by, set_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    detail = f"{wish.kind or '*'} {place or '*'} {wish.start} +{wish.rate}%"
    audit.record(session, "target.set", made.id, by=by, now=now, detail=detail)
    return made


def end_rule(session: Session, rule_id: UUID, *, last: date, by: str, now: datetime) -> None:
    """Let *last* be the last day of a rule."""
    rule = session.get(TargetRule, rule_id)
    if rule is None or rule.until is not None:
        raise NotFound("Không có quy tắc này, hoặc đã dừng.", "No such rule, or it has ended.")
    if last < rule.since:
        session.delete(rule)
    else:
        rule.until = last
    audit.record(session, "target.ended", rule_id, by=by, now=now)


def set_goal(
    session: Session, area: str, low: int, high: int, *, by: str, now: datetime
) -> CoverageGoal:
    """Set how much of a town, or elsewhere, should be covered, in percent."""
    if high < low:
        raise BadInput(
            "Mức cần đạt phải từ mức tối thiểu.",
            "The aim cannot be below the least.",
            field=f"{area}_high",
        )
    made = CoverageGoal(area=area, low=low, high=high, set_by=by, set_at=now)
    audit.record(session, "coverage.goal-set", area, by=by, now=now, detail=f"{low}-{high}%")
    return session.merge(made)


def set_silent_days(session: Session, days: int, *, by: str, now: datetime) -> None:
    session.merge(BoardSetting(id=1, silent_days=days, set_by=by, set_at=now))
    audit.record(session, "board.silence-set", "board", by=by, now=now, detail=f"{days} days")


def set_localities(
    session: Session, wishes: Sequence[LocalityWish], *, by: str, now: datetime
) -> int:
    """Enter, or enter anew, how many people live where; all or none."""
    for wish in wishes:
        if wish.population not in POPULATIONS:
            raise BadInput(
                f"Dân số của {wish.name} phải từ 1 đến 10.000.000.",
                f"The population of {wish.name} must be from 1 to 10,000,000.",
                field="list",
            )
        session.merge(
            Locality(
                place=checked_place(wish.place),
                name=wish.name[:80],
                town=wish.town,
                population=wish.population,
                set_by=by,
                set_at=now,
            )
        )
    session.flush()
    audit.record(session, "localities.set", "all", by=by, now=now, detail=f"{len(wishes)} places")
    return len(wishes)


def read_localities(text: str) -> list[LocalityWish]:
    """Read lines `place;name;town or -;population` (also with commas or tabs between)."""
    wishes: list[LocalityWish] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.replace("\t", ";").replace(",", ";").split(";")]
        digits = cells[3].replace(".", "").replace(" ", "") if len(cells) == 4 else ""
        if not (digits.isascii() and digits.isdigit()):
            if number == 1:
                continue  # the heads of the columns
            raise BadInput(
                f"Dòng {number} không đọc được: cần mã nơi; tên; thị trấn hay không; số dân.",
                f"Line {number} cannot be read: place; name; town or not; population.",
                field="list",
            )
        town = cells[2].lower() in {"town", "x", "1", "có", "thành phố", "thị trấn", "thị xã"}
        wishes.append(LocalityWish(cells[0], cells[1], town, int(digits[:9])))
    if not wishes:
        raise BadInput(
            "Không dòng nào đọc được: mỗi dòng ghi mã nơi; tên; thị trấn hay không; số dân.",
            "No line can be read: give place; name; town or not; population on each.",
            field="list",
        )
    return wishes


def checked_place(text: str) -> str:
    try:
        return str(Place.parse(text))
    except PlaceError as error:
        raise BadInput(
            f"Nơi {text} không đúng: ghi cả bộ mã, ví dụ vn-2021:24.222.",
            f"{text} is no place: give the code set too, such as vn-2021:24.222.",
            field="list",
        ) from error
