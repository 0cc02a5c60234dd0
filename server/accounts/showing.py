"""The second factor as pages take it: a code, or a security key's answer; and proofs for changes.

Whoever changes what opens an account gives the password and the second factor anew.  The proof of
it goes with the next page, sealed: it is good for this log-in, some minutes.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import g, request
from sqlalchemy.orm import Session

from contract.signing import decode, encode
from server import vault
from server.accounts import factors, security_keys, sessions
from server.accounts.models import User
from server.accounts.security_keys import Answered, KeyDoubted, Site
from server.beside import Wrong
from server.errors import DomainError
from server.web import now, reading, settings, surely, transaction

PROOF, PROVED_FOR = "second_factor.proof", timedelta(minutes=10)


class ProofOld(DomainError):
    code = "proof-old"
    status = 403


def site() -> Site | None:
    """Return where security keys are good, None if browsers would use none here."""
    here = settings()
    return Site(here.origin, here.keys_at, here.issuer) if here.keys_at else None


def asked(person: UUID) -> str:
    """Return what the page gives a security key of the person; '' if there is none to ask."""
    here = site()
    if here is None:
        return ""
    with surely() as session:
        if not security_keys.keys_of(session, session.get_one(User, person)):
            return ""
    with transaction() as session:
        mine = session.get_one(User, person)
        return security_keys.ask(session, here, mine, g.visitor, now=now())


def answered(purpose: str = "show") -> Answered | None:
    """Use up the challenge of the key's answer in this form; None if it holds no such answer.

    In a transaction of its own: also an answer that is refused has used its challenge.
    """
    said = request.form.get("credential", "")
    if not said or site() is None:
        return None
    with transaction() as session:
        return security_keys.take(session, said, g.visitor, purpose, now=now())


def shown(session: Session, user: User, answer: Answered | None) -> factors.Shown:
    """Take the second factor of this form.  Raises CodeWrong, of which KeyRefused is one."""
    here = site()
    if answer is not None and here is not None:
        return security_keys.show_key(session, here, user, answer, now=now())
    return factors.show_code(session, user, request.form.get("code", "")[:40], now=now())


def wrong(error: DomainError) -> Wrong:
    """Return beside what of the form an error of a second factor is said."""
    if isinstance(error, (security_keys.KeyRefused, security_keys.KeyLate)):
        return Wrong("key", error)
    return Wrong("code" if isinstance(error, factors.CodeWrong) else "form", error)


def note_doubt(error: DomainError, login: str) -> None:
    """Write a doubted key down, after what asked for it was undone."""
    if isinstance(error, KeyDoubted):
        with transaction() as session:
            security_keys.note_doubt(session, login, now=now())


def proof(by: str) -> str:
    """Return the seal for the next page of *by*, who just gave password and second factor."""
    text = f"{by} {sessions.hash_of(g.visitor)} {int(now().timestamp())}"
    return encode(vault.current().encrypt(PROOF, text))


def check_proof(by: str) -> None:
    """Raise ProofOld unless this form carries a fresh seal of *by*, made in this log-in."""
    try:
        sealed = vault.current().decrypt(PROOF, decode(request.form.get("proof", "")))
        said, login, at = sealed.split(" ")
    except (vault.VaultError, ValueError) as error:
        raise _old() from error
    fresh = now() - datetime.fromtimestamp(int(at), UTC) <= PROVED_FOR
    if not (fresh and said == by and login == sessions.hash_of(g.visitor)):
        raise _old()


def has_factor(person: UUID) -> bool:
    with reading() as session:
        return factors.has_factor(session, session.get_one(User, person))


def _old() -> ProofOld:
    return ProofOld(
        "Trang đã cũ. Quay lại trang Tài khoản và làm lại.",
        "The page is old. Go back to the page of your account, and repeat.",
    )
