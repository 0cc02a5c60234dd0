"""Tubes with a roster label: its owner's alone, known off-line by keyed hashes, never by name."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract import identities, signing
from contract.lots import AssignmentWire, IssuedLots, LotWire, RosterWire, assignment_tag
from contract.tubes import TubeId
from device.codes import Codes
from device.enrolment import Office
from device.facts import Paired, PersonHeld, Refused, TubeHeld
from device.inputs import PersonShown, TubeScanned
from device.reasons import Refusal
from device.roster import Roster
from device.stages import HoldingPerson, HoldingTube

KEY = bytes(range(32))
ANN = "024191000001||Nguyễn Thị Mẫu|01021991|Nữ|Xã Mẫu|01012021".encode()
BINH = "024191000002||Trần Thị Mẫu|01021992|Nữ|Xã Mẫu|01012021".encode()
LABELLED, FREE, POOL = TubeId.mint(26, 1), TubeId.mint(26, 2), TubeId.mint(90, 1)
WIRE = RosterWire(
    signing.encode(KEY),
    (AssignmentWire(LABELLED.text, (assignment_tag(KEY, "cccd", "024191000001"),)),),
)


@pytest.fixture
def codes() -> Codes:
    lots = IssuedLots((LotWire("L-1", 26, 0, 99), LotWire("L-2", 90, 0, 9)))
    sealing = X25519PrivateKey.generate().public_key()
    return Codes(b"secret", sealing, lots, roster=Roster.of(WIRE))


@pytest.fixture
def hands(table: Any, codes: Codes) -> Any:
    """Hands at the table: `show` a code or `scan` a tube at a time."""

    class Hands:
        def show(self, code: bytes, at: float) -> Any:
            return table.see(codes.from_camera(code, "qr", at))

        def scan(self, tube: TubeId, at: float) -> Any:
            return table.see(codes.from_reader(tube.text.encode(), "]C0", at))

        @property
        def stage(self) -> Any:
            return table.state.stage

    return Hands()


def test_the_code_and_the_tube_say_whose_label_it_is(codes: Codes) -> None:
    ann, binh = (codes.from_camera(code, "qr", 1.0) for code in (ANN, BINH))
    tube = codes.from_reader(LABELLED.text.encode(), "]C0", 1.0)
    assert isinstance(ann, PersonShown)
    assert isinstance(binh, PersonShown)
    assert isinstance(tube, TubeScanned)
    assert (ann.person.assigned, binh.person.assigned) == ({LABELLED.text}, frozenset())
    assert tube.assigned


def test_the_right_tube_is_confirmed_as_such_in_both_orders(hands: Any) -> None:
    hands.scan(LABELLED, 1.0)
    [paired] = hands.show(ANN, 2.0)
    assert isinstance(paired, Paired)
    assert (paired.assigned, paired.released) == (True, ())


def test_somebody_elses_tube_is_refused_and_the_person_stays_held(hands: Any) -> None:
    assert isinstance(hands.show(BINH, 1.0)[0], PersonHeld)
    assert hands.scan(LABELLED, 2.0) == [Refused(Refusal.ASSIGNED_TO_OTHER, LABELLED.text)]
    assert isinstance(hands.stage, HoldingPerson)
    [paired] = hands.scan(FREE, 3.0)
    assert isinstance(paired, Paired)
    assert not paired.assigned


def test_the_tube_first_waits_for_its_owner(hands: Any) -> None:
    assert isinstance(hands.scan(LABELLED, 1.0)[0], TubeHeld)
    assert hands.show(BINH, 2.0) == [Refused(Refusal.ASSIGNED_TO_OTHER, LABELLED.text)]
    assert isinstance(hands.stage, HoldingTube)
    assert isinstance(hands.show(ANN, 3.0)[0], Paired)


def test_a_free_tube_releases_the_persons_own_and_nobody_else_gets_it(hands: Any) -> None:
    hands.show(ANN, 1.0)
    [paired] = hands.scan(FREE, 2.0)
    assert isinstance(paired, Paired)
    assert (paired.assigned, paired.released) == (False, (LABELLED.text,))
    hands.show(BINH, 30.0)
    assert hands.scan(LABELLED, 31.0) == [Refused(Refusal.ASSIGNED_TO_OTHER, LABELLED.text)]


@pytest.mark.parametrize(
    ("told", "ready"),
    [("2026-11-26", 0), ("2026-11-27", 1), ("2026-11-28", 2), ("2026-11-29", None)],
)
def test_a_label_of_another_day_is_its_owners_too_and_is_not_released_with_this_days(
    codes: Codes, hands: Any, told: str, ready: int | None
) -> None:
    """Lists of three days; what is over lies there still, and is nobody else's."""
    tags = (assignment_tag(KEY, "cccd", "024191000001"),)
    labelled = [TubeId.mint(26, 10 - at) for at in range(3)]
    days = ("2026-11-26", "2026-11-27", "2026-11-28")
    wires = (AssignmentWire(each.text, tags, day) for each, day in zip(labelled, days, strict=True))
    codes.roster = Roster.of(RosterWire(signing.encode(KEY), tuple(wires), told))
    for at, tube in enumerate(labelled):
        hands.show(BINH, at * 30.0)
        assert hands.scan(tube, at * 30 + 1) == [Refused(Refusal.ASSIGNED_TO_OTHER, tube.text)]
    held = hands.show(ANN, 100.0)[-1]
    own = [] if ready is None else [labelled[ready].text]
    assert held.person.ready == own
    [paired] = hands.scan(FREE, 101.0)
    assert paired.released == tuple(own)
    hands.show(ANN, 200.0)
    hands.show(ANN, 204.0)
    [paired] = hands.scan(labelled[2], 205.0)
    assert paired.assigned


