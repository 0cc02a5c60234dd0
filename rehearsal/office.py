"""The office before the day: people with access, a station, lots of tubes, cards, labels."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from contract.lots import LotWire, tubes_of
from contract.specimens import Specimen
from contract.tubes import Tube
from rehearsal.browser import Browser, Page, PageError
from rehearsal.processes import program, run

STATION = "ban-1"
PLACE = "vn-2021:24.222"  # Viet Yen district, Bac Giang, by the codes of 2021
_CODE = re.compile(r'id="one-time-code"[^>]*>([^<]+)<')
_LOT = re.compile(r"/lots/([^/?]+)")


@dataclass(frozen=True)
class Account:
    """One demo log-in.  The password is new in each rehearsal and works only in it."""

    login: str
    name: str
    role: str
    place: str = "vn-2021:24"  # and what is in it is what they see
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9))


def accounts() -> list[Account]:
    return [
        Account("quantri", "Quản trị viên", "administrator"),
        Account("ktv1", "Kỹ thuật viên Một", "lab-technician"),
        Account("ktv2", "Kỹ thuật viên Hai", "lab-technician"),
        Account("canbo", "Cán bộ y tế", "health-officer"),
        Account("doilaymau", "Đội lấy mẫu số 1", "swab-team"),
    ]


def give_access(people: Sequence[Account], config: Path, log: Path) -> None:
    for person in people:
        words = ["add-user", "--config", str(config), "--login", person.login]
        words += ["--name", person.name, "--role", person.role, "--place", person.place]
        words += ["--everywhere", "--password-stdin"]
        run([program("ghepmau-server"), *words], log=log, stdin=person.password + "\n")


@dataclass
class Office:
    """An administrator at the server's pages; papers are saved in *papers*."""

    browser: Browser
    papers: Path

    def enrol_station(self, station: str, label: str) -> str:
        """Create *station*; return its one-time code."""
        fields = {"station": station, "label": label, "place": PLACE, "duty": "sampling"}
        found = _CODE.search(_good(self.browser.fill("/stations", fields)).text)
        if found is None:
            raise PageError(
                "trang Trạm không cho mã một lần", "the page of stations shows no one-time code"
            )
        return unescape(found[1]).strip()

    def register_lot(self, series: int, count: int, station: str) -> tuple[str, list[Tube]]:
        """Register *count* tubes of *series* for *station* (''  = nobody yet); print the labels."""
        fields = {"series": str(series), "count": str(count), "place": PLACE, "station": station}
        page = _good(self.browser.fill("/lots", fields))
        found = _LOT.search(page.path)
        if found is None:
            raise PageError("đăng ký lô mà không có lô nào", "registering a lot led to no lot")
        lot = found[1]
        labels = self.browser.open(f"/lots/{lot}/labels.pdf?stock=L7651")
        (self.papers / f"labels-{lot}.pdf").write_bytes(labels.body)
        wire = LotWire(lot, series=series, first=1, last=count)
        return lot, list(tubes_of(wire))

    def make_cards(self, people: Sequence[Specimen]) -> list[str]:
        """Print cards for *people*; return what their codes say, in the same order."""
        lines = "\n".join(
            f"{one.name};{one.birth.year};{'Nam' if one.sex == 'M' else 'Nữ'}" for one in people
        )
        page = _good(self.browser.fill("/cards", {"people": lines, "place": PLACE}))
        sheet = self.browser.open(f"{page.path}/cards.pdf")
        (self.papers / "cards.pdf").write_bytes(sheet.body)
        return [card["payload"] for card in self.browser.open(f"{page.path}/cards.json").json()]


def _good(page: Page) -> Page:
    if page.status >= 400:
        raise PageError(
            f"{page.path} trả lời {page.status}: {page.alert}",
            f"{page.path} answered {page.status}: {page.alert}",
        )
    return page
