"""A FHIR R4 server as a channel: one transaction for each outcome, each sent once in effect.

What the receiver has of ours is remembered with its ids and updated there; what it turns out to
have although we did not know is updated too.  After a send the count is read back: receivers that
make things twice although they were told not to were seen in the wild (docs/delivery.md).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

import msgspec

from contract.events import UNREADABLE
from server.db import Database
from server.delivery import queries, remotes
from server.delivery.channels import Message, Overtaken, Refused
from server.exchange.bundle import Part, Place, parts, transaction
from server.exchange.codes import Codes
from server.exchange.gathering import whose
from server.exchange.http import Answer, Http, Uncertain, check
from server.exchange.notices import Telling
from server.exchange.once_more import told_last
from server.exchange.resources import Json
from server.exchange.told import Told

_LOCATION = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/([^/]+))?$")
_HEADERS = {
    "Content-Type": "application/fhir+json; charset=utf-8",
    "Accept": "application/fhir+json",
    "Prefer": "return=minimal",
}
Known = dict[tuple[str, str], Place]
# What was known of the receiver is not so any more: somebody changed it there (412), or it was
# emptied, or set back to a copy, and has nothing under that id (404) or no more (410).
_NOT_AS_KNOWN = frozenset({404, 410, 412})


class MadeTwice(Refused):
    """The receiver has one thing of ours twice: somebody must clean up there before we go on."""


@dataclass
class FhirChannel:
    """One FHIR server.  `read_back` counts what is there after each send."""

    target: str
    http: Http
    codes: Codes
    database: Database
    clock: Callable[[], datetime]
    read_back_count: bool = True
    declarations: bool = False
    at_once: int = 1  # members of one pool share its tube, and would stumble over each other
    telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        self.telling = Telling(self.database)

    def look_ahead(self, messages: Sequence[Message]) -> None:
        self.telling.look_ahead(messages)

    def deliver(self, subject: str, key: str, payload: str) -> str:
        """Send the transaction; the receipt is where the report lies and its version."""
        told = self._told(subject, key, payload)
        known = self._known(self._parts(told))
        made, known = self._made(key, told, known)
        answer = self._send(made, known)
        if answer.status in _NOT_AS_KNOWN and known:  # look again by identifier, once
            made, known = self._made(key, told, self._asked(made))
            answer = self._send(made, known)
            if answer.status == 412:  # and again meanwhile: another worker, most likely
                raise Uncertain("the receiver has newer versions than it just said")
        places = self._places(made, check(answer), known)
        matched = _matched(answer, made, known)
        if matched:  # it was there already, perhaps with other words: now it says ours
            made, places = self._made(key, told, places)
            places = self._places(made, check(self._send(made, places)), places)
        self._remember(places)
        if self.read_back_count:
            self._count(made)
        report = places[made[-1].type, made[-1].ours]
        return f"DiagnosticReport/{report.id}/_history/{report.version}"

    def read_back(self, subject: str, key: str, payload: str) -> str:
        """Return which field of the receiver's observation differs from what we sent, never how:
        who looks after receivers reads no findings."""
        told = self._told(subject, key, payload)
        made = self._parts(told)
        wanted = made[-2].resource
        found = self._search(made[-2])
        if len(found) != 1:
            return f"the receiver has {len(found)} observations of this outcome"
        for name in ("status", "valueCodeableConcept", "dataAbsentReason"):
            if _codes_in(found[0].get(name)) != _codes_in(wanted.get(name)):
                return f"the field {name} differs"
        if told.is_theirs and not self._is_theirs(
            made, self._asked(made[:1]), self._search(made[1])
        ):
            return "the field subject differs"
        return ""

    def _told(self, subject: str, key: str, payload: str) -> Told:
        with self.database.read() as session:
            which, said = told_last(session, self.target, subject, key, payload)
        return self.telling.told(subject, which, said)

    def _parts(self, told: Told, *, theirs: bool | None = None) -> list[Part]:
        return parts(told, self.codes, declarations=self.declarations, theirs=theirs)

    def _made(self, key: str, told: Told, known: Known) -> tuple[list[Part], Known]:
        """Return what to send, by whose the sample is *after* it was looked what is there.

        Whose it is by now may have written it since *told* was gathered: then there is a version
        of it behind what is *known*, and ours is not taken.  So it is with a later message: whoever
        was paused until their lease was over raises Overtaken, and puts no older version back.
        """
        with self.database.read() as session:
            if queries.is_over(session, self.target, key):
                raise Overtaken("another worker handed it over meanwhile")
            theirs = whose(session, told.sampled.pairing) == told.who.id
        made = self._parts(told, theirs=theirs)
        if theirs or told.status != "withdrawn":
            return made, known
        there = self._search(made[1])  # still theirs, where nobody else was told of
        if not self._is_theirs(made, known, there):
            return made, known
        own = made[1].type, made[1].ours
        return self._parts(told, theirs=True), known | {own: _seen(there[0])}

    @staticmethod
    def _is_theirs(made: list[Part], known: Known, there: list[Json]) -> bool:
        """Return whether the specimen that is *there* says the person of whom we tell."""
        patient = known.get((made[0].type, made[0].ours))
        subject = there[0].get("subject", {}).get("reference", "") if there else ""
        return patient is not None and f"/{subject}".endswith(f"/Patient/{patient.id}")

    def _known(self, made: list[Part]) -> Known:
        wanted = [(each.type, each.ours) for each in made]
        with self.database.read() as session:
            kept = remotes.of(session, self.target, self.http.address, wanted)
        return {which: Place(*place) for which, place in kept.items()}

    def _asked(self, made: list[Part]) -> Known:
        known: Known = {}
        for part in made:
            for found in self._search(part)[:1]:
                known[part.type, part.ours] = _seen(found)
        return known

    def _search(self, part: Part) -> list[Json]:
        token = quote(part.ours, safe="")
        answer = check(self.http.call("GET", f"{part.type}?identifier={token}", headers=_HEADERS))
        found = _json(answer)
        return [
            entry["resource"]
            for entry in found.get("entry", [])
            if entry.get("resource", {}).get("resourceType") == part.type
        ]

    def _send(self, made: list[Part], known: Known) -> Answer:
        body = msgspec.json.encode(transaction(made, known))
        return self.http.call("POST", "", body, _HEADERS)

    def _places(self, made: list[Part], answer: Answer, known: Known) -> Known:
        """Return where everything lies now, from the answer's entries in the order of ours."""
        bundle = _json(answer)
        sent = [each for each in made if not (each.keep and (each.type, each.ours) in known)]
        entries = bundle.get("entry", [])
        if bundle.get("type") != "transaction-response" or len(entries) != len(sent):
            raise Uncertain(f"the answer is no transaction's: {answer.body[:200]!r}")
        places = dict(known)
        for part, entry in zip(sent, entries, strict=True):
            response = entry.get("response", {})
            if not str(response.get("status", "")).startswith("2"):
                raise Refused(f"{part.type} was not taken: {response}")
            place = _place(response, entry.get("resource", {}))
            places[part.type, part.ours] = place or known.get((part.type, part.ours), Place(""))
        return {which: place for which, place in places.items() if place.id} | self._asked(
            [each for each in sent if not places[each.type, each.ours].id]
        )

    def _remember(self, places: Known) -> None:
        kept = {which: (place.id, place.version) for which, place in places.items()}
        with self.database.write() as session:
            remotes.keep(session, self.target, self.http.address, kept, now=self.clock())

    def _count(self, made: list[Part]) -> None:
        """Raise MadeTwice where the receiver has the finding more than once."""
        if (count := len(self._search(made[-2]))) > 1:
            raise MadeTwice(f"the receiver has this observation {count} times")


