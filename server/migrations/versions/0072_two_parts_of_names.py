"""Parts of names by two at a time, so that two common ones sift each other by the index alone.

The samples of people are found with their times and places, so that the newest of many stand first
without a row being read.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0072_two_parts_of_names"
down_revision: str | None = "0071_arrivals_and_racks"

TWO = ("12", "13", "14", "15", "23", "24", "25", "34", "35", "45", "5")


def upgrade() -> None:
    for places in TWO:
        first, last = int(places[0]), int(places[-1])
        there = sa.text(f"name_{first if last - first < 2 else last}_blind IS NOT NULL")
        op.create_index(
            f"ix_person_names_{places}", "person", [f"name_{place}_blind" for place in places],
            sqlite_where=there, postgresql_where=there,
        )  # fmt: skip
    for place in range(1, 6):
        op.drop_index(f"ix_person_name_{place}_blind", "person")
    op.drop_index("ix_pairing_person_id", "pairing")
    op.create_index("ix_pairing_person_id", "pairing", ["person_id", "paired_at", "id", "place"])
