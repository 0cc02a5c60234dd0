"""Faults of a cluster under the load of stations: the pause in writing, and what was lost.

A node killed, its log not sent on and then killed, Patroni frozen, etcd without
its leader, etcd without a majority, the whole site killed
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from faults.cluster.load import begin_figures, rest, under
from faults.cluster.local import Local, cluster, wait
from faults.cluster.parts import Missing, Node, NotRunning
from faults.province import Server, free_port
from faults.stations import enrol
from server.config import Settings

CUT_WITHIN = 8.0  # less than a leader that hears nobody stays one
FROZEN_AT_MOST = 90.0
ALONE = "failsafe mode is enabled"  # Patroni says by what it leads


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    try:
        with cluster() as made:
            begin_figures()
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
    """What shows that a fault took place, further down, shows none here."""
    leader = leader_of(whole)

    def none() -> None:
        before = whole.heard(leader)
        rest(1.5)
        assert whole.heard(leader) != before
        assert all(node.keeps() and len(node.answers()) == 4 for node in whole.nodes)

    under(none, "none", whole, server)


def test_a_node_is_killed(whole: Local, server: Server) -> None:
    killed = leader_of(whole)
    report = under(killed.kill, "node-killed", whole, server)
    assert leader_of(whole) is not killed
    assert report.gap < 60


@pytest.mark.skipif(shutil.which("iptables") is None, reason="iptables is not installed")
def test_a_node_is_killed_whose_log_did_not_reach_the_others(whole: Local, server: Server) -> None:
    killed = leader_of(whole)

    def fault() -> None:
        whole.drop_replication(killed)
        rest(0.3)  # for the words of standbys that are under way
        before = whole.heard(killed)
        rest(1.5)
        assert len(whole.dropped) == 2, "not both standbys were cut off"
        assert whole.heard(killed) == before, "a standby had more of the log"
        wait("both to be behind", lambda: whole.behind(killed) == 2, CUT_WITHIN)
        assert whole.never_arrived() > 0
        killed.kill()

    report = under(fault, "log-dropped", whole, server)
    assert leader_of(whole) is not killed
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
    killed = whole.etcd_leader

    def fault() -> None:
        killed.kill_etcd()
        assert killed.ports[0] not in killed.answers()
        wait("another etcd to lead", lambda: whole.etcd_led_by_others(killed))

    under(fault, "etcd-leader", whole, server)


def test_etcd_loses_its_majority(whole: Local, server: Server) -> None:
    """Failsafe mode: the nodes see each other, so the primary goes on."""
    leader, left = leader_of(whole), whole.nodes[2]
    assert left.keeps()
    before = leader.patroni_said().count(ALONE)

    def fault() -> None:
        for node in whole.nodes[:2]:
            node.kill_etcd()
        assert not left.keeps(), "etcd had a majority"
        rest(30.0)
        assert not left.keeps(), "etcd had a majority again"
        assert leader.patroni_said().count(ALONE) > before, "Patroni did not miss it"

    report = under(fault, "etcd-majority", whole, server)
    assert report.gap < 20


def test_the_whole_site_is_killed(whole: Local, server: Server) -> None:
    """Every process at one moment, the server's too; then all is started again."""
    before = [node.postmaster for node in whole.nodes]

    def fault() -> None:
        whole.kill_all()
        server.kill()
        rest(2.0)
        assert not [port for node in whole.nodes for port in node.answers()], "not all is down"
        whole.heal()
        server.start()

    under(fault, "whole-site", whole, server)
    after = [node.postmaster for node in whole.nodes]
    assert not {*before} & {*after}, "a PostgreSQL was not killed"


def test_a_machine_is_lost_for_good_and_replaced(whole: Local, server: Server) -> None:
    """The leader burns down; another machine gets its name, its address and files made anew."""
    lost = leader_of(whole)
    other = next(node for node in whole.nodes if node is not lost)
    before = other.member_of(lost)
    under(lambda: whole.replace(lost), "replaced", whole, server)
    assert leader_of(whole) is not lost
    assert "started" in lost.etcdctl("member", "list")
    assert other.member_of(lost) != before, "it is the machine of before"
