"""A desk is searched by the file that its rows came in: one's own before another laboratory's."""

from collections.abc import Callable
from typing import Any

from contract.tubes import Tube
from server.accounts.roles import Role
from server.accounts.within import Within
from server.db import Database
from server.outcomes.desks import Desk, Wish, waiting_on
from server.outcomes.sought import other_in

HERE, ELSEWHERE = "vn-2021:24.222", "vn-2021:27.256"


def test_a_desk_is_searched_by_the_name_of_the_file(
    bring: Callable[..., Any], enter: Callable[..., Any], tubes: dict[str, Tube],
    database: Database, sign_in: Any,
) -> None:  # fmt: skip
    heads = "Mã ống,Kết luận"
    first = bring(f"{heads}\n{tubes['received'].text},Âm tính\n", name="me sang.csv")
    second = bring(f"{heads}\n{tubes['bare'].text},Âm tính\n", name="me chieu.csv")
    for file in (first, second):
        enter(file)
    with database.read() as session:
        assert other_in(session, "me toi.csv") == {"box": "me toi.csv"}
        assert other_in(session, "Me Sang.csv") == {"run": str(first.id)}
        found = waiting_on(session, Desk.RESULT_WITHOUT_PAIRING, Wish(run=str(first.id)))
        assert [each.tube for each in found] == [tubes["received"]]
    page = sign_in(Role.LAB_TECHNICIAN).get("/desks/result_without_pairing?q=me+chieu.csv").text
    assert tubes["bare"].grouped in page
    assert tubes["received"].grouped not in page


def test_the_file_of_ones_own_laboratory_is_meant_whatever_others_call_theirs(
    bring: Callable[..., Any], tubes: dict[str, Tube], database: Database, clock: Any
) -> None:
    heads = "Mã ống,Kết luận"
    tube, other = tubes["ready"], tubes["paired"]
    first = bring(f"{heads}\n{tube.text},Âm tính\n", name="results.csv", place=HERE)
    clock.advance(minutes=1)
    newer = bring(f"{heads}\n{other.text},Âm tính\n", name="Results.csv", place=ELSEWHERE)
    lab, officer, nobody = (
        Within(frozenset({HERE}), at_lab=True),
        Within(frozenset({"vn-2021:24.222.07"})),  # where both samples were taken
        Within(frozenset({"vn-2021:30.288"})),
    )
    with database.read() as session:
        assert other_in(session, "results.csv") == {"run": str(newer.id)}
        assert other_in(session, "results.csv", lab) == {"run": str(first.id)}
        assert other_in(session, "results.csv", officer) == {"run": str(newer.id)}
        assert other_in(session, "results.csv", nobody) == {"box": "results.csv"}
        assert other_in(session, str(newer.id), officer) == {"run": str(newer.id)}
        assert other_in(session, str(newer.id), nobody) == {"box": str(newer.id)}
