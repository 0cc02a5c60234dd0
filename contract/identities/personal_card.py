"""Our own cards, `P:` (the number) and `P1:` (signed).  A damaged one stands for nobody.

The signature is not checked here, for that takes the press's keys: the station does it with
`contract.cards.verify_card` before it asks anybody "is this you?".  The text is taken to the
letter, so that what is read here is what was verified there.
"""

from contract.cards import (
    NUMBER_PREFIX,
    SIGNED_PREFIX,
    CardError,
    CardNumber,
    read_card,
)
from contract.identities.base import (
    BirthDate,
    IdentityError,
    Key,
    Kind,
    NotThisKind,
    PersonCode,
    Sex,
    System,
)


def parse(raw: bytes) -> PersonCode:
    """Raises IdentityError, never NotThisKind, where a card of ours was misread."""
    text = raw.decode("utf-8", errors="replace")
    try:
        if text.startswith(SIGNED_PREFIX):
            return _signed(raw, text)
        if text.startswith(NUMBER_PREFIX):
            number = CardNumber(text.removeprefix(NUMBER_PREFIX))
            return PersonCode(Kind.PERSONAL_CARD, raw, (Key(System.CARD, number.text),))
    except CardError as error:
        raise IdentityError("misread card: hold it up again, flat and clean") from error
    if text.strip().upper().startswith((SIGNED_PREFIX, NUMBER_PREFIX)):
        raise IdentityError("misread card: the reader changes what it reads, set it up anew")
    raise NotThisKind("not one of our cards")


def _signed(raw: bytes, text: str) -> PersonCode:
    card = read_card(text)
    return PersonCode(
        kind=Kind.PERSONAL_CARD,
        raw=raw,
        keys=(Key(System.CARD, card.number.text),),
        name=card.name or None,
        birth=BirthDate(card.birth_year) if card.birth_year else None,
        sex=Sex(card.sex) if card.sex else None,
    )
