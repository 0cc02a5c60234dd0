"""A doubt about a pairing holds what it may have made wrong, until a person decides."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from contract import events
from server.lab.services import Finding, enter_result, receive_tube, verify_result
from server.lab.taken_back import first_result_at
from server.lab.words import Call
from server.outcomes import queries as outcomes
from server.outcomes.gate import ResultHeld
from server.outcomes.services import release
from server.sampling import (
    changes,
    conflicts,
    matters,
    queries,
    services,
    shifts,
    slip_decisions,
    slips,
)
from server.sampling.decision_models import Decision, Matter, SlipGroup
from server.sampling.decisions import DecidedSince
from server.sampling.holds import held_by_slip
from server.sampling.matter_decisions import Verdict, decide_matter, deny_pairing
from server.sampling.models import Pairing

LAN, MINH, HOA = "user:lan", "user:minh", "user:hoa"


@pytest.fixture(autouse=True)
def tested() -> Iterator[None]:
    known = list(changes.testers)
    changes.testers[:] = [first_result_at]
    yield
    changes.testers[:] = known


class Day:
    """A station's run: a tube a minute, through the real services."""

    def __init__(self, scene: Any) -> None:
        self.scene, self.seq = scene, 0

    def head(self, **later: float) -> dict[str, Any]:
        self.seq += 1
        self.scene.now += timedelta(**(later or {"minutes": 1}))
        return {"id": uuid4(), "station": "ban-1", "epoch": "0" * 16, "seq": self.seq,
                "prev": events.NO_EVENT, "at": self.scene.now, "trusted": True, "boot": "b",
                "mono": self.seq}  # fmt: skip

    def pair(self, tube: Any, person: Any = None, **later: float) -> Pairing:
        event = events.TubePaired(
            **self.head(**later), tube=tube.text, person="", person_kind="citizen-card",
            tag="0" * 16, order="person-first", took_ms=900,
        )  # fmt: skip
        bearer = person or self.scene.person(f"Người {self.seq}")
        return services.record_pairing(
            self.scene.session, event, bearer, place="p", now=self.scene.now
        )

    def void(self, pairing: Pairing) -> None:
        event = events.PairingVoided(
            **self.head(), pairing=pairing.id, tube=pairing.tube.text, reason="undo"
        )
        services.record_void(self.scene.session, event, now=self.scene.now)

    def result(self, tube: Any) -> UUID:
        session, now = self.scene.session, self.scene.now
        receive_tube(session, tube, box="H", by=LAN, now=now)
        entered = enter_result(session, tube, Finding(Call.NEGATIVE), by=LAN, now=now)
        return verify_result(session, entered.id, by=MINH, now=now).id

    def release(self, result: UUID) -> None:
        release(self.scene.session, [result], by=MINH, now=self.scene.now)

    def statuses(self, tube: Any) -> list[str]:
        return [each.status for each in outcomes.versions_of(self.scene.session, tube)]


@pytest.fixture
def day(scene: Any) -> Day:
    return Day(scene)


@pytest.fixture
def run(day: Day) -> list[Pairing]:
    """Six tubes in order; the fourth was passed over before the last three."""
    tubes = [day.scene.tube() for _ in range(7)]
    return [day.pair(tube) for at, tube in enumerate(tubes) if at != 3]


def test_who_denies_a_pairing_has_the_shifted_run_held_until_a_person_releases_it(
    day: Day, run: list[Pairing], scene: Any
) -> None:
    told = day.result(run[5].tube)
    day.release(told)
    assert day.statuses(run[5].tube) == ["negative"]
    deny_pairing(scene.session, run[4].id, reason="tôi chưa lấy", by=HOA, now=scene.now)
    assert held_by_slip(scene.session, [each.tube for each in run]) == {run[3].tube, run[5].tube}
    assert day.statuses(run[5].tube) == ["negative", "withdrawn"]
    waiting = day.result(run[3].tube)
    with pytest.raises(ResultHeld, match="doubt"):
        day.release(waiting)
    (group,) = slips.open_groups(scene.session)
    slip_decisions.decide_group(
        scene.session, group.id, wrong=[run[3].id], reason="gọi hỏi", by=HOA, now=scene.now
    )
    assert day.statuses(run[5].tube) == ["negative", "withdrawn", "negative"]
    with pytest.raises(ResultHeld, match="paired with nobody"):
        day.release(waiting)
    with pytest.raises(DecidedSince):
        slip_decisions.decide_group(
            scene.session, group.id, wrong=[], reason="x", by=HOA, now=scene.now
        )


def test_a_second_proof_inside_an_open_group_is_looked_at_by_itself(
    day: Day, run: list[Pairing], scene: Any
) -> None:
    run += [day.pair(scene.tube()) for _ in range(3)]
    for wrong in (run[5], run[7]):
        deny_pairing(scene.session, wrong.id, reason="tôi chưa lấy", by=HOA, now=scene.now)
    first, second = sorted(slips.open_groups(scene.session), key=lambda g: g.wrong_id != run[5].id)
    assert second.wrong_id == run[7].id
    both = {each.tube for each in first.members} & {each.tube for each in second.members}
    assert slips.flag_around(scene.session, run[7], slips.Cause.DENIED, now=scene.now) == []
    for group, still in ((first, {each.tube for each in second.members}), (second, set())):
        slip_decisions.decide_group(
            scene.session, group.id, wrong=[], reason="gọi hỏi", by=HOA, now=scene.now
        )
        assert held_by_slip(scene.session, [each.tube for each in run]) == still
    assert both


