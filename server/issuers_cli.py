"""`ghepmau-server add-issuer` and `issuers`: whose health certificates (HC1) we believe."""

import argparse
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from cryptography.x509 import load_pem_x509_certificate

from contract.spoken import said
from server.config import ConfigError, Loaded
from server.record.issuers import load_issuers
from server.speaking import say, tell
from server.upkeep.opening import Trouble

Add = Callable[..., argparse.ArgumentParser]
KID_BYTES = 8
_HEAD = "# Whose health certificates we believe; written by `ghepmau-server add-issuer`.\n"


def add_to(add: Add) -> None:
    """Add the commands to the server's."""
    taking = add(
        "add-issuer",
        add_issuer,
        said(
            "Tin chứng nhận sức khỏe (HC1) của một nơi cấp.",
            "Believe the health certificates (HC1) of an issuer.",
        ),
    )
    taking.add_argument(
        "--name",
        required=True,
        help=said("tên nơi cấp như mọi người biết", "as people know the issuer"),
    )
    taking.add_argument(
        "--kid",
        default="",
        help=said(
            "mã khóa dạng base64; chứng thư thì đã có sẵn",
            "key id in base64; of a certificate it is known",
        ),
    )
    taking.add_argument(
        "key",
        type=Path,
        help=said(
            "tệp PEM: chứng thư hoặc khóa công khai", "PEM file: a certificate, or a public key"
        ),
    )
    add(
        "issuers",
        show_issuers,
        said("Liệt kê những nơi cấp được tin.", "List whose health certificates we believe."),
    )


def add_issuer(asked: argparse.Namespace, loaded: Loaded) -> None:
    path = Path(loaded.settings.issuers_path)
    kid, pem = read_key(asked.key.read_bytes(), asked.kid)
    known = load_issuers(str(path) if path.exists() else "")
    if b64decode(kid) in known:
        raise Trouble(
            f"khóa {kid} đã có; bỏ nó khỏi {path} trước",
            f"the key {kid} is known already; take it out of {path} first",
        )
    block = f'\n[[issuer]]\nname = {json.dumps(asked.name, ensure_ascii=False)}\nkid = "{kid}"\n'
    before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{before}{block}key = '''{pem.strip()}\n'''\n", encoding="utf-8")
    try:
        load_issuers(str(fresh))  # what the server could not read is not put in place
    except ConfigError:
        fresh.unlink()
        raise
    fresh.replace(path)
    say(
        f"{asked.name}: {kid}. "
        + said("Khởi động lại máy chủ để dùng.", "Restart the server to use it.")
    )


def read_key(content: bytes, kid: str) -> tuple[str, str]:
    """Return the key id in base64 and the public key as PEM; raise Trouble.

    A certificate's id is the beginning of its SHA-256; a bare key's must be told.
    """
    try:
        if b"CERTIFICATE" in content:
            found = load_pem_x509_certificate(content)
            digest = sha256(found.public_bytes(Encoding.DER)).digest()
            kid = kid or b64encode(digest[:KID_BYTES]).decode()
            content = found.public_key().public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
            )
        load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Trouble(
            f"đây không phải chứng thư hay khóa công khai PEM: {error}",
            f"this is no PEM certificate or public key: {error}",
        ) from error
    if not kid:
        raise Trouble(
            "khóa công khai không mang mã: thêm --kid",
            "a public key alone does not say its id: give --kid",
        )
    try:
        b64decode(kid, validate=True)
    except ValueError as error:
        raise Trouble(f"mã {kid} không phải base64", f"the kid {kid} is not base64") from error
    return kid, content.decode("ascii")


def show_issuers(_asked: argparse.Namespace, loaded: Loaded) -> None:
    path = Path(loaded.settings.issuers_path)
    known = load_issuers(str(path) if path.exists() else "")
    for kid in known:
        say(b64encode(kid).decode())
    tell(f"{len(known)} khóa trong {path}", f"{len(known)} keys in {path}")
