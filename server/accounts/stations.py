"""Which station signed this request; and the API by which stations enrol and ask who they are."""

import msgspec
from flask import Blueprint, current_app, jsonify, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from contract import health
from contract.cards import key_name
from contract.events import UNREADABLE
from contract.signing import BadSignature, encode, private_key, public_text, request_message, verify
from server import vault
from server.accounts import enrolment, keyring, throttle
from server.accounts.keyring import KnownStation
from server.accounts.models import Station
from server.accounts.pulse import Pulse
from server.accounts.throttle import Guessed
from server.errors import BadInput, DomainError
from server.web import database, now, public, reading, station_signed, transaction

STATION_HEADER = "X-Ghepmau-Station"
SIGNATURE_HEADER = "X-Ghepmau-Signature"
bp = Blueprint("stations", __name__)


@bp.record_once
def install(state: BlueprintSetupState) -> None:
    """Give the app its ear for heartbeats (not started yet)."""
    app = state.app
    app.extensions["pulse"] = Pulse(app.extensions["database"], app.extensions["clock"])


class UnknownStation(DomainError):
    code = "unknown-station"
    status = 401


class StationRevoked(DomainError):
    code = "station-revoked"
    status = 401


class WrongSignature(DomainError):
    code = "bad-signature"
    status = 401


class EnrolWire(msgspec.Struct, frozen=True):
    code: str
    public_key: str


def signed_station() -> KnownStation:
    """Return the enrolled station that signed this request.  Reads the whole body.

    Raises as `who_signed` does.
    """
    name = request.headers.get(STATION_HEADER, "")
    signature = request.headers.get(SIGNATURE_HEADER, "")
    asked = (request.method, request.path, request.get_data())
    return who_signed(keyring.station(database(), name), signature, asked)


def who_signed(
    station: KnownStation | None, signature: str, asked: tuple[str, str, bytes]
) -> KnownStation:
    """Return *station*, if it is enrolled and *signature* is its own on what was *asked*: method,
    path and body.

    Raises UnknownStation, StationRevoked or WrongSignature (all 401).
    """
    if station is None or station.state == "created":
        raise UnknownStation(
            "Máy chủ không biết trạm này. Ghi danh trạm bằng mã một lần.",
            "The server does not know this station. Enrol it with a one-time code.",
        )
    if station.key is None:
        raise StationRevoked(
            f"Trạm {station.id} đã bị thu hồi. Báo quản trị viên; dữ liệu vẫn còn trên trạm.",
            f"Station {station.id} was revoked. Tell the administrator; its data is still on it.",
        )
    try:
        verify(station.key, request_message(station.id, *asked), signature)
    except BadSignature as error:
        raise WrongSignature(
            f"Chữ ký không khớp với khóa của trạm {station.id}.",
            f"The signature does not fit the key of station {station.id}.",
        ) from error
    return station


@bp.post("/api/v1/stations/enrol")
@public
def enrol() -> ResponseReturnValue:
    """Take a station's key for its one-time code, and tell it what it must know."""
    try:
        wire = msgspec.json.decode(request.get_data(), type=EnrolWire)
    except UNREADABLE as error:
        raise BadInput(
            "Yêu cầu ghi danh không đọc được.", "The request to enrol is unreadable."
        ) from error
    address = request.remote_addr or "unknown"
    with reading() as session:
        throttle.check_guesses(session, Guessed.STATION_CODE, address, now=now())
    try:
        with transaction() as session:
            station = enrolment.enrol(session, wire.code, wire.public_key, now=now())
    except enrolment.CodeRefused:
        with transaction() as session:
            throttle.note_guess(session, Guessed.STATION_CODE, address, now=now())
        raise
    return jsonify(_introduction(station))


@bp.get("/api/v1/stations/me")
@station_signed
def me() -> ResponseReturnValue:
    """Tell a station again what it learned when it enrolled."""
    return jsonify(_introduction(signed_station()))


@bp.post("/api/v1/stations/me/heartbeat")
@station_signed
def heartbeat() -> ResponseReturnValue:
    """Hear how a station is, and tell it the time."""
    station = signed_station()
    try:
        said = health.decode(request.get_data())
    except health.NoHeartbeat as error:
        raise BadInput(
            "Tin báo của trạm không đọc được.", "The station's heartbeat is unreadable."
        ) from error
    if said.station != station.id:
        raise BadInput(
            f"Trạm {station.id} báo thay trạm khác.", f"{station.id} speaks for another station."
        )
    pulse: Pulse = current_app.extensions["pulse"]
    pulse.hear(said, now())
    return jsonify({"now": now().isoformat()})


def _introduction(station: Station | KnownStation) -> dict[str, object]:
    keys = vault.current()
    cards = private_key(keys.card_seed)
    return {
        "station": station.id,
        "label": station.label,
        "place": station.place,
        "duty": station.duty,
        "sealing_key": encode(keys.sealing.public_key().public_bytes_raw()),
        "card_keys": {key_name(cards.public_key()): public_text(cards)},
        "now": now().isoformat(),
    }
