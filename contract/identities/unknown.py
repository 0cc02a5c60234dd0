"""A code that we do not understand: its bytes are kept, and known again by their fingerprint."""

from contract.identities.base import Kind, PersonCode, fingerprint


def parse(raw: bytes) -> PersonCode:
    """Never refuses.  The operator says who the person is; the bytes alone name nobody."""
    return PersonCode(Kind.UNKNOWN, raw, (fingerprint(raw),), warnings=("unknown-code",))
