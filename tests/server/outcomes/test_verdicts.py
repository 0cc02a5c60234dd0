"""Single histories of one tube, told out: what the record says, why, and on what ground."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from contract.tubes import TubeKind
from server.lab.words import Call
from server.outcomes.merge import (
    Facts,
    Ground,
    Held,
    Outcome,
    Paired,
    Problem,
    Received,
    Resulted,
    Status,
    TakenBack,
    merge,
    taken_back,
)

START = datetime(2021, 8, 3, 7, 0, tzinfo=UTC)
ANA, BINH = UUID(int=101), UUID(int=102)
RECEPTION = UUID(int=71)
FIRST = Resulted(UUID(int=50), Call.NEGATIVE, released=True, at=START)
SECOND = Resulted(UUID(int=51), Call.POSITIVE, released=True, at=START + timedelta(hours=1))


def paired(number: int, person: UUID) -> Paired:
    return Paired(UUID(int=number), person, str(person), START + timedelta(minutes=number))


def ana_s(*results: Resulted) -> Facts:
    """Ana's tube, received, with these results."""
    return Facts(
        TubeKind.SAMPLING,
        frozenset({paired(1, ANA)}),
        receptions=frozenset({Received(id=RECEPTION)}),
        results=frozenset(results),
    )


def said(facts: Facts) -> dict[UUID, str]:
    return {each.person: each.status.value for each in merge(facts).outcomes}


def test_an_outcome_names_its_grounds() -> None:
    facts = replace(ana_s(FIRST), upheld=frozenset({(UUID(int=90), UUID(int=1))}))
    [outcome] = merge(facts).outcomes
    assert (outcome.pairing, outcome.result) == (UUID(int=1), FIRST.id)
    assert outcome.grounds == {
        Ground("decision", UUID(int=90)),
        Ground("reception", RECEPTION),
    }


def test_results_that_agree_speak_with_one_voice_and_others_wait_for_a_choice() -> None:
    agreeing = replace(SECOND, call=Call.NEGATIVE)
    [outcome] = merge(ana_s(FIRST, agreeing)).outcomes
    assert outcome.result == FIRST.id
    doubt = merge(ana_s(FIRST, SECOND))
    assert (doubt.outcomes, doubt.problems) == (frozenset(), {Problem.SEVERAL_RESULTS})
    assert said(ana_s(FIRST, replace(SECOND, final=True))) == {ANA: "positive"}


def test_a_run_taken_back_takes_its_outcome_back_until_the_rerun_speaks() -> None:
    back = replace(FIRST, withdrawn=True)
    verdict = merge(ana_s(back))
    assert verdict.problems == {Problem.WITHDRAWN, Problem.NO_RESULT}
    assert taken_back(ana_s(back), ANA) is TakenBack.RECALLED
    assert said(ana_s(back, SECOND)) == {ANA: "positive"}


def test_what_a_withdrawn_correction_had_corrected_does_not_speak_again() -> None:
    correction = replace(SECOND, corrects=FIRST.id, withdrawn=True)
    assert said(ana_s(FIRST, correction)) == {}


def test_a_slip_holds_a_tube_and_its_end_frees_it() -> None:
    held = replace(ana_s(FIRST), holds=frozenset({Held(UUID(int=80), "slip")}))
    assert merge(held).problems == {Problem.HELD}
    assert said(held) == {}
    assert taken_back(held, ANA) is TakenBack.RECHECKING
    assert said(ana_s(FIRST)) == {ANA: "negative"}


def test_a_rejection_undone_calls_nobody() -> None:
    undone = frozenset({Received("leaking", undone=True), Received(id=RECEPTION)})
    assert said(replace(ana_s(FIRST), receptions=undone)) == {ANA: "negative"}


def test_a_tube_that_was_never_ana_s_was_entered_in_error() -> None:
    facts = replace(ana_s(FIRST), pairings=frozenset({paired(1, ANA), paired(2, BINH)}))
    voided = replace(facts, voided=frozenset({UUID(int=1)}))
    assert said(voided) == {BINH: "negative"}
    assert taken_back(voided, ANA) is TakenBack.ENTERED_IN_ERROR
    assert taken_back(facts, ANA) is TakenBack.RECHECKING


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
