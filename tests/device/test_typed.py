"""Typing a pair: every rule of scanning holds, it is marked and counted, and typed twice."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract import identities
from contract.commands import Command
from contract.events import TubePaired
from contract.identities import IdentityError, Kind, typed_number
from contract.lots import IssuedLots, LotWire
from contract.sealing import unseal
from contract.tubes import TubeId
from device.clock import SystemClock
from device.codes import Codes
from device.drafts import Drafts
from device.drivers.simulated.panel import SimulatedPanel
from device.facts import Paired, Person, Refused, SamePair, SecondLookAsked, Voided
from device.inputs import PairTyped, Unusable
from device.journal import Journal
from device.lines import Line
from device.manual import Desk, NobodyThere, Request, ask, socket_of
from device.manual_cli import enter
from device.reasons import Refusal
from device.station import Station

ANN, BINH = (Person(letter * 16, "typed-number", "sealed") for letter in "ab")
TUBE, OTHER, POOL = TubeId.mint(26, 1), TubeId.mint(26, 2), TubeId.mint(90, 1)
PRIVATE = X25519PrivateKey.generate()
LOTS = IssuedLots((LotWire("L-1", 26, 0, 99),))


def test_a_typed_pair_is_marked_and_can_be_undone(table: Any) -> None:
    [paired] = table.see(PairTyped(ANN, TUBE, 1.0))
    assert paired == Paired(TUBE, ANN, "person-first", 0, manual=True)
    assert table.order(Command.UNDO, 2.0) == [Voided(TUBE.text, ANN.tag, "undo")]


def test_what_is_refused_when_scanned_is_refused_when_typed(table: Any) -> None:
    table.see(PairTyped(ANN, TUBE, 1.0))
    assert table.see(PairTyped(ANN, TUBE, 2.0)) == [SamePair(TUBE.text)]
    assert table.see(PairTyped(BINH, TUBE, 3.0)) == [Refused(Refusal.TUBE_USED, TUBE.text)]
    assert table.see(PairTyped(BINH, POOL, 4.0)) == [Refused(Refusal.NO_POOL, POOL.text)]
    labelled = PairTyped(BINH, OTHER, 5.0, assigned=True)
    assert table.see(labelled) == [Refused(Refusal.ASSIGNED_TO_OTHER, OTHER.text)]


def test_a_person_of_today_is_typed_with_a_second_look(table: Any) -> None:
    table.see(PairTyped(ANN, TUBE, 1.0))
    assert table.see(PairTyped(ANN, OTHER, 2.0)) == [SecondLookAsked(ANN, 1)]
    assert isinstance(table.see(PairTyped(ANN, OTHER, 3.0, sure=True))[0], Paired)


def test_what_lies_on_the_table_comes_first(table: Any) -> None:
    table.person(ANN, 1.0)
    assert table.see(PairTyped(BINH, TUBE, 2.0)) == [Refused(Refusal.BUSY, TUBE.text)]
    table.order(Command.CANCEL, 3.0)
    table.tube(POOL, 4.0)
    assert table.see(PairTyped(BINH, TUBE, 5.0)) == [Refused(Refusal.POOL_OPEN, TUBE.text)]


@pytest.mark.parametrize(
    ("text", "system", "value"),
    [
        ("024191 000001", "cccd", "024191000001"),
        ("DN4 01 1234567890", "bhxh", "1234567890"),
        ("1234567890", "bhxh", "1234567890"),
    ],
)
def test_a_typed_number_is_read_again_by_the_server(text: str, system: str, value: str) -> None:
    code = identities.parse(typed_number.typed(text))
    assert (code.kind, code.primary.system, code.primary.value) == (Kind.TYPED, system, value)


@given(st.text(max_size=20))
def test_what_is_no_number_is_nobodys(text: str) -> None:
    try:
        raw = typed_number.typed(text)
    except IdentityError:
        return
    assert identities.parse(raw).kind in {Kind.TYPED, Kind.PERSONAL_CARD}


def test_no_camera_and_no_reader_can_show_a_typed_number() -> None:
    codes, raw = Codes(b"secret", PRIVATE.public_key(), LOTS), b"TYPED:cccd|024191000001"
    for seen in (codes.from_camera(raw, "qr", 1.0), codes.from_reader(raw, "]Q1", 1.0)):
        assert seen == Unusable(Refusal.NOT_A_PERSON, 1.0)


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Station]:
    """A station at work that looks at its desk for typed pairs."""
    with closing(Journal(tmp_path / "journal", "ban-1")) as journal:
        codes = Codes(b"secret", PRIVATE.public_key(), LOTS)
        clock, told = SystemClock(), lambda _: None
        station = Station(journal, codes, SimulatedPanel(), clock, told, Drafts("ban-1"))
        yield station


def served(tmp_path: Path, station: Station, requests: Sequence[Request]) -> list[list[Line]]:
    """Ask from another thread, as another program does, while the station turns in this one."""
    desk, answers, pause = Desk(tmp_path), [], threading.Event()
    desk.start()
    assert desk.ready.wait(5)

    def asking() -> None:
        answers.extend(ask(tmp_path, request) for request in requests)

    caller = threading.Thread(target=asking)
    caller.start()
    while caller.is_alive():
        if (typed := desk.next()) is not None:
            station.arrive(typed)
        pause.wait(0.005)
    mode = socket_of(tmp_path).stat().st_mode & 0o777
    desk.stop()
    assert mode == 0o600
    assert not socket_of(tmp_path).exists()
    return answers


def test_a_pair_comes_over_the_socket_into_the_journal(tmp_path: Path, works: Station) -> None:
    requests = [
        Request(TUBE.grouped, "024191000001"),
        Request(OTHER.text, "no number"),
        Request("2600 0000 0183", "024191000002"),
    ]
    answers = served(tmp_path, works, requests)
    told = [(lines[0].outcome, lines[0].reason) for lines in answers]
    assert told == [("paired", "typed"), ("refused", "not-a-number"), ("refused", "tube-misread")]
    paired = works.journal.ledger.last
    assert isinstance(paired, TubePaired)
    assert (paired.manual, paired.person_kind) == (True, "typed-number")
    assert unseal(PRIVATE, paired.person) == b"TYPED:cccd|024191000001"
    assert works.journal.ledger.counts["manual"] == 1


def test_where_no_station_works_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(NobodyThere, match="ghepmau-station run"):
        ask(tmp_path, Request(TUBE.text, "024191000001"))


def line(outcome: str) -> Line:
    return Line(at="2026-11-22T01:14:00+00:00", outcome=outcome, vi="vi", en="en")


def typing(words: list[str], *answers: str) -> tuple[int, list[Request], list[str]]:
    """Type *words* at the command; return its exit code, what it sent and what it said."""
    sent: list[Request] = []
    said: list[str] = []

    def send(request: Request) -> list[Line]:
        sent.append(request)
        return [line(answers[len(sent) - 1])]

    code = enter(lambda _: words.pop(0), send, said.append)
    return code, sent, said


def test_what_is_typed_twice_the_same_is_sent_once() -> None:
    code, sent, said = typing(["1", "1", "9", "9"], "paired")
    assert (code, sent, said) == (0, [Request("1", "9")], ["vi · en"])


def test_what_is_not_the_same_twice_is_asked_anew_and_then_given_up() -> None:
    code, sent, _ = typing(["1", "2", "1", "1", "9", "9"], "refused")
    assert (code, sent) == (1, [Request("1", "9")])
    code, sent, said = typing(["1", "2"] * 3)
    assert (code, sent) == (1, [])
    assert "CHƯA ghép" in said[-1]


def test_whoever_gives_up_reads_that_nothing_was_paired() -> None:
    def gone(_: str) -> str:
        raise EOFError

    def never(_: Request) -> list[Line]:
        raise AssertionError

    told: list[str] = []
    assert enter(gone, never, told.append) == 1
    assert "CHƯA ghép" in told[0]


def test_the_second_look_is_asked_for_at_the_keyboard() -> None:
    code, sent, _ = typing(["1", "1", "9", "9", "đúng"], "second-look", "paired")
    assert (code, sent[-1]) == (0, Request("1", "9", sure=True))
    code, sent, _ = typing(["1", "1", "9", "9", "không"], "second-look")
    assert (code, len(sent)) == (1, 1)
