"""What people took back since the backup is listed after a restore, for it holds again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from server.accounts.within import ANYWHERE
from server.audit.services import record
from server.db import Database, open_database
from server.lab import arrivals
from server.lab.services import receive_tube, reject_tube
from server.lab.words import Rejection
from server.sampling.matter_decisions import deny_pairing
from server.upkeep import afterwards
from server.upkeep.lost import compare
from tests.server.outcomes.test_holds import HOA, LAN, Day


@pytest.mark.engines
def test_pairings_and_arrivals_that_a_person_took_back_are_listed_with_their_tubes(
    database: Database,
    make_scene: Callable[..., Any],
    empty_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with database.write() as session:
        day = Day(make_scene(session))
        at = day.scene.now
        denied, mistaken, rejected, voided = (day.scene.tube() for _ in range(4))
        pairing, other = day.pair(denied), day.pair(voided)
        for tube in (mistaken, rejected):
            receive_tube(session, tube, box="H", by=LAN, now=at)
        deny_pairing(session, pairing.id, reason="tôi chưa lấy", by=HOA, now=at)
        arrivals.withdraw(session, mistaken, ANYWHERE, reason="nhầm", by=LAN, now=at)
        reject_tube(session, rejected, Rejection.EMPTY, by=LAN, now=at + timedelta(minutes=1))
        day.void(other)
        record(session, "plate.moved", "P-2026-0001", by=LAN, now=at, detail="A1 to B1")
    copyfile(empty_file, tmp_path / "restored.sqlite")
    restored = open_database(f"sqlite:///{tmp_path / 'restored.sqlite'}")
    lost = compare(database, restored)
    listed = [(deed.action, deed.subject) for deed in lost.again]
    assert listed == [
        ("pairing.decided", denied.text),
        ("tube.voided", denied.text),
        ("tube.arrival-withdrawn", mistaken.text),
        ("tube.rejected", rejected.text),
        ("plate.moved", "P-2026-0001"),
    ]
    assert all(deed.at == at for deed in lost.again if deed.action != "tube.rejected")
    assert lost.others["tube.voided"] == 1, "what a station voids comes again with its journal"
    afterwards.tell_lost(lost)
    assert "P-2026-0001, A1 to B1 (" in capsys.readouterr().out
    restored.engine.dispose()


def test_the_steps_name_what_people_took_back(capsys: pytest.CaptureFixture[str]) -> None:
    afterwards.tell_steps()
    told = capsys.readouterr().out
    for words in ("lần ghép và lần nhận ống", "pairings and arrivals that somebody took back"):
        assert words in told
