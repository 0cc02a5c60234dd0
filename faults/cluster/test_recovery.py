"""What docs/cluster.md says to do where two of three machines are lost, or one was stolen."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from faults.cluster.local import Local, cluster, wait
from faults.cluster.parts import AS_NOBODY, HERE, PATRONI, Missing, Node, prepare

ROLES = {"postgres": "", "replicator": "replication_", "rewinder": "rewind_"}


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    try:
        with cluster() as made:
            run(made, leader_of(made), "CREATE TABLE told (number int)")
            yield made
    except Missing as error:
        pytest.skip(str(error))


def leader_of(local: Local) -> Node:
    leader = local.leader
    assert leader is not None
    return leader


def run(local: Local, node: Node, statement: str) -> list[tuple[object, ...]]:
    with local.as_master(node) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def members(node: Node) -> list[str]:
    with suppress(subprocess.CalledProcessError):
        return node.etcdctl("member", "list").splitlines()
    return []


def go_on_alone(node: Node) -> None:
    """Let etcd forget the others; the line that says so is there for one start."""
    settings = node.files / "etcd.yml"
    text = settings.read_text("utf-8")
    for now in (text + "force-new-cluster: true\n", text):
        node.kill_etcd()
        settings.write_text(now, "utf-8")
        node.start_etcd()
        wait("etcd alone", lambda: len(members(node)) == 1)


def take_the_lead(local: Local, node: Node) -> None:
    wait("that nobody leads", lambda: local.leader is None)
    said = ["-c", str(node.files / "patroni.yml"), "failover", "ghepmau", "--candidate", node.name]
    command = [*(AS_NOBODY if os.geteuid() == 0 else ()), f"{PATRONI}ctl", *said, "--force"]
    subprocess.run(command, check=True, capture_output=True, cwd="/")
    wait(f"that {node.name} leads", lambda: local.leader is node)


def bring(local: Local, node: Node, leads: Node, away: Node | None) -> None:
    """Put a new machine in the place of *node*; *away* is not there yet."""
    for gone in (local.folder / "made" / node.name, *node.folder.iterdir()):
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    peer = f"--peer-urls=https://{HERE}:{node.ports[1]}"
    wait("etcd's consent", lambda: leads.takes("member", "add", node.name, peer))
    prepare(local.folder / "made", local.bin, local.nodes, local.proxy)
    settings = node.files / "etcd.yml"
    if away is not None:
        line = rf"(?m)^(initial-cluster:.*?)(,?{away.name}=[^,\n]*)"
        settings.write_text(re.sub(line, r"\1", settings.read_text("utf-8")), "utf-8")
    node.start_etcd()
    node.start_patroni()
    wait("the new one", lambda: sum("started" in each for each in members(leads)) > (not away) + 1)


def test_one_that_is_left_of_three_goes_on_with_what_was_answered(local: Local) -> None:
    first = leader_of(local)
    left, second = (node for node in local.nodes if node is not first)
    run(local, first, "INSERT INTO told VALUES (1)")
    for node in (first, second):
        node.kill()
        node.kill_etcd()
    assert not [port for node in (first, second) for port in node.answers()]
    assert not left.keeps(), "etcd had a majority"
    assert run(local, left, "SELECT pg_is_in_recovery()") == [(True,)]
    go_on_alone(left)
    take_the_lead(local, left)
    bring(local, first, left, away=second)
    bring(local, second, left, away=None)
    local.wait_whole()
    run(local, leader_of(local), "INSERT INTO told VALUES (2)")
    assert run(local, leader_of(local), "SELECT * FROM told") == [(1,), (2,)]


def test_after_everything_is_made_anew_a_stolen_certificate_is_not_heard(
    local: Local, tmp_path: Path
) -> None:
    taken = replace(local.nodes[0], folder=tmp_path)
    shutil.copytree(local.nodes[0].files, taken.files)
    assert taken.takes("member", "list")
    new, made = local.folder / "new", local.folder / "made"
    prepare(new, local.bin, local.nodes, local.proxy)
    drawn = json.loads((new / "passwords.json").read_text())
    for role, kind in reversed(ROLES.items()):  # ours last: with it goes the way in
        statement = f"ALTER ROLE {role} PASSWORD '{drawn[f'{kind}password']}'"
        run(local, leader_of(local), statement)
    end(local)
    shutil.rmtree(made)
    new.rename(made)
    prepare(made, local.bin, local.nodes, local.proxy)
    local.master_password = drawn["password"]
    local.heal()
    run(local, leader_of(local), "INSERT INTO told VALUES (3)")
    assert not taken.takes("member", "list")
    assert local.nodes[0].takes("member", "list")


def end(local: Local) -> None:
    """Stop Patroni on all, then etcd; what a machine had of the old files goes."""
    for node in local.nodes:
        assert node.patroni is not None
        node.patroni.terminate()
    for node in local.nodes:
        assert node.patroni is not None
        node.patroni.wait(120)
        node.patroni = None
    for node in local.nodes:
        node.kill_etcd()
        shutil.rmtree(node.files)
