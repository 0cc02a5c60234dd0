"""Keys of issuers are taken by command; days off that nobody announced are said to be guessed."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from server.cli import main
from server.config import Settings
from server.record import workdays
from server.record.issuers import issuers_of

KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GHEPMAU_DATA", str(tmp_path))
    return tmp_path


def certificate(now: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nơi cấp")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(KEY.public_key()).serial_number(1)
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=9))
    return made.sign(KEY, SHA256()).public_bytes(Encoding.PEM)


def test_a_certificate_and_a_bare_key_are_taken_and_believed(
    folder: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.pem").write_bytes(certificate(now))
    bare = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "b.pem").write_bytes(bare)
    assert issuers_of(Settings(data=str(folder))) == {}
    assert main(["add-issuer", "--name", 'Bộ "Y tế"', str(folder / "a.pem")]) == 0
    assert main(["add-issuer", "--name", "Khác", str(folder / "b.pem")]) == 2  # says no id
    words = ["add-issuer", "--name", "Khác", "--kid", "aXNzdWVyLTE=", str(folder / "b.pem")]
    assert main(words) == 0
    assert main(words) == 2  # it is known
    assert main(["issuers"]) == 0
    assert "2 keys in" in capsys.readouterr().out
    known = issuers_of(Settings(data=str(folder)))
    assert b"issuer-1" in known
    assert len(known) == 2


def test_what_is_no_key_changes_nothing(folder: Path) -> None:
    (folder / "a.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert main(["add-issuer", "--name", "X", str(folder / "a.pem")]) == 2
    assert main(["add-issuer", "--name", "X", str(folder / "none.pem")]) == 2
    assert not (folder / "issuers.toml").exists()


def test_a_due_time_in_a_year_whose_days_off_are_not_announced_is_an_estimate() -> None:
    ours = workdays.load("")
    asked = datetime(2026, 12, 30, 9, tzinfo=workdays.VIETNAM)
    assert ours.is_estimate(ours.due(asked, 2))
    assert not ours.is_estimate(ours.due(asked - timedelta(days=7), 2))
    assert not workdays.Calendar().is_estimate(asked)
