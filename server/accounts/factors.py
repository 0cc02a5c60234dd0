"""The second factor: an authenticator's six digits (RFC 6238), or one of ten codes on paper.

A code counts once: its time step is kept, and only a later one is taken.  The secret is encrypted
with keys that are not in the database; codes on paper are kept as keyed hashes.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from urllib.parse import quote
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from contract.cards import ALPHABET
from contract.signing import decode, encode
from server import vault
from server.accounts.door_models import RecoveryCode, SecondFactor
from server.accounts.models import User
from server.audit import services as audit
from server.errors import DomainError, NotFound

STEP = 30  # seconds
DRIFT = 1  # steps that a phone's clock may be off
OFFER, OFFERED = "second_factor.offer", timedelta(minutes=30)
CODES, CODE_LETTERS = 10, 12  # of 30 letters: 58 bits each


class CodeWrong(DomainError):
    code = "second-factor-wrong"
    status = 403


class OfferOld(DomainError):
    code = "second-factor-offer-old"


class HasFactor(DomainError):
    code = "second-factor-there"


class NoSuchFactor(NotFound):
    code = "no-such-second-factor"


@dataclass(frozen=True, slots=True)
class Shown:
    """What proved the second factor: 'totp', 'key' or 'recovery'; codes that are left on paper."""

    kind: str
    left: int = 0


def new_secret() -> str:
    """Return 160 random bits as authenticators want them."""
    return pyotp.random_base32()


def address_of(secret: str, login: str, issuer: str) -> str:
    """Return what an authenticator reads from a QR code."""
    name = f"{quote(issuer)}:{quote(login)}"
    return f"otpauth://totp/{name}?secret={secret}&issuer={quote(issuer)}"


def offer(secret: str, by: str, *, now: datetime) -> str:
    """Return *secret* sealed for the form that takes it: only *by* can hand it back."""
    return encode(vault.current().encrypt(OFFER, f"{by} {int(now.timestamp())} {secret}"))


def opened_offer(text: str, by: str, *, now: datetime) -> str:
    """Return the secret of an offer.  Raises OfferOld, also for another person's."""
    try:
        said, at, secret = vault.current().decrypt(OFFER, decode(text)).split(" ")
    except (vault.VaultError, ValueError) as error:
        raise _old() from error
    if said != by or now - datetime.fromtimestamp(int(at), UTC) > OFFERED:
        raise _old()
    return secret


def _old() -> OfferOld:
    return OfferOld(
        "Trang đã cũ. Mở lại trang và quét mã mới.", "The page is old. Open it and scan anew."
    )


def factors_of(session: Session, user: User) -> list[SecondFactor]:
    """Return what the person may show, oldest first."""
    found = select(SecondFactor).where(
        SecondFactor.user_id == user.id, SecondFactor.ended_at.is_(None)
    )
    return list(session.scalars(found.order_by(SecondFactor.created_at, SecondFactor.id)))


def has_factor(session: Session, user: User) -> bool:
    return bool(factors_of(session, user))


def enrol_totp(session: Session, user: User, secret: str, code: str, *, now: datetime) -> None:
    """Take an authenticator whose *code* shows that it holds *secret*.

    Raises CodeWrong, HasFactor.
    """
    if any(each.kind == "totp" for each in factors_of(session, user)):
        raise HasFactor(
            "Bạn đã có ứng dụng xác thực. Bỏ cái cũ trước.",
            "You have an authenticator already. Remove it first.",
        )
    step = _step_of(secret, code, after=None, now=now)
    if step is None:
        raise wrong_code()
    session.add(
        SecondFactor(
            user_id=user.id, kind="totp", label="", secret=secret, last_step=step, created_at=now,
            used_at=now,
        )
    )  # fmt: skip
    session.flush()
    by = f"user:{user.login}"
    audit.record(session, "user.second-factor-added", by, by=by, now=now, detail="totp")


def show_code(session: Session, user: User, said: str, *, now: datetime) -> Shown:
    """Take six digits of an authenticator, or a code on paper; raise CodeWrong."""
    said = said.replace(" ", "").replace("-", "").upper()
    if said.isdigit() and _show_totp(session, user, said, now):
        return Shown("totp")
    if not said.isdigit() and _use_recovery(session, user, said, now):
        left = codes_left(session, user)
        by = f"user:{user.login}"
        audit.record(session, "user.recovery-code-used", by, by=by, now=now, detail=f"{left} left")
        return Shown("recovery", left)
    raise wrong_code()


