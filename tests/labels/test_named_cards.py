"""A command card is called by the name printed on it: by the station, and in what teams read."""

from itertools import takewhile
from pathlib import Path

import pytest

from device.refusal_words import REFUSALS
from labels.commands import ORDERS

PRINTED = {order.vi for order in ORDERS}
DOCS = Path(__file__).parents[2] / "docs"
READ = (DOCS / "guides" / "swab-team.md", DOCS / "station.md")


def named(text: str) -> set[str]:
    """Return the names in capitals that follow the word for a card."""
    found = set()
    for rest in text.replace("Thẻ", "thẻ").split("thẻ ")[1:]:
        words = takewhile(str.isupper, (word.strip("*.,:;·)") for word in rest.split()))
        found.add(" ".join(words))
    return {name for name in found if len(name) > 3}


@pytest.mark.parametrize("path", [*READ, None], ids=lambda path: path.stem if path else "station")
def test_a_card_is_called_as_it_is_printed(path: Path | None) -> None:
    said = "\n".join(each.vi for each in REFUSALS.values())
    names = named(path.read_text(encoding="utf-8") if path else said)
    assert names, "nobody names a card"
    assert names - PRINTED == set()
