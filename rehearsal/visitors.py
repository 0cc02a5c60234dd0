"""People at a check-in point: some declare on their own phones, some show a card to its keeper.

It plays after the invented week, at a point of that week, and holds what was sent against what the
point's page counts.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from uuid import uuid4

from contract import specimens
from contract.specimens import Specimen
from rehearsal.browser import Browser, Page, PageError
from rehearsal.report import Check

_POINT = re.compile(r'class="tube" href="/points/([A-Z0-9]+)"')
_TODAY = re.compile(r"<dt>[^<]*</dt><dd>([0-9. ]+)</dd>")
_LINK = re.compile(r'class="command">([^<]+/k/[^<]+)<')
_WHO = re.compile(r"\?who=([0-9a-f-]{36})")
_HIDDEN = re.compile(r'name="(csrf_token|held|id)"[^>]*value="([^"]*)"')
ANSWERS = {
    "form": "vn-2021-1", "q.symptoms": "none", "q.patient": "no", "q.from-outbreak": "no",
    "q.sick": "no", "q.travel": "no", "consent": "consent-2026-1",
}  # fmt: skip
SEXES = {"M": "M", "F": "F"}


@dataclass
class Crowd:
    """What the people at one point did: each phone a browser of its own."""

    base: str
    point: str
    sent: int = 0
    shown: int = 0
    cards: set[str] = field(default_factory=set)

    def declare(self, who: Specimen) -> None:
        """Declare on a phone that was never here; send it twice, as phones on a bad network do."""
        phone = Browser(self.base)
        said = {
            "behalf": "me", "name": who.name, "birth": who.birth.strftime("%d/%m/%Y"),
            "sex": SEXES[who.sex.value], "phone": f"09{who.number[-8:]}", "number": who.number,
            "address": "", "id": str(uuid4()),
        }  # fmt: skip
        for _ in range(2):
            done = phone.fill(f"/d/{self.point}", {**ANSWERS, **said})
            _good(done)
        self.sent += 1
        self._quickly(phone, done)

    def _quickly(self, phone: Browser, done: Page) -> None:
        """Declare again on the same phone: only what changes is asked; the card is the same."""
        found = _WHO.search(phone.open(f"/d/{self.point}").text)
        if found is None:
            raise PageError(
                "điện thoại đã khai báo không được nhận ra",
                "a phone that declared is not known again",
            )
        fields = {**ANSWERS, "who": found[1], "id": str(uuid4())}
        again = phone.fill(f"/d/{self.point}", fields)
        self.sent += 1
        self.cards |= {_card(done), _card(again)}

    def come(self, keeper: Browser, who: Specimen) -> None:
        """Show an insurance card to the keeper, who says that it is this person."""
        here = f"/k/{self.point}"
        code = specimens.insurance_card(who, shape="new").decode()
        look = _good(keeper.fill(here, {"code": code}))
        held = {name: unescape(value) for name, value in _HIDDEN.findall(look.text)}
        _good(keeper.send(here, {**held, "symptoms": "no"}))
        self.shown += 1


def play(registrar: Browser, base: str, people: list[Specimen]) -> list[Check]:
    """Let *people* come to a point; return what must agree."""
    points = _POINT.findall(registrar.open("/points?kind=factory&open=1").text)
    if not points:
        raise PageError("tuần bịa ra không có nhà máy nào", "the invented week has no factory")
    crowd = Crowd(base, points[0])
    before = _today(registrar, crowd.point)
    for who in people[::2]:
        crowd.declare(who)
    keeper = _keeper(registrar, base, crowd.point)
    for who in people[1::2]:
        crowd.come(keeper, who)
    counted = _today(registrar, crowd.point) - before
    return [
        Check("declared by phone or card, and check-ins at the point",
              crowd.sent + crowd.shown, counted),
        Check("phones that declared, and cards given", len(people[::2]), len(crowd.cards)),
    ]  # fmt: skip


def _keeper(registrar: Browser, base: str, point: str) -> Browser:
    """Give the keeper a browser that holds the point's link."""
    page = _good(registrar.fill(f"/points/{point}/link", {}, form=f"/points/{point}"))
    found = _LINK.search(page.text)
    if found is None:
        raise PageError("điểm không cho đường dẫn", "the point gave no link")
    keeper = Browser(base)
    _good(keeper.fill(f"/k/{point}/open", {"link": unescape(found[1])}))
    return keeper


def _today(registrar: Browser, point: str) -> int:
    found = _TODAY.search(registrar.open(f"/points/{point}").text)
    if found is None:
        raise PageError(
            f"trang của điểm {point} không đếm gì", f"the page of point {point} counts nothing"
        )
    return int(found[1].replace(".", "").replace(" ", ""))


def _card(done: Page) -> str:
    found = re.search(r"/d/card/([0-9a-f-]{36})\.png", done.text)
    if found is None:
        raise PageError("khai báo mà không được thẻ", "a declaration gave no card")
    return found[1]


def _good(page: Page) -> Page:
    if page.status >= 400 or page.alert:
        raise PageError(
            f"{page.path} trả lời {page.status}: {page.alert}",
            f"{page.path} answered {page.status}: {page.alert}",
        )
    return page
