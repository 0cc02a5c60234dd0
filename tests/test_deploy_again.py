"""A cluster's files are made once more after something was lost: what is made fits the others."""

import json
import shutil
from pathlib import Path

import pytest

from tests.test_deploy import ADDRESSES, prepare, run

NETWORK = "10.0.1.0/24"
MACHINES = [f"{name}={address}" for name, address in ADDRESSES.items()]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    to = tmp_path / "made"
    assert prepare(to).returncode == 0
    return to


def everything(made: Path) -> dict[str, bytes]:
    return {str(path.relative_to(made)): path.read_bytes() for path in made.glob("n*/*")}


def test_what_may_be_in_use_is_not_written_over(made: Path) -> None:
    before = everything(made)
    done = prepare(made)
    assert "Left as they were: n0, n1, n2" in done.stdout
    assert everything(made) == before


def test_a_machine_that_was_lost_is_made_anew_for_the_others_that_run(made: Path) -> None:
    before = everything(made)
    shutil.rmtree(made / "n1")
    assert "n1 joins the others" in run("--to", str(made)).stdout, "nothing has to be typed again"
    after = everything(made)
    new = {name for name in after if after[name] != before[name]}
    assert new == {"n1/node.key", "n1/node.crt", "n1/etcd.yml"}
    assert b"initial-cluster-state: existing" in after["n1/etcd.yml"]
    assert b"initial-cluster-state: new" in after["n0/etcd.yml"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--network", "10.0.2.0/24", *MACHINES], "--network was 10.0.1.0/24"),
        (["--bin", "/usr/lib/postgresql/17/bin"], "--bin was /usr/lib/postgresql/15/bin"),
        (["--read-port", "5009"], "--read-port was 5001"),
        ([MACHINES[0], "n1=10.0.0.21", MACHINES[2]], "takes its name and its address"),
        ([*MACHINES, "n3=10.0.0.13"], "n3 is not one of the machines"),
        (MACHINES[:2], "n2 is not named"),
    ],
)
def test_what_does_not_fit_the_others_is_refused_and_nothing_is_written(
    made: Path, typed: list[str], said: str
) -> None:
    shutil.rmtree(made / "n1")
    before = everything(made)
    done = run("--to", str(made), *typed)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert everything(made) == before


@pytest.mark.parametrize("lost", ["passwords.json", "ca.key", "ca.crt", "cluster.json"])
def test_where_something_of_all_machines_is_lost_it_says_to_bring_it_back(
    made: Path, lost: str
) -> None:
    shutil.rmtree(made / "n1")
    (made / lost).unlink()
    done = run("--to", str(made), "--network", NETWORK, *MACHINES)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert lost in done.stderr
    assert "back from" in done.stderr
    assert not (made / lost).exists()
    assert not (made / "n1").exists()


def unfinished(made: Path) -> None:
    """Let *made* stand as a first run leaves it that was cut off: it notes when all is written."""
    kept = json.loads((made / "cluster.json").read_text())
    (made / "cluster.json").write_text(json.dumps({**kept, "made": False}))


def test_a_first_run_that_was_cut_off_goes_on_as_a_first_run(made: Path) -> None:
    shutil.rmtree(made / "n2")
    (made / "n1").rename(made / ".n1")
    unfinished(made)
    before = (made / "n0/etcd.yml").read_bytes()
    assert prepare(made).returncode == 0
    assert (made / "n0/etcd.yml").read_bytes() == before
    for name in ADDRESSES:
        assert "initial-cluster-state: new" in (made / name / "etcd.yml").read_text("utf-8")
    assert json.loads((made / "cluster.json").read_text())["made"]
    assert not (made / ".n1").exists()


def test_no_folder_is_under_its_name_before_all_are_whole(made: Path) -> None:
    """In the place where the second one is written stands something that does not go."""
    for name in ADDRESSES:
        shutil.rmtree(made / name)
    unfinished(made)
    (made / ".n1").touch()
    assert run("--to", str(made)).returncode != 0
    assert not [name for name in ADDRESSES if (made / name).exists()]
