import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.commands import Command, CommandError, parse, text_of


@pytest.mark.parametrize("command", Command)
def test_each_card_orders_what_it_says(command: Command) -> None:
    assert parse(text_of(command)) is command


@pytest.mark.parametrize("command", Command)
def test_each_card_fits_the_alphanumeric_mode_of_a_qr(command: Command) -> None:
    assert re.fullmatch(r"[0-9A-Z $%*+./:-]+", text_of(command))


def test_a_printed_card_never_changes() -> None:
    assert text_of(Command.UNDO) == "C:UNDO-E"


@given(st.text(max_size=20))
def test_any_other_text_orders_nothing(text: str) -> None:
    if text not in {text_of(command) for command in Command}:
        with pytest.raises(CommandError):
            parse(text)
