"""What the station's tests share: a station's name, a clock that stands, events to write."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from contract.events import Event, ScanRefused, TubePaired
from contract.tubes import TubeId
from device.drafts import Drafts, Moment
from device.facts import Paired, Person, Refusal, Refused
from device.ledger import Ledger

MORNING = Moment(datetime(2026, 11, 22, 1, 14, tzinfo=UTC), True, "boot-1", 10**9)  # noqa: FBT003
DRAFTS = Drafts("ban-1", "vn-2021:24.222.07")


def draft_pair(number: int, tag: str | None = None) -> TubePaired:
    person = Person(tag or f"{number:016x}", "citizen-card", "sealed" * 40)
    pair = Paired(TubeId.mint(26, number), person, "person-first", 2500)
    event = DRAFTS.of(pair, MORNING, Ledger())
    if not isinstance(event, TubePaired):
        raise TypeError(event)
    return event


def draft_refusal() -> Event:
    event = DRAFTS.of(Refused(Refusal.TUBE_MISREAD), MORNING, Ledger())
    if not isinstance(event, ScanRefused):
        raise TypeError(event)
    return event


@pytest.fixture
def paired() -> Callable[..., TubePaired]:
    """Give a draft of the pairing of tube *number*."""
    return draft_pair


@pytest.fixture
def refused() -> Event:
    return draft_refusal()


@pytest.fixture
def drafts() -> Drafts:
    return DRAFTS


@pytest.fixture
def morning() -> Moment:
    return MORNING
