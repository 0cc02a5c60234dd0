"""Where a tube stands follows from what happened to it, in whatever order it was heard."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from server.sampling.tube_states import Happened, TubeState, state_of

ANY = st.builds(Happened, **{each.name: st.booleans() for each in fields(Happened)})


def test_a_tubes_life_step_by_step() -> None:
    life = Happened()
    seen = [state_of(life)]
    for step in ("registered", "issued", "paired+live", "received", "resulted", "released"):
        life = replace(life, **dict.fromkeys(step.split("+"), True))
        seen.append(state_of(life))
    assert [str(state) for state in seen] == [
        "no-lot", "registered", "issued", "paired", "received", "resulted", "released",
    ]  # fmt: skip


@given(ANY)
def test_whatever_waits_for_a_person_is_held(happened: Happened) -> None:
    assert (state_of(happened) is TubeState.HELD) == happened.held


@given(ANY)
def test_no_tube_without_a_pairing_that_holds_is_released_or_paired(happened: Happened) -> None:
    if not happened.live:
        assert state_of(happened) not in {TubeState.RELEASED, TubeState.PAIRED}


@given(ANY)
def test_an_assignment_alone_is_no_pairing(happened: Happened) -> None:
    alone = Happened(assigned=True, registered=happened.registered)
    assert state_of(alone) is TubeState.ASSIGNED
