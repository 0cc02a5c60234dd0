"""Holds the end of a chaos run against its reference, row by row."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event as Flag

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.events import PairingVoided, TubePaired
from contract.tubes import tube
from faults.chaos_bench import number_of
from faults.chaos_model import Told, expected
from faults.chaos_world import World
from server.declarations.models import RecordEntry
from server.delivery.models import Delivery
from server.intake.applier import correct_past
from server.intake.models import ChainAlert, WireEvent
from server.lab.models import Reception, Result
from server.outcomes import queries
from server.outcomes.models import Outcome
from server.sampling.models import Pairing, PairingVoid

PATIENCE = 600  # looks, a tenth of a second apart


def wait_until_quiet(world: World) -> None:
    """Wait until the server has applied and delivered everything."""
    for _ in range(PATIENCE):
        with world.database.read() as session:
            pending = _count(
                session, select(WireEvent.event_id).where(WireEvent.state == "pending")
            )
            waiting = _count(session, select(Delivery.id).where(Delivery.state == "waiting"))
        if not pending and not waiting:
            correct_past(world.database, datetime.now(UTC))
            return
        Flag().wait(0.1)
    raise AssertionError(f"not quiet: {pending} events pending, {waiting} messages waiting")


def _count(session: Session, asked) -> int:  # type: ignore[no-untyped-def]
    return session.scalar(select(func.count()).select_from(asked.subquery())) or 0


def differences(world: World, told: Told, people: dict[str, str]) -> list[str]:
    """Return whatever is not as the reference says; nothing is what we want."""
    with world.database.read() as session:
        return [
            *_journals(world),
            *_alerts(session),
            *_pairings(world, session),
            *_laboratory(session, told),
            *_outcomes(world, session, told, people),
            *_messages(session),
        ]


def _journals(world: World) -> Iterator[str]:
    written = sorted(row for post in world.posts for row in post.written)
    stored = sorted(world.stored)
    yield from _differ("event", {row[:2]: row for row in stored}, {row[:2]: row for row in written})
    if len(stored) != len(written):
        yield f"{len(stored)} events are stored, {len(written)} were written"


def _alerts(session: Session) -> Iterator[str]:
    for alert in session.scalars(select(ChainAlert).where(ChainAlert.closed_at.is_(None))):
        yield f"alert {alert.kind} of {alert.station} at {alert.seq}"
    states = session.execute(select(WireEvent.state, WireEvent.problem, WireEvent.kind))
    for state, problem, kind in states:
        if state != "applied":
            yield f"{kind} is {state}: {problem}"


def _pairings(world: World, session: Session) -> Iterator[str]:
    events = [event for post in world.posts for event in post.events]
    given = {e.id: (e.tube, e.station, e.order) for e in events if isinstance(e, TubePaired)}
    known = {p.id: (p.tube.text, p.station, p.order) for p in session.scalars(select(Pairing))}
    yield from _differ("pairing", known, given)
    void = {e.id: e.pairing for e in events if isinstance(e, PairingVoided)}
    kept = {
        v.event_id: v.pairing_id
        for v in session.scalars(select(PairingVoid))
        if v.by.startswith("station:")
    }
    yield from _differ("void", kept, void)


def _laboratory(session: Session, told: Told) -> Iterator[str]:
    known = {r.tube.text: (r.at, r.reason) for r in session.scalars(select(Reception))}
    wanted = {text: (at, told.rejected.get(text, "")) for text, at in told.received.items()}
    yield from _differ("reception", known, wanted)
    results = {
        r.id: (r.tube.text, r.call, r.corrects, r.released_at is not None)
        for r in session.scalars(select(Result))
    }
    said = {
        each.id: (text, each.call, each.corrects, each.released)
        for text, chain in told.results.items()
        for each in chain
    }
    yield from _differ("result", results, said)


def _outcomes(world: World, session: Session, told: Told, people: dict[str, str]) -> Iterator[str]:
    events = [event for post in world.posts for event in post.events]
    wanted = expected(events, people, told)
    known: dict[tuple[str, str], object] = {}
    for text in {row.text for row in session.scalars(select(Outcome.tube))}:
        for person, said in queries.current_of(session, tube(text)).items():
            if said.status != "withdrawn":
                number = number_of(session, person)
                known[text, number] = (said.status, said.reason, said.pairing_id, said.result_id)
    yield from _differ("outcome", known, wanted)


def _messages(session: Session) -> Iterator[str]:
    """Each version of each outcome is in the outbox and in the record exactly once."""
    versions: Counter[tuple[str, object]] = Counter()
    keys = set()
    for one in session.scalars(select(Outcome)):
        versions[one.tube.text, one.person_id] += 1
        keys.add(f"{one.tube.text}/{one.person_id}/v{one.version}")
    for (text, _), count in versions.items():
        numbers = [
            one.version
            for one in session.scalars(select(Outcome).where(Outcome.tube == tube(text)))
        ]
        if max(numbers) > count and len(set(numbers)) != max(numbers):
            yield f"{text} has versions {numbers}"
    sent = {each.key: each.state for each in session.scalars(select(Delivery))}
    yield from _differ("message", sent, dict.fromkeys(keys, "delivered"))
    entries = list(session.scalars(select(RecordEntry)))
    if len(entries) != len(keys):
        yield f"{len(entries)} entries of the record, {len(keys)} versions of outcomes"
    yield from _differ(
        "record's entry", {each.key: _entry(each) for each in entries}, _entries_wanted(session)
    )


def _entry(each: RecordEntry) -> tuple[object, ...]:
    return (
        each.person_id, each.tube.text, each.version, each.status, each.reason, each.sampled_at,
        each.resulted_at, each.place, each.supersedes,
    )  # fmt: skip


def _entries_wanted(session: Session) -> dict[str, tuple[object, ...]]:
    """Return what each version of each outcome must have put into its person's record."""
    every = list(session.scalars(select(Outcome)))
    keys = {each.id: f"{each.tube.text}/{each.person_id}/v{each.version}" for each in every}
    released = {each.id: each.released_at for each in session.scalars(select(Result))}
    return {
        keys[each.id]: (
            each.person_id, each.tube.text, each.version, each.status, each.reason,
            each.sampled_at, released[each.result_id] if each.result_id else None, each.place,
            keys[each.supersedes] if each.supersedes else None,
        )
        for each in every
    }  # fmt: skip


def _differ(what: str, known: dict, wanted: dict) -> Iterator[str]:  # type: ignore[type-arg]
    for key in sorted(known.keys() | wanted.keys(), key=str):
        if known.get(key) != wanted.get(key):
            yield f"{what} {key}: is {known.get(key)}, must be {wanted.get(key)}"
