"""From a kept file or message to the items in it, by the profile of the machine that sent it."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from server.db import Database
from server.lab.imports import machines
from server.lab.imports.models import ImportFile
from server.lab.imports.stored import open_stored
from server.lab.instruments import astm_records, hl7_messages, table
from server.lab.instruments.profile import PLAIN, Profile
from server.lab.instruments.readings import Item, Reading


def open_items(
    database: Database, file: ImportFile, told: Callable[[int], None] = lambda _: None
) -> tuple[str, Iterator[Item]]:
    """Return the name of the format and the items, targets under the laboratory's own names."""
    stored = cast("BinaryIO", open_stored(database, file.id, file.size, told))
    profile = machines.profile_of(file.source)
    found, items = table.read(stored, _readers(profile))
    return found.name if found else "", _renamed(items, profile)


def _readers(profile: Profile) -> dict[str, Callable[[BinaryIO], Iterator[Item]]]:
    if profile is PLAIN:
        return {}
    return {
        "hl7": lambda file: hl7_messages.read(file, profile),
        "astm": lambda file: astm_records.read(file, profile),
    }


def _renamed(items: Iterator[Item], profile: Profile) -> Iterator[Item]:
    if not profile.targets:
        return items
    return (_with_name(item, profile) for item in items)


def _with_name(item: Item, profile: Profile) -> Item:
    if isinstance(item, Reading):
        item.target = profile.target(item.target)
    return item