def test_joining_a_pool_releases_the_persons_own_tube(hands: Any) -> None:
    hands.scan(POOL, 1.0)
    [joined] = hands.show(ANN, 2.0)
    assert isinstance(joined, Paired)
    assert joined.released == (LABELLED.text,)


def test_a_claimed_number_opens_no_tube() -> None:
    code = identities.parse(ANN)
    keys = tuple(identities.Key(key.system, key.value, claimed=True) for key in code.keys)
    claimed = identities.PersonCode(code.kind, code.raw, keys)
    assert Roster.of(WIRE).tubes_of(code) == {LABELLED.text}
    assert Roster.of(WIRE).tubes_of(claimed) == frozenset()


def test_the_roster_is_kept_private_and_names_nobody(tmp_path: Path) -> None:
    office = Office(tmp_path)
    assert office.roster() == Roster()
    office.keep_roster(msgspec.json.encode(WIRE))
    assert office.roster() == Roster.of(WIRE)
    assert office.roster_file.stat().st_mode & 0o777 == 0o600
    assert b"024191000001" not in office.roster_file.read_bytes()


@pytest.mark.parametrize("document", [b"", b"[]", b'{"key": "?"}', b'{"key": 3}'])
def test_what_is_no_roster_changes_nothing(tmp_path: Path, document: bytes) -> None:
    office = Office(tmp_path)
    office.keep_roster(msgspec.json.encode(WIRE))
    with pytest.raises(ValueError, match=r"."):
        office.keep_roster(document)
    assert office.roster() == Roster.of(WIRE)


@given(st.binary(min_size=16, max_size=32), st.binary(min_size=16, max_size=32))
def test_tags_of_one_station_say_nothing_at_another(key: bytes, other: bytes) -> None:
    tag = assignment_tag(key, "cccd", "024191000001")
    assert (tag == assignment_tag(other, "cccd", "024191000001")) is (key == other)
    assert len(tag) == 16


@pytest.mark.parametrize("left", [0, 40, -1])
def test_a_roster_that_cannot_be_read_is_no_empty_one(tmp_path: Path, left: int) -> None:
    office = Office(tmp_path)
    office.keep_roster(msgspec.json.encode(WIRE))
    office.roster_file.write_bytes(office.roster_file.read_bytes()[:left])
    lost = office.roster()
    assert (lost.unreadable, lost.is_assigned(LABELLED.text)) == (True, True)
    assert not lost.is_assigned(FREE.text)
    assert lost.tubes_of(identities.parse(ANN)) == frozenset()
    known = Roster.of(WIRE).followed_by(lost)  # what is known already is not forgotten
    assert (known.unreadable, known.tubes_of(identities.parse(ANN))) == (True, {LABELLED.text})
    assert known.followed_by(Roster.of(WIRE)) == Roster.of(WIRE)
    (tmp_path / "labelled.json").unlink()
    assert office.roster().is_assigned(FREE.text)  # nobody knows which: none is given out
    office.keep_roster(msgspec.json.encode(WIRE))
    assert office.roster() == Roster.of(WIRE)
