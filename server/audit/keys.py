"""The keys of the trail, made from the vault's lasting one: they outlive every rotation."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from server import vault


def marking() -> bytes:
    """Return the key that entries are marked with."""
    return vault.current().derive_once("audit.mark", "1")


def signing() -> Ed25519PrivateKey:
    """Return the key that seals and anchors are signed with."""
    return Ed25519PrivateKey.from_private_bytes(vault.current().derive_once("audit.sign", "1"))


def public() -> Ed25519PublicKey:
    return signing().public_key()
