"""Properties of the verdict on a tube, against a slow and obvious reference."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contract.tubes import TubeKind
from server.lab.words import Call
from server.outcomes.merge import (
    Facts,
    Outcome,
    Paired,
    Problem,
    Received,
    Resulted,
    Status,
    merge,
)

T = TypeVar("T")
START = datetime(2021, 8, 3, 7, 0, tzinfo=UTC)
ANA, BINH = UUID(int=101), UUID(int=102)
IDS = [UUID(int=number) for number in range(1, 6)]


def paired(number: int, person: UUID, claim: str = "") -> Paired:
    return Paired(UUID(int=number), person, claim or str(person), START + timedelta(minutes=number))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    kind = draw(st.sampled_from(TubeKind))
    people = draw(st.lists(st.sampled_from([ANA, BINH]), max_size=4))
    stations = draw(st.lists(st.sampled_from(["ban-1", "ban-2"]), min_size=4, max_size=4))
    pairings = [
        paired(n, person, stations[n - 1] if kind is TubeKind.POOL else "")
        for n, person in enumerate(people, 1)
    ]
    pairings = [replace(each, trusted=draw(st.booleans())) for each in pairings]
    times = st.none() | st.sampled_from([START - timedelta(hours=1), START + timedelta(hours=1)])
    reasons = st.sampled_from(["", "leaking"])
    some = st.frozensets(st.sampled_from(IDS))
    results = [
        Resulted(UUID(int=50 + n), call, released, corrects)
        for n, (call, released, corrects) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.sampled_from(Call),
                        st.booleans(),
                        st.none() | st.sampled_from([UUID(int=50 + n) for n in range(4)]),
                    ),
                    max_size=4,
                )
            )
        )
    ]
    return Facts(
        kind,
        frozenset(pairings),
        draw(some),
        draw(some),
        draw(st.frozensets(st.sampled_from(IDS), max_size=1))
        if draw(st.booleans())
        else frozenset(),
        draw(st.frozensets(st.builds(Received, reasons, times), max_size=2)),
        frozenset(results),
        draw(st.frozensets(st.integers(0, 5), max_size=1)),
    )


def reference(known: Facts) -> set[tuple[UUID, Status]]:
    """The rule in plain steps, without a thought for speed or order."""
    live = [p for p in known.pairings if p.id not in known.voided]
    live = [p for p in live if p.id not in known.set_aside]
    if known.open_conflicts or len({p.claim for p in live}) > 1:
        return set()
    if known.kind is TubeKind.CONTROL or not known.receptions:
        return set()
    early = any(r.at is not None and r.at < START for r in known.receptions)
    firsts = {p.person: p for p in sorted(live, key=lambda p: p.at, reverse=True)}
    late = {(p.person, Status.RESAMPLE) for p in firsts.values() if early and p.trusted}
    timely = {p.person for p in firsts.values()} - {person for person, _ in late}
    if any(r.rejected for r in known.receptions):
        return late | {(person, Status.RESAMPLE) for person in timely}
    current = [r for r in known.results if r.released and not _replaced(r, known)]
    if len(current) != 1:
        return late
    call = current[0].call
    if known.kind is TubeKind.POOL and call is not Call.NEGATIVE:
        return late | {(person, Status.RESAMPLE) for person in timely}
    return late | {(person, Status(call.value)) for person in timely}


def _replaced(result: Resulted, known: Facts) -> bool:
    """Walk from every released result down its chain, as often as there are results."""
    by_id = {r.id: r for r in known.results}
    for other in known.results:
        step = other
        for _ in known.results:
            if not other.released or step.corrects is None:
                break
            if step.corrects == result.id:
                return True
            if step.corrects not in by_id:
                break
            step = by_id[step.corrects]
    return False


@given(facts())
def test_the_verdict_is_what_the_plain_rule_says(known: Facts) -> None:
    assert {(o.person, o.status) for o in merge(known).outcomes} == reference(known)


@given(facts(), st.permutations(range(8)))
def test_facts_may_come_in_any_order_and_often(known: Facts, order: list[int]) -> None:
    def shuffled(items: frozenset[T]) -> frozenset[T]:
        row = sorted(items, key=repr) * 2
        return frozenset(row[place % len(row)] for place in [*order, *range(len(row))] if row)

    again = Facts(
        known.kind,
        shuffled(known.pairings),
        shuffled(known.voided),
        shuffled(known.set_aside),
        shuffled(known.open_conflicts),
        shuffled(known.receptions),
        shuffled(known.results),
        shuffled(known.pool_members),
    )
    assert merge(again) == merge(known)


@given(facts())
def test_nobody_has_an_outcome_without_a_live_pairing(known: Facts) -> None:
    for outcome in merge(known).outcomes:
        [ground] = [p for p in known.pairings if p.id == outcome.pairing]
        assert ground.person == outcome.person
        assert ground.id not in known.voided


@given(facts())
def test_a_pool_marks_nobody_positive(known: Facts) -> None:
    statuses = {o.status for o in merge(replace(known, kind=TubeKind.POOL)).outcomes}
    assert statuses <= {Status.NEGATIVE, Status.RESAMPLE}


@given(facts())
def test_one_tube_says_one_thing_of_a_person_and_never_begins_withdrawn(known: Facts) -> None:
    outcomes = merge(known).outcomes
    assert len({o.person for o in outcomes}) == len(outcomes)
    assert Status.WITHDRAWN not in {o.status for o in outcomes}


@given(facts())
def test_a_result_speaks_only_once_it_is_released_and_its_tube_received(known: Facts) -> None:
    released = {r.id for r in known.results if r.released}
    for outcome in merge(known).outcomes:
        assert known.receptions
        assert outcome.result is None or outcome.result in released


@given(facts())
def test_a_doubt_gives_no_outcome(known: Facts) -> None:
    verdict = merge(known)
    assert not (verdict.outcomes and Problem.CONTESTED in verdict.problems)


@given(facts())
def test_voiding_every_pairing_leaves_nothing(known: Facts) -> None:
    voided = replace(known, voided=frozenset(p.id for p in known.pairings))
    assert merge(voided).outcomes == frozenset()


def test_a_correction_speaks_only_from_its_own_release() -> None:
    first = Resulted(UUID(int=50), Call.POSITIVE, released=True)
    second = Resulted(UUID(int=51), Call.NEGATIVE, released=False, corrects=first.id)
    known = Facts(
        TubeKind.SAMPLING,
        frozenset({paired(1, ANA)}),
        receptions=frozenset({Received()}),
        results=frozenset({first, second}),
    )
    assert merge(known).outcomes == {Outcome(ANA, Status.POSITIVE, UUID(int=1), first.id)}
    after = replace(known, results=frozenset({first, replace(second, released=True)}))
    assert merge(after).outcomes == {Outcome(ANA, Status.NEGATIVE, UUID(int=1), second.id)}


def test_a_decision_between_two_persons_gives_the_tube_to_one() -> None:
    both = frozenset({paired(1, ANA), paired(2, BINH)})
    known = Facts(
        TubeKind.SAMPLING,
        both,
        receptions=frozenset({Received()}),
        results=frozenset({Resulted(UUID(int=50), Call.NEGATIVE, released=True)}),
    )
    assert merge(known).problems == {Problem.CONTESTED}
    verdict = merge(replace(known, set_aside=frozenset({UUID(int=1)})))
    assert {o.person for o in verdict.outcomes} == {BINH}
    assert verdict.problems == frozenset()


def test_a_third_claim_after_a_decision_is_a_new_doubt() -> None:
    late = Paired(UUID(int=3), UUID(int=103), "third", START)
    known = Facts(
        TubeKind.SAMPLING,
        frozenset({paired(1, ANA), paired(2, BINH), late}),
        set_aside=frozenset({UUID(int=2)}),
    )
    assert Problem.CONTESTED in merge(known).problems


def test_a_rejected_tube_calls_its_person_back_and_says_why() -> None:
    known = Facts(
        TubeKind.SAMPLING,
        frozenset({paired(1, ANA)}),
        receptions=frozenset({Received("leaking")}),
    )
    expected = Outcome(ANA, Status.RESAMPLE, UUID(int=1), None, "leaking")
    assert merge(known).outcomes == {expected}
