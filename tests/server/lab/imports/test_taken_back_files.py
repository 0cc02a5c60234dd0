"""A machine's file from before an arrival was taken back says nothing of the tube that comes."""

from typing import Any

from server.accounts.within import ANYWHERE
from server.lab import arrivals, queries
from server.lab import services as lab
from server.lab.imports import queries as imports
from server.lab.instruments.reasons import Why
from tests.server.lab.imports.test_runs import ASSAY, NEGATIVE, POSITIVE, plate, results

LAN = "user:lan"


def test_a_file_from_before_is_refused_for_it_and_a_new_one_is_taken(
    bring: Any, enter: Any, tubes: Any, database: Any, clock: Any
) -> None:
    wrong, other = tubes["ready"], tubes["second"]
    old = bring(plate((wrong, "mẫu", POSITIVE), (other, "mẫu", NEGATIVE)))
    clock.advance(hours=1)
    with database.write() as session:
        said = {"reason": "quét nhầm ống", "by": LAN, "now": clock()}
        arrivals.withdraw(session, wrong, ANYWHERE, **said)
    clock.advance(hours=1)
    with database.write() as session:
        lab.receive_tube(session, wrong, box="H2", by=LAN, now=clock())
    file = enter(old, assay=ASSAY)
    assert results(database) == {other: "negative"}
    with database.read() as session:
        assert {each.number for each in imports.told(session, file)} == {Why.TAKEN_BACK}
    enter(bring(plate((wrong, "mẫu", NEGATIVE), run="8")), assay=ASSAY)
    assert results(database) == {wrong: "negative", other: "negative"}
    with database.read() as session:
        [late] = queries.results_of(session, wrong)
        assert late.in_hand_at == clock()
