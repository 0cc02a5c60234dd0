"""What a code means here: tubes of our lots, persons, commands, and what is refused."""

from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contract import commands, sealing
from contract.boxes import BoxId, BoxLabel
from contract.cards import CardNumber, SignedCard, key_name, sign_card
from contract.commands import Command
from contract.lots import IssuedLots, LotWire
from contract.tubes import ForeignTube, TubeId
from device.codes import CodeRules, Codes
from device.inputs import (
    BoxScanned,
    CommandGiven,
    Input,
    PersonShown,
    TubeScanned,
    Unusable,
    VehicleShown,
)
from device.reasons import Refusal

SERVER, PRESS = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
LOTS = IssuedLots((LotWire("L-1", 26, 0, 99), LotWire("L-2", codes=("VTM-000123",))))
CITIZEN = "024191000001||Nguyễn Thị Mẫu|01021991|Nữ|Thôn Mẫu, Xã Mẫu|01012021".encode()
TUBE = TubeId.mint(26, 1)
_NUMBERS = (CardNumber.mint(bytes([7] * 8 + [number])) for number in range(99))
NUMBER = next(filter(None, _NUMBERS))


@pytest.fixture
def codes() -> Codes:
    keys = {key_name(PRESS.public_key()): PRESS.public_key()}
    return Codes(b"secret", SERVER.public_key(), LOTS, keys)


def card(press: Ed25519PrivateKey) -> bytes:
    issued = SignedCard(NUMBER, "Trần Văn Mẫu", 1950, "M", date(2026, 11, 1))
    return sign_card(issued, press).encode()


def why(event: Input) -> Refusal:
    assert isinstance(event, Unusable)
    return event.reason


def test_tubes_of_our_lots_are_tubes(codes: Codes) -> None:
    assert codes.from_reader(TUBE.text.encode(), "]C0", 1.0) == TubeScanned(TUBE, 1.0)
    assert codes.from_reader(TUBE.text.encode(), "", 1.0) == TubeScanned(TUBE, 1.0)
    foreign = codes.from_reader(b"VTM-000123", "]C0", 1.0)
    assert foreign == TubeScanned(ForeignTube("VTM-000123"), 1.0)


@pytest.mark.parametrize(
    ("data", "aim", "reason"),
    [
        (b"260000000183", "]C0", Refusal.TUBE_MISREAD),
        (b"260000000183", "", Refusal.TUBE_MISREAD),
        (TubeId.mint(26, 100).text.encode(), "]C0", Refusal.TUBE_OF_OTHER_LOT),
        (TubeId.mint(27, 1).text.encode(), "]C0", Refusal.TUBE_OF_OTHER_LOT),
        (b"VTM-000124", "]C0", Refusal.TUBE_OF_OTHER_LOT),
        (TUBE.text.encode(), "]E0", Refusal.NOT_A_TUBE),
        (TUBE.text.encode(), "]Q1", Refusal.NOT_A_PERSON),
        (b"x|y", "]C0", Refusal.NOT_A_TUBE),
        (b"x|y", "", Refusal.NOT_A_TUBE),
        (b"\xf8\x00\x9e", "", Refusal.UNREADABLE),
        (b"C:UNDO-X", "]Q1", Refusal.COMMAND_NOT_USED),
        (b"P:ABC", "]Q1", Refusal.DAMAGED_CARD),
        (b"P1:garbage", "]Q1", Refusal.DAMAGED_CARD),
    ],
)
def test_each_useless_code_has_its_own_reason(
    codes: Codes, data: bytes, aim: str, reason: Refusal
) -> None:
    assert why(codes.from_reader(data, aim, 1.0)) is reason


def test_a_station_without_lots_says_so(codes: Codes) -> None:
    codes.lots = IssuedLots()
    assert why(codes.from_reader(TUBE.text.encode(), "]C0", 1.0)) is Refusal.NO_LOTS


