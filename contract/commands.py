"""Command cards: laminated QR cards beside the station, for hands in gloves.

C:UNDO-E    the word, and its MOD 37-2 check character; alphanumeric QR
"""

from enum import StrEnum

from contract.checks import mod_37_2

PREFIX = "C:"


class CommandError(ValueError):
    """A text is no command card."""


class Command(StrEnum):
    """What a card can order.  The value is the word in its code and never changes."""

    BEGIN_SHIFT = "BEGINSHIFT"
    CANCEL = "CANCEL"
    CHANGE_OPERATOR = "OPERATOR"
    CLOSE_BOX = "CLOSEBOX"
    CLOSE_POOL = "CLOSEPOOL"
    DUTY_CHECK_IN = "CHECKIN"
    DUTY_RECEPTION = "RECEPTION"
    DUTY_SAMPLING = "SAMPLING"
    END_SHIFT = "ENDSHIFT"
    NO_SYMPTOMS = "NOSYMPTOMS"
    OPEN_POOL = "OPENPOOL"
    SYMPTOMS = "SYMPTOMS"
    UNDO = "UNDO"
    VOID_TUBE = "VOIDTUBE"


def text_of(command: Command) -> str:
    """Return the text that the card of *command* carries."""
    return f"{PREFIX}{command.value}-{mod_37_2(command.value)}"


_BY_TEXT = {text_of(command): command for command in Command}


def parse(text: str) -> Command:
    """Return the command that *text* orders; raise CommandError if it orders none."""
    command = _BY_TEXT.get(text)
    if command is None:
        raise CommandError(f"{text!r} is no command card of ours")
    return command