def wrong_code() -> CodeWrong:
    return CodeWrong(
        "Mã không đúng hoặc đã dùng. Chờ mã tiếp theo trên ứng dụng rồi nhập lại.",
        "The code is wrong, or was used. Wait for the next one on your app, and type it.",
    )


def _show_totp(session: Session, user: User, said: str, now: datetime) -> bool:
    """Two requests with one code race for one row: the second finds a newer step."""
    found = select(SecondFactor).where(
        SecondFactor.user_id == user.id, SecondFactor.kind == "totp",
        SecondFactor.ended_at.is_(None),
    )  # fmt: skip
    factor = session.scalar(found.with_for_update(), execution_options={"populate_existing": True})
    if factor is None:
        return False
    step = _step_of(factor.secret, said, after=factor.last_step, now=now)
    if step is None:
        return False
    factor.last_step, factor.used_at = step, now
    session.flush()
    return True


def _step_of(secret: str, code: str, *, after: int | None, now: datetime) -> int | None:
    """Return the time step whose code this is, if it is near now and later than *after*."""
    reader, here = pyotp.TOTP(secret, interval=STEP), int(now.timestamp()) // STEP
    for step in range(here - DRIFT, here + DRIFT + 1):
        fits = compare_digest(reader.generate_otp(step).encode(), code.encode())
        if fits and (after is None or step > after):
            return step
    return None


def new_recovery_codes(session: Session, user: User, *, now: datetime) -> list[str]:
    """Return ten new codes for paper, which are kept nowhere else; earlier ones end."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    made = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS)) for _ in range(CODES)]
    for code in made:
        session.add(RecoveryCode(code_key=_keys(user, code)[0], user_id=user.id, created_at=now))
    session.flush()
    by = f"user:{user.login}"
    audit.record(session, "user.recovery-codes-made", by, by=by, now=now)
    return ["-".join((code[:4], code[4:8], code[8:])) for code in made]


def _use_recovery(session: Session, user: User, said: str, now: datetime) -> bool:
    used = session.scalar(
        update(RecoveryCode)
        .where(RecoveryCode.code_key.in_(_keys(user, said)), RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.code_key)
    )
    return used is not None


def _keys(user: User, code: str) -> list[str]:
    """Return what a code is kept under: first the key that never rotates, then, for codes of
    earlier versions, the keys that do."""
    open_keys, value = vault.current(), f"{user.id}|{code}"
    lasting = open_keys.lasting("recovery.code", value)
    return [lasting, *open_keys.blinds("recovery.code", value)]


def codes_left(session: Session, user: User) -> int:
    """Return how many codes on paper are still good."""
    count = select(func.count()).select_from(RecoveryCode)
    return (
        session.scalar(count.where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)))
        or 0
    )


def end_factors(session: Session, user: User, *, by: str, now: datetime) -> None:
    """Take every factor and every code on paper away; the person must begin anew."""
    for factor in factors_of(session, user):
        factor.ended_at = now
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    session.flush()
    audit.record(session, "user.second-factor-ended", f"user:{user.login}", by=by, now=now)


def one_of(session: Session, user: User, factor: UUID) -> SecondFactor:
    """Return one of the person's own factors.  Raises NoSuchFactor, also for another person's."""
    found = session.get(SecondFactor, factor)
    if found is None or found.user_id != user.id or found.ended_at is not None:
        raise no_such_factor()
    return found


def end_one(session: Session, user: User, factor: UUID, *, by: str, now: datetime) -> bool:
    """Take one factor away; return whether any is left: without, codes on paper end as well."""
    found = one_of(session, user, factor)
    if factors_of(session, user) == [found]:
        end_factors(session, user, by=by, now=now)
        return False
    found.ended_at = now
    session.flush()
    who = f"user:{user.login}"
    audit.record(session, "user.second-factor-ended", who, by=by, now=now, detail=found.kind)
    return True


def no_such_factor() -> NoSuchFactor:
    return NoSuchFactor("Không có cách xác thực này.", "There is no such second factor.")
