"""Which laboratory has a tube and a plate; where a message is about."""

import sqlalchemy as sa
from alembic import op

revision: str = "0045_labs_and_places"
down_revision: str | None = "0044_withdrawals"

_OF_PERSON = "SELECT place FROM \"user\" WHERE 'user:' || login = {by}"
_OF_STATION = "SELECT place FROM station WHERE 'station:' || id = {by}"


def upgrade() -> None:
    for table, column in (("delivery", "place"), ("plate", "lab"), ("reception", "lab")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column(column, sa.String(length=64), server_default="", nullable=False)
            )
    _by_actor("reception", "reception.by")
    _by_actor("plate", "plate.created_by")
    _place_messages()


def _by_actor(table: str, by: str) -> None:
    person, station = _OF_PERSON.format(by=by), _OF_STATION.format(by=by)
    op.execute(f"UPDATE {table} SET lab = COALESCE(({person}), ({station}), '')")  # noqa: S608


def _place_messages() -> None:
    """What was not delivered yet goes by its outcome: a key is 'tube/person/vN'.

    What arrived long ago stays without a place: only accounts that see everywhere list it.
    """
    connection = op.get_bind()
    waiting = sa.text("SELECT id, key FROM delivery WHERE state <> 'delivered'")
    for delivery, key in connection.execute(waiting).all():
        connection.execute(
            sa.text(
                "UPDATE delivery SET place = COALESCE((SELECT min(place) FROM outcome"
                " WHERE tube = :tube), '') WHERE id = :id"
            ),
            {"tube": key.rsplit("/", 2)[0], "id": delivery},
        )
