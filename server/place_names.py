"""How places are called: a small table of ours, and what an operator's CSV file adds.

A name belongs to a code of one code set: 'vn-2021:24' is Bắc Giang, 'vn-2025:24' is Bắc Ninh.
The file (setting `place_names`) has two columns, the place with its code set and its name.
"""

import csv
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

from contract import names
from contract.places import Place, PlaceError
from server.config import ConfigError

MOST = 300  # names in one list of a form; a page stays light
KINDS = ("tinh", "thanh pho", "huyen", "quan", "thi xa", "xa", "phuong", "thi tran", "dac khu")
_added: dict[str, str] = {}


@cache
def shipped() -> Mapping[str, str]:
    """Return the names that come with the product, by place as text."""
    text = files(__package__).joinpath("place_names.toml").read_text(encoding="utf-8")
    return {
        str(Place.parse(f"{code_set}:{code}")): name
        for code_set, table in tomllib.loads(text).items()
        for code, name in table.items()
    }


def install(path: str) -> None:
    """Add the names in the CSV file *path*, '' for none; raise ConfigError where one is wrong."""
    _added.clear()
    if path:
        _added.update(read(path))


def read(path: str) -> dict[str, str]:
    """Return the names in a CSV file: `vn-2021:24.222.07,Xã Hồng Thái` a line."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"không đọc được tên địa danh trong {path}: {error}",
            f"cannot read the place names in {path}: {error}",
        ) from error
    found = {}
    for number, row in enumerate(csv.reader(text.splitlines()), 1):
        if not row or row[0].startswith("#"):
            continue
        try:
            code, name = row[:2]
            found[str(Place.parse(code))] = names.display(name)
        except (ValueError, PlaceError) as error:
            raise ConfigError(
                f"{path}, dòng {number}: {error}", f"{path}, line {number}: {error}"
            ) from error
    return found


def name_of(place: str) -> str:
    """Return the name of *place* alone, or its code where nobody named it."""
    return _added.get(place) or shipped().get(place) or place


def full_name(place: str) -> str:
    """Return *place* with what it is in: 'Huyện Việt Yên, Tỉnh Bắc Giang'.

    A level without a name is left out; a place of which nothing is known is its code.
    """
    try:
        around = Place.parse(place).around
    except PlaceError:
        return place
    named = [name for each in around if (name := name_of(each)) != each]
    if not named:
        return place
    return ", ".join(named if name_of(place) != place else [place, *named])


def near_name(place: str) -> str:
    """Return what has a name of *place* and of what it is in, for people who know no codes."""
    try:
        named = [name for each in Place.parse(place).around if (name := name_of(each)) != each]
    except PlaceError:
        return place
    return ", ".join(named) or place


def every() -> dict[str, str]:
    """Return every place that has a name, in the order of the codes."""
    return dict(sorted({**shipped(), **_added}.items()))


def offered() -> dict[str, str]:
    """Return what a field for a place offers: every name, or of fewer levels where it is long."""
    found = every()
    while len(found) > MOST and (deepest := max(place.count(".") for place in found)):
        found = {place: name for place, name in found.items() if place.count(".") < deepest}
    return found


def called(text: str) -> list[str]:
    """Return the places that *text* names: by code, by name, else by name without its kind.

    'Việt Yên' is 'Huyện Việt Yên', typed with or without marks.
    """
    with suppress(PlaceError):
        return [str(Place.parse(text))]
    keys = {place: names.match_key(name) for place, name in every().items()}
    key = names.match_key(text)
    whole = [place for place, known in keys.items() if key and known == key]
    short = {f"{kind} {key}" for kind in KINDS}
    return whole or [place for place, known in keys.items() if key and known in short]
