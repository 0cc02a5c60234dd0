"""The last five pairs: from lines while the station runs, from its journal after a restart."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from contract.events import PairingVoided, TubePaired
from contract.tubes import TubeId
from device.drafts import Moment
from device.journal import Journal
from device.kiosk.faces import Faces
from device.kiosk.pairs import of_journal, with_line
from device.lines import Line, Pair

AT = "2026-11-22T01:14:00+00:00"
TUBES = [TubeId.mint(26, number).text for number in range(9)]


def line(outcome: str, tube: str) -> Line:
    return Line(at=AT, outcome=outcome, tube=tube)


def test_five_are_kept_oldest_first() -> None:
    pairs: tuple[Pair, ...] = ()
    for tube in TUBES:
        pairs = with_line(pairs, line("paired", tube))
    assert [pair.tube for pair in pairs] == TUBES[-5:]


def test_an_undone_pair_keeps_its_place_and_changes_its_mark() -> None:
    pairs = (Pair(AT, TUBES[0], "paired"), Pair(AT, TUBES[1], "paired"))
    pairs = with_line(pairs, line("voided", TUBES[0]))
    assert [pair.mark for pair in pairs] == ["voided", "paired"]


def test_an_undone_member_of_a_pool_is_the_newest_of_its_tube() -> None:
    pairs: tuple[Pair, ...] = ()
    for outcome in ("pool-member", "pool-member", "voided", "voided", "voided"):
        pairs = with_line(pairs, line(outcome, TUBES[0]))
    assert [pair.mark for pair in pairs] == ["voided", "voided"]


def test_what_is_no_pair_changes_nothing() -> None:
    assert with_line((), line("refused", TUBES[0])) == ()


def test_after_a_restart_they_come_from_the_journal(
    tmp_path: Path, paired: Callable[..., TubePaired], morning: Moment
) -> None:
    with closing(Journal(tmp_path, "ban-1")) as journal:
        events = [journal.append(paired(number))[0] for number in range(7)]
        void = PairingVoided(
            **{**shared(paired(0)), "pairing": events[-1].id, "tube": TUBES[6], "reason": "undo"}
        )
        journal.append(void)
    pairs = of_journal(tmp_path, morning.at)
    assert [(pair.tube, pair.mark) for pair in pairs] == [
        *((tube, "paired") for tube in TUBES[2:6]),
        (TUBES[6], "voided"),
    ]


def test_those_of_another_day_are_left_out(
    tmp_path: Path, paired: Callable[..., TubePaired], morning: Moment
) -> None:
    with closing(Journal(tmp_path, "ban-1")) as journal:
        journal.append(paired(1))
    assert of_journal(tmp_path, morning.at.replace(day=23)) == ()


def test_a_journal_that_cannot_be_read_shows_none(tmp_path: Path, morning: Moment) -> None:
    assert of_journal(tmp_path / "none", morning.at) == ()
    (tmp_path / f"0001-{'ab' * 8}.sqlite").write_bytes(b"no database at all")
    assert of_journal(tmp_path, morning.at) == ()


def shared(event: TubePaired) -> dict[str, object]:
    names = ("station", "epoch", "seq", "prev", "at", "trusted", "boot", "mono")
    return {"id": UUID(int=0), **{name: getattr(event, name) for name in names}}


@pytest.mark.parametrize("many", [1, 200])
def test_only_masked_names_of_the_newest_persons_are_remembered(many: int) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from contract import identities

    faces = Faces(b"secret", X25519PrivateKey.generate().public_key())
    for number in range(many):
        raw = f"{24191000000 + number:012}||Nguyễn Thị Mẫu|01021991|Nữ|Xã Mẫu|01012021"
        faces.person_of(identities.parse(raw.encode()))
    assert len(faces.names) == min(many, 60)
    assert set(faces.names.values()) == {"N●●●●● Thị M●●"}
