"""The public keys of those who issue health certificates, from a TOML file of the operator.

[[issuer]]
name = "Bộ Y tế"
kid = "mxBfRZ4gx1c="        # base64, as the issuer publishes it
key = '''-----BEGIN PUBLIC KEY-----
...
-----END PUBLIC KEY-----'''
"""

import tomllib
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from contract.certificates import IssuerKey
from server.config import ConfigError, Settings


class Issuer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    kid: str
    key: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    issuer: list[Issuer] = []


def issuers_of(settings: Settings) -> Mapping[bytes, IssuerKey]:
    """Read the keys that the settings name, or that `add-issuer` put beside the data."""
    path = settings.issuers_path
    return load_issuers(path if settings.issuers or Path(path).exists() else "")


def load_issuers(path: str) -> Mapping[bytes, IssuerKey]:
    """Read the keys in *path* ('' for none), by key id; raise ConfigError for a wrong one."""
    if not path:
        return {}
    try:
        found = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), _File)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"không đọc được các nơi cấp trong {path}: {error}",
            f"cannot read the issuers in {path}: {error}",
        ) from error
    return {_key_id(each, path): _key(each, path) for each in found.issuer}


def _key_id(issuer: Issuer, path: str) -> bytes:
    try:
        return b64decode(issuer.kid, validate=True)
    except ValueError as error:
        raise ConfigError(
            f"{path}: kid của {issuer.name} không phải base64",
            f"{path}: the kid of {issuer.name} is not base64",
        ) from error


def _key(issuer: Issuer, path: str) -> IssuerKey:
    try:
        key = load_pem_public_key(issuer.key.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            f"{path}: không đọc được khóa của {issuer.name}: {error}",
            f"{path}: the key of {issuer.name} cannot be read: {error}",
        ) from error
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise ConfigError(
            f"{path}: khóa của {issuer.name} không phải ES256 hay PS256",
            f"{path}: the key of {issuer.name} is neither of ES256 nor PS256",
        )
    return key
