"""Security keys (WebAuthn): a second factor that a false page cannot ask for.

A key signs which page it is on, so there is no code to be typed where it does not belong.  What it
is asked to sign is good once, for one log-in and one purpose, some minutes.  A key that counts its
uses and comes with a lower count than before may have been copied: it is refused, and told.
"""

import json
import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import options_to_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from contract.signing import decode, encode
from server.accounts.door_models import KeyChallenge, SecondFactor
from server.accounts.factors import CodeWrong, Shown, factors_of
from server.accounts.models import User
from server.accounts.sessions import hash_of
from server.audit import services as audit
from server.errors import BadInput, DomainError
from server.times import CLOCKS_DIFFER

ASKED_FOR = timedelta(minutes=5)
MOST = 10  # keys of one person
LONGEST = 16_384  # letters of an answer
# The password is there already: a touch proves that the key is, without a PIN of its own.
NO_PIN = UserVerificationRequirement.DISCOURAGED
# What the library lets through for an answer that is no answer, beside its own errors.
BROKEN = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, struct.error)


class KeyRefused(CodeWrong):
    code = "security-key-refused"


class KeyDoubted(KeyRefused):
    """A right answer with a lower count: there are two of this key, or it was reset."""

    code = "security-key-doubted"


class KeyLate(DomainError):
    code = "security-key-late"
    status = 403


class KeyKnown(DomainError):
    code = "security-key-known"


@dataclass(frozen=True, slots=True)
class Site:
    """Where keys are good: the address of our pages, the domain that keys are bound to."""

    origin: str
    domain: str
    name: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a browser sent, and the challenge of ours that it answers, which is used up."""

    text: str
    challenge: bytes


def keys_of(session: Session, user: User) -> list[SecondFactor]:
    return [each for each in factors_of(session, user) if each.kind == "key"]


def ask(session: Session, site: Site, user: User, login: str, *, now: datetime) -> str:
    """Return what the browser gives a key of *user* to sign, as JSON; '' if there is none."""
    keys = keys_of(session, user)
    if not keys:
        return ""
    options = webauthn.generate_authentication_options(
        rp_id=site.domain, challenge=_challenge(session, login, "show", now),
        timeout=_milliseconds(), allow_credentials=_named(keys), user_verification=NO_PIN,
    )  # fmt: skip
    return options_to_json(options)


def ask_new(session: Session, site: Site, user: User, login: str, *, now: datetime) -> str:
    """Return what the browser gives a new key to sign, as JSON; one that is known says no."""
    chosen = AuthenticatorSelectionCriteria(
        resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=NO_PIN
    )
    options = webauthn.generate_registration_options(
        rp_id=site.domain, rp_name=site.name, user_id=user.id.bytes, user_name=user.login,
        user_display_name=user.login, challenge=_challenge(session, login, "add", now),
        timeout=_milliseconds(), authenticator_selection=chosen,
        exclude_credentials=_named(keys_of(session, user)),
    )  # fmt: skip
    return options_to_json(options)


def take(session: Session, text: str, login: str, purpose: str, *, now: datetime) -> Answered:
    """Use up the challenge that an answer names, whatever the answer is worth.

    Raises KeyRefused for what is no answer; KeyLate for a challenge that is used, too old, or of
    another log-in or purpose.
    """
    try:
        said = json.loads(text[:LONGEST])["response"]["clientDataJSON"]
        challenge = parse_client_data_json(decode(said)).challenge
    except (*BROKEN, RecursionError) as error:
        raise _refused() from error
    mine = delete(KeyChallenge).where(
        KeyChallenge.challenge == encode(challenge), KeyChallenge.login == hash_of(login),
        KeyChallenge.purpose == purpose, KeyChallenge.expires_at > now,
        KeyChallenge.expires_at <= now + ASKED_FOR + CLOCKS_DIFFER,
    )  # fmt: skip
    if session.scalar(mine.returning(KeyChallenge.challenge)) is None:
        raise KeyLate(
            "Trang đã cũ hoặc đã được dùng. Mở lại trang rồi chạm khóa lần nữa.",
            "The page is old, or was used. Open it again, and touch your key once more.",
        )
    return Answered(text, challenge)


def show_key(
    session: Session, site: Site, user: User, answered: Answered, *, now: datetime
) -> Shown:
    """Take a key's signature.  Raises KeyRefused, KeyDoubted."""
    key = _key_named(session, user, answered)
    try:
        found = webauthn.verify_authentication_response(
            credential=answered.text, expected_challenge=answered.challenge,
            expected_rp_id=site.domain, expected_origin=site.origin,
            credential_public_key=decode(key.secret), credential_current_sign_count=0,
        )  # fmt: skip
    except BROKEN as error:
        raise _refused() from error
    if (found.new_sign_count or key.uses) and found.new_sign_count <= key.uses:
        raise KeyDoubted(
            "Khóa bảo mật này có thể đã bị sao chép nên không nhận. Dùng cách khác để vào, bỏ khóa"
            " này và báo quản trị viên.",
            "This security key may have been copied, so it is not taken. Come in another way, take"
            " the key away, and tell your administrator.",
        )
    key.uses, key.used_at = found.new_sign_count, now
    session.flush()
    return Shown("key")


