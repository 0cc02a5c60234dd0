"""What we print, a station reads: sheets rendered, held askew, blurred, badly lit, looked at."""

from datetime import date
from io import BytesIO
from random import Random

import cv2
import numpy as np
import pypdfium2
import pytest
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from contract import cards, commands, identities
from contract.cards import CardNumber, SignedCard, sign_card
from contract.signing import private_key
from contract.tubes import TubeId
from device.drivers.simulated import optics
from device.sight.eye import Eye, read_still
from device.sight.symbology import Symbology
from device.sight.watch import CodeShown, Watch
from labels.cards import CardFace, card_sheet
from labels.commands import command_sheet
from labels.sheet import Label, label_sheet
from labels.stock import STOCKS

Grey = NDArray[np.uint8]
FRAME = (1280, 720)  # px, width by height
KEY = private_key(bytes(range(32)))


def printed(pdf: BytesIO, dpi: float) -> list[Grey]:
    document = pypdfium2.PdfDocument(pdf.getvalue())
    pages = [page.render(scale=dpi / 72, grayscale=True).to_numpy() for page in document]
    return [np.ascontiguousarray(page.squeeze(), dtype=np.uint8) for page in pages]


def photographed(paper: Grey, scale: float, rng: Generator) -> Grey:
    """Lay *paper* before a camera: turned, tilted, unevenly lit, a little out of focus."""
    high, wide = paper.shape
    corners = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    middle = np.array(FRAME, np.float32) / 2
    angle = np.radians(rng.uniform(-8, 8))
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    held = (corners - (wide / 2, high / 2)) * scale @ spin.T + middle
    held += rng.uniform(-12, 12, held.shape)
    matrix = cv2.getPerspectiveTransform(corners, held.astype(np.float32))
    seen = cv2.warpPerspective(paper, matrix, FRAME, flags=cv2.INTER_AREA, borderValue=(150,))
    light = optics.exposure(seen.astype(np.float32), 0.8, 0.3)
    light = optics.noise(optics.blur(light, 0.8), 5.0, rng)
    return np.clip(light, 0, 255).astype(np.uint8)


def a_card() -> tuple[CardNumber, str]:
    rng = Random(5)
    number = None
    while number is None:
        number = CardNumber.mint(rng.randbytes(9))
    return number, sign_card(SignedCard(number, "Nguyễn Thị Mẫu", 1991, "F", date(2026, 1, 2)), KEY)


@pytest.mark.parametrize("seed", range(5))
def test_a_printed_card_held_up_leads_to_its_person(seed: int) -> None:
    number, payload = a_card()
    sheet = BytesIO()
    card_sheet([CardFace(number, payload, "Nguyễn Thị Mẫu", 1991)], sheet, size="50mm", single=True)
    rng, eye, watch = default_rng(seed), Eye(), Watch()
    [paper] = printed(sheet, 300)
    frames = [photographed(paper, 600 / max(paper.shape), rng) for _ in range(6)]
    news = [watch.see(eye.look(frame, at).codes, at) for at, frame in enumerate(frames)]
    [shown] = [one for one in news if isinstance(one, CodeShown)]
    person = identities.parse(shown.data)
    assert person.name == "Nguyễn Thị Mẫu"
    known = {cards.key_name(KEY.public_key()): KEY.public_key()}
    assert cards.verify_card(shown.data.decode(), known).number == number


@pytest.mark.parametrize("stock", ["L7651", "ROLL-50X25"])
def test_a_printed_tube_label_is_read_by_the_camera_or_not_at_all(stock: str) -> None:
    tubes = [TubeId.mint(26, serial) for serial in range(1, 9)]
    read = 0
    for number, tube in enumerate(tubes):
        sheet, rng = BytesIO(), default_rng(number)
        label_sheet([Label(tube, "Lô mẫu")], STOCKS[stock], sheet)
        paper = np.pad(printed(sheet, 300)[0], 100, constant_values=255)
        rows, columns = np.nonzero(paper < 128)
        label = paper[rows.min() - 40 : rows.max() + 40, columns.min() - 90 : columns.max() + 90]
        frame = photographed(np.ascontiguousarray(label), 1100 / label.shape[1], rng)
        texts = {code.data.decode() for code in read_still(frame, (Symbology.CODE_128,))}
        assert texts <= {tube.text}
        read += len(texts)
    assert read >= 7


def test_every_command_card_is_obeyed() -> None:
    sheet = BytesIO()
    command_sheet(sheet)
    found = set()
    for page in printed(sheet, 150):
        codes = read_still(page, (Symbology.QR,))
        found |= {commands.parse(code.data.decode()) for code in codes}
    assert found == set(commands.Command)
