"""Bring a database to the shape that the models describe, and say where it differs."""

from functools import cache, partial
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.schema import SchemaItem

import server.accounts.door_models
import server.accounts.health_models
import server.accounts.kept_models
import server.accounts.models
import server.accounts.partner_limits
import server.archives.models
import server.audit.models
import server.audit.purpose_models
import server.audit.takeout_models
import server.declarations.clock_models
import server.declarations.models
import server.declarations.phone_models
import server.declarations.targets.models
import server.declarations.traces.models
import server.declarations.zones.models
import server.delivery.models
import server.figures.models
import server.intake.models
import server.lab.boxes.models
import server.lab.imports.models
import server.lab.models
import server.lab.move_models
import server.lab.plates.models
import server.lab.run_models
import server.lab.storage.models
import server.leases
import server.officers.models
import server.outcomes.desk_models
import server.outcomes.models
import server.people.covered_models
import server.people.merge_models
import server.people.models
import server.record.mine_models
import server.record.request_models
import server.record.slip_models
import server.record.vaccination_models
import server.replica
import server.sampling.decision_models
import server.sampling.lot_models
import server.sampling.models
import server.sampling.number_models
import server.sampling.roster_models
import server.sampling.shift_models
import server.upstream.models  # noqa: F401 - each import adds its tables to Base.metadata
from contract.spoken import Spoken
from server.db import ONLY, Base, Database
from server.engines import is_shared

tables = Base.metadata  # all of them, now that every domain's models are imported
UPGRADING = 0x6768_6570  # the number of PostgreSQL's lock for it
MIGRATIONS = Path(__file__).with_name("migrations")


class NewerDatabase(Spoken):
    """The database was brought to a shape that this program does not know."""


def upgrade(database: Database, *, to: str = "head") -> None:
    """Run the migrations that *database* lacks, all in one transaction; none is fine too.

    Where several processes start at one moment, one of them does it and the others wait.
    Raises NewerDatabase.
    """
    with database.engine.begin() as connection:
        upgrade_on(connection, to=to)


def upgrade_on(connection: Connection, *, to: str = "head") -> None:
    """As `upgrade`, within the transaction of *connection*."""
    if is_shared(connection.engine):
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADING)))
    check_known(MigrationContext.configure(connection).get_current_revision())
    command.upgrade(_config(connection), to)


def revision_of(database: Database) -> str | None:
    """Return the migration that *database* stands at, None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check_known(revision: str | None) -> None:
    """Raise NewerDatabase unless this program has that migration."""
    if revision is not None and revision not in _revisions():
        raise NewerDatabase(
            f"cơ sở dữ liệu đang ở {revision}, bản này không biết: một bản mới hơn đã đưa tới "
            "đó. Cài lại bản đó, hoặc quay lại như docs/operators.md viết (Upgrade); chưa có "
            "gì thay đổi",
            f"the database stands at {revision}, which this release does not know: a newer one "
            "brought it there. Install that one again, or go back as docs/operators.md says "
            "(Upgrade); nothing was changed",
        )


@cache
def _revisions() -> frozenset[str]:
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return frozenset(script.revision for script in scripts)


@cache
def newest_revision() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def differences(database: Database) -> list[object]:
    """Return what the models say and *database* does not; empty is as it should be."""
    with database.engine.connect() as connection:
        options = {"compare_type": True, "include_object": partial(is_for, connection)}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, tables))


def is_for(connection: Connection, item: SchemaItem, *_: object) -> bool:
    """Return whether the engine of *connection* is to have *item*: some indexes only one needs."""
    return item.info.get(ONLY) in (None, connection.dialect.name)


def write_revision(database: Database, message: str, number: str) -> None:
    """Write the next migration from the models, for a developer to read and complete."""
    with database.engine.begin() as connection:
        config = _config(connection)
        config.set_main_option("file_template", "%%(rev)s")
        command.revision(config, message, autogenerate=True, rev_id=number)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
