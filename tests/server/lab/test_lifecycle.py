"""The table of steps, walked."""

from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from server.lab.lifecycle import (
    STEPS,
    Action,
    Refusal,
    RunAction,
    RunState,
    State,
    state_of,
    take,
    take_run,
)

PEOPLE = ("user:lan", "user:minh", "user:hoa")


@given(st.lists(st.tuples(st.sampled_from(Action), st.sampled_from(PEOPLE))))
@example([(Action.ORDER, "user:lan"), (Action.CANCEL, "user:lan"), (Action.RELEASE, "user:minh")])
def test_nothing_is_released_that_one_person_did_alone(
    steps: list[tuple[Action, str]],
) -> None:
    state, verifier = State.ENTERED, ""
    for action, by in steps:
        after = take(state, action, by=by, entered_by="user:lan")
        if isinstance(after, State):
            verifier = by if after is State.VERIFIED else verifier
            state = after
        if state is State.RELEASED:
            assert verifier not in ("", "user:lan")


def test_a_corrected_result_goes_nowhere_but_may_be_withdrawn_with_its_run() -> None:
    for action in set(Action) - {Action.WITHDRAW}:
        refused = take(State.CORRECTED, action, by="user:minh", entered_by="user:lan")
        assert refused is Refusal.NOT_NOW


def test_nobody_verifies_their_own_work() -> None:
    refused = take(State.ENTERED, Action.VERIFY, by="user:lan", entered_by="user:lan")
    assert refused is Refusal.OWN_WORK


def test_a_result_is_released_only_after_it_was_verified() -> None:
    refused = take(State.ENTERED, Action.RELEASE, by="user:minh", entered_by="user:lan")
    assert refused is Refusal.NOT_NOW


def test_every_state_is_reached_from_what_is_stored() -> None:
    words = ("verified", "released", "corrected", "withdrawn", "ordered")
    every = (dict(zip(words, flags, strict=True)) for flags in product((False, True), repeat=5))
    assert {state_of(**each) for each in every} == set(State)
    assert {step.to for step in STEPS.values()} == set(State)


def test_what_was_withdrawn_never_comes_back() -> None:
    after = {step.to for (state, _), step in STEPS.items() if state is State.WITHDRAWN}
    assert after == {State.WITHDRAWN}


@given(st.lists(st.tuples(st.sampled_from(RunAction), st.sampled_from(PEOPLE))), st.booleans())
def test_a_run_is_verified_by_another_and_only_with_good_controls(
    steps: list[tuple[RunAction, str]],
    passed: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    state = RunState.ENTERED
    for action, by in steps:
        after = take_run(state, action, by=by, entered_by="user:lan", passed=passed)
        if state is RunState.WITHDRAWN:
            assert after is Refusal.NOT_NOW
        if after is RunState.VERIFIED:
            assert passed
            assert state is RunState.VERIFIED or by != "user:lan"
        state = after if isinstance(after, RunState) else state
