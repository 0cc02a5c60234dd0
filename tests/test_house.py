"""The house rules that no linter knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("contract", "device", "labels", "server", "rehearsal", "benchmarks")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
# Where a process meets the world: what goes wrong there is logged, and the process goes on.
EDGES = {
    "device/cli.py",
    "device/uplink_process.py",
    "device/sources.py",
    "device/station.py",
    "rehearsal/cli.py",
    "server/cli.py",
    "server/delivery/worker.py",
    "server/lab/imports/worker.py",
    "server/intake/applier.py",
    "server/intake/writer.py",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def broad_excepts(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
        ):
            yield node.lineno


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=name_of)
def test_a_module_fits_in_the_head(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_the_edges_of_a_process_catch_everything(path: Path) -> None:
    assert name_of(path) in EDGES or not list(broad_excepts(path))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_but_a_test_asserts(path: Path) -> None:
    assert not [
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Assert)
    ]


def test_test_folders_are_not_packages() -> None:
    assert not [path for path in TESTS if path.name == "__init__.py"]


def test_tests_use_simulated_parts_and_never_patch() -> None:
    words = ("monkeypatch.setattr", "unittest.mock", "mocker.", "time.sleep")
    assert not [
        (name_of(path), word)
        for path in TESTS
        if path != Path(__file__)
        for word in words
        if word in path.read_text()
    ]
