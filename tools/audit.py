"""`make audit`: do the versions that we pin have known holes?  Fails also where it could not look.

pip-audit without data finds nothing, and nothing looks like health.  So it is asked first about a
version whose holes everybody knows: if it finds none there, it has no data, and that is a failure.

It asks pypi.org; with ADVISORIES, a folder or zip file of advisories in the OSV form, no network.

0: looked, none found; 1: holes found; 2: could not look.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile

from tools import advisories

ROOT = Path(__file__).parents[1]
CANARY = "jinja2==2.4.1"  # CVE-2014-0012, CVE-2016-10745, CVE-2019-10906 …
PATIENCE = 300  # seconds


def main() -> int:
    pins = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line]
    try:
        with asking() as where:
            if not holes_in([CANARY], where):
                return trouble("pip-audit finds no hole in a version that is full of them")
            found = holes_in(pins, where)
    except CannotLook as error:
        return trouble(str(error))
    for name, version, ids in found:
        print(f"{name} {version}: {', '.join(ids)}")
    print(f"Looked at {len(pins)} versions: {len(found)} with known holes.")
    return 1 if found else 0


class CannotLook(Exception):
    """There is no answer, which is not the answer 'none'."""


@contextmanager
def asking() -> Iterator[list[str]]:
    """Give the words that tell pip-audit whom to ask.  Raises CannotLook."""
    given = os.environ.get("ADVISORIES", "")
    if not given:
        yield []
        return
    path = Path(given)
    if not path.exists():
        raise CannotLook(f"there is no {path}")
    try:
        known = advisories.read(path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, BadZipFile) as error:
        raise CannotLook(f"{path} holds no advisories in the OSV form: {error}") from error
    with advisories.serving(known) as url:
        yield ["--vulnerability-service=osv", f"--osv-url={url}"]


def holes_in(pins: list[str], where: list[str]) -> list[tuple[str, str, list[str]]]:
    """Return (name, version, holes) of the pins that have any; raise CannotLook."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pins.txt"
        listed.write_text("\n".join(pins) + "\n")
        command = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--no-deps",
                   "--disable-pip", "--format=json", *where,
                   "-r", str(listed)]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - our own words
                command,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
                env=os.environ
                | (dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1") if where else {}),
            )
        except subprocess.TimeoutExpired as error:
            raise CannotLook(f"no answer in {PATIENCE} s") from error
    try:
        looked = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError) as error:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotLook(said) from error
    skipped = [each for each in looked if "skip_reason" in each]
    if skipped:
        names = ", ".join(each["name"] for each in skipped)
        raise CannotLook(f"nothing is said of {names}: {skipped[0]['skip_reason']}")
    if len(looked) < len(pins):
        raise CannotLook(f"{len(pins) - len(looked)} of {len(pins)} versions were left out")
    return [
        (each["name"], each["version"], [hole["id"] for hole in each["vulns"]])
        for each in looked
        if each["vulns"]
    ]


def trouble(why: str) -> int:
    print(f"audit: could not look, so nothing is known: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
