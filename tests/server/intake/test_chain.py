"""The rules of a chain, and that they hold in any order of arrival."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from contract.events import NO_EVENT
from server.intake.chain import Head, Known, Span, examine, is_straight

EPOCH = "e" * 16
SPACE = UUID(int=7)


@dataclass(frozen=True)
class Event:
    id: UUID
    epoch: str
    seq: int
    prev: str
    hash: str


def event(seq: int, prev: str, salt: str = "", name: str = "") -> Event:
    digest = sha256(f"{seq}{prev}{salt}".encode()).hexdigest()
    return Event(uuid5(SPACE, name or digest), EPOCH, seq, prev, digest)


def chain(length: int) -> list[Event]:
    made: list[Event] = []
    for seq in range(1, length + 1):
        made.append(event(seq, made[-1].hash if made else NO_EVENT))
    return made


def test_a_chain_that_goes_on_is_straight() -> None:
    links = chain(5)
    assert is_straight(links[:2], Head())
    assert is_straight(links[2:], Head(2, links[1].hash))


def test_a_gap_a_fork_and_a_replay_are_not_straight() -> None:
    links = chain(5)
    assert not is_straight(links[1:], Head())
    assert not is_straight([links[0], links[2]], Head())
    assert not is_straight(links[2:], Head(2, "0" * 64))
    assert not is_straight(links, Head(5, links[4].hash))


def test_the_same_bytes_again_are_a_duplicate() -> None:
    known = Known()
    links = chain(3)
    examine(links, known)
    found = examine(links, known)
    assert (found.new, found.duplicates, found.changed) == ([], 3, [])


def test_other_bytes_under_a_known_number_or_id_are_a_changed_replay() -> None:
    known = Known()
    links = chain(3)
    examine(links, known)
    number = event(2, links[0].hash, salt="edited")
    name = Event(links[1].id, EPOCH, 9, links[2].hash, "f" * 64)
    found = examine([number, name], known)
    assert found.changed == [0, 1]
    assert found.new == []


def test_what_was_jumped_over_is_a_gap() -> None:
    links = chain(9)
    found = examine([links[0], links[3], links[8]], Known())
    assert found.gaps == [Span(EPOCH, 2, 3), Span(EPOCH, 5, 8)]
    assert found.heads == {EPOCH: Head(9, links[8].hash)}


def test_an_epoch_that_does_not_begin_at_nothing_is_a_fork() -> None:
    assert examine([event(1, "a" * 64)], Known()).forks == [Span(EPOCH, 1, 1)]


def test_an_edit_in_the_middle_shows_on_both_sides() -> None:
    links = chain(5)
    edited = event(3, links[1].hash, salt="edited")
    known = Known()
    examine([links[0], links[1], links[3], links[4]], known)
    assert examine([edited], known).forks == [Span(EPOCH, 4, 4)]
    late = Known()
    examine([links[0], links[2]], late)
    assert examine([event(2, "b" * 64)], late).forks == [Span(EPOCH, 2, 2), Span(EPOCH, 3, 3)]


@given(st.integers(1, 12).flatmap(lambda size: st.permutations(range(size))), st.data())
def test_any_order_and_repetition_of_a_whole_chain_ends_the_same(
    order: list[int], data: st.DataObject
) -> None:
    links = chain(len(order))
    extra = data.draw(st.lists(st.sampled_from(order), max_size=6))
    known, new = Known(), 0
    for index in [*order, *extra]:
        found = examine([links[index]], known)
        known.heads |= found.heads
        assert found.forks == []
        assert found.changed == []
        new += len(found.new)
    assert new == len(links)
    assert known.heads == {EPOCH: Head(len(links), links[-1].hash)}
    assert {seq: stored.hash for (_, seq), stored in known.at.items()} == {
        link.seq: link.hash for link in links
    }
