"""The page of deliveries: how each target answers, what waits, what is dead, what ends soon."""

from collections.abc import Mapping

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.accounts.current import current_within, in_scope
from server.audit import services as audit
from server.declarations import notice
from server.delivery import circuits, queries, services
from server.delivery.channels import Channel, Checkable, Unreachable
from server.delivery.models import Delivery
from server.delivery.said import ours, vietnamese
from server.errors import BadInput, NotFound
from server.exchange.expiry import Watch
from server.exchange.targets import Target
from server.web import Permission, actor, now, reading, requires, t, transaction

bp = Blueprint("exchange", __name__)
STATES = ("dead", "waiting", "delivered", "set-aside")
SHOWN = 100
KINDS = {
    "embedded": ("Hồ sơ khai báo", "The declaration record"),
    "fhir": ("Máy chủ FHIR", "FHIR server"),
    "webhook": ("Webhook có chữ ký", "Signed webhook"),
    "csv": ("Tệp CSV", "CSV files"),
}
ENDINGS = {
    "token": ("mã truy cập", "the token"),
    "our-certificate": ("chứng thư của ta", "our certificate"),
    "their-certificate": ("chứng thư của họ", "their certificate"),
}


@bp.app_template_filter("noted")
def noted(text: str | None) -> str:
    """Return what was noted of a delivery, as the reader speaks."""
    return t(vietnamese(text or ""), text or "")


@bp.get("/deliveries")
@requires(Permission.DELIVERY_READ)
def show_deliveries() -> ResponseReturnValue:
    targets = _targets()
    chosen = request.args.get("target", notice.TARGET)
    state = request.args.get("state", "dead")
    if state not in STATES or chosen not in targets:
        raise BadInput("Chọn nơi nhận trong danh sách.", "Choose a target from the list.")
    with reading() as session:
        return render_template(
            "exchange/deliveries.html",
            targets=targets, chosen=chosen, state=state, states=STATES, kinds=KINDS,
            loads=queries.loads(session), empty=queries.Load(),
            circuits=circuits.of(session, targets),
            messages=queries.messages(
                session, chosen, state, limit=SHOWN, within=current_within()
            ),
            at_most=SHOWN, everywhere=current_within().everywhere,
            endings=_watch().soon(now()), ending_words=ENDINGS,
            checkable=isinstance(_channels()[chosen], Checkable), ours=ours,
        )  # fmt: skip


@bp.post("/deliveries/<target>/again")
@requires(Permission.DELIVERY_WRITE)
def send_all_again(target: str) -> ResponseReturnValue:
    """Send all dead messages of a target again: what was wrong there is mended."""
    in_scope("")  # messages of all places
    with transaction() as session:
        count = services.send_all_again(session, _known(target), by=actor(), now=now())
    flash(t(f"Sẽ gửi lại {count} tin.", f"{count} messages are sent again."))
    return redirect(url_for(".show_deliveries", target=target))


@bp.post("/deliveries/<target>/now")
@requires(Permission.DELIVERY_WRITE)
def ask_now(target: str) -> ResponseReturnValue:
    """Ask a target that was away at once."""
    in_scope("")
    with transaction() as session:
        circuits.close(session, _known(target), now=now())
    flash(t("Sẽ thử ngay.", "It is tried at once."))
    return redirect(url_for(".show_deliveries", target=target, state="waiting"))


@bp.post("/deliveries/<int(max=9223372036854775807):delivery_id>/check")
@requires(Permission.DELIVERY_WRITE)
def read_back(delivery_id: int) -> ResponseReturnValue:
    """Ask the receiver what it has now, and say whether it is what we sent last."""
    with reading() as session:
        message = session.get(Delivery, delivery_id)
    if message is None:
        raise NotFound("Không có lần gửi này.", "There is no such delivery.")
    said = _compared(message)
    with transaction() as session:
        audit.record(session, "delivery.checked", message.key, by=actor(), now=now())
    flash(said)
    return redirect(url_for(".show_deliveries", target=message.target, state=message.state))


def _compared(message: Delivery) -> str:
    channel = _channels()[_known(message.target)]
    if not isinstance(channel, Checkable):
        return t("Nơi nhận này không hỏi lại được.", "This target cannot be asked.")
    try:
        differs = channel.read_back(message.subject, message.key, message.payload)
    except Unreachable as error:
        told = ours(error)
        return t(
            f"Nơi nhận không trả lời: {vietnamese(told)}", f"The target does not answer: {told}"
        )
    if differs:
        told = ours(differs)
        return t(f"Khác với tin này: {vietnamese(told)}", f"It differs from this message: {told}")
    return t("Nơi nhận có đúng như đã gửi.", "The target has just what was sent.")


def _targets() -> dict[str, str]:
    """Return the kind of each target by its name."""
    others: list[Target] = current_app.extensions["targets"]
    return {notice.TARGET: "embedded"} | {target.name: target.kind for target in others}


def _known(target: str) -> str:
    if target not in _channels():
        raise NotFound("Không có nơi nhận này.", "There is no such target.")
    return target


def _channels() -> Mapping[str, Channel]:
    found: Mapping[str, Channel] = current_app.extensions["channels"]
    return found


def _watch() -> Watch:
    found: Watch = current_app.extensions["expiry"]
    return found
