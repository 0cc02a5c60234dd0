"""docs/identities.md says what is true."""

import re
from pathlib import Path

import pytest

from contract import identities
from contract.identities import Kind

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "identities.md").read_text()
BLOCK = re.search(r"```text payloads\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = BLOCK[1].splitlines() if BLOCK else []
SOURCES = sorted((ROOT / "contract" / "identities").glob("*.py"))
WARNING = re.compile(
    r'"([a-z-]+-(?:mismatch|province|unusual|benefit|hex|proxy|unreadable|missing|diacritics|lost'
    r'|verified|vehicle|place|code|tube))"'
)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize("line", EXAMPLES)
def test_each_example_is_of_the_kind_it_is_said_to_be(line: str) -> None:
    kind, text = line.split(" ", 1)
    assert identities.parse(text.encode()).kind is Kind(kind)


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_on_the_page(kind: Kind) -> None:
    assert f"`{kind.value}`" in PAGE


def test_each_warning_is_on_the_page() -> None:
    found = {word for path in SOURCES for word in WARNING.findall(path.read_text())}
    assert len(found) >= 18
    assert {word for word in found if f"`{word}`" not in PAGE} == set()
