"""The overview's pictures of time: the flow of samples, the hours, the days, the 24 hours."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.display import count, short_day, t
from server.officers.overview import charts, numbers
from server.officers.overview.shapes import Panel, Picture, Table, hours_of
from server.officers.overview.statistics import percentile, within_minutes
from server.officers.overview.wish import Wish

HOURS = 24.0
STAGES = {
    "paired": ("Đã ghép", "Paired"),
    "received": ("Đã nhận", "Received"),
    "resulted": ("Có kết quả", "Resulted"),
    "released": ("Đã phát hành", "Released"),
    "delivered": ("Đã vào hồ sơ", "Delivered"),
}
TURNAROUND = ("Từ lấy mẫu đến phát hành", "From sampling to release")
Times = tuple[date, int, int, int, int, str, str]  # a row of the turnaround


def flow(session: Session, wish: Wish, within: Within) -> Panel:
    """Show how far the samples of the wish's days are, and where they wait."""
    counts = numbers.total(session, wish, within)
    reached, times = numbers.reached(counts), numbers.times(session, wish, within)
    stages: list[charts.Stage] = []
    rows: list[Sequence[str | int | None]] = []
    before = 0
    for step, words in STAGES.items():
        buckets = times.get(step, ())
        half, most = percentile(buckets, 50), percentile(buckets, 90)
        way = hours_of(half) if half is not None else ""
        gone = counts["at_rejected"] if step == "received" else 0
        waits = max(0, before - reached[step] - gone) if step != "paired" else None
        stages.append(charts.Stage(t(*words), reached[step], waits or 0, way))
        rows.append((t(*words), reached[step], waits, hours_of(half), hours_of(most)))
        before = reached[step]
    times_row = times.get("turnaround", ())
    rows.append((
        t(*TURNAROUND), None, None,
        hours_of(percentile(times_row, 50)), hours_of(percentile(times_row, 90)),
    ))  # fmt: skip
    title = t("Mẫu đang ở đâu", "Where the samples are")
    heads = (
        t("Bước", "Step"), t("Số ống đã qua", "Tubes that passed"), t("Đang chờ", "Waiting"),
        t("Nửa số ống mất", "Half took"), t("90 % mất không quá", "90 % took at most"),
    )  # fmt: skip
    hint = _flow_hint(wish, counts["at_rejected"])
    says = title + ": " + "; ".join(f"{stage.name} {stage.reached}" for stage in stages)
    return Panel("flow", title, Table(heads, rows), charts.flow(stages, says), hint=hint)


def _flow_hint(wish: Wish, rejected: int) -> str:
    first, last = short_day(wish.first), short_day(wish.day)
    said = t(f"Mẫu lấy từ {first} đến {last}.", f"Samples taken from {first} to {last}.")
    if rejected:
        number = count(rejected)
        said += t(f" {number} ống bị loại.", f" {number} tubes were rejected.")
    return said


def per_hour(session: Session, wish: Wish, within: Within) -> Panel:
    """Show the people of each hour of the wish's last day."""
    found = numbers.per_hour(session, wish, within)
    shown = range(min([7, *found]), max([11, *found]) + 1) if found else range(0)
    values = [(f"{hour:02d}", found.get(hour, 0)) for hour in shown]
    title = t("Người được lấy mẫu mỗi giờ", "People sampled each hour")
    heads = t("Giờ", "Hour"), t("Người", "People")
    return Panel(
        "hours", title, Table(heads, values), charts.bars(values, title),
        empty=t("Ngày này chưa có lần ghép nào.", "No pairing on this day."),
    )  # fmt: skip


def turnaround(session: Session, wish: Wish, within: Within) -> Panel:
    """Show p50 and p90 of the days against the 24 hours."""
    found = numbers.times_by_day(session, wish, within)
    taken = numbers.by_day(session, wish, within)
    shown = _days(wish.trend_first, wish.day)
    rows: list[Times] = []
    halves, most = [], []
    for day in shown:
        buckets = found.get(day, ())
        half, nine = percentile(buckets, 50), percentile(buckets, 90)
        halves.append(half / 60 if half is not None else None)
        most.append(nine / 60 if nine is not None else None)
        released, tubes = sum(buckets), taken.get(day, {}).get("tubes", 0)
        in_time = within_minutes(buckets, 1440) if buckets else 0
        rows.append(
            (day, tubes, released, in_time, tubes - released, hours_of(half),
             hours_of(nine))
        )  # fmt: skip
    title = t("Từ lấy mẫu đến phát hành, so với 24 giờ", "From sampling to release, against 24 h")
    lines = [charts.Line("p90", "second", most), charts.Line("p50", "main", halves)]
    picture = charts.days([short_day(day) for day in shown], lines, HOURS, _said(title, rows))
    if picture:
        picture.legend = t(
            "● p50: nửa số ống · ○ p90: 90 % số ống · ┄ 24 giờ. Tính bằng giờ, theo ngày lấy mẫu.",
            "● p50: half of the tubes · ○ p90: 90 % · ┄ 24 hours. In hours, by day of sampling.",
        )
    heads = (
        t("Ngày", "Day"), t("Ống", "Tubes"), t("Đã phát hành", "Released"),
        t("Trong 24 giờ", "Within 24 h"), t("Chưa phát hành", "Not released"), "p50", "p90",
    )  # fmt: skip
    empty = t("Chưa phát hành kết quả nào.", "No result was released yet.")
    return Panel("turnaround", title, Table(heads, rows), picture, empty=empty)


def _said(title: str, rows: Sequence[Times]) -> str:
    some = "; ".join(f"{short_day(row[0])} p50 {row[5]}, p90 {row[6]}" for row in rows if row[2])
    return f"{title}: {some}"


def trend(session: Session, wish: Wish, within: Within) -> Panel:
    """Show people sampled and people positive, day by day."""
    found = numbers.by_day(session, wish, within)
    rows = []
    for day in _days(wish.trend_first, wish.day):
        counts = found.get(day, {})
        rows.append(
            (day, counts.get("people", 0), counts.get("tubes", 0),
             counts.get("said_positive", 0), counts.get("said_negative", 0),
             counts.get("said_resample", 0))
        )  # fmt: skip
    title = t("Người được lấy mẫu mỗi ngày", "People sampled each day")
    picture: Picture | None = charts.bars([(short_day(row[0]), row[1]) for row in rows], title)
    heads = (
        t("Ngày", "Day"), t("Người", "People"), t("Ống", "Tubes"), t("Dương tính", "Positive"),
        t("Âm tính", "Negative"), t("Lấy lại mẫu", "To sample again"),
    )  # fmt: skip
    return Panel("trend", title, Table(heads, rows), picture,
                 empty=t("Chưa có mẫu nào.", "No sample yet."))  # fmt: skip


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
