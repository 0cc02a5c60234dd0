"""Backs of cards: behind their fronts when the sheet is turned, and readable."""

from io import BytesIO

import pytest
import zxingcpp
from pypdfium2 import PdfDocument

from labels.card_backs import BackFace, card_backs, mirrored
from labels.cards import CARDS, Size
from labels.errors import DoesNotFit

ADDRESS = "https://xetnghiem.bacgiang.example/my/"


@pytest.mark.parametrize("size", list(CARDS))
def test_every_back_is_behind_its_front_when_the_paper_is_turned(size: Size) -> None:
    stock = CARDS[size]
    for index in range(stock.per_page):
        front, back = stock.place(index), stock.place(mirrored(index, stock))
        assert back[1] == front[1]
        assert back[0] == pytest.approx(stock.page[0] - front[0] - stock.width, abs=0.3)


@pytest.mark.parametrize("size", list(CARDS))
def test_every_link_is_read_back(size: Size) -> None:
    backs = [BackFace(f"{ADDRESS}{'2' * 16}{n}", "Nguyễn Thị Mẫu", "K7M3") for n in range(3, 7)]
    paper = BytesIO()
    assert card_backs(backs, paper, size=size) == 1
    image = PdfDocument(paper.getvalue())[0].render(scale=4).to_pil()
    assert {each.text for each in zxingcpp.read_barcodes(image)} == {b.address for b in backs}


def test_an_address_that_is_too_long_is_said_so() -> None:
    with pytest.raises(DoesNotFit):
        card_backs([BackFace("https://" + "a" * 300, "A", "K")], BytesIO())
