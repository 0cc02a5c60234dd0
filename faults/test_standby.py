"""Officers' pages read from a PostgreSQL that really streams: it lags, dies, hangs, comes back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from benchmarks import postgres
from faults.sender import BATCH
from faults.standby import READ_SECONDS, Site, asked, calm, site, until
from server.app import create_app
from server.config import Settings
from server.silence import LONGEST

AT_ONCE = 8.0  # seconds: a page waits for no copy that is gone, also on a busy machine


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if postgres.programs() is None:
        pytest.skip(postgres.ABSENT)
    with site(tmp_path_factory.mktemp("standby")) as whole:
        yield whole


@pytest.fixture
def at(made: Site) -> Site:
    made.whole()
    return made


def test_pages_are_the_copys_while_it_lags_little_and_the_primarys_once_it_is_old(at: Site) -> None:
    """What came after replay was paused is only in the primary: whoever shows it has read there."""
    before = at.events()
    at.replay("pause")
    paused = monotonic()
    at.upload()
    shown = at.events(), at.is_read()
    assert monotonic() - paused < READ_SECONDS - 3, "this machine was too busy to tell"
    assert shown == (before, True)
    until("an old copy is passed over", lambda: not at.is_read())
    assert at.events() == before + BATCH
    at.replay("resume")
    until("the copy is read again", at.is_read)
    assert at.events() == before + BATCH


def test_whoever_changed_something_sees_it_though_the_copy_lags(at: Site) -> None:
    before = at.events()
    at.replay("pause")
    paused = monotonic()
    officer = at.logged_in()
    at.upload()
    own, others = at.events(officer), at.events()
    assert monotonic() - paused < READ_SECONDS - 3, "this machine was too busy to tell"
    assert (own, others) == (before + BATCH, before)


def test_a_log_in_that_was_ended_opens_nothing_though_the_copy_does_not_know(at: Site) -> None:
    left = calm(at.logged_in())
    at.replay("pause")
    ended = "UPDATE login_session SET ended_at = created_at WHERE created_at = (SELECT max"
    asked(at.primary, f"{ended}(created_at) FROM login_session)")
    assert left.open("/overview").path.startswith("/login")
    assert at.is_read(), "whoever is not out is shown the copy"


def test_a_copy_that_is_killed_is_passed_over_at_once_and_read_again_when_it_is_back(
    at: Site,
) -> None:
    before = at.events()
    at.kill_standby()
    at.upload()
    for _ in range(4):
        began = monotonic()
        assert (at.is_read(), at.events()) == (False, before + BATCH)
        assert monotonic() - began < AT_ONCE
    at.start_standby()
    until("the copy is read again", at.is_read)
    until("and has what came meanwhile", lambda: at.events() == before + BATCH)


def test_a_copy_that_is_stopped_in_order_is_passed_over_too(at: Site) -> None:
    """Its connections are ended with a word, and whoever comes while it starts is sent away."""
    at.standby.stop()
    at.standby_up = False
    assert not at.is_read()
    at.start_standby()
    until("the copy is read again", at.is_read)


def test_a_copy_that_hangs_keeps_pages_waiting_once_and_nobody_else(at: Site) -> None:
    """Its machine takes what is sent, and TCP finds nothing wrong."""
    with at.hanging_standby():
        first, others = seconds(at.is_read), [seconds(at.is_read) for _ in range(3)]
        seen = at.is_read()
    assert first < LONGEST + AT_ONCE
    assert max(others) < AT_ONCE
    assert not seen
    until("the copy is read again", at.is_read)


def seconds(look: Callable[[], object]) -> float:
    began = monotonic()
    look()
    return monotonic() - began


def test_nothing_is_ever_written_to_the_copy(at: Site) -> None:
    """PostgreSQL refuses it and says so in its log; the page would then come from the primary."""
    for path in pages(at.server.data):
        assert at.officer.open(path).status == 200
    at.upload()
    calm(at.logged_in())
    at.officer.fill("/language", {"language": "en"}, form="/overview")
    at.officer.fill("/language", {"language": "vi"}, form="/overview")
    calm(at.officer)
    assert at.refused_writes() == []
    assert at.is_read()


def pages(folder: Path) -> list[str]:
    """Return the addresses of all pages that may be read from a copy and need no further word."""
    app = create_app(Settings(data=str(folder), background=False), lambda: datetime.now(UTC))
    rules = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in app.extensions["shows"]
        and not rule.arguments
        and "GET" in (rule.methods or ())
    ]
    app.extensions["database"].engine.dispose()
    assert "/overview" in rules
    return sorted(rules)
