"""How far a person's sample has come, as conditions on its pairing: one holds of each pairing.

The state goes by the tube and, from the release on, by the person: one tube of a pool is many
people's.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, case, exists, literal
from sqlalchemy.orm import aliased

from server.declarations.models import RecordEntry
from server.lab.models import Reception, Result
from server.outcomes.desks import live
from server.outcomes.models import Outcome
from server.sampling.models import Pairing

WORDS: Mapping[str, tuple[str, str]] = {
    "paired": ("đã ghép, chưa tới nơi xét nghiệm", "paired, not received yet"),
    "rejected": ("bị loại khi nhận", "rejected at the reception"),
    "received": ("đã nhận, chưa có kết quả", "received, no result yet"),
    "resulted": ("có kết quả, chưa phát hành", "has a result, not released"),
    "released": ("đã phát hành, chưa vào hồ sơ", "released, not in the record yet"),
    "delivered": ("đã vào hồ sơ", "in the record"),
    "voided": ("lần ghép đã hủy", "the pairing was voided"),
}


def superseded() -> ColumnElement[bool]:
    """The condition that a later version of an outcome exists."""
    later = aliased(Outcome)
    return exists().where(later.supersedes == Outcome.id)


def state_is(state: str) -> ColumnElement[bool]:
    """Return the condition that a pairing is in *state*, a key of WORDS."""
    return _conditions()[state]


def state() -> ColumnElement[str]:
    """Return the state of a pairing as a column."""
    steps = _steps()
    return case(
        (steps["delivered"], literal("delivered")),
        (steps["released"], literal("released")),
        (~live(), literal("voided")),
        (steps["resulted"], literal("resulted")),
        (steps["received"], literal("received")),
        (steps["rejected"], literal("rejected")),
        else_=literal("paired"),
    )


def _steps() -> dict[str, ColumnElement[bool]]:
    reception = exists().where(Reception.tube == Pairing.tube)
    said = aliased(Outcome)  # the list of samples joins the outcome itself
    told = exists().where(
        said.tube == Pairing.tube, said.person_id == Pairing.person_id,
        said.pairing_id == Pairing.id,
    )  # fmt: skip
    recorded = exists().where(
        RecordEntry.person_id == Pairing.person_id, RecordEntry.tube == Pairing.tube
    )
    return {
        "released": told,
        "delivered": and_(told, recorded),
        "resulted": exists().where(Result.tube == Pairing.tube),
        "received": reception.where(Reception.accepted.is_(True)),
        "rejected": reception.where(Reception.accepted.is_(False)),
    }


def _conditions() -> dict[str, ColumnElement[bool]]:
    """The first of `state` that holds, each written out for itself."""
    steps = _steps()
    untold = and_(~steps["released"], live())
    tested, came, refused = steps["resulted"], steps["received"], steps["rejected"]
    return {
        "delivered": steps["delivered"],
        "released": and_(steps["released"], ~steps["delivered"]),
        "voided": and_(~steps["released"], ~live()),
        "resulted": and_(untold, tested),
        "received": and_(untold, ~tested, came),
        "rejected": and_(untold, ~tested, ~came, refused),
        "paired": and_(untold, ~tested, ~came, ~refused),
    }
