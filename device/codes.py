"""From the bytes of a code to what they mean at this station.

Tubes come from this station's lots alone; a person's code becomes a `Person` whose raw bytes are
sealed to the server on the spot.  What can be neither is `Unusable`, each kind with its own reason.
A reader that sends no AIM identifier is not trusted with persons whose code has no structure:
noise on a wire must never become a person.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from contract import boxes, cards, commands, identities, sealing, tubes
from contract.identities import IdentityError, Kind, PersonCode, typed_number
from contract.lots import IssuedLots, TubeOfOtherLot
from device.facts import Person
from device.inputs import (
    BoxScanned,
    CommandGiven,
    Input,
    PairTyped,
    PersonShown,
    TubeScanned,
    Unusable,
    VehicleShown,
)
from device.reasons import Refusal
from device.roles import TUBE_AIMS, ReaderUse, in_role
from device.roster import Roster

_MATRIX = ("]Q", "]d", "]z")  # QR, Data Matrix, Aztec: what persons hold up
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class CodeRules:
    """`accept_unknown`: hold a person whose code says nothing that we understand."""

    accept_unknown: bool = True
    tube_aims: tuple[str, ...] = TUBE_AIMS


@dataclass
class Codes:
    """What this station can tell codes by.  Lots, roster and keys are replaced by new ones."""

    secret: bytes
    sealing_key: X25519PublicKey
    lots: IssuedLots = field(default_factory=IssuedLots)
    card_keys: Mapping[str, Ed25519PublicKey] = field(default_factory=dict)
    rules: CodeRules = field(default_factory=CodeRules)
    roster: Roster = field(default_factory=Roster)

    def from_reader(self, data: bytes, aim: str, at: float, use: ReaderUse | None = None) -> Input:
        """Return what a code from a reader means; *aim* is '' where none was sent."""
        use = use or ReaderUse(tube_aims=self.rules.tube_aims)
        return in_role(self._read(data, aim, at, use.tube_aims), use.role)

    def _read(self, data: bytes, aim: str, at: float, tube_aims: tuple[str, ...]) -> Input:
        if _CONTROL.search(data):
            return Unusable(Refusal.UNREADABLE, at)
        text = data.decode("utf-8", errors="replace")
        if (order := _order(text, at)) is not None:
            return order
        if aim.startswith(_MATRIX):
            return self._person(data, at, loose=True)
        if aim and aim not in tube_aims:
            return Unusable(Refusal.NOT_A_TUBE, at)
        if aim or _like_tube(text):
            return self._tube(text, at)
        return self._person(data, at, loose=False)

    def from_camera(self, data: bytes, symbology: str, at: float) -> Input:
        """Return what a code before the camera means."""
        text = data.decode("utf-8", errors="replace")
        if (order := _order(text, at)) is not None:
            return order
        if symbology.replace(" ", "").lower().startswith("code128"):
            return self._tube(text, at)
        return self._person(data, at, loose=True)

    def typed(self, tube: str, person: str, at: float, *, sure: bool) -> Input:
        """Return what a tube and a person mean that were typed; what neither can be is refused."""
        scanned = self._tube(re.sub(r"[\s.]", "", tube).upper(), at)
        if not isinstance(scanned, TubeScanned):
            return scanned
        try:
            bearer = self.person_of(identities.parse(typed_number.typed(person)))
        except IdentityError:
            return Unusable(Refusal.NOT_A_NUMBER, at)
        return PairTyped(bearer, scanned.tube, at, scanned.assigned, sure)

    def _tube(self, text: str, at: float) -> Input:
        try:
            seen = self.lots.read(text)
            return TubeScanned(seen, at, self.roster.is_assigned(seen.text))
        except tubes.TubeMisread:
            return Unusable(Refusal.TUBE_MISREAD, at, text)
        except TubeOfOtherLot:
            if not self.lots.lots:
                return Unusable(Refusal.NO_LOTS, at, text)
            return Unusable(Refusal.TUBE_OF_OTHER_LOT, at, text)
        except tubes.TubeError:
            return Unusable(Refusal.NOT_A_TUBE, at)

    def _person(self, data: bytes, at: float, *, loose: bool) -> Input:
        refusal = self._card_trouble(data)
        if refusal is not None:
            return Unusable(refusal, at)
        try:
            code = identities.parse(data)
        except IdentityError:
            return Unusable(Refusal.NOT_A_PERSON, at)
        if code.kind is Kind.TYPED:
            return Unusable(Refusal.NOT_A_PERSON, at)
        if not code.names_person:
            return self._no_person(code, at)
        if code.kind is Kind.UNKNOWN and not loose:
            return Unusable(Refusal.NOT_A_TUBE, at)
        if code.kind is Kind.UNKNOWN and not self.rules.accept_unknown:
            return Unusable(Refusal.UNKNOWN_CODE, at)
        return PersonShown(self.person_of(code), at)

    def _no_person(self, code: PersonCode, at: float) -> Input:
        if code.kind is Kind.VEHICLE:
            tail = "".join(filter(str.isalnum, code.primary.value))[-3:]
            return VehicleShown(replace(self.person_of(code), shown=f"Xe …{tail}"), at)
        place = "names-place" in code.warnings
        return Unusable(Refusal.PLACE_POSTER if place else Refusal.NOT_A_PERSON, at)

    def _card_trouble(self, data: bytes) -> Refusal | None:
        """Check one of our own cards; anything else is no trouble here."""
        text = data.decode("utf-8", errors="replace")
        if not text.startswith((cards.NUMBER_PREFIX, cards.SIGNED_PREFIX)):
            return None
        try:
            if text.startswith(cards.NUMBER_PREFIX):
                cards.CardNumber(text[len(cards.NUMBER_PREFIX) :])
                return None
            card = cards.read_card(text)
        except cards.CardError:
            return Refusal.DAMAGED_CARD
        if card.key not in self.card_keys:
            return Refusal.UNKNOWN_CARD_KEY
        try:
            cards.verify_card(text, self.card_keys)
        except cards.CardError:
            return Refusal.FORGED_CARD
        return None

    def person_of(self, code: PersonCode) -> Person:
        """Return the person that *code* names, with the code itself sealed to the server."""
        own = self.roster.tubes_of(code)
        return Person(
            tag=tag_of(self.secret, code),
            kind=code.kind.value,
            sealed=sealing.seal(self.sealing_key, code.raw),
            shown=identities.masked_name(code.name),
            birth_year=code.birth.year if code.birth else None,
            assigned=own,
            ahead=self.roster.ahead(own),
        )


def tag_of(secret: bytes, code: PersonCode) -> str:
    """Return the keyed hash by which one station knows a person again: 16 hex digits."""
    key = code.primary
    return hmac.new(secret, f"{key.system.value}|{key.value}".encode(), sha256).hexdigest()[:16]


def _order(text: str, at: float) -> Input | None:
    """Return what a command card or a box label means; None for every other code."""
    if boxes.is_label(text):
        try:
            return BoxScanned(boxes.read_label(text.strip()), at)
        except boxes.BoxError:
            return Unusable(Refusal.BOX_MISREAD, at)
    if not text.startswith(commands.PREFIX):
        return None
    try:
        return CommandGiven(commands.parse(text), at)
    except commands.CommandError:
        return Unusable(Refusal.COMMAND_NOT_USED, at)


def _like_tube(text: str) -> bool:
    try:
        tubes.tube(text)
    except tubes.TubeMisread:
        return True
    except tubes.TubeError:
        return False
    return not text.startswith((cards.NUMBER_PREFIX, cards.SIGNED_PREFIX))
