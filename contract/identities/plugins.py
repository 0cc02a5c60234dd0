"""Kinds of code that other packages add, through the entry point group `ghepmau.identities`.

Each entry point names a function `parse(raw: bytes) -> PersonCode` that raises `NotThisKind` for
what is not its own.  It answers with `Kind.OTHER` and keys of `System.OTHER` whose values begin
with the issuer's name ('hospital-x:12345').  Ours are asked first, so none can be taken over.

This is the one place in `contract` that looks at what is installed: once, at the first code.  A
package that cannot be imported stops it there, with its own error.
"""

from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points

from contract.identities.base import PersonCode

GROUP = "ghepmau.identities"


@cache
def installed() -> tuple[Callable[[bytes], PersonCode], ...]:
    """Return the parsers of installed packages, in the order of their names."""
    return tuple(point.load() for point in sorted(entry_points(group=GROUP)))
