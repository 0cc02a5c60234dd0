"""Whatever happens to a tube, what is stored is what `merge` says of it, and nothing is lost."""

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.delivery.models import Delivery
from server.outcomes import queries
from server.outcomes.desk_models import DeskItem
from server.outcomes.facts import facts_of
from server.outcomes.merge import Problem, Status, merge
from server.outcomes.models import Callback, Outcome
from server.outcomes.services import key_of
from server.sampling.queries import open_conflict_of
from tests.server.outcomes.plain_desks import plain
from tests.server.outcomes.tale import Steps, Tale, tales


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(["single", "pool"]),
    acts=tales(),
)
def test_what_is_stored_is_what_follows_from_the_facts(scene: Any, kind: str, acts: Steps) -> None:
    people = [scene.person(name) for name in ("Lê An", "Trần Bình", "Vũ Chi")]
    tale = Tale(scene, pool=kind == "pool", people=people)
    for name, chance in acts:
        tale.act(name, chance)
        agree(tale)
    event(f"{len(queries.versions_of(tale.session, tale.tube))} versions")


def agree(tale: Tale) -> None:
    session, tube = tale.session, tale.tube
    verdict = merge(facts_of(session, tube))
    if Problem.CONTESTED in verdict.problems:
        assert open_conflict_of(session, tube), "somebody is asked"
    wanted = {each.person: each for each in verdict.outcomes}
    stored = queries.current_of(session, tube)
    holding = {person: each for person, each in stored.items() if each.status != Status.WITHDRAWN}
    assert {person: each.status for person, each in holding.items()} == {
        person: each.status for person, each in wanted.items()
    }
    versions = list(session.scalars(select(Outcome).where(Outcome.tube == tube)))
    for person in stored:
        mine = sorted(each.version for each in versions if each.person_id == person)
        assert mine == list(range(1, len(mine) + 1))
    told = set(session.scalars(select(Delivery.key).where(Delivery.key.startswith(f"{tube}/"))))
    assert told == {key_of(each) for each in versions}
    calls = select(Callback.person_id).where(Callback.tube == tube, Callback.done_at.is_(None))
    stands = select(DeskItem.tube, DeskItem.desk, DeskItem.since)
    assert {tube: (desk, since) for tube, desk, since in session.execute(stands)} == plain(session)
    again = {Status.RESAMPLE, Status.INCONCLUSIVE, Status.INVALID}
    assert set(session.scalars(calls)) == {
        person for person, each in holding.items() if Status(each.status) in again
    }
