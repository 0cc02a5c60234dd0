"""Events that take effect together leave what they leave one by one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contract import events, identities, specimens
from contract.tubes import TubeId
from server.audit.models import AuditEntry
from server.intake.effects import take_effect
from server.intake.opening import Opened
from server.lab.services import receive_tube
from server.outcomes.desk_models import DeskItem
from server.outcomes.models import Outcome
from server.people.models import Identity, Person
from server.sampling.decision_models import Matter, SlipMember
from server.sampling.models import ConflictClaim, Pairing, PairingVoid, StationTally

NAMES = UUID(int=1)  # of the events of a history
CODES = [
    identities.parse(show(person))
    for person in specimens.people(3, Random(4))
    for show in (specimens.citizen_card, specimens.insurance_card)
]
POOL = 90
# What happens: the kind, whose code, which tube, which station, how many minutes on.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pair"] * 5 + ["pool", "void", "refuse"]), st.integers(0, len(CODES) - 1),
        st.integers(1, 4), st.integers(1, 2), st.sampled_from([0, 1, 300]),
    ),
    min_size=2, max_size=8,
)  # fmt: skip
Step = tuple[str, int, int, int, int]


def tube_of(number: int, series: int = 26) -> TubeId:
    """Return a tube that is far from the next: what lies beside one is looked at as it comes."""
    return TubeId.mint(series, number * 50)


def told(steps: Sequence[Step], now: datetime) -> list[Opened]:
    """Return the events of a history, as the applier has them."""
    opened, at = [], now
    for number, (kind, who, serial, station, later) in enumerate(steps, 1):
        if kind == "void" and serial <= len(steps):  # a station voids what it paired itself
            station = steps[serial - 1][3]
        at += timedelta(minutes=later)
        head = {"id": uuid5(NAMES, str(number)), "station": f"ban-{station}", "epoch": "e" * 16,
                "seq": number, "prev": events.NO_EVENT, "at": at, "trusted": later != 1,
                "boot": "boot", "mono": number}  # fmt: skip
        tube = tube_of(serial, POOL if kind == "pool" else 26).text
        if kind == "void":
            event = events.PairingVoided(
                **head, pairing=uuid5(NAMES, str(serial)), tube=tube, reason="undo"
            )
            opened.append(Opened(event.id, event))
        elif kind == "refuse":
            refused = events.ScanRefused(**head, reason="tube-used", tube=tube)
            opened.append(Opened(refused.id, refused))
        else:
            order = "pool" if kind == "pool" else "person-first"
            pair = events.TubePaired(
                **head, tube=tube, person="", person_kind=str(CODES[who].kind), tag="0" * 16,
                order=order, took_ms=900,
            )  # fmt: skip
            opened.append(Opened(pair.id, pair, CODES[who]))
    return opened


def questions() -> list[Select[Any]]:
    """Ask for all that a history leaves, ids apart; a person is named by what leads to them."""
    about = select(AuditEntry.actor, AuditEntry.action, AuditEntry.detail)
    return [
        select(Pairing.id, Pairing.tube, Identity.value, Pairing.station, Pairing.operator,
               Pairing.person_kind, Pairing.order, Pairing.paired_at, Pairing.trusted,
               Pairing.claimed_at, Pairing.boot, Pairing.mono, Pairing.place, Pairing.took_ms,
               Pairing.manual, Pairing.received_at)
        .join(Identity, Identity.person_id == Pairing.person_id),
        select(Person.name, Person.birth, Person.sex, Person.place, Identity.system,
               Identity.value, Identity.evidence).join(Identity),
        select(PairingVoid.event_id, PairingVoid.pairing_id, PairingVoid.tube),
        select(ConflictClaim.pairing_id, ConflictClaim.upheld),
        select(Matter.kind, Matter.tube, Matter.pairing_id, Matter.other_tube, Matter.other_id,
               Matter.held, Matter.decided_at),
        select(SlipMember.pairing_id, SlipMember.tube, SlipMember.place),
        select(DeskItem.tube, DeskItem.desk, DeskItem.since, DeskItem.detail, DeskItem.place,
               DeskItem.station, DeskItem.box),
        select(Outcome.tube, Outcome.version, Outcome.status, Outcome.reason, Outcome.pairing_id),
        select(StationTally.station, StationTally.kind, StationTally.reason, StationTally.count),
        about,
    ]  # fmt: skip


def left(session: Session, groups: Sequence[Sequence[Opened]], now: datetime) -> Any:
    """Return what *groups* of events leave, and undo it."""
    with session.begin_nested() as trial:
        for group in groups:
            take_effect(session, group, now=now)
        session.flush()
        rows = [sorted(map(repr, session.execute(asked))) for asked in questions()]
        trial.rollback()
    session.expunge_all()
    return rows


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, sizes=st.lists(st.integers(1, 4), min_size=8, max_size=8),
       came=st.sets(st.integers(1, 4)))  # fmt: skip
def test_events_take_effect_together_as_one_by_one(
    scene: Any, steps: list[Step], sizes: list[int], came: set[int]
) -> None:
    session, now, opened = scene.session, scene.now, told(steps, scene.now)
    later = now + timedelta(days=3)  # nobody was given a tube that the laboratory had before
    groups, rest = [], opened
    for size in sizes:
        groups, rest = [*groups, rest[:size]], rest[size:]
    with session.begin_nested() as trial:
        for serial in came:
            receive_tube(session, tube_of(serial), box="H1", by="user:lan", now=later)
        assert left(session, groups, now) == left(session, [[each] for each in opened], now)
        trial.rollback()
    session.expunge_all()