def test_a_claim_that_a_decision_refused_flags_its_own_run(
    day: Day, run: list[Pairing], scene: Any
) -> None:
    scene.pair(run[1].tube, scene.person("Trần Bình"), station="ban-2")
    (standing,) = queries.open_conflicts(scene.session)
    conflicts.decide_conflict(
        scene.session, standing.id, keep=None, reason="r", by=HOA, now=scene.now
    )
    assert held_by_slip(scene.session, [each.tube for each in run]) == {run[0].tube, run[2].tube}
    (first,) = scene.session.scalars(select(Decision).where(Decision.matter == "conflict"))
    with pytest.raises(conflicts.AlreadyDecided):
        conflicts.decide_conflict(
            scene.session, standing.id, keep=run[1].id, reason="r", by=HOA, now=scene.now
        )
    conflicts.decide_conflict(
        scene.session, standing.id, keep=run[1].id, reason="sổ giấy", by=HOA, now=scene.now,
        instead_of=first.id,
    )  # fmt: skip
    assert [each.id for each in queries.live_pairings(scene.session, run[1].tube)] == [run[1].id]


def test_a_pairing_voided_after_a_result_is_a_matter_in_both_orders(
    day: Day, run: list[Pairing], scene: Any
) -> None:
    day.result(run[2].tube)
    day.void(run[2])
    (matter,) = matters.open_matters(scene.session)
    assert (matter.kind, matter.held) == ("voided-after-result", True)
    assert len(slips.open_groups(scene.session)) == 1
    decide_matter(
        scene.session, matter.id, verdict=Verdict.VOID_STANDS, reason="r", by=HOA, now=scene.now
    )
    tube = scene.tube()
    day.result(tube)
    event = events.PairingVoided(
        **day.head(), pairing=(lost := uuid4()), tube=tube.text, reason="u"
    )
    services.record_void(scene.session, event, now=scene.now)
    assert matters.open_matters(scene.session) == []
    paired = events.TubePaired(
        **{**day.head(), "id": lost}, tube=tube.text, person="", person_kind="citizen-card",
        tag="0" * 16, order="person-first", took_ms=900,
    )  # fmt: skip
    services.record_pairing(scene.session, paired, scene.person("Muộn"), place="p", now=scene.now)
    assert [each.pairing_id for each in matters.open_matters(scene.session)] == [lost]


def test_one_person_twice_within_minutes_holds_both_tubes_and_hours_apart_neither(
    day: Day, scene: Any
) -> None:
    an, one, two, three = scene.person("Lê An"), scene.tube(), scene.tube(), scene.tube()
    first, second = day.pair(one, an), day.pair(two, an)
    results = [day.result(one), day.result(two)]
    with pytest.raises(ResultHeld):
        day.release(results[0])
    day.pair(three, an, hours=5)
    day.release(day.result(three))
    held, *shown = matters.open_matters(scene.session)
    assert (held.held, [each.held for each in shown]) == (True, [False, False])
    decide_matter(scene.session, held.id, verdict=Verdict.SECOND, reason="r", by=HOA, now=scene.now)
    assert queries.live_pairings(scene.session, one) == []
    assert [each.id for each in queries.live_pairings(scene.session, two)] == [second.id]
    day.release(results[1])
    assert first.id not in {each.id for each in queries.live_pairings(scene.session, one)}


def test_a_repeat_whose_first_pairing_was_undone_needs_nobody(day: Day, scene: Any) -> None:
    an, one, two = scene.person("Lê An"), scene.tube(), scene.tube()
    first = day.pair(one, an)
    day.void(first)
    day.pair(two, an)
    assert matters.open_matters(scene.session) == []
    again = day.pair(scene.tube(), an)
    assert len(matters.open_matters(scene.session)) == 1
    day.void(again)
    assert matters.open_matters(scene.session) == []
    assert scene.session.scalars(select(SlipGroup)).all() == []
    assert len(scene.session.scalars(select(Matter)).all()) == 1


def test_what_a_station_suspects_is_held_before_anybody_looks_and_goes_if_it_was_nothing(
    day: Day, run: list[Pairing], scene: Any
) -> None:
    told = day.result(run[4].tube)
    event = events.SlipSuspected(
        **day.head(), reason="tube-skipped", tubes=tuple(each.tube.text for each in run[2:5])
    )
    for _ in range(2):
        shifts.record_suspicion(scene.session, event, now=scene.now)
    with pytest.raises(ResultHeld):
        day.release(told)
    assert slips.open_groups(scene.session) == []  # it stands with its suspicion
    slip_decisions.decide_suspicion(
        scene.session, event.id, slipped=False, reason="ống rơi", by=HOA, now=scene.now
    )
    day.release(told)
    assert day.statuses(run[4].tube) == ["negative"]
