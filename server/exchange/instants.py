"""Times as FHIR writes them.  Pure."""

from datetime import UTC, datetime
from typing import Any

from server.exchange.told import Sampled


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def when(sampled: Sampled, what: str) -> dict[str, Any]:
    """Return when a sample was taken; where no clock tells, that it was by then."""
    if sampled.latest is not None:
        return {f"{what}Period": {"end": instant(sampled.latest)}}
    return {f"{what}DateTime": instant(sampled.at)}
