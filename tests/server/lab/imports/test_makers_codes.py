"""A code that passes for one of ours without its zeros: a registered lot says whose it is."""

from typing import Any

import pytest

from contract.tubes import TubeId
from server.lab.imports import queries
from server.lab.instruments.reasons import Why
from server.lab.instruments.tube_codes import Code, as_written, code_of
from server.sampling.lots import register_foreign_lot

# 00 3891 0005 77 holds as one of ours of series 00.
MAKERS = "3891000577"
OURS = TubeId(MAKERS.zfill(12))


def lot_of_makers(database: Any, clock: Any, *codes: str) -> None:
    with database.write() as session:
        register_foreign_lot(
            session, codes, place="vn-2021:24", station=None, by="user:quan", now=clock()
        )


def read(database: Any, file: Any) -> list[tuple[str, int | None]]:
    with database.read() as session:
        return [(str(row.tube or ""), row.reason) for row in queries.rows(session, file)]


@pytest.mark.parametrize("sample", [MAKERS, f"{MAKERS}.0", f" {MAKERS} "])
def test_a_code_of_a_makers_lot_is_read_as_it_is_written(sample: str) -> None:
    assert code_of(sample) == Code(OURS.text, ours=True, mended=True)
    assert as_written(sample) == MAKERS


@pytest.mark.parametrize("sample", [TubeId.mint(26, 7).text, "260000000182.0", "Nguyễn Thị Mẫu"])
def test_twelve_digits_and_words_are_no_makers_code(sample: str) -> None:
    assert as_written(sample) == ""


def test_a_registered_makers_tube_is_imported_and_an_unknown_one_is_ours_as_before(
    bring: Any, table: Any, tubes: Any, database: Any, clock: Any
) -> None:
    lot_of_makers(database, clock, MAKERS)
    other = f"{int(TubeId.mint(0, 47_110_001).text)}"
    rows = [(MAKERS, "N", "24.1", ""), (f"{MAKERS}.0", "ORF", "25", ""), (other, "N", "24", "")]
    assert read(database, bring(table(*rows))) == [
        (MAKERS, None), (MAKERS, None), (other.zfill(12), Why.UNKNOWN_TUBE),
    ]  # fmt: skip


def test_where_both_readings_are_registered_none_is_chosen(
    bring: Any, table: Any, tubes: Any, database: Any, make_scene: Any, clock: Any
) -> None:
    lot_of_makers(database, clock, MAKERS)
    with database.write() as session:
        scene = make_scene(session)
        scene.pair(OURS, scene.person("Lê An"))  # a tube that was paired counts as known
    content = table((MAKERS, "N", "24.1", ""), (OURS, "N", "25", ""))
    assert read(database, bring(content)) == [("", Why.SEVERAL_TUBES), (OURS.text, None)]