def _matched(answer: Answer, made: list[Part], known: Known) -> bool:
    """Return whether a thing that we wanted to make was there already."""
    sent = [each for each in made if not (each.keep and (each.type, each.ours) in known)]
    statuses = [str(e.get("response", {}).get("status", "")) for e in _json(answer)["entry"]]
    return any(
        status.startswith("200") and (part.type, part.ours) not in known and not part.keep
        for part, status in zip(sent, statuses, strict=True)
    )


def _seen(found: Json) -> Place:
    return Place(found["id"], found.get("meta", {}).get("versionId", ""))


def _place(response: Json, resource: Json) -> Place | None:
    match = _LOCATION.search(str(response.get("location", "")))
    where = match[2] if match else resource.get("id")
    if not where:
        return None
    etag = str(response.get("etag", "")).removeprefix("W/").strip('"')
    seen = resource.get("meta", {}).get("versionId", "")
    return Place(where, etag or (match[3] if match else None) or seen)


def _json(answer: Answer) -> Json:
    try:
        return msgspec.json.decode(answer.body, type=dict)
    except UNREADABLE as error:
        raise Uncertain(f"the answer is no JSON: {answer.body[:200]!r}") from error


def _codes_in(value: object) -> object:
    """Return the codes of a concept, or a plain value: what people see of it may differ."""
    if isinstance(value, dict):
        return sorted(str(coding.get("code")) for coding in value.get("coding", []))
    return value