def enrol_key(
    session: Session, site: Site, user: User, answered: Answered, label: str, *, now: datetime
) -> None:
    """Keep a new key under the name *label*.  Raises KeyRefused, KeyKnown, BadInput."""
    _check_room(session, user, label)
    try:
        found = webauthn.verify_registration_response(
            credential=answered.text, expected_challenge=answered.challenge,
            expected_rp_id=site.domain, expected_origin=site.origin,
        )  # fmt: skip
    except BROKEN as error:
        raise _refused() from error
    credential = encode(found.credential_id)
    if session.scalar(select(SecondFactor.id).where(SecondFactor.credential == credential)):
        raise KeyKnown(
            "Khóa này đã được thêm rồi. Dùng khóa khác.",
            "This key was added already. Use another one.",
        )
    session.add(
        SecondFactor(
            user_id=user.id, kind="key", label=label, secret=encode(found.credential_public_key),
            credential=credential, uses=found.sign_count, created_at=now,
        )
    )  # fmt: skip
    session.flush()
    by = f"user:{user.login}"
    audit.record(session, "user.second-factor-added", by, by=by, now=now, detail="key")


def note_doubt(session: Session, login: str, *, now: datetime) -> None:
    """Write down that a key may have been copied; its person is told for 30 days."""
    audit.record(session, "user.key-doubted", f"user:{login}", by="nobody", now=now)


def _check_room(session: Session, user: User, label: str) -> None:
    if not label:
        raise BadInput("Đặt tên cho khóa.", "Give the key a name.", field="label")
    if len(keys_of(session, user)) >= MOST:
        raise BadInput(f"Nhiều nhất {MOST} khóa. Bỏ bớt.", f"{MOST} keys at most. Remove one.")


def _key_named(session: Session, user: User, answered: Answered) -> SecondFactor:
    """Return the person's own key that answered: another person's is refused like any other.

    Two requests with one key race for one row: the second finds a newer count.
    """
    try:
        named = json.loads(answered.text)["id"]
    except (ValueError, LookupError, TypeError) as error:
        raise _refused() from error
    found = select(SecondFactor).where(
        SecondFactor.user_id == user.id, SecondFactor.kind == "key",
        SecondFactor.credential == str(named), SecondFactor.ended_at.is_(None),
    )  # fmt: skip
    key = session.scalar(found.with_for_update(), execution_options={"populate_existing": True})
    if key is None:
        raise _refused()
    return key


def _challenge(session: Session, login: str, purpose: str, now: datetime) -> bytes:
    session.execute(delete(KeyChallenge).where(KeyChallenge.expires_at <= now))
    made = secrets.token_bytes(32)
    session.add(
        KeyChallenge(
            challenge=encode(made), login=hash_of(login), purpose=purpose,
            expires_at=now + ASKED_FOR,
        )
    )  # fmt: skip
    session.flush()
    return made


def _named(keys: Iterable[SecondFactor]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=decode(key.credential or "")) for key in keys]


def _milliseconds() -> int:
    return int(ASKED_FOR.total_seconds() * 1000)


def _refused() -> KeyRefused:
    return KeyRefused(
        "Khóa bảo mật không đúng. Dùng khóa đã thêm vào tài khoản này, trên đúng trang này.",
        "The security key is not right. Use one that was added to this account, on this page.",
    )
