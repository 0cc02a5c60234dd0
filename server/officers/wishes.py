"""What is asked of the matched outcomes: the filters, as the page's address holds them.

An address is seen by proxies and kept by browsers, so what was typed of a name stands in it sealed
with the server's key.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Self
from uuid import UUID

from server import vault
from server.errors import BadInput
from server.forms import day_in, tidy

LONGEST = 100
SORTS = ("-at", "at", "name", "-name", "tube", "-tube", "place", "-place")
_SEAL = "~"
_PURPOSE = "search.q"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the bar of filters says; '' and None ask for nothing."""

    q: str = ""
    person: UUID | None = None
    status: str = ""
    state: str = ""
    place: str = ""
    begin: date | None = None
    end: date | None = None
    station: str = ""
    lab: str = ""
    box: str = ""
    file: UUID | None = None
    pool: str = ""  # 'pool', 'single'
    sort: str = "-at"
    after: tuple[datetime, UUID] | None = None

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Self:
        """Read the address of a page or a form.  Raises BadInput for a date that is none."""
        words = {
            name: tidy(said.get(name, ""))[:64]
            for name in ("status", "state", "place", "station", "lab", "box", "pool")
        }
        day = day_in(said.get("date", ""))
        sort = said.get("sort", "")
        return cls(
            q=opened(said.get("q", "")),
            person=_id(said.get("person", "")),
            begin=day_in(said.get("begin", ""), "begin") or day,
            end=day_in(said.get("end", ""), "end") or day,
            file=_id(said.get("file", "")),
            sort=sort if sort in SORTS else "-at",
            after=_after(said.get("after", "")),
            **words,
        )

    def address(self) -> dict[str, str]:
        """Return what the page's address says of it, without where a page begins."""
        said = self.in_clear()
        if "q" in said and not (said["q"].isascii() and any(map(str.isdigit, said["q"]))):
            said["q"] = sealed(said["q"])
        return said

    def in_clear(self) -> dict[str, str]:
        """Return what `address` does with no seal on it: to be kept where all is encrypted."""
        said = {
            field.name: _text(getattr(self, field.name))
            for field in fields(self)
            if field.name != "after" and getattr(self, field.name)
        }
        if self.sort == "-at":
            said.pop("sort", None)
        return said

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for at all, beside an order."""
        return replace(self, sort="-at", after=None) != Wish()


def sealed(text: str) -> str:
    """Return what was typed so that only the server can read it again."""
    if not text:
        return ""
    return _SEAL + urlsafe_b64encode(vault.current().encrypt(_PURPOSE, text)).decode().rstrip("=")


def opened(said: str) -> str:
    """Return what was typed, from an address: sealed, or as it is.

    Raises BadInput for a seal that does not open: without what was typed it would ask for everyone.
    """
    if not said.startswith(_SEAL):
        return tidy(said)[:LONGEST]
    try:
        code = said[len(_SEAL) :]
        return vault.current().decrypt(_PURPOSE, urlsafe_b64decode(code + "=" * (-len(code) % 4)))
    except (ValueError, vault.VaultError) as error:
        raise BadInput(
            "Địa chỉ này không còn mở được phần đã gõ: hãy tìm lại từ đầu.",
            "This address no longer says what was typed: open the search anew.",
        ) from error


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)  # nobody's: what was asked for is not there


def _after(text: str) -> tuple[datetime, UUID] | None:
    at, _, which = text.partition("~")
    try:
        begun = datetime.fromisoformat(at) if which else None
        return (begun, UUID(which)) if begun and begun.tzinfo else None
    except ValueError:
        return None
