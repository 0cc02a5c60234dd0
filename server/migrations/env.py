"""Run by Alembic, on the connection that `server.schema` gives it."""

from functools import partial
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from server.db import Base
from server.schema import is_for


def plain_type(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our own column types into a migration as what they are in the database."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=plain_type,
    render_as_batch=True,
    compare_type=True,
    include_object=partial(is_for, connection),
)
with context.begin_transaction():
    context.run_migrations()
