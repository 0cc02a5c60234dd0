"""Several machines that serve behind one address: HAProxy as `deploy/` has it, before two nginx."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import pytest
import urllib3

from faults.cluster.local import wait
from faults.cluster.parts import program
from faults.fronts import ROOT, Front, changed, front
from faults.province import Server, free_port
from faults.test_fronts import log_in
from faults.test_fronts import server as server

HERE = "127.0.0.1"


@contextmanager
def balancer(folder: Path, *behind: Front) -> Iterator[Front]:
    """Start the example before other fronts; changed is where it listens and what is there."""
    haproxy = program("haproxy")
    if haproxy is None:
        pytest.skip("haproxy is not installed: `make cluster` fetches it")
    made = Front("haproxy", folder, free_port(), free_port())
    copyfile(behind[0].folder / "cert.pem", folder / "cert.pem")
    changes = {
        "  user haproxy\n  group haproxy\n  chroot /var/lib/haproxy\n": "",
        "bind :443": f"bind {HERE}:{made.port}", "bind :80": f"bind {HERE}:{made.plain}",
        "/etc/ssl/certs/ca-certificates.crt": str(folder / "cert.pem"),
        "  server c 10.0.1.12:443 check\n": "", "  server c 10.0.1.12:80 check\n": "",
    }  # fmt: skip
    for each, address in zip((behind * 2)[:2], ("10.0.1.10", "10.0.1.11"), strict=True):
        changes |= {
            f"{address}:443": f"{HERE}:{each.port}",
            f"{address}:80": f"{HERE}:{each.plain}",
        }
    settings = folder / "haproxy.cfg"
    text = (ROOT / "deploy/haproxy/ghepmau.cfg").read_text("utf-8")
    settings.write_text(changed(text, changes), "utf-8")
    with (folder / "said.log").open("wb") as said:
        running = subprocess.Popen([haproxy, "-db", "-f", settings], stdout=said, stderr=said)
    try:
        yield made
    finally:
        running.kill()
        running.wait()


@pytest.fixture
def ahead(server: Server, tmp_path: Path) -> Iterator[tuple[Front, ExitStack]]:
    """The address in front, and what ends the first machine behind it."""
    with ExitStack() as first, front("nginx", server.port, behind=HERE) as second:
        one = first.enter_context(front("nginx", server.port, behind=HERE, like=second))
        with balancer(tmp_path, one, second) as made:
            wait("an answer", lambda: answers(made), 30.0)
            yield made, first


def answers(ahead: Front) -> bool:
    with suppress(urllib3.exceptions.HTTPError):
        return ahead.ask("GET", "/healthz").status == 200
    return False


def test_the_server_counts_by_who_asks_and_not_by_the_machine_in_front(
    ahead: tuple[Front, ExitStack],
) -> None:
    """The fifth wrong password of one address makes that one wait, and no other."""
    one, other = (replace(ahead[0], source=f"127.0.0.{number}") for number in (8, 9))
    assert [log_in(one).status for _ in range(6)][-1] == 429
    assert log_in(other).status == 403, "told that the password is wrong"


def test_a_machine_that_goes_is_passed_over(ahead: tuple[Front, ExitStack]) -> None:
    made, first = ahead
    first.close()
    wait("the other", lambda: answers(made), 30.0)
    assert all(answers(made) for _ in range(10))


def test_whoever_comes_past_the_machine_in_front_is_no_other_than_they_are(
    server: Server, tmp_path: Path
) -> None:
    """One that may come to nginx and claims by PROXY to be another is believed in nothing."""
    with (
        front("nginx", server.port, behind="192.0.2.1") as alone,
        balancer(tmp_path, alone) as made,
    ):
        wait("an answer", lambda: answers(made), 30.0)
        claimed = [replace(made, source=f"127.0.0.{number}") for number in range(20, 26)]
        assert [log_in(each).status for each in claimed][-1] == 429
