"""The page of quality, and its table as a file.  Stations, and who works there with a name that
is masked as on the station's screen: no names.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server import exports
from server.accounts.current import current_within
from server.display import Amount, count, language, local, t
from server.forms import tidy
from server.officers.overview import charts
from server.officers.overview.made import Made
from server.officers.overview.shapes import Panel, Table, decimal
from server.officers.overview.wish import SPANS, Wish
from server.officers.quality.measures import MEASURES, Finding, Row, findings, rows_of
from server.officers.quality.queries import GROUPS, measured
from server.web import Permission, now, reading, requires

bp = Blueprint("quality", __name__)
SHOWN = 24  # rows of a picture
BY = {
    "station": ("Trạm", "Station"),
    "operator": ("Người làm", "Team"),
    "shift": ("Ca", "Shift"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    wish: Wish
    by: str
    measure: str

    def query(self, **other: str) -> str:
        return self.wish.query(**{"by": self.by, "measure": self.measure, **other})


@bp.get("/quality")
@requires(Permission.SHIFT_READ)
def quality() -> ResponseReturnValue:
    asked = _asked()
    rows = _rows(asked)
    return render_template(
        "officers/quality.html", asked=asked, wish=asked.wish, spans=SPANS, by=BY, rows=rows,
        today=local(now()).date(), measures=MEASURES, panel_of=_panel(asked, rows),
        sentences=[_sentence(each) for each in findings(rows)[:SHOWN]],
        slow=[row.measured for row in rows if row.slow],
    )  # fmt: skip


@bp.get("/quality/rates.csv")
@bp.get("/quality/rates.xlsx")
@requires(Permission.SHIFT_READ)
def rates() -> Response:
    asked = _asked()
    rows = _rows(asked)
    found = _table(asked, rows)
    heads, cells = list(found.heads), [list(row) for row in found.rows]
    if asked.by == "shift":  # its name says the day as people do, without the year
        heads.append(t("Bắt đầu", "Began"))
        cells = [[*row, of.measured.began] for row, of in zip(cells, rows, strict=True)]
    return exports.board(heads, cells, f"quality-{asked.by}-{asked.wish.day}")


def _asked() -> Asked:
    by, measure = tidy(request.args.get("by", "")), tidy(request.args.get("measure", ""))
    return Asked(
        Wish.read(request.args, local(now()).date()),
        by if by in GROUPS else "station",
        measure if measure in MEASURES else "rereads",
    )


def _rows(asked: Asked) -> list[Row]:
    with reading() as session:
        return rows_of(measured(session, asked.wish, current_within(), asked.by, language()))


def _panel(asked: Asked, rows: list[Row]) -> Panel:
    """Return the control chart of one measure, the highest first, with the table of all."""
    words = t(*MEASURES[asked.measure].words)
    title = t(f"Số lần {words} trên 1.000 người", f"{words.capitalize()} per 1,000 people")
    known = [(row.measured.key, control) for row in rows
             if (control := row.controls[asked.measure]) is not None]  # fmt: skip
    known.sort(key=lambda row: (-row[1].rate, row[0]))
    picture = charts.controls(known[:SHOWN], title)
    if picture:
        picture.legend = t(
            "Dải xám: mức thường của nhóm cỡ ấy (± 3 sai số chuẩn). ✖ ngoài dải.",
            "Grey band: what is usual for a group of that size (± 3 standard errors). ✖ outside.",
        )
    empty = t("Chưa có số nào trong những ngày này.", "No numbers on these days.")
    return Panel("rates", title, _table(asked, rows), picture, empty=empty)


def _table(asked: Asked, rows: list[Row]) -> Table:
    heads = [t(*BY[asked.by]), t("Người", "People"), t("Giây/người", "s/person")]
    heads += [t(*measure.words) for measure in MEASURES.values()]
    return Table(heads, Made(rows, _cells))


def _cells(row: Row) -> list[str | int | float | None]:
    one = row.measured
    seconds = decimal(one.seconds) if one.seconds is not None else "—"
    cells: list[str | int | float | None] = [one.key, one.people, seconds]
    for control in row.controls.values():
        if control is None:
            cells.append("—")
        else:
            rate, mark = decimal(control.rate * 1000), " ✖" if control.stands_out == "high" else ""
            cells.append(Amount(rate + mark, rate.number))
    return cells


def _sentence(found: Finding) -> tuple[str, str]:
    """Say what stands out, and what to look at."""
    control, words = found.control, found.measure.words
    rate, high = decimal(control.rate * 1000), decimal(control.high * 1000)
    people = count(control.size)
    said = t(
        f"{found.key}: {words[0]} {rate} trên 1.000 người ({control.count} lần, {people} người);"
        f" thường không quá {high}.",
        f"{found.key}: {words[1]} {rate} per 1,000 people ({control.count} times, {people}"
        f" people); usually at most {high}.",
    )
    return said, t(*found.measure.advice)
