"""How far the server has the journal, as uplink notes it; and the note that asks for all of it.

A server that was restored from a backup lost events that it had answered for.  `send-all` leaves a
note (`send-all.json`) with the moment of asking: from then on nothing counts as sent, and no
receipt is believed that was signed before.  The note goes once the page that follows it is kept.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec

from device.files import read_whole, write_whole


class SetAside(msgspec.Struct, frozen=True):
    """An event that the server will not take (HTTP *status*; 0: damaged here).  It is kept."""

    epoch: str
    seq: int
    status: int
    code: str = ""


class Sent(msgspec.Struct):
    """How far the server has the journal, and what it said last.  `uplink.json`."""

    acked: dict[str, int] = {}
    sent: int = 0
    set_aside: list[SetAside] = []
    forks: dict[str, int] = {}  # epochs in which the server has other events, and from which seq
    server_now: str = ""
    server_mono: int = 0
    server_boot: str = ""
    contact: str = ""
    stick: str = ""  # 'written', 'trouble', or '' where there is none
    trouble: str = ""
    not_before: str = ""  # a receipt that was signed earlier is of what the server lost since
    begun_at: dict[str, int] | None = None  # each epoch's newest event when the page was begun
    asked_all: str = ""  # which request for the whole journal this page follows


class Note(msgspec.Struct, frozen=True):
    """Somebody asked, in a request of its own, for all that was written; see `Sent`."""

    asked_all: str
    not_before: str


def sent_file(state: Path) -> Path:
    return state / "uplink.json"


def note_file(state: Path) -> Path:
    return state / "send-all.json"


def read_sent(state: Path) -> Sent:
    """Return what uplink noted last; a fresh page where there is none, it is damaged, or all of
    the journal was asked for since: so nobody counts as sent what is to be sent again."""
    kept = _kept(state)
    note = _note(state)
    if note is None or note.asked_all == kept.asked_all:
        return kept
    return Sent(
        server_now=kept.server_now, server_mono=kept.server_mono, server_boot=kept.server_boot,
        contact=kept.contact, not_before=note.not_before, asked_all=note.asked_all,
    )  # fmt: skip


def ask_for_all(state: Path, not_before: datetime) -> None:
    """Leave the note for whose folder it is; it is on the disk on return.  Raises OSError."""
    note, path = Note(uuid4().hex, not_before.astimezone(UTC).isoformat()), note_file(state)
    write_whole(path, msgspec.json.encode(note))
    if os.geteuid() == 0:  # uplink runs as a user of its own
        owner = state.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def begun(sent: Sent, newest: dict[str, int] | None, now: datetime) -> Sent:
    """Return the page that uplink goes on with.  Where the old one is gone or damaged nothing is
    known to be sent, and no receipt counts that was signed before that.

    The order of events shows it, whatever our clock says: a receipt for an event after the *newest*
    of now was signed since.  Only where the journal cannot be read (None) the time *now* must do.
    """
    if sent != Sent():
        return sent
    if newest is None:
        return Sent(not_before=now.astimezone(UTC).isoformat())
    return Sent(begun_at=newest)


def is_of_since(sent: Sent, heads: Iterable[tuple[str, int]]) -> bool:
    """Return whether one of *heads* (epoch, number), events of ours that a receipt is for, was
    written since the page was begun, or none needs to be."""
    begun_at = sent.begun_at
    return not begun_at or any(seq > begun_at.get(epoch, 0) for epoch, seq in heads)


def waits_to_send_all(state: Path, sent: Sent) -> bool:
    """Return whether there is a note that *sent* does not follow yet."""
    note = _note(state)
    return note is not None and note.asked_all != sent.asked_all


def note_taken(state: Path, sent: Sent) -> None:
    """Remove the note that *sent*, which is kept now, follows."""
    if sent.asked_all and not waits_to_send_all(state, sent):
        with suppress(OSError):  # it is known by its name, and tried again
            note_file(state).unlink(missing_ok=True)


def is_of_before(sent: Sent, signed_at: str) -> bool:
    """Return whether a receipt of *signed_at* is from before the whole journal was asked for."""
    if not sent.not_before:
        return False
    try:
        return datetime.fromisoformat(signed_at) <= datetime.fromisoformat(sent.not_before)
    except (ValueError, TypeError):  # it does not say when, or not in which zone
        return True


def _kept(state: Path) -> Sent:
    try:
        return msgspec.json.decode(read_whole(sent_file(state)) or b"{}", type=Sent)
    except msgspec.DecodeError:
        return Sent()


def _note(state: Path) -> Note | None:
    written = read_whole(note_file(state))
    try:
        return msgspec.json.decode(written, type=Note) if written else None
    except msgspec.DecodeError:  # nobody but us writes it, whole or not at all
        return None
