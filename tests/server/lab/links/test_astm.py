"""ASTM by E1381: over TCP and over a serial line, with the faults that real machines have."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.lab.imports import worker
from server.lab.imports.models import ImportFile
from server.lab.instruments.astm_frames import ACK, ENQ, EOT, NAK, frames_of
from server.lab.links.astm_receiver import FRAME_SECONDS, Action, Keep, Receiver, Send
from server.lab.links.astm_sender import Outcome, Sender, Timers
from server.lab.links.simulated.analyser import AstmAnalyser, Fault
from server.lab.links.simulated.messages import astm

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HEALED = [Fault.BAD_CHECKSUM, Fault.LOST_ACK, Fault.NOISE, Fault.ONE_FRAME, Fault.SLOW]


def message(found: Any, **how: Any) -> bytes:
    return astm(found, message_id="1", at=AT, **how)


def act(receiver: Receiver, data: bytes, *, ok: bool = True, now: float = 0.0) -> list[Action]:
    """Feed *data* and keep what is to be kept, as a line does."""
    done: list[Action] = []
    for action in receiver.receive(data, now):
        done.append(action)
        if isinstance(action, Keep):
            done += receiver.kept(ok=ok, now=now)
    return done


@settings(max_examples=60)
@given(st.integers(1, 40), st.sets(st.sampled_from(["again", "noise", "bad"])))
def test_every_message_arrives_once_whatever_the_line_does(size: int, faults: set[str]) -> None:
    text = b"H|\\^&\r" + b"P|1\r" * 150 + b"L|1|N\r"
    line = ENQ
    for frame in frames_of(text):
        line += frame.replace(b"P", b"Q", 1) if "bad" in faults else b""
        line += frame + (frame if "again" in faults else b"")
        line += b"\x00\xfe" if "noise" in faults else b""
    receiver = Receiver()
    done = [
        action
        for at in range(0, len(line + EOT), size)
        for action in act(receiver, (line + EOT)[at : at + size])
    ]
    assert [each for each in done if isinstance(each, Keep)] == [Keep(text, whole=True)]


def test_the_last_frame_is_acknowledged_after_the_message_is_kept() -> None:
    (frame,) = frames_of(b"H|\\^&\rL|1\r")
    done = act(Receiver(), ENQ + frame)
    assert done == [Send(ACK), Keep(b"H|\\^&\rL|1\r", whole=True), Send(ACK)]


def test_a_message_that_could_not_be_kept_is_asked_for_again() -> None:
    receiver, (frame,) = Receiver(), frames_of(b"H|\\^&\rL|1\r")
    assert act(receiver, ENQ + frame, ok=False)[-1] == Send(NAK)
    assert act(receiver, frame) == [Keep(b"H|\\^&\rL|1\r", whole=True), Send(ACK)]


def test_a_machine_that_falls_silent_leaves_a_cut_message() -> None:
    receiver = Receiver()
    act(receiver, ENQ + frames_of(b"H|\\^&\r" + b"P|1\r" * 90)[0])
    assert list(receiver.tick(FRAME_SECONDS - 1)) == []
    (cut,) = receiver.tick(FRAME_SECONDS + 1)
    assert isinstance(cut, Keep)
    assert not cut.whole


def test_a_sender_gives_up_after_six_refusals_and_when_nobody_answers() -> None:
    sender = Sender(frames_of(b"x"))
    assert sender.begin(0.0) == ENQ
    frame = sender.receive(ACK, 0.1)
    assert [sender.receive(NAK, 0.2) for _ in range(6)] == [frame] * 5 + [EOT]
    assert sender.outcome is Outcome.FAILED
    silent = Sender(frames_of(b"x"))
    silent.begin(0.0)
    assert (silent.tick(14.9), silent.tick(15.0)) == (b"", EOT)


def test_in_contention_the_machine_asks_again_and_the_host_yields() -> None:
    machine, host = Sender(frames_of(b"x")), Sender(frames_of(b"x"), host=True)
    machine.begin(0.0)
    host.begin(0.0)
    assert (machine.receive(ENQ, 0.1), host.receive(ENQ, 0.1)) == (b"", b"")
    assert (machine.tick(1.0), machine.tick(1.1)) == (b"", ENQ)
    assert (host.outcome, host.due) == (Outcome.YIELDED, 0.1 + Timers().host_yields)


def test_a_busy_host_is_asked_again_after_ten_seconds() -> None:
    sender = Sender(frames_of(b"x"))
    sender.begin(0.0)
    sender.receive(NAK, 0.0)
    assert (sender.tick(9.9), sender.tick(10.0)) == (b"", ENQ)


@pytest.mark.parametrize("fault", [None, *HEALED])
def test_a_message_arrives_over_tcp(
    listen: Any, call: Any, kept: Any, found: Any, quick: Any, fault: Fault | None
) -> None:
    faults = frozenset({fault} if fault else ())
    analyser = AstmAnalyser(call(listen("astm-tcp")), faults=faults, timers=quick)
    assert analyser.send(message(found)) is Outcome.SENT
    assert kept() == [message(found)]


@pytest.mark.parametrize("fault", [None, Fault.BAD_CHECKSUM, Fault.SLOW])
def test_a_message_arrives_over_a_serial_line(
    listen: Any, terminals: Any, kept: Any, found: Any, quick: Any, fault: Fault | None
) -> None:
    ours, device = terminals
    assert listen("astm-serial", device=device).opened.wait(5)
    analyser = AstmAnalyser(ours, faults=frozenset({fault} if fault else ()), timers=quick)
    assert analyser.send(message(found)) is Outcome.SENT
    assert kept() == [message(found)]


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.NO_END])
def test_what_is_cut_off_is_kept_and_never_taken_for_whole(
    listen: Any, call: Any, kept: Any, found: Any, quick: Any, until: Any, database: Any,
    clock: Any, fault: Fault,
) -> None:  # fmt: skip
    stream = call(listen("astm-tcp"))
    AstmAnalyser(stream, faults=frozenset({fault}), timers=quick).send(
        message(found, end=fault is Fault.CUT)
    )
    stream.close()
    assert until(kept)
    worker.run_once(database, clock)
    with database.read() as session:
        assert [file.cut for file in session.query(ImportFile)] == [True]


def test_several_messages_come_over_one_line(
    listen: Any, call: Any, kept: Any, found: Any, quick: Any
) -> None:
    analyser = AstmAnalyser(call(listen("astm-tcp")), timers=quick)
    for number in range(3):
        analyser.send(astm(found, message_id=str(number), at=AT))
    assert len(kept()) == 3
