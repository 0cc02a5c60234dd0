"""Who works at a station, in words that name nobody: masked as on the station's own screen.

A station calls whoever works by a tag of its own, and says once whose card that is; whose name it
is, the page of shifts says.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import masked_name
from server.accounts.actors import of_stations
from server.accounts.within import Within
from server.sampling import shifts
from server.sampling.shift_models import StationOperator

Worker = tuple[str, str]  # a station, and its tag of who works there
NOBODY = {"vi": "không ghi ai", "en": "nobody noted"}
UNKNOWN = {"vi": "chưa rõ ai", "en": "not known who"}
_TAG = re.compile(r"[0-9a-f]{16}")


def called(session: Session, workers: Collection[Worker], language: str) -> dict[Worker, str]:
    """Return what each is called, the station first; two who would be called alike are told apart
    by the end of their tags."""
    names = shifts.operators(session, workers)
    said = {each: f"{each[0]} · {_who(each[1], names.get(each), language)}" for each in workers}
    alike = Counter(said.values())
    return {
        each: f"{words} (…{each[1][-4:]})" if alike[words] > 1 else words
        for each, words in said.items()
    }


def of_keys(session: Session, keys: Iterable[str], language: str) -> dict[str, str]:
    """Return the same of 'station · tag', as the roll-ups put them together."""
    parts = {key: key.partition(" · ") for key in keys}
    said = called(session, {(station, tag) for station, _, tag in parts.values()}, language)
    return {key: said[station, tag] for key, (station, _, tag) in parts.items()}


def of_tag(session: Session, tag: str, within: Within) -> list[Worker]:
    """Return whom a tag is known to stand for at the stations of that scope."""
    known = select(StationOperator.station).where(StationOperator.tag == tag)
    found = session.scalars(known.where(of_stations(within, StationOperator.station)))
    return [(station, tag) for station in found]


def choices(
    session: Session, workers: Iterable[Worker], chosen: str, within: Within, language: str
) -> list[tuple[str, str]]:
    """Return tags with what they are called, by station; *chosen* too, if somebody worked so."""
    every = list(workers)
    if chosen and all(tag != chosen for _, tag in every):
        every += of_tag(session, chosen, within)
    stations: dict[str, list[str]] = {}
    for worker, words in called(session, every, language).items():
        stations.setdefault(worker[1], []).append(words)
    if chosen:
        stations.setdefault(chosen, [_who(chosen, None, language)])
    return [(tag, ", ".join(words)) for tag, words in stations.items()]


def _who(tag: str, name: str | None, language: str) -> str:
    if name:
        return masked_name(name)
    if not tag:
        return NOBODY[language]
    return f"{UNKNOWN[language]} …{tag[-4:]}" if _TAG.fullmatch(tag) else tag
