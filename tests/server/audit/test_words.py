"""Every action that the code leaves in the trail has words in both languages."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

import server
from server.audit import words
from server.lab.boxes import custody
from server.lab.words import Kind
from server.sampling.decisions import About

CODE = Path(server.__file__).parent
SHAPE = re.compile(r"[a-z][a-z-]*\.[a-z][a-z-]*")
# Where the action is put together: each part that changes, and what it can be.
KINDS: dict[str, type[StrEnum]] = {"box.": custody.Kind, ".ordered": Kind, ".decided": About}
NEVER = {"first.ordered", "amendment.ordered"}  # nobody orders a first result or a correction


def actions() -> Iterator[tuple[str, ast.expr]]:
    """Yield where an action is recorded, and the expression that says which."""
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"record", "record_each"}
                and ast.unparse(node.func.value) == "audit"
            ):
                yield f"{path.relative_to(CODE)}:{node.lineno}", node.args[1]


def test_every_action_that_is_recorded_has_words() -> None:
    found = list(actions())
    assert len(found) > 100
    for where, said in found:
        for part in ast.walk(said):
            if isinstance(part, ast.Constant) and SHAPE.fullmatch(str(part.value)):
                assert part.value in words.table(), f"{where}: add it to server/audit/words.toml"


@pytest.mark.parametrize(("fixed", "kinds"), KINDS.items())
def test_every_action_of_a_kind_has_words(fixed: str, kinds: type[StrEnum]) -> None:
    for kind in kinds:
        action = f"{fixed}{kind}" if fixed.endswith(".") else f"{kind}{fixed}"
        assert (action in words.table()) != (action in NEVER), action


def test_the_table_is_in_order_and_says_each_once() -> None:
    table = words.table()
    assert list(table) == sorted(table)
    for language in zip(*table.values(), strict=True):
        assert len(set(language)) == len(language)
    assert all(SHAPE.fullmatch(action) and vi and en for action, (vi, en) in table.items())


def test_an_action_without_words_is_called_by_its_code() -> None:
    assert words.of("tube.paired") == ("Ghép người với ống", "Tube paired")
    assert words.of("tube.frozen") == ("tube.frozen", "tube.frozen")