def test_a_person_is_a_tag_and_a_seal_that_the_server_alone_opens(codes: Codes) -> None:
    event = codes.from_camera(CITIZEN, "QRCode", 1.0)
    assert isinstance(event, PersonShown)
    person = event.person
    assert sealing.unseal(SERVER, person.sealed) == CITIZEN
    assert len(person.tag) == 16
    assert (person.kind, person.birth_year) == ("citizen-card", 1991)
    assert "Nguyễn" not in repr(event)
    again = codes.from_reader(CITIZEN, "]Q1", 2.0)
    assert isinstance(again, PersonShown)
    assert again.person == person
    assert again.person.sealed != person.sealed


def test_tags_of_two_stations_do_not_meet(codes: Codes) -> None:
    other = Codes(b"another secret", SERVER.public_key())
    here, there = (book.from_camera(CITIZEN, "QRCode", 1.0) for book in (codes, other))
    assert isinstance(here, PersonShown)
    assert isinstance(there, PersonShown)
    assert here.person.tag != there.person.tag


def test_a_signed_card_is_checked_off_line(codes: Codes) -> None:
    assert isinstance(codes.from_camera(card(PRESS), "QRCode", 1.0), PersonShown)
    forger = Ed25519PrivateKey.generate()
    assert why(codes.from_camera(card(forger), "QRCode", 1.0)) is Refusal.UNKNOWN_CARD_KEY
    codes.card_keys = {key_name(forger.public_key()): PRESS.public_key()}
    assert why(codes.from_camera(card(forger), "QRCode", 1.0)) is Refusal.FORGED_CARD


def test_a_cards_number_alone_names_its_bearer(codes: Codes) -> None:
    event = codes.from_camera(NUMBER.payload.encode(), "QRCode", 1.0)
    signed = codes.from_camera(card(PRESS), "QRCode", 1.0)
    assert isinstance(event, PersonShown)
    assert isinstance(signed, PersonShown)
    assert event.person == signed.person


def test_an_unknown_code_is_a_person_to_the_camera_unless_the_settings_say_no(
    codes: Codes,
) -> None:
    assert isinstance(codes.from_camera(b"zzz 123", "QRCode", 1.0), PersonShown)
    codes.rules = CodeRules(accept_unknown=False)
    assert why(codes.from_camera(b"zzz 123", "QRCode", 1.0)) is Refusal.UNKNOWN_CODE


def test_a_vehicle_and_a_poster_are_nobody(codes: Codes) -> None:
    plate, poster = b"29A-123.45", b"https://tokhaiyte.vn/?g=abc"
    vehicle = codes.from_camera(plate, "QRCode", 1.0)
    assert isinstance(vehicle, VehicleShown)
    assert (vehicle.vehicle.shown, vehicle.vehicle.kind) == ("Xe …345", "vehicle-pass")
    assert why(codes.from_camera(poster, "QRCode", 1.0)) is Refusal.PLACE_POSTER


def test_a_box_label_is_a_box_to_reader_and_camera(codes: Codes) -> None:
    label = BoxLabel(BoxId.mint(12), 96)
    for symbology in ("QRCode", "Code128"):
        assert codes.from_camera(label.text.encode(), symbology, 1.0) == BoxScanned(label, 1.0)
    assert codes.from_reader(label.text.encode(), "", 1.0) == BoxScanned(label, 1.0)
    wrong = label.text[:-1] + str((int(label.text[-1]) + 1) % 10)
    assert why(codes.from_reader(wrong.encode(), "]C0", 1.0)) is Refusal.BOX_MISREAD


def test_a_command_card_is_a_command_to_reader_and_camera(codes: Codes) -> None:
    text = commands.text_of(Command.UNDO).encode()
    assert codes.from_reader(text, "]Q1", 1.0) == CommandGiven(Command.UNDO, 1.0)
    assert codes.from_camera(text, "QRCode", 1.0) == CommandGiven(Command.UNDO, 1.0)


def test_a_tube_before_the_camera_is_a_tube_only_by_its_bars(codes: Codes) -> None:
    data = TUBE.text.encode()
    assert codes.from_camera(data, "Code128", 1.0) == TubeScanned(TUBE, 1.0)
    assert why(codes.from_camera(data, "QRCode", 1.0)) is Refusal.NOT_A_PERSON
