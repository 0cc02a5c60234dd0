"""The pages of runs and of verifying, by keys alone, in a real Chromium."""

from typing import Any

import pytest
from playwright.sync_api import expect

from contract.tubes import Tube
from server.db import Database
from server.lab import queries as lab
from server.lab import runs
from server.lab.models import Result
from tests.server.lab.bench.test_browser import Hands
from tests.server.lab.conftest import NEGATIVE, POSITIVE

pytestmark = pytest.mark.browser


def results_of(database: Database, tubes: list[Tube]) -> dict[Tube, list[Result]]:
    with database.read() as session:
        return {each: lab.results_of(session, each) for each in tubes}


def confirm_by_keys(hands: Any) -> None:
    """Look at the shortcuts, leave the second row for later, confirm the others."""
    hands.look()
    hands.press("?")
    expect(hands.page.locator("dialog[open] kbd").first).to_have_text("↑ ↓")
    hands.press("Escape")
    expect(hands.page.locator("dialog[open]")).to_have_count(0)  # Chromium closes it a moment later
    hands.look()
    hands.press("ArrowDown", "ArrowDown", "l", "ArrowUp", "ArrowUp")
    hands.press("n", "Control+Enter", "Enter")
    expect(hands.page.locator(".flash")).to_contain_text("3")  # one waits


def verify_by_keys(hands: Any) -> None:
    """Verify the positive, which stands by itself, then all negatives but the first."""
    hands.look()
    hands.press("j")  # the positive stands first, by itself
    with hands.page.expect_navigation():
        hands.press("Enter")
    hands.look()
    expect(hands.page.locator(".flash")).to_contain_text("1")
    hands.press("ArrowDown", "Space", "Control+Enter")
    with hands.page.expect_navigation():
        hands.press("Enter")
    expect(hands.page.locator(".flash")).to_contain_text("1")


def test_a_run_is_confirmed_and_verified_without_the_mouse(
    database: Database, make_scene: Any, record: Any, paired: Any, open_page: Any, told: list[str]
) -> None:
    with database.write() as session:
        scene = make_scene(session)
        tubes = [paired(scene) for _ in range(4)]
        run = record(scene, dict.fromkeys(tubes[:3], NEGATIVE) | {tubes[3]: POSITIVE})
        run_id = run.id
    page = open_page(f"/runs/{run_id}", login="mai")
    confirm_by_keys(Hands(page))
    with database.write() as session:
        runs.verify_run(session, run_id, by="user:minh", now=scene.now)
    verify_by_keys(Hands(open_page("/verify", login="minh")))
    found = results_of(database, tubes)
    assert [len(each) for each in found.values()] == [1, 0, 1, 1]
    assert [each[0].verified_by for each in found.values() if each] == [
        None,
        "user:minh",
        "user:minh",
    ]
    assert told == []
