from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import duty_events, events
from contract.boxes import BoxId
from contract.events import EventError

SHORT = st.text(max_size=64)
ENVELOPE = {
    "id": st.uuids(),
    "station": st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True),
    "epoch": st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    "seq": st.integers(1, 2**53),
    "prev": st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
    "at": st.datetimes(timezones=st.just(UTC)),
    "trusted": st.booleans(),
    "boot": SHORT,
    "mono": st.integers(0, 2**53),
    "operator": SHORT,
}
TUBE = st.text("0123456789", min_size=12, max_size=12)
BOX = st.builds(BoxId.mint, st.integers(0, 10**8 - 1)).map(str)
COUNT = st.none() | st.integers(0, 999)
EVENTS = st.one_of(
    st.builds(events.StationStarted, **ENVELOPE, software=SHORT, open_pool=TUBE),
    st.builds(
        events.TubePaired,
        **ENVELOPE,
        tube=TUBE,
        person=st.text("abcXYZ019_-", max_size=400),
        person_kind=SHORT,
        tag=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
        order=st.sampled_from(("person-first", "tube-first", "pool")),
        took_ms=st.integers(0, 10**6),
        manual=st.booleans(),
        place=SHORT,
    ),
    st.builds(events.PoolClosed, **ENVELOPE, tube=TUBE, members=st.integers(0, 20)),
    st.builds(events.PairingVoided, **ENVELOPE, pairing=st.uuids(), tube=TUBE, reason=SHORT),
    st.builds(events.ScanRefused, **ENVELOPE, reason=SHORT, tube=TUBE),
    st.builds(events.PersonLeft, **ENVELOPE, reason=SHORT),
    st.builds(duty_events.DutyChanged, **ENVELOPE, duty=SHORT, before=SHORT, by=SHORT),
    st.builds(
        duty_events.CheckedIn,
        **ENVELOPE,
        person=st.text("abcXYZ019_-", max_size=400),
        person_kind=SHORT,
        tag=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
        symptoms=st.sampled_from(("", "no", "yes")),
        took_ms=st.integers(0, 10**6),
        place=SHORT,
    ),
    st.builds(duty_events.CheckInVoided, **ENVELOPE, check_in=st.uuids(), reason=SHORT),
    st.builds(duty_events.BoxOpened, **ENVELOPE, box=BOX, expected=COUNT, tubes=st.integers(0, 9)),
    st.builds(duty_events.TubeArrived, **ENVELOPE, tube=TUBE, box=BOX, count=st.integers(0, 999)),
    st.builds(
        duty_events.BoxClosed,
        **ENVELOPE,
        box=BOX,
        tubes=st.integers(0, 999),
        expected=COUNT,
        by=SHORT,
    ),
)


@dataclass
class Journal:
    """The chain as a station writes it."""

    lines: list[bytes]

    def append(self, members: int) -> None:
        prev = events.digest(self.lines[-1]) if self.lines else events.NO_EVENT
        seq = len(self.lines) + 1
        self.lines.append(events.encode(closed(seq=seq, prev=prev, members=members)))

    def broken_at(self) -> int | None:
        """Return the number of the first event that does not follow the one before."""
        prev = events.NO_EVENT
        for number, line in enumerate(self.lines, 1):
            event = events.decode(line)
            if (event.seq, event.prev) != (number, prev):
                return number
            prev = events.digest(line)
        return None


def closed(seq: int = 1, prev: str = events.NO_EVENT, members: int = 5) -> events.PoolClosed:
    return events.PoolClosed(
        id=UUID(int=seq),
        station="ban-1",
        epoch="0123456789abcdef",
        seq=seq,
        prev=prev,
        at=datetime(2026, 5, 27, 7, 30, tzinfo=UTC),
        trusted=True,
        boot="b1",
        mono=seq,
        tube="900000000117",
        members=members,
    )


@given(EVENTS)
def test_every_event_survives_the_wire(event: events.Event) -> None:
    data = events.encode(event)
    assert events.decode(data) == event
    assert events.encode(events.decode(data)) == data
    assert events.decode_envelope(data).seq == event.seq


@given(st.lists(EVENTS.map(events.encode), min_size=1, max_size=5))
def test_a_batch_hands_over_each_event_as_the_journal_holds_it(lines: list[bytes]) -> None:
    batch = events.decode_batch(events.encode_batch("ban-1", lines))
    assert [bytes(event) for event in batch.events] == lines
    assert [events.digest(event) for event in batch.events] == list(map(events.digest, lines))


@given(st.integers(2, 8), st.data())
def test_a_chain_shows_where_it_was_edited_cut_or_forked(length: int, data: st.DataObject) -> None:
    journal = Journal([])
    for number in range(length):
        journal.append(members=number)
    assert journal.broken_at() is None
    at = data.draw(st.integers(0, length - 2))
    deed = data.draw(st.sampled_from(("edit", "drop", "swap", "double")))
    if deed == "edit":
        old = journal.lines[at]
        journal.lines[at] = old.replace(b'"members":', b'"members":1')
    elif deed == "drop":
        del journal.lines[at]
    elif deed == "double":
        journal.lines.insert(at, journal.lines[at])
    else:
        journal.lines[at], journal.lines[at + 1] = journal.lines[at + 1], journal.lines[at]
    assert journal.broken_at() is not None


def test_a_field_that_is_not_known_is_passed_over() -> None:
    data = events.encode(closed())[:-1] + b',"weather":"rain"}'
    assert events.decode(data) == closed()


def test_a_kind_that_is_not_known_is_at_least_an_envelope() -> None:
    data = events.encode(closed()).replace(b"pool-closed", b"tube-frozen")
    with pytest.raises(EventError, match="not an event that this version knows"):
        events.decode(data)
    assert events.decode_envelope(data).id == closed().id


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", '"2026-05-27T07:30:00"'),
        ("seq", "0"),
        ("station", '"Ban 1"'),
        ("epoch", '"xyz"'),
        ("prev", '"00"'),
        ("v", "2"),
        ("members", "-1"),
        ("id", '"7"'),
    ],
)
def test_a_field_out_of_bounds_is_refused(field: str, value: str) -> None:
    good = msgspec.json.decode(events.encode(closed()), type=dict[str, msgspec.Raw])
    good[field] = msgspec.Raw(value.encode())
    with pytest.raises(EventError):
        events.decode(msgspec.json.encode(good))


def test_a_time_of_another_zone_is_kept_to_the_instant() -> None:
    hanoi = timezone(timedelta(hours=7))
    moment = datetime(2026, 5, 27, 14, 30, tzinfo=hanoi)
    event = msgspec.structs.replace(closed(), at=moment)
    assert events.decode(events.encode(event)).at == closed().at


NESTED = b"[" * 100_000


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"{}", b'{"x":' + NESTED, NESTED])
def test_bytes_that_are_no_event_are_refused_by_name(data: bytes) -> None:
    for read in (events.decode, events.decode_envelope, events.decode_batch):
        with pytest.raises(EventError):
            read(data)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for read in (events.decode, events.decode_envelope, events.decode_batch):
        with pytest.raises(EventError):
            read(data)


@pytest.mark.parametrize("count", [0, 1001])
def test_a_batch_has_one_to_a_thousand_events(count: int) -> None:
    body = events.encode_batch("ban-1", [events.encode(closed())] * count)
    with pytest.raises(EventError):
        events.decode_batch(body)
