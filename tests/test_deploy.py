"""What is handed out for others' programs leaves no door open."""

import os
import re
import shutil
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

ROOT = Path(__file__).parents[1]
CLUSTER = ROOT / "deploy/cluster"
PATRONI = CLUSTER / "patroni.yml"
UNITS = ROOT / "firmware_config/systemd"
ADDRESSES = {"n0": "10.0.0.10", "n1": "10.0.0.11", "n2": "10.0.0.12"}


def prepare(to: Path, **machines: str) -> "subprocess.CompletedProcess[str]":
    named = [f"{name}={address}" for name, address in (machines or ADDRESSES).items()]
    where = ["--to", str(to), "--network", "10.0.1.0/24"]
    return run(*where, *named)


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [str(CLUSTER / "prepare.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("cluster") / "made"
    done = prepare(to)
    assert done.returncode == 0, done.stderr
    return to


def passwords(made: Path, name: str) -> list[str]:
    return re.findall(r'password: "(\w+)"', (made / name / "patroni.yml").read_text("utf-8"))


def test_patroni_takes_no_change_of_the_cluster_without_a_password() -> None:
    sections = re.split(r"^(\w+):", PATRONI.read_text("utf-8"), flags=re.M)
    rest = sections[sections.index("restapi") + 1]
    assert re.search(r'^  authentication: \{ username: \w+, password: "\$\{\w+\}" \}', rest, re.M)


def test_each_machine_of_a_cluster_gets_all_its_files_filled_in(made: Path) -> None:
    for name in ADDRESSES:
        files = {path.name for path in (made / name).iterdir()}
        settings = {"etcd.yml", "patroni.yml", "haproxy.cfg", "firewall.nft"}
        assert files == settings | {"ca.crt", "node.crt", "node.key"}
        assert not any("$" in (made / name / file).read_text("utf-8") for file in settings)


def test_passwords_are_long_differ_and_are_the_same_on_all_machines(made: Path) -> None:
    first = passwords(made, "n0")
    assert len(set(first)) == len(first) == 4
    assert min(map(len, first)) >= 32
    assert first == passwords(made, "n1") == passwords(made, "n2")


def test_nobody_but_its_owner_reads_a_machine_s_secrets(made: Path) -> None:
    secret = [made / "ca.key", made / "passwords.json"]
    secret += [*(made / name / "node.key" for name in ADDRESSES)]
    secret += [made / name / "patroni.yml" for name in ADDRESSES]
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}


@pytest.mark.parametrize("name", list(ADDRESSES))
def test_a_machine_s_certificate_names_its_address_and_holds(made: Path, name: str) -> None:
    own = x509.load_pem_x509_certificate((made / name / "node.crt").read_bytes())
    ca = x509.load_pem_x509_certificate((made / name / "ca.crt").read_bytes())
    own.verify_directly_issued_by(ca)
    names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [IPv4Address(ADDRESSES[name])]
    key = serialization.load_pem_private_key((made / name / "node.key").read_bytes(), None)
    assert key.public_key() == own.public_key()
    signs = ca.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert signs.ca
    assert not own.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_whoever_asks_the_database_can_read_the_authority_whatever_the_umask(
    tmp_path: Path,
) -> None:
    before = os.umask(0o077)
    try:
        prepare(tmp_path / "made")
    finally:
        os.umask(before)
    own = tmp_path / "made/n0"
    modes = [path.stat().st_mode & 0o777 for path in (own, own / "ca.crt", own / "node.key")]
    assert modes == [0o755, 0o644, 0o600]


def test_haproxy_lays_down_the_rights_that_it_begins_with(made: Path) -> None:
    text = (made / "n0/haproxy.cfg").read_text("utf-8")
    whole = text[text.index("global") : text.index("defaults")]
    assert {"user haproxy", "group haproxy", "chroot /var/lib/haproxy"} <= {
        line.strip() for line in whole.splitlines()
    }


def test_nobody_comes_to_the_database_in_the_clear(made: Path) -> None:
    text = (made / "n0" / "patroni.yml").read_text("utf-8")
    lines = re.findall(r"^    - (local|host\w*) (.*)$", text, re.M)
    assert ("local", "all postgres peer") in lines
    assert {kind for kind, _ in lines} == {"local", "hostssl"}
    assert ("hostssl", "all postgres,rewinder all reject") in lines


def test_the_servers_enter_any_database_as_their_own_user_and_as_nobody_else(made: Path) -> None:
    """A backup is restored into a database beside the one that it replaces."""
    text = (made / "n0" / "patroni.yml").read_text("utf-8")
    [line] = re.findall(r"^    - hostssl (.* 10\.0\.1\.0/24 .*)$", text, re.M)
    assert line.split(" #")[0] == "all ghepmau 10.0.1.0/24 scram-sha-256"


@pytest.mark.parametrize(
    "machines",
    [
        {"n0": "10.0.0.10", "n1": "10.0.0.11"},
        {"n0": "10.0.0.10", "n1": "10.0.0.10", "n2": "10.0.0.12"},
    ],
)
def test_what_is_no_cluster_is_refused_and_writes_nothing(
    machines: dict[str, str], tmp_path: Path
) -> None:
    done = prepare(tmp_path / "made", **machines)
    assert done.returncode == 1
    assert "machine" in done.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("unit", sorted(CLUSTER.glob("*.service")), ids=lambda path: path.stem)
def test_systemd_has_no_complaint_about_the_cluster_s_units(unit: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    units = tmp_path / "etc/systemd/system"
    units.mkdir(parents=True)
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    for name in ("usr/bin/etcd", "usr/bin/chown", "bin/kill", "opt/ghepmau/patroni/bin/patroni"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch(0o755)
    for each in CLUSTER.glob("*.service"):
        shutil.copy(each, units)
    command = [analyze, f"--root={tmp_path}", "verify", unit.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""


def test_a_workbook_that_takes_all_memory_ends_alone_and_not_the_server() -> None:
    for name in ("ghepmau-server", "ghepmau-work"):
        unit = (UNITS / f"{name}.service").read_text("utf-8")
        assert "\nOOMPolicy=continue\n" in unit
