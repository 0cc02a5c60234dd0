"""What is measured of each station, team and shift, and what stands out.  Pure.

Rates are per 1,000 people.  What happens to a person once or not is held against a p-chart, what
may happen more often against a u-chart: three standard errors around the rate of all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from server.officers.overview.statistics import Control, p_chart, u_chart

Words = tuple[str, str]
Chart = Callable[[Sequence[tuple[int, int]]], list[Control | None]]
FEWEST = 20  # people below which nothing is said of a group
SLOW = 1.5  # times the usual seconds


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted: its words, how it is held against all, what to look at."""

    key: str
    words: Words
    chart: Chart
    advice: Words


MEASURES = {
    each.key: each
    for each in (
        Measure(
            "rereads", ("đọc lại", "re-reads"), u_chart,
            ("Lau kính, chỉnh đèn và khoảng cách đọc.", "Clean the glass; see to light, distance."),
        ),
        Measure(
            "refusals", ("từ chối", "refusals"), u_chart,
            ("Xem lý do từ chối ở trang Ca làm việc.", "See the reasons on the page Shifts."),
        ),
        Measure(
            "manual", ("gõ tay", "typed by hand"), p_chart,
            ("Đầu đọc hay nhãn có vấn đề?", "Is it the reader, or the labels?"),
        ),
        Measure(
            "voided", ("hủy lần ghép", "undone pairings"), p_chart,
            ("Hàng người có lộn xộn, hai người chen nhau?", "Is the queue in order, one by one?"),
        ),
        Measure(
            "conflicts", ("tranh chấp", "conflicts"), u_chart,
            ("Hai bàn dùng chung ống, hay quét nhầm người?", "Are tubes shared, people mixed up?"),
        ),
        Measure(
            "corrections", ("sửa kết quả", "corrected results"), u_chart,
            ("Xem các bản sửa của phòng xét nghiệm.", "Look at the laboratory's amendments."),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """One station, team or shift: how many people, seconds for each, and what was counted.

    A count may have people of its own: those of shifts that ended, where stations count.
    """

    key: str
    people: int
    seconds: float | None
    counts: Mapping[str, int]
    sizes: Mapping[str, int]
    began: datetime | None = None  # of a shift

    def of(self, measure: str) -> tuple[int, int]:
        return self.counts.get(measure, 0), self.sizes.get(measure, self.people)


@dataclass(frozen=True, slots=True)
class Row:
    """A group with its place among all: one control for each measure."""

    measured: Measured
    controls: Mapping[str, Control | None]
    slow: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What stands out, to be said in words."""

    key: str
    measure: Measure
    control: Control


def rows_of(found: Sequence[Measured]) -> list[Row]:
    """Hold every group against all of them."""
    controls: dict[str, list[Control | None]] = {}
    for key, measure in MEASURES.items():
        controls[key] = measure.chart([each.of(key) for each in found])
    known = [each.seconds for each in found if each.seconds and each.people >= FEWEST]
    usual = median(known) if len(known) > 2 else None
    return [
        Row(
            each,
            {key: controls[key][number] for key in MEASURES},
            usual is not None and each.people >= FEWEST and (each.seconds or 0) > SLOW * usual,
        )
        for number, each in enumerate(found)
    ]


def findings(rows: Sequence[Row]) -> list[Finding]:
    """Return what is too high and not of too few people, the furthest out first."""
    found = [
        Finding(row.measured.key, MEASURES[key], control)
        for row in rows
        for key, control in row.controls.items()
        if control is not None and control.stands_out == "high" and control.size >= FEWEST
    ]
    return sorted(found, key=lambda each: (-_beyond(each.control), each.key, each.measure.key))


def _beyond(control: Control) -> float:
    return (control.rate - control.high) / (control.high or control.rate or 1.0)
