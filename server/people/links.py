"""The live links of many codes, asked for at once and kept up while their bearers are found."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.identities import Key, PersonCode, System
from contract.identities.base import fingerprint
from server.audit.models import AuditEntry
from server.people import erased, queries
from server.people.models import Identity, Person

THEIRS = "theirs until now"  # how a number was, that is unlinked: stands in the trail alone


class LiveLinks:
    """Which number leads to whom, for the numbers of some codes, and which led to somebody."""

    def __init__(self, links: Iterable[tuple[Key, Identity]]) -> None:
        self._links: dict[Key, Identity] = {}
        self._ended: set[Key] = set()
        for key, link in links:
            if link.unlinked_at is None:
                self._links[key] = link
            elif not link.claimed:
                self._ended.add(key)

    @classmethod
    def of(cls, session: Session, codes: Iterable[PersonCode]) -> Self:
        """Ask for all numbers of *codes*; one question for hundreds of them."""
        keys = {unclaimed(key) for code in codes for key in leading(code)}
        return cls(queries.all_links_of(session, keys))

    def get(self, key: Key) -> Identity | None:
        return self._links.get(unclaimed(key))

    def proven(self, key: Key) -> Identity | None:
        """Return the link of who has a number: who only claims it has not."""
        link = self.get(key)
        return None if link is None or link.claimed else link

    def led(self, key: Key) -> bool:
        """Return whether a number led to somebody by a link that ended before this was asked."""
        return unclaimed(key) in self._ended

    def put(self, key: Key, link: Identity) -> None:
        self._links[unclaimed(key)] = link

    def drop(self, key: Key) -> None:
        self._links.pop(unclaimed(key), None)


def blinds_among(codes: Iterable[PersonCode]) -> list[str]:
    """Return under what the numbers of *codes* are stored."""
    keys = {unclaimed(key) for code in codes for key in leading(code)}
    return [blind for key in keys for blind in queries.value_blinds(key)]


def persons_with(session: Session, blinds: Sequence[str]) -> set[UUID]:
    """Return the persons to whom numbers lead or led, which are stored under *blinds*.

    A sample that comes late may be whose its number was before (`late`).
    """
    found: set[UUID] = set()
    for start in range(0, len(blinds), queries.AT_ONCE):
        some = Identity.value_blind.in_(blinds[start : start + queries.AT_ONCE])
        found.update(session.scalars(select(Identity.person_id).where(some)))
    return found


def live_of(session: Session, ended: Identity) -> Identity | None:
    """Return the link by which the number of *ended* leads to somebody by now, or is claimed."""
    key = Key(System(ended.system), ended.value)
    return queries.links_of(session, [key]).get(key)


def bearer_now(session: Session, ended: Identity) -> Person | None:
    """Return whom the number of *ended* leads to by now: not who only claims it."""
    live = live_of(session, ended)
    return live.person if live is not None and not live.claimed else None


def ended_of(session: Session, keys: Iterable[Key]) -> Mapping[Key, list[Identity]]:
    """Return the links of these numbers that ended, the eldest first.  What somebody only claimed
    led nobody by itself; and of whoever was erased nobody can be asked."""
    such = Identity.unlinked_at.is_not(None), Identity.claimed.is_(False)
    found = list(queries.all_links_of(session, keys, *such))
    gone = erased.among(session, {link.person_id for _, link in found}) if found else set()
    ended: dict[Key, list[Identity]] = defaultdict(list)
    for key, link in sorted(found, key=lambda each: (each[1].linked_at, each[1].id)):
        if link.person_id not in gone:
            ended[key].append(link)
    return ended


def was_theirs(session: Session, ended: Identity) -> bool:
    """Return whether whoever unlinked a number said that it was that person's until then."""
    said = select(AuditEntry.id).where(
        AuditEntry.subject == str(ended.person_id),
        AuditEntry.action == "identity.unlinked",
        AuditEntry.at == ended.unlinked_at,
        AuditEntry.detail == f"{ended.system}, {THEIRS}",
    )
    return session.scalar(said.limit(1)) is not None


def leading(code: PersonCode) -> list[Key]:
    """Return all numbers of *code* that may lead to somebody, the strongest first."""
    return [*strong_keys(code), *claims(code)]


def strong_keys(code: PersonCode) -> list[Key]:
    """Return the numbers that lead to one person; a code without any goes by its fingerprint."""
    strong = [key for key in _linking(code) if not key.claimed]
    return strong or [fingerprint(code.raw)]


def claims(code: PersonCode) -> list[Key]:
    """Return the numbers that somebody typed."""
    return [key for key in _linking(code) if key.claimed]


def phones(code: PersonCode) -> list[Key]:
    return [key for key in code.keys if key.system is System.PHONE]


def _linking(code: PersonCode) -> Iterator[Key]:
    return (key for key in code.keys if key.system is not System.PHONE)


def unclaimed(key: Key) -> Key:
    """One number is one place in the table, however it was come by."""
    return Key(key.system, key.value)
