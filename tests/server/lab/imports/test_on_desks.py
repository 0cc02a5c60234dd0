"""A desk is searched by the file that its rows came in."""

from collections.abc import Callable
from typing import Any

from contract.tubes import Tube
from server.accounts.roles import Role
from server.db import Database
from server.outcomes.desks import Desk, Wish, waiting_on
from server.outcomes.sought import other_in


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
