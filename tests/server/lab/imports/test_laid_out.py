"""A machine whose layout is not the plate's: nothing is entered before somebody has looked."""

from collections.abc import Callable
from typing import Any

import pytest

from contract.tubes import Tube
from server.accounts.roles import Role
from server.db import Database
from server.lab.imports import laid_out
from server.lab.plates import services as plates
from server.lab.plates.geometry import Fill
from server.lab.plates.models import Plate
from server.lab.services import receive_tube
from tests.server.lab.test_arrivals import came, person

HERE, WIDE = "vn-2021:24.222", "vn-2021:24"
LAN: dict[str, Any] = {"by": "user:lan"}


@pytest.fixture
def plate(database: Database, tubes: dict[str, Tube], clock: Any) -> str:
    """A locked plate, filled along the columns: A1, B1, C1."""
    with database.write() as session:
        made = plates.new_plate(session, "96-none", Fill.COLUMNS, title="", now=clock(), **LAN)
        for name in ("ready", "second", "third"):
            plates.place_tube(session, made.id, tubes[name], now=clock(), **LAN)
        plates.lock(session, made.id, now=clock(), **LAN)
        return made.id


def file_of(tubes: dict[str, Tube], *wells: str) -> str:
    names = ("ready", "second", "third")
    rows = [
        f"{well};{tubes[name].text};N;;Âm tính" for name, well in zip(names, wells, strict=True)
    ]
    return "\n".join(["Giếng;Mã ống;Gen;Ct;Kết luận", *rows, ""])


def test_a_layout_typed_along_the_rows_is_not_the_plates(
    bring: Callable[..., Any], enter: Any, tubes: Any, plate: str, database: Database, sign_in: Any
) -> None:
    file = bring(file_of(tubes, "A1", "A2", "A3"))
    with pytest.raises(laid_out.WellsDiffer, match="2 tubes differ"):
        enter(file)
    page = sign_in(Role.LAB_TECHNICIAN, "lan").get(f"/imports/{file.id}").text
    assert "không xác nhận được" in page
    assert f'href="/plates/{plate}"' in page
    with database.read() as session:
        found = [(each.laid, each.read) for each in laid_out.elsewhere(session, file)]
    assert found == [("B1", "A2"), ("C1", "A3")]


@pytest.mark.usefixtures("plate")
def test_the_same_wells_are_entered_and_a_plate_with_results_binds_no_later_run(
    bring: Callable[..., Any], enter: Any, tubes: Any, database: Database
) -> None:
    assert enter(bring(file_of(tubes, "A01", "13", "C1"))).state == "done"
    again = bring(file_of(tubes, "A1", "A2", "A3"))
    with database.read() as session:
        assert laid_out.elsewhere(session, again) == []


def test_a_plate_that_is_unlocked_binds_nobody(
    bring: Callable[..., Any], enter: Any, tubes: Any, plate: str, database: Database, clock: Any
) -> None:
    file = bring(file_of(tubes, "A1", "A2", "A3"))
    other = bring(file_of(tubes, "A1", "P24", "N24"))
    with database.write() as session:
        assert laid_out.elsewhere(session, other) == [], "these are not wells of such a plate"
        plates.unlock(session, plate, now=clock(), **LAN)
    assert enter(file).state == "done"


@pytest.mark.parametrize("lab", ["", "{}.07"])
def test_one_well_that_nobody_can_read_or_another_name_of_the_laboratory_hides_no_others(
    bring: Callable[..., Any], tubes: Any, plate: str, database: Database, lab: str
) -> None:
    file = bring(file_of(tubes, "A1", "A2", "A13"))
    with database.write() as session:
        session.get_one(Plate, plate).lab = lab.format(file.place)
        assert [(each.laid, each.read) for each in laid_out.elsewhere(session, file)] == [
            ("B1", "A2")
        ]


@pytest.mark.engines
@pytest.mark.parametrize(("laid", "read"), [(HERE, WIDE), (WIDE, HERE)])
def test_a_plate_of_another_laboratory_that_had_the_tubes_first_binds_nobody(
    database: Database, make_scene: Any, clock: Any, bring: Any, laid: str, read: str
) -> None:
    """It laid them out, and sent them on: the wells of the next one's machine are its own."""
    with database.write() as session:
        scene = make_scene(session)
        for login, place in (("lan", laid), ("xa", read)):
            person(session, scene, login, place)
        tubes = {name: came(scene) for name in ("ready", "second", "third")}
        made = plates.new_plate(session, "96-none", Fill.COLUMNS, title="", now=clock(), **LAN)
        for tube in tubes.values():
            plates.place_tube(session, made.id, tube, now=clock(), **LAN)
        plates.lock(session, made.id, now=clock(), **LAN)
    file = bring(file_of(tubes, "A1", "A2", "A3"), by="user:xa", place=read)
    with database.write() as session:
        bound = [each.plate for each in laid_out.elsewhere(session, file)]
        assert bound == [made.id] * 2, "by all that is known, two names of one laboratory"
        receive_tube(session, tubes["third"], box="H9", by="user:xa", now=clock(), moved=True)
        assert laid_out.elsewhere(session, file) == []
