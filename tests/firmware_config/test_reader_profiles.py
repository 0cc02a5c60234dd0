"""The wanted settings of each reader: readable, fit for their protocol, honest about doubt."""

import re
from pathlib import Path

import pytest

from device.drivers.readers import DIALECTS
from device.drivers.readers.profile import Evidence, Profile, ProfileError, Reads, load_profile
from device.drivers.readers.why_words import VIETNAMESE

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "firmware_config" / "readers"
PROFILES = sorted(FOLDER.glob("*.toml"))
PAGE = (ROOT / "docs" / "readers.md").read_text("utf-8")


@pytest.fixture(params=PROFILES, ids=lambda path: path.stem)
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


def test_each_driver_has_a_profile_of_its_own_name() -> None:
    assert set(DIALECTS) <= {path.stem for path in PROFILES}


def test_its_protocol_can_carry_every_setting(profile: Profile) -> None:
    DIALECTS[profile.driver](profile).check(profile.setting)


@pytest.mark.parametrize("reads", Reads)
@pytest.mark.parametrize("answers", [True, False])
def test_nothing_is_wanted_in_two_ways_at_once(
    profile: Profile, reads: Reads, *, answers: bool
) -> None:
    keys = [one.key for one in profile.wanted(reads, answers=answers)]
    assert len(keys) == len(set(keys))


def test_nothing_that_is_only_remembered_must_be_kept_or_is_sent_unread(profile: Profile) -> None:
    for one in profile.setting:
        assert one.evidence is not Evidence.UNVERIFIED or not (one.must or one.blind)


def test_why_a_reader_is_not_used_is_known_in_vietnamese(profile: Profile) -> None:
    assert {one.why for one in profile.setting if one.must} <= {*VIETNAMESE}


def test_the_page_on_readers_names_the_model_and_every_unverified_setting(
    profile: Profile,
) -> None:
    assert profile.model in PAGE
    for one in profile.setting:
        if one.evidence is Evidence.UNVERIFIED:
            assert re.search(rf"`{one.key}[^`]*`.*unverified", PAGE), one.key


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ('driver = "barcoder"', "driver"),
        ("bauds = []", "bauds"),
        ('colour = "red"', "colour"),
        ("alive_seconds = -1", "alive_seconds"),
    ],
)
def test_a_profile_with_a_fault_is_refused_and_the_fault_named(
    wrong: str, complaint: str, tmp_path: Path
) -> None:
    text = (FOLDER / "gm65.toml").read_text("utf-8")
    kept = "\n".join(line for line in text.splitlines() if not line.startswith(complaint + " "))
    (tmp_path / "wrong.toml").write_text(f"{wrong}\n{kept}", "utf-8")
    with pytest.raises(ProfileError, match=complaint):
        load_profile(tmp_path / "wrong.toml")


@pytest.mark.parametrize(
    ("driver", "key", "value"),
    [
        ("gm65", "60", "00"),
        ("gm65", "0060", "20"),
        ("ssi", "F0", "00"),
        ("newland", "SCNMOD", "2;X"),
    ],
)
def test_a_setting_that_the_protocol_cannot_carry_is_refused(
    driver: str, key: str, value: str
) -> None:
    profile = load_profile(FOLDER / f"{driver}.toml")
    example = {"gm65": "0060", "ssi": "F025", "newland": "SCNMOD"}[driver]
    [setting, *_] = [one for one in profile.setting if one.key == example]
    changed = type(setting)(key, value, setting.why, setting.evidence, mask=setting.mask)
    if (key, value) == ("0060", "20"):
        changed = type(setting)(key, "01", setting.why, setting.evidence, mask="60")
    with pytest.raises(ProfileError):
        DIALECTS[profile.driver](profile).check([changed])
