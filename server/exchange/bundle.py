"""One outcome as a FHIR transaction.  Pure.

First a conditional create: what the receiver has under our identifier is not made twice.  What it
is known to have is updated under its own id, and only if it is still the version that we saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from server.exchange import resources
from server.exchange.codes import Codes
from server.exchange.resources import Json
from server.exchange.told import Told


@dataclass(frozen=True, slots=True)
class Place:
    """Where a receiver keeps a thing of ours: its id and the version that was seen."""

    id: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One resource of the transaction: found by `system|value`; `keep` means never changed."""

    resource: Json
    system: str
    value: str
    keep: bool = False

    @property
    def type(self) -> str:
        name: str = self.resource["resourceType"]
        return name

    @property
    def ours(self) -> str:
        return f"{self.system}|{self.value}"

    @property
    def urn(self) -> str:
        """A reference within the bundle, the same each time the bundle is made."""
        return uuid5(NAMESPACE_URL, f"{self.type}/{self.ours}").urn


def parts(
    told: Told, codes: Codes, *, declarations: bool = False, theirs: bool | None = None
) -> list[Part]:
    """Return the resources of *told*: person and specimen first, the finding and its report last.

    With *declarations* the newest one before the sample goes along, linked to the finding.  What
    was told of somebody whose sample it turned out not to be (see *theirs*) leaves the specimen
    alone, whenever it comes: it is for its own person to say of whom it is.
    """
    person = Part(resources.patient(told.who, codes), *_key(codes, "person", told.who.id))
    pairing = told.sampled.pairing
    own = member(pairing, codes)
    if told.is_theirs if theirs is None else theirs:
        own = Part(
            resources.own_specimen(told, codes, person.urn), *_key(codes, "pairing", pairing)
        )
    pool = _pool(told, codes, own) if told.sampled.pool else []
    tested = pool[-1] if pool else own
    found = Part(
        resources.observation(told, codes, person.urn, tested.urn),
        *_key(codes, "outcome", told.line),
    )
    report = Part(
        resources.report(told, codes, person.urn, tested.urn, found.urn),
        *_key(codes, "report", told.line),
    )
    declared = []
    if declarations and told.declared is not None:
        said = resources.declaration(told, codes, person.urn, found.urn)
        declared = [Part(said, *_key(codes, "declaration", told.declared.id))]
    return [person, own, *pool, *declared, found, report]


def member(pairing: UUID, codes: Codes) -> Part:
    """Return a specimen as it is made where it is not there: of nobody yet."""
    made = resources.member_specimen(pairing, codes)
    return Part(made, *_key(codes, "pairing", pairing), keep=True)


def _pool(told: Told, codes: Codes, own: Part) -> list[Part]:
    others = [
        member(pairing, codes)
        for pairing in told.sampled.members
        if pairing != told.sampled.pairing
    ]
    people = Part(resources.group(told, codes), *_key(codes, "pool", told.sampled.tube))
    mine = [own] if told.sampled.pairing in told.sampled.members else []  # not if it was undone
    parents = sorted(each.urn for each in (*mine, *others))
    pool = Part(
        resources.pool_specimen(told, codes, people.urn, parents),
        *_key(codes, "pool-specimen", told.sampled.tube),
    )
    return [*others, people, pool]


def _key(codes: Codes, of: str, value: object) -> tuple[str, str]:
    return codes.system(of), str(value)


def transaction(made: list[Part], known: Mapping[tuple[str, str], Place]) -> Json:
    """Return the Bundle: what is *known* by (type, ours) is updated, the rest is created."""
    links = {
        part.urn: f"{part.type}/{known[part.type, part.ours].id}"
        for part in made
        if (part.type, part.ours) in known
    }
    entries = [
        _entry(part, known.get((part.type, part.ours)), links)
        for part in made
        if not (part.keep and (part.type, part.ours) in known)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _entry(part: Part, place: Place | None, links: Mapping[str, str]) -> Json:
    resource = _linked(part.resource, links)
    if place is None:
        request = {
            "method": "POST",
            "url": part.type,
            "ifNoneExist": f"identifier={part.system}|{part.value}",
        }
        return {"fullUrl": part.urn, "resource": resource, "request": request}
    request = {"method": "PUT", "url": f"{part.type}/{place.id}"}
    if place.version:
        request["ifMatch"] = f'W/"{place.version}"'
    return {
        "fullUrl": part.urn,
        "resource": {**resource, "id": place.id},
        "request": request,
    }


def _linked(value: Any, links: Mapping[str, str]) -> Any:
    """Let references lead to what the receiver has, where it is known to have it."""
    if isinstance(value, dict):
        return {
            key: links.get(item, item) if key == "reference" else _linked(item, links)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_linked(item, links) for item in value]
    return value
