"""Properties of the verdict on a tube, against a slow and obvious reference."""

from dataclasses import fields as dataclass_fields
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
    Held,
    Paired,
    PoolCount,
    Problem,
    Received,
    Resulted,
    Status,
    merge,
    taken_back,
)

T = TypeVar("T")
START = datetime(2021, 8, 3, 7, 0, tzinfo=UTC)
ANA, BINH = UUID(int=101), UUID(int=102)
IDS = [UUID(int=number) for number in range(1, 6)]


def paired(number: int, person: UUID, claim: str = "") -> Paired:
    return Paired(UUID(int=number), person, claim or str(person), START + timedelta(minutes=number))


RESULTS = [UUID(int=50 + n) for n in range(4)]
COUNTS = st.builds(PoolCount, st.integers(0, 2), st.integers(0, 2))
TIMES = [None, START - timedelta(hours=1), START + timedelta(hours=1)]


def results() -> st.SearchStrategy[list[Resulted]]:
    details = st.tuples(
        st.sampled_from(Call),
        st.booleans(),
        st.none() | st.sampled_from(RESULTS),
        st.sampled_from([False, False, True]),
        st.sampled_from([False, False, True]),
        st.sampled_from(TIMES),
    )
    several = st.lists(details, max_size=4)
    return several.map(lambda row: [Resulted(RESULTS[n], *each) for n, each in enumerate(row)])


def receptions() -> st.SearchStrategy[frozenset[Received]]:
    one = st.builds(
        Received,
        st.sampled_from(["", "leaking"]),
        st.sampled_from(TIMES),
        st.sampled_from([UUID(int=71), UUID(int=72)]),
        st.sampled_from([False, False, True]),
    )
    return st.frozensets(one, max_size=2)


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
    some = st.frozensets(st.sampled_from(IDS))
    seldom = st.sampled_from([frozenset[UUID](), frozenset[UUID](), frozenset({IDS[0]})])
    return Facts(
        kind,
        pairings=frozenset(pairings),
        voided=draw(some),
        set_aside=draw(some),
        open_conflicts=draw(seldom),
        receptions=draw(receptions()),
        results=frozenset(draw(results())),
        pool_counts=draw(st.frozensets(COUNTS, max_size=1)),
        holds=frozenset(Held(each, "slip") for each in draw(seldom)),
        upheld=frozenset((UUID(int=90), each) for each in draw(some)),
    )


def reference(known: Facts) -> set[tuple[UUID, Status]]:
    """The rule in plain steps, without a thought for speed or order."""
    live = [p for p in known.pairings if p.id not in known.voided]
    live = [p for p in live if p.id not in known.set_aside]
    if known.open_conflicts or known.holds or len({p.claim for p in live}) > 1:
        return set()
    receptions = [r for r in known.receptions if not r.undone]
    if known.kind is TubeKind.CONTROL or not receptions:
        return set()
    early = any(each.at is not None and each.at < START for each in [*receptions, *known.results])
    firsts = {p.person: p for p in sorted(live, key=lambda p: p.at, reverse=True)}
    late = {(p.person, Status.RESAMPLE) for p in firsts.values() if early and p.trusted}
    timely = {p.person for p in firsts.values()} - {person for person, _ in late}
    if any(r.rejected for r in receptions):
        return late | {(person, Status.RESAMPLE) for person in timely}
    call = _spoken(known)
    if call is None:
        return late
    if known.kind is TubeKind.POOL and call is not Call.NEGATIVE:
        return late | {(person, Status.RESAMPLE) for person in timely}
    return late | {(person, Status(call.value)) for person in timely}


def _spoken(known: Facts) -> Call | None:
    """What the laboratory says: one call, chosen or undisputed."""
    current = [r for r in known.results if r.released and not _replaced(r, known)]
    current = [r for r in current if not r.withdrawn]
    final = [r for r in current if r.final]
    calls = {r.call for r in (final or current)}
    return calls.pop() if len(calls) == 1 else None


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

    fields = (each.name for each in dataclass_fields(Facts) if each.name != "kind")
    again = Facts(known.kind, **{name: shuffled(getattr(known, name)) for name in fields})
    assert [taken_back(again, who) for who in (ANA, BINH)] == [
        taken_back(known, who) for who in (ANA, BINH)
    ]
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
        assert any(not each.undone for each in known.receptions)
        assert outcome.result is None or outcome.result in released


@given(facts())
def test_a_doubt_gives_no_outcome(known: Facts) -> None:
    verdict = merge(known)
    assert not (verdict.outcomes and Problem.CONTESTED in verdict.problems)


@given(facts())
def test_voiding_every_pairing_leaves_nothing(known: Facts) -> None:
    voided = replace(known, voided=frozenset(p.id for p in known.pairings))
    assert merge(voided).outcomes == frozenset()
