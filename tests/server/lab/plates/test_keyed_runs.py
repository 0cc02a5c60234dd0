"""A keyed plate is a run: its controls are keyed with it, must hold, and need a second person."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.accounts.roles import Role as RoleOf
from server.errors import DomainError
from server.lab import assay_versions, keyed, queries, recalls, run_refusals, runs, wells
from server.lab.interpret import interpret
from server.lab.measured import Measured, Role, Well
from server.lab.plates import assaying, keying, refusals, services
from server.lab.plates.geometry import Fill
from server.lab.plates.keying import Keyed
from server.lab.results import verify_result, verify_results
from server.lab.services import Finding, receive_tube
from server.lab.standing import standings
from server.lab.words import Call, Kind
from server.outcomes.services import release

LAN, MINH = "user:lan", "user:minh"
N, P, V = (Finding(call) for call in (Call.NEGATIVE, Call.POSITIVE, Call.INVALID))
HELD = {"G12": N, "H12": P}
ASSAY = assay_versions.definition(assay_versions.shipped()["sars-cov-2-e-rdrp"])
LETTERS = st.sampled_from(Call)
CTS = st.sampled_from(["", "-", "24.1", "38.2", "45", "odd"])


@pytest.fixture
def plate(scene: Any, paired: Any) -> Any:
    """A locked plate with three tubes that were paired and received, for the assay of E."""
    plate = services.new_plate(
        scene.session, "96-two", Fill.COLUMNS, title="QS5", by=LAN, now=scene.now
    )
    for _ in range(3):
        services.place_tube(scene.session, plate.id, paired(scene), by=LAN, now=scene.now)
    return services.lock(scene.session, plate.id, by=LAN, now=scene.now)


def key(scene: Any, plate: Any, said: dict[str, Finding], by: str = LAN) -> Keyed:
    return keying.enter_calls(
        scene.session, plate.id, said, others=None, by=by, now=scene.now, place="A"
    )


def results(scene: Any, keyed_: Keyed) -> list[Any]:
    assert keyed_.run is not None
    found = [each.result for each in wells.tubes_of(scene.session, keyed_.run)]
    return [each for each in found if each is not None]


def test_controls_are_keyed_before_anything_else(scene: Any, plate: Any) -> None:
    with pytest.raises(refusals.ControlsNotKeyed, match="H12"):
        key(scene, plate, {"A1": N, "G12": N})
    done = key(scene, plate, HELD | {"A1": N})
    assert (done.entered, done.run and done.run.controls) == (1, "passed")
    again = key(scene, plate, {"B1": P})
    assert again.run is done.run, "a plate keyed bit by bit is one run"
    assert [each.call for each in results(scene, again)] == ["negative", "positive"]


def test_clean_negatives_of_a_keyed_plate_are_verified_together_and_released_after_its_controls(
    scene: Any, plate: Any
) -> None:
    done = key(scene, plate, HELD | {"A1": N, "B1": N, "C1": P})
    found = standings(scene.session, results(scene, done))
    assert [each.doubts for each in found] == [(), (), ("not-negative",)]
    tickets = {each.result.id: each.stamp for each in found if each.clean}
    verify_results(scene.session, tickets, by=MINH, now=scene.now)
    with pytest.raises(DomainError) as refused:
        release(scene.session, list(tickets), by=MINH, now=scene.now)
    assert refused.value.code == "run-not-verified"
    with pytest.raises(DomainError, match="Somebody else"):
        runs.verify_run(scene.session, done.run.id, by=LAN, now=scene.now)
    runs.verify_run(scene.session, done.run.id, by=MINH, now=scene.now)
    release(scene.session, list(tickets), by=MINH, now=scene.now)


@pytest.mark.parametrize(
    "held",
    [
        {"G12": P, "H12": P},
        {"G12": N, "H12": N},
        {"G12": V, "H12": P},
        {"G12": Finding(Call.NEGATIVE, (Measured("E", "31"),)), "H12": P},
        {"G12": N, "H12": Finding(Call.POSITIVE, (Measured("E", "39"),))},
    ],
)
def test_nothing_of_a_plate_whose_controls_failed_is_entered(
    scene: Any, plate: Any, held: dict[str, Finding]
) -> None:
    done = key(scene, plate, held | {"A1": N, "B1": P})
    assert (done.entered, done.run and done.run.controls) == (0, "failed")
    assert len(wells.unconfirmed(scene.session)) == 1, "it stands on the desk of runs"
    with pytest.raises(refusals.KeyedRunFailed):
        key(scene, plate, {"C1": N})
    withdraw(scene, done)
    assert wells.unconfirmed(scene.session) == []
    assert key(scene, plate, HELD | {"A1": N, "B1": P}).entered == 2


def withdraw(scene: Any, done: Keyed) -> None:
    assert done.run is not None
    recalls.withdraw_run(scene.session, done.run.id, reason="nhiễm", by=MINH, now=scene.now)


def test_a_withdrawn_plate_is_keyed_again_as_the_rerun(scene: Any, plate: Any) -> None:
    first = key(scene, plate, HELD | {"A1": P, "B1": N})
    withdraw(scene, first)
    second = key(scene, plate, HELD | {"A1": N, "B1": N})
    assert [(each.kind, each.call) for each in results(scene, second)] == [
        (Kind.RERUN, "negative")
    ] * 2
    with pytest.raises(run_refusals.StaleRun):
        runs.verify_run(scene.session, first.run.id, by=MINH, now=scene.now)


def test_an_ordered_retest_is_keyed_on_its_new_plate_and_only_there(
    scene: Any, plate: Any, clock: Any
) -> None:
    first = key(scene, plate, HELD | {"A1": P})
    [old] = results(scene, first)
    recalls.order_retest(scene.session, old.id, reason="sát ngưỡng", by=LAN, now=scene.now)
    clock.advance(hours=1)
    later = services.new_plate(scene.session, "96-two", Fill.COLUMNS, title="", by=LAN, now=clock())
    services.place_tube(scene.session, later.id, old.tube, by=LAN, now=clock())
    services.lock(scene.session, later.id, by=LAN, now=clock())
    names = [each.name for each in keying.waiting_cells(scene.session, plate)]
    assert names == ["B1", "C1"]
    second = key(scene, later, HELD | {"A1": N})
    [new] = results(scene, second)
    assert (new.kind, new.corrects) == (Kind.RETEST, old.id)


def test_an_order_to_test_again_is_taken_back_with_a_reason(scene: Any, plate: Any) -> None:
    [result] = results(scene, key(scene, plate, HELD | {"A1": P}))
    said: dict[str, Any] = {"by": LAN, "now": scene.now}
    recalls.order_retest(scene.session, result.id, reason="sát ngưỡng", **said)
    recalls.cancel_retest(scene.session, result.id, reason="đủ mẫu dương khác", **said)
    assert queries.open_orders(scene.session) == []
    [old] = queries.cancelled_orders(scene.session, result.tube)
    assert old.cancel_reason == "đủ mẫu dương khác"
    with pytest.raises(DomainError):
        recalls.cancel_retest(scene.session, result.id, reason="lần nữa", **said)
    recalls.order_retest(scene.session, result.id, reason="lại nghi", **said)
    recalls.cancel_retest(scene.session, result.id, reason="thôi", **said)
    verify_result(scene.session, result.id, by=MINH, now=scene.now)


def test_a_rerun_after_a_withdrawal_cannot_be_taken_back(scene: Any, plate: Any) -> None:
    first = key(scene, plate, HELD | {"A1": P})
    [result] = results(scene, first)
    withdraw(scene, first)
    with pytest.raises(DomainError):
        recalls.cancel_retest(scene.session, result.id, reason="thôi", by=LAN, now=scene.now)


def test_the_plate_says_which_controls_its_assay_lacks(scene: Any, plate: Any) -> None:
    assert assaying.assay_of(scene.session, plate).code == "sars-cov-2-e-rdrp"
    assert assaying.lacking(ASSAY, plate) == []
    plate.assay = "sars-cov-2-n-orf1ab"
    chosen = assaying.assay_of(scene.session, plate)
    assert chosen.code == plate.assay
    assert assaying.lacking(chosen, plate) == [Role.EXTRACTION]
    done = key(scene, plate, HELD | {"A1": N})
    assert done.run is not None
    assert done.run.controls == "failed", "a control that is not there does not hold"


@given(LETTERS, CTS, CTS)
def test_a_keyed_negative_is_never_suggested_against_its_own_ct(
    call: Call, first: str, second: str
) -> None:
    typed = [Measured(name, ct) for name, ct in (("E", first), ("RdRP", second)) if ct]
    found = keyed.suggestion([Measured(keyed.CALL, call.value), *typed], ASSAY).call
    if call is not Call.NEGATIVE:
        assert found is call
    elif found is Call.NEGATIVE:
        internal = [Measured("RP", "25")]
        silent = [Measured("E", first or "-"), Measured("RdRP", second or "-"), *internal]
        assert interpret(silent, ASSAY).call in {Call.NEGATIVE, Call.INVALID}


@given(st.dictionaries(st.sampled_from(list(Role)[1:]), st.lists(LETTERS, max_size=2)))
def test_keyed_controls_hold_only_where_every_one_is_what_it_must_be(
    said: dict[Role, list[Call]],
) -> None:
    held = [
        Well(f"A{n}", role, "", (Measured(keyed.CALL, call.value),))
        for n, (role, call) in enumerate((r, c) for r, calls in said.items() for c in calls)
    ]
    right = {Role.POSITIVE: Call.POSITIVE}
    good = all(c is right.get(r, Call.NEGATIVE) for r, calls in said.items() for c in calls)
    there = {role for role, calls in said.items() if calls}
    passed = keyed.controls(held, ASSAY).passed
    assert passed == (good and there >= {Role.NEGATIVE, Role.POSITIVE})


def test_the_machines_file_names_the_targets_and_dyes_of_the_assay(
    sign_in: Any, database: Any, make_scene: Any, now: Any
) -> None:
    with database.write() as session:
        tube = make_scene(session).tube()
        receive_tube(session, tube, box="H1", by=LAN, now=now)
    client = sign_in(RoleOf.LAB_TECHNICIAN, "lan")
    form = {"template": "96-two", "fill": "columns", "title": ""}
    assert client.post("/plates", data={**form, "assay": "nothing"}).status_code == 422
    path = client.post("/plates", data={**form, "assay": "sars-cov-2-n-orf1ab"}).headers["Location"]
    client.post(f"{path}/put", data={"tube": tube.text})
    text = client.get(f"{path}/layout/quantstudio").text
    mine = [line.split("\t") for line in text.splitlines() if tube.text in line]
    assert [(row[6], row[9]) for row in mine] == [("N", "FAM"), ("ORF", "VIC"), ("RP", "CY5")]
    client.post(f"{path}/lock")
    assert "chứng tách chiết" in client.get(f"{path}/key").text.lower()
