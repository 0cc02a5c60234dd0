"""The promises of docs/promises.md with the tests that keep them: are they there, do they hold?

`make promises` lists them, fails where a named test does not exist, and runs every one of them.  A
test that is skipped keeps nothing: it is named with its reason, and the end is a failure.  --list
only lists them, --table prints README's table.
"""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "promises.md"
CLUSTER = "faults/cluster/"
_ROW = re.compile(r"^\| (?P<promise>[^|]+) \| (?P<tests>`.*`) \|$")
_TEST = re.compile(r"`([^`]+\.py)::(test_\w+)`")

Test = tuple[str, str]  # path, name


class Promise(NamedTuple):
    """One row of the page."""

    text: str
    tests: list[Test]
    never: str  # the heading that it stands under


def promises() -> Iterator[Promise]:
    """Yield every promise of the page."""
    never = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        never = line.removeprefix("## ") if line.startswith("## ") else never
        if row := _ROW.match(line):
            yield Promise(row["promise"].strip(), _TEST.findall(row["tests"]), never)


def table() -> Iterator[str]:
    """Yield README's table: how many promises each heading has, and tests that keep them."""
    yield "| what is promised | promises | tests that keep them |"
    yield "|---|---|---|"
    known = list(promises())
    for never in dict.fromkeys(promise.never for promise in known):
        own = [promise for promise in known if promise.never == never]
        yield f"| {never} | {len(own)} | {len({test for one in own for test in one.tests})} |"


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


def run(root: Path, tests: Sequence[Test]) -> tuple[int, dict[Test, str]]:
    """Run *tests* of *root*; return pytest's exit code, and which did not wholly run, and why."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        named = [f"{path}::{name}" for path, name in tests]
        done = subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *named],
            cwd=root, check=False,
        )  # fmt: skip
        cases = list(ElementTree.parse(report).iter("testcase")) if report.is_file() else []  # noqa: S314
    return done.returncode, _not_run(cases, tests)


def _not_run(cases: Sequence[ElementTree.Element], tests: Sequence[Test]) -> dict[Test, str]:
    ran, skipped = set(), defaultdict[tuple[str, str], list[str]](list)
    for case in cases:
        which = case.get("classname", ""), case.get("name", "").partition("[")[0]
        found = case.find("skipped")
        if found is None:
            ran.add(which)
        else:
            skipped[which].append(found.get("message") or "no reason")
    without = {}
    for path, name in tests:
        module = path.removesuffix(".py").replace("/", ".")
        why = skipped[module, name]
        if why or (module, name) not in ran:
            without[path, name] = "; ".join(dict.fromkeys(why)) or "it was not run"
    return without


def _told(known: Sequence[Promise], without: dict[Test, str], headline: str) -> None:
    """Print which promises lack a test that ran, under *headline*."""
    if not without:
        return
    print(f"\n{headline}: {len(without)}")
    for promise in known:
        for test in promise.tests:
            if test in without:
                print(f"    {promise.text}\n        {'::'.join(test)}: {without[test]}")


def main(arguments: Sequence[str]) -> int:
    if "--table" in arguments:
        print(*table(), sep="\n")
        return 0
    known = list(promises())
    for promise in known:
        print(promise.text)
        for path, name in promise.tests:
            print(f"    {path}::{name}")
    wrong, tests = missing(), list(dict.fromkeys(test for p in known for test in p.tests))
    print(f"{len(known)} promises, {len(tests)} tests", flush=True)
    if wrong:
        print("not there:", *wrong, sep="\n    ")
        return 1
    if "--list" in arguments:
        return 0
    asked = "--without-cluster" in arguments
    left_out = {
        test: "--without-cluster" for test in tests if asked and test[0].startswith(CLUSTER)
    }
    code, without = run(ROOT, [test for test in tests if test not in left_out])
    _told(known, left_out, "Để lại theo yêu cầu, chưa kiểm · left out as asked, not checked")
    _told(known, without, "CHƯA KIỂM · NOT CHECKED: a test that keeps a promise was not run")
    return code or int(bool(without))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
