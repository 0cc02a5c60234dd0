"""The overview's pictures of what was found: positivity, groups side by side, pools, calls."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract import names
from contract.places import Place, PlaceError
from server.accounts.within import Within
from server.display import language, t
from server.figures.days import bounds
from server.figures.models import POOL
from server.figures.packing import Counts
from server.officers.overview import charts, numbers, workers
from server.officers.overview.made import Made
from server.officers.overview.numbers import Group
from server.officers.overview.shapes import Panel, Table, decimal, hours_of
from server.officers.overview.statistics import Share, percentile, share
from server.officers.overview.wholes import once
from server.officers.overview.wish import Wish
from server.outcomes.models import Callback
from server.outcomes.words import REASONS
from server.place_names import name_of

SHOWN = 12  # rows of a picture; its table has all
NOWHERE = ("chưa ghi nơi", "no place noted")
BY = {
    "place": ("Nơi", "Place"),
    "lab": ("Phòng xét nghiệm", "Laboratory"),
    "station": ("Trạm", "Station"),
    "operator": ("Người làm", "Operator"),
    "kind": ("Loại mẫu", "Kind of sample"),
}
ENDED = {
    "resampled": ("đã lấy mẫu lại", "sampled again"),
    "not-needed": ("không cần nữa", "not needed any more"),
    "given-up": ("không liên lạc được", "given up"),
}


def localities(session: Session, wish: Wish, within: Within) -> dict[str, Counts]:
    """Sum places to the level below the wish's: communes of a district, districts of a province."""
    return once(
        session, ("localities", replace(wish, by=""), within),
        lambda: numbers.localities(session, wish, within, partial(below, place=wish.place)),
    )  # fmt: skip


@lru_cache(maxsize=16384)
def below(code: str, place: str) -> str:
    try:
        parsed, level = Place.parse(code), len(Place.parse(place).parts) if place else 1
    except PlaceError:
        return code
    return str(Place(parsed.code_set, parsed.parts[: level + 1]))


def tested(counts: Counts) -> Share | None:
    """Return the share of positives among people with a negative or a positive result."""
    return share(counts["said_positive"], counts["said_positive"] + counts["said_negative"])


def positivity(session: Session, wish: Wish, within: Within) -> Panel:
    """Show the share of positives in each locality, with how sure it is."""
    sums = localities(session, wish, within)
    shares = [(name_of(key) or t(*NOWHERE), each) for key, own in sums.items()
              if (each := tested(own)) is not None]  # fmt: skip
    shares.sort(key=lambda row: (-row[1].value, names.order_text(row[0])))
    rows = [
        (name, each.whole, each.part, _percent(each.value), _percent(each.low), _percent(each.high))
        for name, each in shares
    ]
    title = t("Tỷ lệ dương tính theo nơi", "Share of positives by locality")
    heads = (
        t("Nơi", "Place"), t("Người có kết quả", "People with a result"),
        t("Dương tính", "Positive"), "%", t("ít nhất %", "at least %"),
        t("nhiều nhất %", "at most %"),
    )  # fmt: skip
    says = f"{title}: " + "; ".join(f"{name} {_percent(each.value)} %" for name, each in shares)
    picture = charts.intervals(shares[:SHOWN], says)
    if picture:
        picture.legend = t(
            "Vạch đậm: khoảng tin cậy 95 % (Wilson). Ít người thì vạch dài.",
            "Thick line: 95 % confidence (Wilson). Few people make it long.",
        )
    empty = t("Chưa có kết quả nào được phát hành.", "No result was released yet.")
    return Panel("positivity", title, Table(heads, rows), picture, empty=empty)


def _percent(value: float) -> str:
    return decimal(value * 100, 2)


