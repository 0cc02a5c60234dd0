"""What is handed out for others' programs leaves no door open."""

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
    command = [str(CLUSTER / "prepare.py"), *where, *named]
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


def test_nobody_comes_to_the_database_in_the_clear(made: Path) -> None:
    text = (made / "n0" / "patroni.yml").read_text("utf-8")
    lines = re.findall(r"^    - (local|host\w*) (.*)$", text, re.M)
    assert ("local", "all postgres peer") in lines
    assert {kind for kind, _ in lines} == {"local", "hostssl"}
    assert lines[-1] == ("hostssl", "ghepmau all 10.0.1.0/24 scram-sha-256")


def everything(made: Path) -> dict[str, bytes]:
    return {str(path.relative_to(made)): path.read_bytes() for path in made.glob("n*/*")}


def test_what_may_be_in_use_is_not_written_over(made: Path) -> None:
    before = everything(made)
    done = prepare(made)
    assert "Left as they were: n0, n1, n2" in done.stdout
    assert everything(made) == before


def test_a_machine_that_was_lost_is_made_anew_for_the_others_that_run(tmp_path: Path) -> None:
    prepare(tmp_path / "made")
    before = everything(tmp_path / "made")
    shutil.rmtree(tmp_path / "made/n1")
    assert "Written in" in prepare(tmp_path / "made").stdout
    after = everything(tmp_path / "made")
    new = {name for name in after if after[name] != before[name]}
    assert new == {"n1/node.key", "n1/node.crt", "n1/etcd.yml"}
    assert b"initial-cluster-state: existing" in after["n1/etcd.yml"]
    assert b"initial-cluster-state: new" in after["n0/etcd.yml"]


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
