"""The headers that keep browsers from being turned against their users.  Pure."""

from functools import cache

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "img-src 'self' data:; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@cache
def headers(*, secure: bool) -> dict[str, str]:
    """Return what stands on every answer but files of the program itself: nothing of ours is kept
    by browsers, sheets of cards no more than pages."""
    safe = {"Strict-Transport-Security": "max-age=31536000"} if secure else {}
    return {**HEADERS, **safe, "Cache-Control": "no-store"}
