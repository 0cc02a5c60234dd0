"""The house rules that no linter knows."""

import ast
from collections.abc import Callable
from pathlib import Path

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
    "server/rounds.py",
    "server/intake/applier.py",
    "server/intake/applying.py",
    "server/intake/storing.py",
    "server/intake/writer.py",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def offending(paths: list[Path], offends: Callable[[ast.Module], object]) -> list[str]:
    """Return the modules that break a rule: one test for all costs a tenth."""
    return [name_of(path) for path in paths if offends(ast.parse(path.read_text()))]


def broad_excepts(module: ast.Module) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]


def asserts(module: ast.Module) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(module))


def test_a_module_fits_in_the_head() -> None:
    long = {name_of(path): len(path.read_text().splitlines()) for path in SOURCES + TESTS}
    assert not {name: lines for name, lines in long.items() if lines > 250}


def test_a_module_says_what_it_is() -> None:
    assert not offending(SOURCES, lambda module: not ast.get_docstring(module))


def test_only_the_edges_of_a_process_catch_everything() -> None:
    assert set(offending(SOURCES, broad_excepts)) <= EDGES


def test_nothing_but_a_test_asserts() -> None:
    assert not offending(SOURCES, asserts)


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
