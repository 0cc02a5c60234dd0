"""The promises of docs/promises.md with the tests that keep them: are they there, do they hold?

`make promises` lists them, fails where a named test does not exist, and runs every one of them.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "promises.md"
_ROW = re.compile(r"^\| (?P<promise>[^|]+) \| (?P<tests>`.*`) \|$")
_TEST = re.compile(r"`([^`]+\.py)::(test_\w+)`")


class Promise(NamedTuple):
    """One row of the page; each test is (path, name)."""

    text: str
    tests: list[tuple[str, str]]


def promises() -> Iterator[Promise]:
    """Yield every promise of the page."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if row := _ROW.match(line):
            yield Promise(row["promise"].strip(), _TEST.findall(row["tests"]))


def missing() -> list[str]:
    """Return the tests that are named and do not exist, and promises without any."""
    known: dict[str, set[str]] = {}
    wrong = []
    for promise in promises():
        if not promise.tests:
            wrong.append(f"no test keeps: {promise.text}")
        for path, name in promise.tests:
            if path not in known:
                known[path] = _tests_in(ROOT / path)
            if name not in known[path]:
                wrong.append(f"{path}::{name}")
    return wrong


def _tests_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def main() -> int:
    known = list(promises())
    for promise in known:
        print(promise.text)
        for path, name in promise.tests:
            print(f"    {path}::{name}")
    wrong = missing()
    print(f"{len(known)} promises, {len({t for p in known for t in p.tests})} tests")
    if wrong:
        print("not there:", *wrong, sep="\n    ")
        return 1
    if "--list" in sys.argv:
        return 0
    tests = dict.fromkeys(f"{path}::{name}" for p in known for path, name in p.tests)
    return subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "-q", "-rs", *tests], cwd=ROOT, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
