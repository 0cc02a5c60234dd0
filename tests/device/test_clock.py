"""What the station believes about the time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from device.clock import ServerTime, SystemClock


def test_a_clock_that_nobody_set_is_not_trusted(tmp_path: Path) -> None:
    clock = SystemClock("boot-1", synced=tmp_path / "synchronized")
    assert not clock.moment().trusted
    (tmp_path / "synchronized").touch()
    assert clock.moment().trusted


def test_a_server_carries_a_clock_that_woke_up_in_the_past(tmp_path: Path) -> None:
    clock = SystemClock("boot-1", synced=tmp_path / "synchronized")
    ahead = datetime.now(UTC) + timedelta(days=20 * 365)
    clock.server = ServerTime(ahead, clock.moment().mono, "boot-1")
    first, second = clock.moment(), clock.moment()
    assert first.trusted
    assert timedelta(0) <= first.at - ahead < timedelta(seconds=1)
    assert second.at - first.at <= timedelta(microseconds=(second.mono - first.mono) // 1000 + 1)


def test_what_a_server_said_in_another_boot_counts_for_nothing(tmp_path: Path) -> None:
    clock = SystemClock("boot-2", synced=tmp_path / "synchronized")
    clock.server = ServerTime(datetime(2050, 1, 1, tzinfo=UTC), 0, "boot-1")
    assert not clock.moment().trusted
    assert clock.moment().at.year < 2050


def test_a_moment_is_aware_and_durations_only_grow() -> None:
    moments = [SystemClock().moment() for _ in range(3)]
    assert all(moment.at.tzinfo is not None for moment in moments)
    assert sorted(moment.mono for moment in moments) == [moment.mono for moment in moments]
    assert len({moment.boot for moment in moments}) == 1
