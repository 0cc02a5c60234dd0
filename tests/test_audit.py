"""`make audit` says what it found, or that it could not look: never that all is well unseen."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import advisories

NOWHERE = "http://127.0.0.1:9"
ROOT = Path(__file__).parents[1]
# A program that answers as pip-audit does, from what HOLES, LEFT_OUT, SKIPPED and SILENT say.
STAND_IN = """
import json, os, sys
pins = open(sys.argv[sys.argv.index("-r") + 1]).read().split()
if os.environ.get("SILENT"):
    print("ConnectionError: no way to pypi.org", file=sys.stderr)
    raise SystemExit(1)
looked = []
for pin in pins[int(os.environ.get("LEFT_OUT", "0")):]:
    name, version = pin.split("==")
    holes = [{"id": "PYSEC-1"}] if name in os.environ.get("HOLES", "jinja2") else []
    looked.append({"name": name, "version": version, "vulns": holes})
if skipped := os.environ.get("SKIPPED"):
    looked = [{"name": each["name"], "skip_reason": skipped} for each in looked]
print(json.dumps({"dependencies": looked}))
"""


def audit(**environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tools.audit"], env=os.environ | environment, cwd=ROOT,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def stand_in(tmp_path: Path) -> str:
    (tmp_path / "pip_audit.py").write_text(STAND_IN)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"HOLES": "nothing"}, "no hole in a version that is full of them"),
        ({"SILENT": "1"}, "ConnectionError: no way to pypi.org"),
        ({"SKIPPED": "not found on PyPI"}, "nothing is said of jinja2: not found on PyPI"),
        ({"LEFT_OUT": "1"}, "1 of 1 versions were left out"),
    ],
)
def test_without_data_it_fails_and_says_that_nothing_is_known(
    stand_in: str, answers: dict[str, str], said: str
) -> None:
    code, words = audit(PYTHONPATH=stand_in, **answers)
    assert code == 2
    assert "could not look, so nothing is known" in words
    assert said in words


def test_a_known_hole_is_named_and_fails(stand_in: str) -> None:
    code, words = audit(PYTHONPATH=stand_in, HOLES="jinja2 alembic")
    assert code == 1
    assert "alembic" in words
    assert "PYSEC-1" in words


def test_it_passes_only_where_it_looked(stand_in: str) -> None:
    code, words = audit(PYTHONPATH=stand_in)
    assert code == 0
    assert "0 with known holes" in words


def test_the_real_one_fails_without_a_network() -> None:
    code, words = audit(HTTPS_PROXY="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9")
    assert code == 2
    assert "could not look" in words


def advisory(number: int, name: str, *, introduced: str, fixed: str) -> str:
    events = [{"introduced": introduced}, {"fixed": fixed}]
    package = {"name": name, "ecosystem": "PyPI"}
    affected = {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return json.dumps({"id": f"PYSEC-2026-{number}", "modified": "2026-11-01T00:00:00Z",
                       "summary": "made up", "affected": [affected]})  # fmt: skip


def test_it_looks_into_a_folder_of_advisories_without_a_network(tmp_path: Path) -> None:
    """The real pip-audit, asked about every pin."""
    (tmp_path / "1.json").write_text(advisory(1, "Jinja2", introduced="0", fixed="2.5"))
    (tmp_path / "2.json").write_text(advisory(2, "flask", introduced="1.0", fixed="99"))
    (tmp_path / "3.json").write_text(advisory(3, "werkzeug", introduced="0", fixed="1.0"))
    code, words = audit(ADVISORIES=str(tmp_path), HTTP_PROXY=NOWHERE, HTTPS_PROXY=NOWHERE)
    assert (code, words.count("PYSEC")) == (1, 1), words
    assert "PYSEC-2026-2" in words


def test_an_empty_or_broken_folder_is_no_answer(tmp_path: Path) -> None:
    assert audit(ADVISORIES=str(tmp_path / "none"))[0] == 2
    for content in ("{", "[]", "3", '{"affected": {}}', '{"affected": [1]}', '[{"id": "PYSEC-1"}]',
                    '{"affected": [{"package": []}]}'):  # fmt: skip
        (tmp_path / "1.json").write_text(content)
        code, words = audit(ADVISORIES=str(tmp_path))
        assert code == 2, words
        assert "holds no advisories in the OSV form" in words
        assert "Traceback" not in words


@pytest.mark.parametrize(
    ("version", "held"),
    [("0.9", False), ("1.0", True), ("1.9.9", True), ("2.0rc1", True), ("2.0", False)],
)
def test_a_version_is_held_against_where_a_hole_came_and_went(version: str, *, held: bool) -> None:
    entry = json.loads(advisory(1, "Some_Thing", introduced="1.0", fixed="2.0"))
    known = {"some-thing": [entry]}
    assert bool(advisories.about(known, "some.thing", version)) is held
    assert advisories.about(known, "other", version) == []