def breakdown(session: Session, wish: Wish, within: Within) -> Panel:
    """Hold places, laboratories, stations, operators or kinds side by side."""
    found = numbers.groups(session, wish, within, wish.by, timed=True)
    keys = [each.key for each in found] if wish.by == "operator" else []
    rows = Made(found, partial(_group, wish.by, workers.of_keys(session, keys, language())))
    links = Made(found, partial(_narrower, wish))
    heads = (
        t(*BY[wish.by]), t("Người", "People"), t("Ống", "Tubes"), t("Đã nhận", "Received"),
        t("Có kết quả", "Resulted"), t("Phát hành", "Released"), t("Vào hồ sơ", "Delivered"),
        "p50", "p90", t("Dương tính", "Positive"), t("% dương tính", "% positive"),
    )  # fmt: skip
    title = t("Từng nhóm", "Group by group")
    return Panel("groups", title, Table(heads, rows, links),
                 empty=t("Chưa có mẫu nào.", "No sample yet."))  # fmt: skip


def _group(by: str, who: Mapping[str, str], group: Group) -> tuple[str | int, ...]:
    counts, reached, rate = group.counts, numbers.reached(group.counts), tested(group.counts)
    name = who.get(group.key) or _name(by, group.key)
    return (
        name, counts["people"], counts["tubes"], reached["received"],
        reached["resulted"], reached["released"], reached["delivered"],
        hours_of(percentile(group.turnaround, 50)), hours_of(percentile(group.turnaround, 90)),
        counts["said_positive"], _percent(rate.value) if rate else "—",
    )  # fmt: skip


def _narrower(wish: Wish, group: Group) -> str:
    """Return the address that shows the group alone, '' where there is none."""
    narrower = wish.by in ("place", "lab", "station") and group.key
    return f"/overview?{wish.query(**{wish.by: group.key})}" if narrower else ""


def _name(by: str, key: str) -> str:
    if by == "place":
        return name_of(key) if key else t(*NOWHERE)
    if by == "lab":
        return name_of(key) if key else t("chưa có kết quả", "no result yet")
    if by == "kind":
        return t("mẫu gộp", "pools") if key == POOL else t("mẫu đơn", "single")
    return key


def pools(session: Session, wish: Wish, within: Within) -> Panel:
    """Show pools and single samples: what the laboratory said of the tubes."""
    rows = []
    for group in numbers.groups(session, wish, within, "kind"):
        counts = group.counts
        said = counts["call_negative"], counts["call_positive"], counts["call_other"]
        rows.append((
            _name("kind", group.key), counts["tubes"], counts["people"],
            decimal(counts["people"] / counts["tubes"]) if counts["tubes"] else "—",
            *said, counts["tubes"] - sum(said),
        ))  # fmt: skip
    heads = (
        t("Loại mẫu", "Kind"), t("Ống", "Tubes"), t("Người", "People"),
        t("Người mỗi ống", "People a tube"), t("Ống âm tính", "Negative tubes"),
        t("Ống dương tính", "Positive tubes"), t("Khác", "Other"),
        t("Chưa có kết luận", "No outcome yet"),
    )  # fmt: skip
    title = t("Mẫu gộp và mẫu đơn", "Pools and single samples")
    return Panel("pools", title, Table(heads, rows), empty=t("Chưa có mẫu nào.", "No sample yet."))


def calls(session: Session, wish: Wish, within: Within) -> Panel:
    """Show whom to call back, by reason, and how calls ended on the wish's last day."""
    scope = within.only(wish.place).rows(Callback.place)
    waiting = select(Callback.reason, func.count()).where(Callback.done_at.is_(None), scope)
    rows = [
        (t("Chờ: ", "Waiting: ") + t(*REASONS.get(reason, (reason, reason))), number)
        for reason, number in session.execute(waiting.group_by(Callback.reason))
    ]
    begin, end = bounds(wish.day)
    done = select(Callback.ended, func.count()).where(
        Callback.done_at >= begin, Callback.done_at < end, scope
    )
    rows += [
        (t("Xong trong ngày: ", "Done this day: ") + t(*ENDED[ended or "not-needed"]), number)
        for ended, number in session.execute(done.group_by(Callback.ended))
    ]
    title = t("Gọi lấy mẫu lại", "To be called for a new sample")
    heads = t("Vì sao", "Why"), t("Người", "People")
    empty = t("Không ai phải gọi lại.", "Nobody is to be called.")
    return Panel("calls", title, Table(heads, rows), empty=empty)
