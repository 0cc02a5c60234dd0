"""The navigation: a role's desks in one row while they are few, else by area of work.

An area is a menu that opens without a script; a test sees that every desk is in one by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.desks import Desk

FEW = 6  # desks that fit into one row beside the name of who is signed in


@dataclass(frozen=True, slots=True)
class Area:
    """One kind of work, and the first parts of its pages' addresses."""

    vi: str
    en: str
    paths: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Menu:
    """What stands in one place of the navigation: a menu with a name, or desks by themselves."""

    desks: tuple[Desk, ...]
    area: Area | None = None


AREAS = (
    Area(
        "Tổng quan", "Overview",
        frozenset({"overview", "outcomes", "reports", "quality", "nation"}),
    ),
    Area(
        "Không khớp", "Unmatched",
        frozenset({"unmatched", "conflicts", "slips", "matters", "manual", "identities",
                   "callbacks"}),
    ),
    Area("Dịch tễ", "Tracing", frozenset({"zones", "traces", "points", "targets"})),
    Area("Người dân", "People", frozenset({"requests", "vaccinations", "cards"})),
    Area(
        "Mẫu", "Samples",
        frozenset({"reception", "boxes", "storage", "lots", "rosters", "shifts"}),
    ),
    Area("Xét nghiệm", "Testing", frozenset({"plates", "results", "imports", "runs", "assays"})),
    Area("Duyệt và phát hành", "Release", frozenset({"several-results", "verify", "release"})),
    Area(
        "Hệ thống", "System",
        frozenset({"stations", "deliveries", "partners", "intake", "users", "audit"}),
    ),
)  # fmt: skip
OTHER = Area("Khác", "More")


def menus(desks: Sequence[Desk]) -> list[Menu]:
    """Return the navigation for *desks*, every one of them once, in their order."""
    if len(desks) <= FEW:
        return [Menu((desk,)) for desk in desks]
    return [
        Menu(tuple(found), area if len(found) > 1 else None)
        for area, found in by_area(desks).items()
    ]


def by_area(desks: Sequence[Desk]) -> dict[Area, list[Desk]]:
    """Return *desks* by area, the areas in their order and the desks in theirs."""
    found: dict[Area, list[Desk]] = {area: [] for area in (*AREAS, OTHER)}
    for desk in desks:
        found[area_of(desk)].append(desk)
    return {area: here for area, here in found.items() if here}


def area_of(desk: Desk) -> Area:
    first = desk.path.split("/")[1]
    return next((area for area in AREAS if first in area.paths), OTHER)


def is_here(desk: Desk, path: str) -> bool:
    """Return whether the page at *path* belongs to *desk*."""
    return path == desk.path or path.startswith(desk.path + "/")
