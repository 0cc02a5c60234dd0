"""A code that we do not understand: its bytes are kept, and known again by their fingerprint."""

from contract import tubes
from contract.identities.base import Kind, PersonCode, fingerprint


def parse(raw: bytes) -> PersonCode:
    """Never refuses.  The operator says who the person is; the bytes alone name nobody.

    Line ends that a reader adds do not count.  What a maker's tube code may look like carries the
    warning 'could-be-tube': only a registered lot can tell.
    """
    said = raw.rstrip(b"\r\n\0")
    warnings = ["unknown-code"]
    if _could_be_tube(said):
        warnings.append("could-be-tube")
    return PersonCode(Kind.UNKNOWN, raw, (fingerprint(said),), warnings=tuple(warnings))


def _could_be_tube(said: bytes) -> bool:
    try:
        tubes.ForeignTube(said.decode("ascii"))
    except ValueError:
        return False
    return True
