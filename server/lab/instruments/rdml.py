"""RDML 1.0 to 1.3: a zip with `rdml_data.xml` (Roche's LC96 files too), or the bare XML.  Pure.

The XML is read as a stream: samples, dyes and targets first, then a run's reactions; of all else
nothing stays.  Entities are refused, and so is what unpacks to far more than a run of plates, or
has more elements.
"""

import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from server.lab.instruments.formats import BROKEN_PACK, Box, Format, Head
from server.lab.instruments.readings import Item, Notice, Reading, Role, RunFacts, Unread
from server.lab.instruments.reasons import Why
from server.lab.instruments.values import ct_of, role_by_name, role_of, well_of

LARGEST = 256 << 20
LARGEST_RATIO, SMALL = 400, 64 << 20  # unpacked to packed, of what is not small unpacked
MOST_ELEMENTS = 5_000_000  # ten plates of 384 wells, two curves in each, have 1.4 million
_MOST_INSIDE, _DEEPEST, _MOST_SAMPLES = 10_000, 64, 100_000
# What is looked at when the element around it ends; anything else goes as soon as it ends.
_KEPT = {
    ("sample", "type"), ("pcrFormat", "columns"), ("react", "sample"), ("react", "data"),
    ("data", "tar"), ("data", "cq"), ("data", "excl"), ("run", "instrument"), ("run", "runDate"),
    ("run", "experimenter"), ("run", "dataCollectionSoftware"), ("dataCollectionSoftware", "name"),
}  # fmt: skip
_TYPES = {
    "unkn": Role.SAMPLE,
    "ntc": Role.NEGATIVE,
    "nac": Role.NEGATIVE,
    "nrt": Role.NEGATIVE,
    "ntp": Role.NEGATIVE,
    "std": Role.STANDARD,
    "pos": Role.POSITIVE,
    "opt": Role.CONTROL,
}


class TooMuch(Exception):
    """More elements than any run of plates has, or deeper ones."""


def looks(head: Head) -> bool:
    return head.box is Box.RDML


def read(file: BinaryIO) -> Iterator[Item]:
    """Yield the items; what breaks off is said in a notice after what could be read."""
    file.seek(0)
    try:
        if file.read(2) != b"PK":
            file.seek(0)
            yield from _read(file)
            return
        with zipfile.ZipFile(file) as packed:
            name = next(each for each in packed.namelist() if each.endswith("rdml_data.xml"))
            if _is_bomb(packed.getinfo(name)):
                yield Notice(Why.TOO_LARGE_INSIDE)
                return
            with packed.open(name) as inside:
                yield from _read(inside)
    except (DefusedXmlException, TooMuch):
        yield Notice(Why.TOO_LARGE_INSIDE)
    except (ParseError, StopIteration, *BROKEN_PACK) as error:
        yield Notice(Why.DAMAGED, str(error)[:120])


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    size = member.file_size
    return size > LARGEST or (size > SMALL and size > LARGEST_RATIO * member.compress_size)


def _read(inside: IO[bytes]) -> Iterator[Item]:
    roles: dict[str, Role] = {}
    columns, facts, reactions = 12, RunFacts(), 0
    for element in elements(inside):
        match _tag(element):
            case "sample" if element.get("id") and element.find("{*}type") is not None:
                roles[element.get("id", "")] = _role(element)
                if len(roles) > _MOST_SAMPLES:
                    raise TooMuch
            case "pcrFormat":
                columns = int(_text(element, "columns") or 12)
            case "react":
                reactions += 1
                yield from _reaction(element, roles, columns, reactions)
            case "run":
                facts = facts.merged(_facts(element))
    yield facts
    if not reactions:
        yield Notice(Why.NO_RESULTS)


def elements(inside: IO[bytes], most: int = MOST_ELEMENTS) -> Iterator[Element]:
    """Yield each element as it ends, with what it keeps inside.  Raises TooMuch.

    The parser is a little ahead: behind what an element keeps stand some that have not ended.
    """
    around: list[Element] = []
    kept: list[int] = []
    ended = 0
    for event, element in iterparse(inside, events=("start", "end")):
        if event == "start":
            around.append(element)
            kept.append(0)
            if len(around) > _DEEPEST:
                raise TooMuch
            continue
        around.pop()
        kept.pop()
        ended += 1
        yield element
        if around and (_tag(around[-1]), _tag(element)) in _KEPT:
            kept[-1] += 1
        elif around:
            del around[-1][kept[-1]]
        if ended > most or (kept and kept[-1] > _MOST_INSIDE):
            raise TooMuch


def _reaction(react: Element, roles: dict[str, Role], columns: int, at: int) -> Iterator[Item]:
    well = well_of(react.get("id", ""), columns) or react.get("id", "")[:8]
    sample = _id(react, "sample")
    role = roles.get(sample, Role.SAMPLE)
    if role is Role.SAMPLE:
        role = role_by_name(sample) or role
    for data in react.findall("{*}data"):
        target, raw = _id(data, "tar"), _text(data, "cq")
        ct = ct_of(raw)
        if _text(data, "excl"):
            yield Unread(at, Why.OMITTED, well, sample, target, raw)
        elif role is Role.STANDARD:
            yield Unread(at, Why.STANDARD, well, sample, target, raw)
        elif ct is None:
            yield Unread(at, Why.BAD_CT, well, sample, target, raw)
        elif not any(ct):
            yield Unread(at, Why.NOTHING_READ, well, sample, target)
        else:
            yield Reading(at, well, sample, target, ct[0], ct[1], role=role)


def _role(sample: Element) -> Role:
    said = _text(sample, "type")
    return _TYPES.get(said) or role_of(said) or Role.SAMPLE


def _facts(run: Element) -> RunFacts:
    return RunFacts(
        run_id=run.get("id", "")[:120],
        instrument=_text(run, "instrument")[:120],
        operator=_id(run, "experimenter")[:120],
        started=_text(run, "runDate")[:40],
        software=_text(run, "dataCollectionSoftware/{*}name")[:120],
    )


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element, path: str) -> str:
    return (element.findtext(f"{{*}}{path}") or "").strip()


def _id(element: Element, name: str) -> str:
    found = element.find(f"{{*}}{name}")
    return found.get("id", "") if found is not None else ""


FORMAT = Format("rdml", "RDML", looks, read)
