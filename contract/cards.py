"""Personal cards for people without a phone.

    P:K7M3Q9XT4H         the number alone: nine random characters and a MOD 37-2 check character
    P1:<base45>          the signed card: number, name, sex and birth year, so that a station can
                         ask "who are you?" off-line; no health data

Signed bytes: key id(4) | number(10, ASCII) | birth year(2) | issued(2, days after 2020-01-01) |
sex(1) | name (UTF-8) | Ed25519 signature(64).  Both texts stay in a QR's alphanumeric mode.
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Self

import base45
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.checks import mod_37_2
from contract.signing import CARD, BadSignature, encode
from contract.signing import decode as decode_base64

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that looks like something else
NUMBER_PREFIX = "P:"
SIGNED_PREFIX = "P1:"
LONGEST_NAME = 60  # UTF-8 bytes; longer names are cut at a character
_NUMBER = re.compile(f"[{ALPHABET}]{{9}}[0-9A-Z]", re.ASCII)
_HEAD = struct.Struct(">4s10sHHB")
_SIGNATURE = 64
_SEXES = ("", "M", "F")
BIRTH_YEARS = range(1880, 2101)
_EPOCH = date(2020, 1, 1)


class CardError(ValueError):
    """A text is no personal card, or a card that was misread or forged."""


@dataclass(frozen=True, slots=True)
class CardNumber:
    """The number of one personal card."""

    text: str

    def __post_init__(self) -> None:
        if _NUMBER.fullmatch(self.text) is None:
            raise CardError(f"{self.text!r} is no card number")
        if mod_37_2(self.text[:9]) != self.text[9]:
            raise CardError(f"{self.text!r} was misread: its check character is wrong")

    @classmethod
    def mint(cls, draw: bytes) -> Self | None:
        """Return the number that nine random bytes give, or None: then draw again.

        About 9 % of draws are given up: bytes that would favour some letters, and check
        characters outside 0-9, A-Z.
        """
        usable = 256 - 256 % len(ALPHABET)
        if len(draw) != 9 or any(byte >= usable for byte in draw):
            return None
        body = "".join(ALPHABET[byte % len(ALPHABET)] for byte in draw)
        check = mod_37_2(body)
        return None if check == "*" else cls(body + check)

    @property
    def payload(self) -> str:
        return NUMBER_PREFIX + self.text

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class SignedCard:
    """What the signed form of a card says.  `birth_year` 0 means unknown; `sex` is '', M or F."""

    number: CardNumber
    name: str
    birth_year: int
    sex: str
    issued: date
    key: str = ""

    def __post_init__(self) -> None:
        if self.birth_year and self.birth_year not in BIRTH_YEARS:
            raise CardError(f"nobody with a card was born in {self.birth_year}")
        if self.sex not in _SEXES:
            raise CardError(f"a card says M, F or nothing, not {self.sex!r}")
        if not 0 <= (self.issued - _EPOCH).days < 2**16:
            raise CardError(f"no card was issued on {self.issued}")


def key_name(public: Ed25519PublicKey) -> str:
    """Return the short name (base64url of four bytes) by which cards name their key."""
    return encode(sha256(public.public_bytes_raw()).digest()[:4])


def fitting(name: str) -> str:
    """Return as much of *name* as a signed card holds."""
    return name.encode()[:LONGEST_NAME].decode(errors="ignore")


def sign_card(card: SignedCard, key: Ed25519PrivateKey) -> str:
    """Return the text of *card*, signed with the card press's *key*."""
    name = fitting(card.name).encode()
    days = (card.issued - _EPOCH).days
    sex = _SEXES.index(card.sex)
    kid = decode_base64(key_name(key.public_key()))
    number = card.number.text.encode("ascii")
    body = _HEAD.pack(kid, number, card.birth_year, days, sex) + name
    written: bytes = base45.b45encode(body + key.sign(CARD + body))
    return SIGNED_PREFIX + written.decode("ascii")


def read_card(text: str) -> SignedCard:
    """Read a signed card's text without checking its signature; raise CardError if it is none."""
    card, _body, _signature = _split(text)
    return card


def verify_card(text: str, keys: Mapping[str, Ed25519PublicKey]) -> SignedCard:
    """Read a signed card and check its signature with the key that it names.

    Raises CardError if the card is damaged, its key is not in *keys*, or the signature is wrong.
    """
    card, body, signature = _split(text)
    if card.key not in keys:
        raise CardError("this card was signed with a key that is not known here")
    try:
        keys[card.key].verify(signature, CARD + body)
    except InvalidSignature as error:
        raise CardError("this card's signature is wrong: it may be forged") from error
    return card


def _split(text: str) -> tuple[SignedCard, bytes, bytes]:
    if not text.startswith(SIGNED_PREFIX):
        raise CardError("not a signed card")
    try:
        blob = base45.b45decode(text[len(SIGNED_PREFIX) :])
        body, signature = blob[:-_SIGNATURE], blob[-_SIGNATURE:]
        kid, number, year, days, sex = _HEAD.unpack(body[: _HEAD.size])
        card = SignedCard(
            number=CardNumber(number.decode("ascii")),
            name=body[_HEAD.size :].decode(),
            birth_year=year,
            sex=_SEXES[sex],
            issued=_EPOCH + timedelta(days=days),
            key=encode(kid),
        )
    except (ValueError, struct.error, IndexError, BadSignature) as error:
        raise CardError("this card is damaged") from error
    return card, body, signature
