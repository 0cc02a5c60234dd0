"""Everything that may be released is reached on its page, which never says otherwise."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from contract.tubes import Tube
from server import waiting
from server.accounts.roles import Role
from server.db import Database
from server.lab import services as lab
from server.lab.results import Finding, enter_result, verify_result
from server.lab.words import Call
from server.outcomes import gate_desk
from server.sampling.changes import changed
from server.sampling.decision_models import Matter
from server.sampling.queries import pairings_of

LAN, MINH, HUY = "user:lan", "user:minh", "user:huy"
MANY = gate_desk.ROUNDS + 2  # no paging on finds what is behind so many, one at a time


def verified(scene: Any, *, by: str = LAN, pairs: bool = True) -> Tube:
    """Return a tube with a verified result, entered a minute after the one before."""
    tube: Tube = scene.tube()
    scene.now += timedelta(minutes=1)
    if pairs:
        scene.pair(tube, scene.person())
    lab.receive_tube(scene.session, tube, box="H1", by=by, now=scene.now)
    made = enter_result(scene.session, tube, Finding(Call.NEGATIVE), by=by, now=scene.now)
    verify_result(scene.session, made.id, by=HUY, now=scene.now)
    return tube


def late(scene: Any, count: int) -> list[Tube]:
    """Verify results of tubes, and give them to persons only then: all are held."""
    found = [verified(scene, pairs=False) for _ in range(count)]
    scene.now += timedelta(hours=1)
    for tube in found:
        scene.pair(tube, scene.person())
    return found


def test_ones_own_entries_hide_nothing(scene: Any, session: Session) -> None:
    own = [verified(scene, by=MINH) for _ in range(MANY)]
    newer = verified(scene)
    page = gate_desk.gate_for(session, MINH, shown=3, looked=1)
    assert [each.result.tube for each in page.ready] == [newer]
    assert [each.result.tube for each in page.mine] == own[:3]
    assert page.more == 0
    assert waiting.to_release(session, MINH).count == 1


def test_tubes_with_a_doubt_hide_nothing(scene: Any, session: Session) -> None:
    doubted = [verified(scene) for _ in range(MANY)]
    for tube in doubted:
        [pairing] = pairings_of(session, tube)
        session.add(Matter(id=uuid4(), kind="voided-after-result", tube=tube, held=True,
                           pairing_id=pairing.id, opened_at=scene.now))  # fmt: skip
        session.flush()
        changed(session, tube, now=scene.now)
    newer = verified(scene)
    page = gate_desk.gate_for(session, MINH, shown=3, looked=1)
    assert [each.result.tube for each in page.ready] == [newer]
    assert [each.result.tube for each in page.held] == doubted[:3]


def test_what_only_a_look_shows_to_be_held_is_paged_over(scene: Any, session: Session) -> None:
    held = late(scene, MANY)
    ready = [verified(scene) for _ in range(3)]
    page = gate_desk.gate_for(session, MINH, shown=2, looked=5)
    assert [each.result.tube for each in page.ready] == ready[:2]
    assert page.more == 1
    page = gate_desk.gate_for(session, MINH, shown=2, looked=5, after=page.after)
    assert [each.result.tube for each in page.ready] == ready[2:]
    page = gate_desk.gate_for(session, MINH, shown=2, looked=1)
    assert (page.ready, page.more) == ([], len(held) - gate_desk.ROUNDS + 3)
    page = gate_desk.gate_for(session, MINH, shown=2, looked=1, after=page.after)
    assert [each.result.tube for each in page.ready] == ready[:2]


def test_a_pool_that_was_miscounted_counts_as_what_may_go(scene: Any, session: Session) -> None:
    pool = scene.tube(90)
    for name in ("Lê An", "Trần Bình"):
        scene.pair(pool, scene.person(name))
    lab.receive_tube(session, pool, box="H1", by=LAN, now=scene.now)
    made = enter_result(session, pool, Finding(Call.NEGATIVE), by=LAN, now=scene.now)
    verify_result(session, made.id, by=HUY, now=scene.now)
    scene.close_pool(pool, members=3)
    assert [each.result.tube for each in gate_desk.waiting_for(session, MINH)] == [pool]
    assert waiting.to_release(session, MINH).count == 1


def test_the_page_leads_on_and_never_says_that_nothing_waits(
    sign_in: Any, database: Database, make_scene: Any, app: Any
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        first, second = verified(scene), verified(scene)
        [one, _] = gate_desk.candidates(session)
        after = one.result.id
    minh = sign_in(Role.LAB_TECHNICIAN, "minh")
    page = minh.get(f"/release?after={after}").text
    assert second.grouped in page
    assert first.grouped not in page
    assert f'action="/release?after={after}"' in page
    assert first.grouped in minh.get("/release?after=x").text
    with app.test_request_context("/release"):
        template = app.jinja_env.get_template("outcomes/release.html")
        parts = template.new_context({"gate": gate_desk.Gate([], [], [], 1234, after)})
        shown = "".join(template.blocks["main"](parts))
    assert "1.234" in shown
    assert re.search(rf'href="/release\?after={after}"', shown)
    assert "Không có kết quả nào chờ" not in shown
