"""What every channel of this folder does first: read the message, gather what it is about."""

from uuid import UUID

import msgspec

from server.db import Database
from server.declarations import notice
from server.delivery.channels import Refused
from server.exchange.told import Told, gather


def told_of(database: Database, subject: str, key: str, payload: str) -> Told:
    """Return what the message says with all it rests on; raise Refused if that cannot be read."""
    try:
        person, said = UUID(subject), notice.read(payload)
    except (ValueError, msgspec.DecodeError) as error:
        raise Refused(f"unreadable notice: {error}") from error
    with database.read() as session:
        return gather(session, person, key, said)
