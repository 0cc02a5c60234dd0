"""The table of steps, walked."""

from hypothesis import given
from hypothesis import strategies as st

from server.lab.lifecycle import STEPS, Action, Refusal, State, state_of, take

PEOPLE = ("user:lan", "user:minh", "user:hoa")


@given(st.lists(st.tuples(st.sampled_from(Action), st.sampled_from(PEOPLE))))
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


def test_a_corrected_result_goes_nowhere() -> None:
    for action in Action:
        refused = take(State.CORRECTED, action, by="user:minh", entered_by="user:lan")
        assert refused is Refusal.NOT_NOW


def test_nobody_verifies_their_own_work() -> None:
    refused = take(State.ENTERED, Action.VERIFY, by="user:lan", entered_by="user:lan")
    assert refused is Refusal.OWN_WORK


def test_a_result_is_released_only_after_it_was_verified() -> None:
    refused = take(State.ENTERED, Action.RELEASE, by="user:minh", entered_by="user:lan")
    assert refused is Refusal.NOT_NOW


def test_every_state_is_reached_from_what_is_stored() -> None:
    assert {state_of(verified=v, released=r, corrected=c) for v, r, c in _stored()} == set(State)
    assert {step.to for step in STEPS.values()} < set(State)


def _stored() -> list[tuple[bool, bool, bool]]:
    return [(False, False, False), (True, False, False), (True, True, False), (True, True, True)]
