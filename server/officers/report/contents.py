"""What the daily report says: its parts as tables, in the reader's language.  Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.display import count, short_day, t
from server.figures.folding import waiting
from server.figures.models import POOL, SINGLE
from server.officers.overview.found_panels import NOWHERE, below
from server.officers.overview.shapes import decimal, hours_of
from server.officers.overview.statistics import percentile, share, within_minutes
from server.officers.overview.stuck import of_tubes
from server.officers.report import queries
from server.officers.report.queries import Sums
from server.outcomes import words
from server.place_names import full_name, name_of

Rows = list[tuple[str | int, ...]]
SAID = ("positive", "negative", "inconclusive", "invalid", "resample", "withdrawn")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the report: a table whose first column names its row."""

    title: str
    heads: tuple[str, ...]
    rows: Rows
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A day of a place.  `made_at` is when; `counting` since when something waits to be counted."""

    day: date
    place: str
    parts: tuple[Part, ...]
    made_at: datetime
    counting: datetime | None

    @property
    def where(self) -> str:
        return full_name(self.place) if self.place else t("Tất cả các nơi", "All places")

    @property
    def title(self) -> str:
        return t(
            "Báo cáo nhanh kết quả lấy mẫu và xét nghiệm SARS-CoV-2",
            "Daily report on sampling and testing for SARS-CoV-2",
        )


def report_of(session: Session, day: date, place: str, within: Within, now: datetime) -> Report:
    """Put the report of *day* together, of what *within* and *place* have in common."""
    scope = within.only(place)
    today = queries.sums(session, scope, day, day)[""]
    ever = queries.sums(session, scope, None, day)[""]
    parts = (
        _taken(today, ever),
        _tested(today, ever),
        _said(today, ever),
        _times(session, scope, day),
        _places(session, scope, day, place),
        _laboratories(session, scope, day),
        _stuck(session, scope, now),
        _quality(today, ever),
    )
    return Report(day, place, parts, now, waiting(session))


def _both(name: tuple[str, str], key: str, today: Sums, ever: Sums) -> tuple[str | int, ...]:
    return (t(*name), today[key], ever[key])


def _heads(first: tuple[str, str]) -> tuple[str, ...]:
    return (t(*first), t("Trong ngày", "This day"), t("Lũy kế", "So far"))


def _taken(today: Sums, ever: Sums) -> Part:
    rows: Rows = [
        _both(("Người được lấy mẫu", "People sampled"), "people", today, ever),
        _both(("— trong mẫu đơn", "— in single samples"), f"people_{SINGLE}", today, ever),
        _both(("— trong mẫu gộp", "— in pools"), f"people_{POOL}", today, ever),
        _both(("Ống mẫu", "Tubes"), "tubes", today, ever),
        _both(("— ống đơn", "— single"), f"tubes_{SINGLE}", today, ever),
        _both(("— ống gộp", "— pools"), f"tubes_{POOL}", today, ever),
    ]
    return Part(t("Lấy mẫu", "Sampling"), _heads(("Chỉ số", "Figure")), rows)


def _tested(today: Sums, ever: Sums) -> Part:
    steps = {
        "received": ("Phòng xét nghiệm nhận", "Received by laboratories"),
        "rejected": ("Bị loại", "Rejected"),
        "resulted": ("Có kết quả", "With a result"),
        "released": ("Đã phát hành", "Released"),
        "delivered": ("Đã vào hồ sơ người dân", "Delivered to people's records"),
    }
    rows: Rows = [_both(name, step, today, ever) for step, name in steps.items()]
    coming = ever["tubes"] - ever["received"] - ever["rejected"]
    for name, number in (
        (("Chưa tới phòng xét nghiệm", "Not yet at a laboratory"), coming),
        (("Đã nhận, chờ kết quả", "Received, no result yet"), ever["received"] - ever["resulted"]),
        (("Có kết quả, chờ phát hành", "Result not released"), ever["resulted"] - ever["released"]),
    ):
        rows.append((t(*name), "", max(0, number)))
    return Part(t("Xét nghiệm (ống)", "Testing (tubes)"), _heads(("Chỉ số", "Figure")), rows)


def _said(today: Sums, ever: Sums) -> Part:
    rows: Rows = [_both(words.STATUSES[said], f"said_{said}", today, ever) for said in SAID]
    rows.append((t("Tỷ lệ dương tính", "Share of positives"), _rate(today), _rate(ever)))
    remark = t(
        "Đếm theo người, theo ngày hồ sơ bắt đầu ghi kết luận hiện nay; tỷ lệ tính trên số người "
        "âm tính hoặc dương tính, kèm khoảng tin cậy 95 % (Wilson). Mẫu gộp dương tính thì lấy "
        "lại mẫu đơn.",
        "People, by the day since when their record says so; the share is of people with a "
        "negative or positive outcome, with its 95 % interval (Wilson). Positive pools are sampled "
        "again.",
    )
    title = t("Kết luận (người)", "Outcomes (people)")
    return Part(title, _heads(("Kết luận", "Outcome")), rows, remark)


def _rate(of: Sums) -> str:
    found = share(of["said_positive"], of["said_positive"] + of["said_negative"])
    if found is None:
        return "—"
    value, low, high = (decimal(each * 100, 2) for each in (found.value, found.low, found.high))
    return f"{value} % ({low}–{high})"


def _times(session: Session, scope: Within, day: date) -> Part:
    rows: Rows = []
    for taken in (day - timedelta(days=1), day):
        tubes = queries.sums(session, scope, taken, taken)[""]["tubes"]
        buckets = queries.turnaround(session, scope, taken)
        released, in_time = sum(buckets), within_minutes(buckets, 1440)
        part = share(in_time, tubes)
        rows.append((
            t("Mẫu lấy ngày ", "Samples of ") + short_day(taken), tubes, released, in_time,
            f"{decimal(part.value * 100)} %" if part else "—",
            hours_of(percentile(buckets, 50)), hours_of(percentile(buckets, 90)),
        ))  # fmt: skip
    heads = (
        t("Mẫu", "Samples"), t("Ống", "Tubes"), t("Đã phát hành", "Released"),
        t("Trong 24 giờ", "Within 24 h"), t("% trong 24 giờ", "% within 24 h"), "p50", "p90",
    )  # fmt: skip
    return Part(t("Thời gian trả kết quả", "Time to a result"), heads, rows)


def _places(session: Session, scope: Within, day: date, place: str) -> Part:
    today = _summed(queries.sums(session, scope, day, day, "place"), place)
    ever = _summed(queries.sums(session, scope, None, day, "place"), place)
    rows: Rows = [
        (name_of(key) if key else t(*NOWHERE), today.get(key, Sums())["people"],
         today.get(key, Sums())["said_positive"], ever[key]["people"], ever[key]["tubes"],
         ever[key]["said_positive"], max(0, ever[key]["tubes"] - ever[key]["released"]
                                         - ever[key]["rejected"]))
        for key in sorted(ever)
    ]  # fmt: skip
    heads = (
        t("Nơi", "Place"), t("Người trong ngày", "People this day"),
        t("Dương tính mới", "New positives"), t("Người lũy kế", "People so far"),
        t("Ống lũy kế", "Tubes so far"), t("Dương tính lũy kế", "Positives so far"),
        t("Ống chờ kết quả", "Tubes waiting"),
    )  # fmt: skip
    return Part(t("Theo địa bàn", "By locality"), heads, rows)


def _summed(found: Mapping[str, Sums], place: str) -> dict[str, Sums]:
    sums: dict[str, Sums] = {}
    for key, own in found.items():
        into = sums.setdefault(below(key, place), Sums()).counts
        for name, number in own.counts.items():
            into[name] = into.get(name, 0) + number
    return sums


def _laboratories(session: Session, scope: Within, day: date) -> Part:
    today = queries.sums(session, scope, day, day, "lab")
    rows: Rows = [
        (name_of(lab), own["resulted"], own["released"], own["said_positive"])
        for lab, own in sorted(today.items())
        if lab
    ]
    heads = (
        t("Phòng xét nghiệm", "Laboratory"), t("Ống có kết quả", "Tubes with a result"),
        t("Ống phát hành", "Tubes released"), t("Người dương tính", "People positive"),
    )  # fmt: skip
    return Part(t("Theo phòng xét nghiệm, trong ngày", "By laboratory, this day"), heads, rows)


def _stuck(session: Session, scope: Within, now: datetime) -> Part:
    rows: Rows = [
        (t(*each.name), each.count, each.late) for each in of_tubes(session, scope, "", now)
    ]
    remark = t("Lúc lập báo cáo, không tính việc đã giải trình.",
               "When the report was made, without what is explained.")  # fmt: skip
    heads = (t("Việc", "Work"), t("Đang chờ", "Waiting"), t("Quá hạn", "Overdue"))
    return Part(t("Tồn đọng", "What waits"), heads, rows, remark)


def _quality(today: Sums, ever: Sums) -> Part:
    rows: Rows = [
        _both(("Ghép gõ tay", "Typed by hand"), "manual", today, ever),
        _both(("Lần ghép đã hủy", "Undone pairings"), "voided", today, ever),
        _both(("Tranh chấp ống", "Conflicts"), "conflicts", today, ever),
        _both(("Kết quả đã sửa", "Corrected results"), "corrections", today, ever),
    ]
    return Part(t("Chất lượng", "Quality"), _heads(("Chỉ số", "Figure")), rows)


def shown(cell: str | int) -> str:
    return count(cell) if isinstance(cell, int) else cell
