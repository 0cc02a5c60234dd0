"""Faults of a cluster under the load of stations: the pause in writing, and what was lost.

A node killed, its log not sent on and then killed, Patroni frozen, etcd without
its leader, etcd without a majority, the whole site killed
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import psycopg
import pytest
import requests

from faults.applying import wait_mid_group
from faults.cluster.local import Local, cluster, wait
from faults.cluster.parts import Missing, Node, NotRunning
from faults.province import Server, free_port
from faults.stations import Report, Stations, enrol, sending
from server.config import Settings

BEFORE, AFTER = 4.0, 3.0  # seconds of sending before the fault and after its end
AGAIN_WITHIN = 120.0
FROZEN_AT_MOST = 90.0
SENDERS = 6
FIGURES = Path("var/cluster.md")
HEAD = (
    "| fault | pause | acknowledged | of them pairings | lost | amiss | what stations met |\n"
    "|---|---|---|---|---|---|---|\n"
)


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    try:
        with cluster() as made:
            FIGURES.parent.mkdir(exist_ok=True)
            FIGURES.write_text(HEAD)
            yield made
    except Missing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def server(local: Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two processes that serve, on this cluster."""
    data = tmp_path_factory.mktemp("server") / "data"
    more = {"GHEPMAU_DATABASE": local.url, "GHEPMAU_WORKERS": "2", "GHEPMAU_THREADS": "16"}
    enrol(Settings(data=str(data), database=local.url), [])
    made = Server(data, free_port(), environment=more)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def whole(local: Local) -> Iterator[Local]:
    local.heal()
    yield local
    local.undrop()


def leader_of(local: Local) -> Node:
    leader = local.leader
    assert leader is not None
    return leader


def another_leads(local: Local, than: Node) -> bool:
    leader = local.leader
    return leader is not None and leader.name != than.name


def under(fault: Callable[[], object], name: str, local: Local, server: Server) -> Report:
    """Send, let *fault* happen while pairings are applied, go on until stations are answered."""
    settings = Settings(data=str(server.data), database=local.url)
    stations = enrol(settings, [f"{name[:20]}-{number}" for number in range(SENDERS)])
    with sending(stations, [server.port]):
        rest(BEFORE)
        wait_mid_group(local.url)
        fault()
        after = monotonic()
        rest(1.0)
        answered_again(stations, after + 1.0)
        rest(AFTER)
    return told(stations.wait_applied(), name)


def answered_again(stations: Stations, moment: float) -> None:
    wait("an answer", lambda: stations.acked_after(moment) >= SENDERS, AGAIN_WITHIN)


def told(stations: Stations, name: str) -> Report:
    report = stations.report()
    print(report.row(name))
    with FIGURES.open("a") as out:
        out.write(report.row(name) + "\n")
    report.must_be_whole()
    return report


def rest(seconds: float) -> None:
    Event().wait(seconds)


def test_a_setting_of_the_cluster_is_changed_by_nobody_without_the_password(whole: Local) -> None:
    where, ca = f"https://127.0.0.1:{leader_of(whole).ports[2]}/config", str(whole.ca)
    evil = {"postgresql": {"parameters": {"archive_command": "touch /tmp/x"}}}
    assert requests.patch(where, json=evil, verify=ca, timeout=10).status_code == 401
    mine, same = ("patroni", whole.rest_password), {"loop_wait": 2}
    assert requests.patch(where, json=same, auth=mine, verify=ca, timeout=10).status_code == 200


def test_etcd_hears_nobody_without_a_certificate(whole: Local) -> None:
    where = f"https://127.0.0.1:{whole.nodes[0].ports[0]}/v3/maintenance/status"
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.post(where, json={}, verify=str(whole.ca), timeout=10)
    assert whole.etcd_leader in whole.nodes  # who shows one is answered


def test_nobody_writes_to_the_database_in_the_clear_or_as_its_master(whole: Local) -> None:
    where = f"host=127.0.0.1 port={leader_of(whole).ports[3]} dbname=ghepmau"
    for how in (f"user=ghepmau password={whole.password} sslmode=disable", "user=postgres"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"{where} {how}", connect_timeout=10)


def test_without_a_fault_nothing_pauses(whole: Local, server: Server) -> None:
    under(lambda: None, "none", whole, server)


def test_a_node_is_killed(whole: Local, server: Server) -> None:
    killed = leader_of(whole)
    report = under(killed.kill, "node-killed", whole, server)
    assert leader_of(whole) is not killed
    assert report.gap < 60


@pytest.mark.skipif(shutil.which("iptables") is None, reason="iptables is not installed")
def test_a_node_is_killed_whose_log_did_not_reach_the_others(whole: Local, server: Server) -> None:
    def fault() -> None:
        leader = leader_of(whole)
        whole.drop_replication(leader)
        rest(1.5)
        assert len(whole.dropped) == 2, "not both standbys were cut off"
        assert whole.never_arrived() > 0
        leader.kill()

    report = under(fault, "log-dropped", whole, server)
    assert report.gap < 60


def test_only_postgresql_is_killed(whole: Local, server: Server) -> None:
    leader = leader_of(whole)
    before = leader.postmaster
    under(leader.kill_postgresql, "postgresql-killed", whole, server)
    whole.wait_whole()
    assert leader.postmaster not in (None, before), "its PostgreSQL was not killed, or stayed away"


def test_where_no_postgresql_runs_none_is_said_to_be_killed(tmp_path: Path) -> None:
    node = Node(0, tmp_path, tmp_path, (0, 0, 0, 0))
    with pytest.raises(NotRunning):
        node.kill_postgresql()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/postmaster.pid").write_text(f"{os.getpid()}\n")  # of one long dead
    with pytest.raises(NotRunning):
        node.kill_postgresql()


def test_patroni_is_frozen_while_its_postgresql_goes_on(whole: Local, server: Server) -> None:
    frozen = leader_of(whole)

    def fault() -> None:
        frozen.freeze()
        wait("another to lead", lambda: another_leads(whole, frozen), FROZEN_AT_MOST)
        assert Path(f"/proc/{frozen.postmaster}").exists(), "its PostgreSQL did not go on"
        rest(5.0)
        frozen.thaw()

    under(fault, "patroni-frozen", whole, server)


def test_etcd_loses_its_leader(whole: Local, server: Server) -> None:
    under(lambda: whole.etcd_leader.kill_etcd(), "etcd-leader", whole, server)


def test_etcd_loses_its_majority(whole: Local, server: Server) -> None:
    """Failsafe mode: the nodes see each other, so the primary goes on."""

    def fault() -> None:
        for node in whole.nodes[:2]:
            node.kill_etcd()
        rest(30.0)

    report = under(fault, "etcd-majority", whole, server)
    assert report.gap < 20


def test_the_whole_site_is_killed(whole: Local, server: Server) -> None:
    """Every process at one moment, the server's too; then all is started again."""

    def fault() -> None:
        whole.kill_all()
        server.kill()
        rest(2.0)
        whole.heal()
        server.start()

    under(fault, "whole-site", whole, server)


def test_a_machine_is_lost_for_good_and_replaced(whole: Local, server: Server) -> None:
    """The leader burns down; another machine gets its name, its address and files made anew."""
    lost = leader_of(whole)
    under(lambda: whole.replace(lost), "replaced", whole, server)
    assert leader_of(whole) is not lost
    assert "started" in lost.etcdctl("member", "list")
