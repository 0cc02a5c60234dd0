"""Passwords: argon2id, at most two at once (each takes 46 MiB), and what we refuse as one.

Letters with marks are written in two ways by different keyboards; both are the same password.
"""

from functools import partial
from threading import BoundedSemaphore
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import BadInput

LONGEST = 200
_one_way = partial(normalize, "NFC")
_hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)  # OWASP's first choice
_turn = BoundedSemaphore(2)
# The hash of 32 random bytes that nobody kept: what an unknown login is compared with.
_NOBODYS = (
    "$argon2id$v=19$m=47104,t=1,p=1$kMecd7JXuh4ZtIwxR6Imcg"
    "$O/ISbz/kDq6vtff9fgYl1c8LobMQFUlsTpgegfg5wnw"
)
_WORN_OUT = {
    "123456789012", "12345678", "123456789", "1234567890", "password", "password1", "qwertyuiop",
    "matkhau", "matkhau123", "111111111111", "000000000000", "abc123456789", "ghepmau", "xinchao",
}  # fmt: skip


def hash_password(password: str, *, login: str, shortest: int) -> str:
    """Return the hash of a new password; raise BadInput if it is too easy to guess."""
    password = _one_way(password)
    folded = password.casefold().replace(" ", "")
    if not shortest <= len(password) <= LONGEST:
        raise BadInput(
            f"Mật khẩu phải dài từ {shortest} ký tự. Một câu ngắn là dễ nhớ nhất.",
            f"A password has at least {shortest} characters. A short sentence is easy to keep.",
            field="password",
        )
    if login.casefold() in folded or folded in _WORN_OUT or len(set(folded)) < 5:
        raise BadInput(
            "Mật khẩu này quá dễ đoán. Chọn một câu ngắn chỉ mình bạn nghĩ ra.",
            "This password is too easy to guess. Choose a short sentence of your own.",
            field="password",
        )
    return rehash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Return whether *password* is the one; with no hash, take as long and say no."""
    typed = _one_way(password[: 4 * LONGEST])[:LONGEST]
    with _turn:
        try:
            return _hasher.verify(password_hash or _NOBODYS, typed)
        except (VerificationError, InvalidHashError):
            return False


def is_dated(password_hash: str) -> bool:
    """Return whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(password_hash)


def rehash(password: str) -> str:
    with _turn:
        return _hasher.hash(_one_way(password))
