"""A check-in that a station took at a point is of the point's place, not of the station's own."""

import sqlalchemy as sa
from alembic import op

revision: str = "0070_check_in_places"
down_revision: str | None = "0069_kept_forms"

AT_POINTS = sa.text(
    "UPDATE check_in SET place = (SELECT place FROM point WHERE point.id = check_in.point_id)"
    " WHERE station IS NOT NULL AND EXISTS (SELECT 1 FROM point"
    " WHERE point.id = check_in.point_id AND point.place <> check_in.place)"
)


def upgrade() -> None:
    op.execute(AT_POINTS)
