"""A sample that was told of one person and turns out to be another's, at FHIR servers of others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from contract.tubes import Tube
from server.delivery.models import Delivery
from server.exchange.facade import specimen
from server.exchange.fhir import FhirChannel
from server.exchange.http import Access, Answer, Http
from server.lab.words import Call
from server.people.models import Disagreement
from server.sampling import changes, identity_decisions
from server.sampling.models import Pairing
from tests.server.exchange.test_fhir_peers import CODES, Day, Peer, peer, value

__all__ = ["peer"]
ONE = pytest.mark.parametrize("peer", ["sekmet"], indirect=True)  # the order is asked of both


class Overtaken(Http):
    """Something happens before the first POST reaches the receiver."""

    def __init__(self, access: Access, before: Callable[[], None]) -> None:
        super().__init__(access)
        self._before = [before]

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        if method == "POST" and self._before:
            self._before.pop()()
        return super().call(method, path, body, headers)


@dataclass
class Sample:
    """One positive sample, first of Kim, then of Hoa."""

    day: Day
    tube: Tube
    pairing: UUID
    kim: UUID
    hoa: UUID | None = None

    def told(self, person: UUID | None) -> list[Delivery]:
        return [each for each in self.day.messages("cdc") if each.subject == str(person)]

    def turns_out_to_be_hoas(self) -> None:
        """A question about Kim's card wakes, and somebody answers that it was another's."""
        now = self.day.now
        with self.day.database.write() as session:
            question = Disagreement(
                id=uuid4(), person_id=self.kim, event_id=self.pairing, system="cccd",
                kind="citizen-card", said_name="Trần Thị Hoa", said_birth=None, said_sex=None,
                said_blind="x" * 32, opened_at=now,
            )  # fmt: skip
            session.add(question)
            session.flush()
            changes.changed(session, self.tube, now=now)
            identity_decisions.answer(
                session, question.id, same=False, reason="hai người", by="user:hoa", now=now
            )
            self.hoa = session.get_one(Pairing, self.pairing).person_id


@pytest.fixture
def sample(day: Day) -> Sample:
    """Ask for it after `peer`, which must be there to be told."""
    tube, [kim] = day.pair("Lê Thị Kim")
    day.release(tube, Call.POSITIVE)
    return Sample(day, tube, kim.id, kim.person_id)


def deliver(channel: FhirChannel, messages: list[Delivery]) -> None:
    for each in messages:
        channel.deliver(each.subject, each.key, each.payload)


def there(peer: Peer, sample: Sample) -> tuple[str | None, str]:
    """Return of whom the receiver's specimen is, and its status."""
    [found] = peer.found("Specimen", "pairing", sample.pairing)
    subject = found.get("subject", {}).get("reference", "")
    for person in (sample.kim, sample.hoa):
        for patient in peer.found("Patient", "person", person):
            if subject.endswith(f"Patient/{patient['id']}"):
                return str(person), found.get("status", "")
    return None, found.get("status", "")


@pytest.mark.parametrize("order", ["hkk", "hk"])
def test_a_specimen_is_its_own_persons_whoever_is_told_last(
    peer: Peer, sample: Sample, order: str
) -> None:
    """Kim's first version was told at once, except in the last order: it was dead for long."""
    if len(order) > 2:
        peer.send()
    sample.turns_out_to_be_hoas()
    kims, hoas = sample.told(sample.kim), sample.told(sample.hoa)
    assert (len(kims), len(hoas)) == (3, 1)
    later = [kims[1:2], kims[2:]] if len(order) > 2 else [kims]
    for letter in order:
        deliver(peer.channel(), hoas if letter == "h" else later.pop(0))
    assert there(peer, sample) == (str(sample.hoa), "available")
    [wrong] = peer.found("Observation", "outcome", f"{sample.tube}/{sample.kim}")
    [right] = peer.found("Observation", "outcome", f"{sample.tube}/{sample.hoa}")
    assert (wrong["status"], right["status"]) == ("entered-in-error", "final")
    assert value(right) == CODES.values["positive"]
    [last] = hoas
    assert peer.channel().read_back(last.subject, last.key, last.payload) == ""


@ONE
def test_whoever_hears_nothing_of_its_own_person_hears_that_it_was_not_the_first_ones(
    peer: Peer, sample: Sample
) -> None:
    peer.send()
    sample.turns_out_to_be_hoas()
    deliver(peer.channel(), sample.told(sample.kim)[1:])
    assert there(peer, sample) == (str(sample.kim), "entered-in-error")
    deliver(peer.channel(), sample.told(sample.hoa))
    assert there(peer, sample) == (str(sample.hoa), "available")


@ONE
@pytest.mark.parametrize("known", [False, True])
def test_it_stays_its_own_persons_where_both_are_told_at_one_time(
    peer: Peer, sample: Sample, *, known: bool
) -> None:
    """Another process tells of Hoa while the first has what it tells of Kim in its hands."""
    if known:  # and not noted: a worker was killed
        deliver(peer.channel(), sample.told(sample.kim))

    def meanwhile() -> None:
        sample.turns_out_to_be_hoas()
        deliver(peer.channel(), sample.told(sample.hoa))

    slow = peer.channel()
    slow.http = Overtaken(Access(peer.url), meanwhile)
    deliver(slow, sample.told(sample.kim))
    assert there(peer, sample) == (str(sample.hoa), "available")


@pytest.mark.engines
def test_partners_that_read_us_see_its_own_person(sample: Sample) -> None:
    sample.turns_out_to_be_hoas()
    with sample.day.database.read() as session:
        found = specimen(session, sample.pairing, CODES, "*")
    assert found is not None
    assert (found["subject"], found["status"]) == (
        {"reference": f"Patient/{sample.hoa}"}, "available",
    )  # fmt: skip
