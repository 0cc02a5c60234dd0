"""HL7 over MLLP: kept before it is acknowledged, however the bytes come."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hl7.client import MLLPClient
from hypothesis import given, settings
from hypothesis import strategies as st

from server.lab.imports import worker
from server.lab.imports.models import ImportFile
from server.lab.links import mllp
from server.lab.links.inbox import Inbox
from server.lab.links.serving import answer
from server.lab.links.simulated.analyser import Fault, Hl7Analyser
from server.lab.links.simulated.messages import Measured, hl7

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def message(found: Any, control_id: str = "7") -> bytes:
    return hl7(found, control_id=control_id, at=AT)


@settings(max_examples=50)
@given(
    st.lists(st.binary(max_size=40).filter(lambda raw: not {11, 28} & set(raw)), max_size=4),
    st.integers(1, 9),
)
def test_messages_come_out_whole_however_the_bytes_are_cut(
    messages: list[bytes], size: int
) -> None:
    raw = b"xx" + b"".join(map(mllp.framed, messages))
    deframer = mllp.Deframer()
    found = [each for at in range(0, len(raw), size) for each in deframer.feed(raw[at : at + size])]
    assert (found, deframer.open) == (messages, False)


def test_a_message_that_never_ends_is_given_up() -> None:
    deframer = mllp.Deframer(largest=1000)
    assert list(deframer.feed(b"\x0b" + b"x" * 2000)) == [mllp.Overlong()]
    assert list(deframer.feed(mllp.framed(b"MSH|"))) == [b"MSH|"]


@pytest.mark.parametrize("fault", [None, Fault.NOISE, Fault.SLOW])
def test_a_message_is_acknowledged_once_it_is_kept(
    listen: Any, call: Any, kept: Any, found: Any, fault: Fault | None
) -> None:
    analyser = Hl7Analyser(call(listen("mllp")), faults=frozenset({fault} if fault else ()))
    (ack,) = analyser.send(message(found))
    assert b"MSA|AA|7" in ack
    assert kept() == [message(found)]


def test_another_librarys_client_understands_our_acknowledgement(
    listen: Any, kept: Any, found: Any
) -> None:
    listener = listen("mllp")
    with MLLPClient("127.0.0.1", listener.port) as client:
        ack = client.send_message(message(found).decode())
    assert b"MSA|AA|7" in ack
    assert len(kept()) == 1


def test_a_message_sent_again_is_acknowledged_again_and_kept_once(
    listen: Any, call: Any, kept: Any, found: Any
) -> None:
    analyser = Hl7Analyser(call(listen("mllp")))
    acks = analyser.send(message(found), message(found), message(found, "8"))
    assert [b"AA" in ack for ack in acks] == [True, True, True]
    assert len(kept()) == 2


def test_what_carries_no_results_is_kept_and_refused_with_a_reason(
    listen: Any, call: Any, kept: Any
) -> None:
    adt = b"MSH|^~\\&|M|F|||20261123||ADT^A01|9|P|2.5.1\rPID|1\r"
    acks = Hl7Analyser(call(listen("mllp"))).send(adt, b"hello", b" ")
    assert [each.split(b"MSA|")[1][:2] for each in acks] == [b"AR"] * 3
    assert b"ADT carries no results" in acks[0]
    assert len(kept()) == 2


def test_nothing_is_acknowledged_that_is_not_on_the_disk(
    listen: Any, database: Any, clock: Any, found: Any
) -> None:
    inbox = listen("mllp")._inbox  # noqa: SLF001
    ImportFile.metadata.drop_all(database.engine)
    assert b"MSA|AE|7" in answer(message(found), inbox)
    ImportFile.metadata.create_all(database.engine)
    assert b"MSA|AA|7" in answer(message(found), inbox)


def test_enhanced_mode_is_answered_in_kind(database: Any, clock: Any, listen: Any) -> None:
    inbox: Inbox = listen("mllp")._inbox  # noqa: SLF001
    asked = b"MSH|^~\\&|M|F|||20261123||ORU^R01|5|P|2.5.1|||AL|NE\rOBR|1\r"
    assert b"MSA|CA|5" in answer(asked, inbox)


def test_a_message_cut_off_is_kept_and_noticed(
    listen: Any, call: Any, kept: Any, found: Any, until: Any, database: Any, clock: Any
) -> None:
    Hl7Analyser(call(listen("mllp")), faults=frozenset({Fault.NO_FS})).send(message(found))
    assert until(kept)
    worker.run_once(database, clock)
    with database.read() as session:
        (file,) = session.query(ImportFile).all()
    assert (file.cut, file.kind, file.source) == (True, "message", "may-0")


def test_what_a_machine_sends_waits_for_a_person(
    listen: Any, call: Any, tubes: Any, database: Any, clock: Any
) -> None:
    found = (Measured(tubes["ready"].text, "N", "24.1", "POSITIVE"),)
    Hl7Analyser(call(listen("mllp"))).send(message(found))
    worker.run_once(database, clock)
    with database.read() as session:
        (file,) = session.query(ImportFile).all()
    assert (file.state, file.matched, file.refused, file.run_name) == ("staged", 1, 1, "7")


def test_many_machines_talk_at_once(listen: Any, call: Any, kept: Any, found: Any) -> None:
    listener = listen("mllp")
    analysers = [Hl7Analyser(call(listener)) for _ in range(8)]
    for at, each in enumerate(analysers):
        with contextlib.suppress(TimeoutError):
            assert b"AA" in each.send(message(found, str(at)))[0]
    assert len(kept()) == 8
