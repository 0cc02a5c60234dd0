"""Honeywell readers: settings are menu commands, and codes come in decode headers.

In host-acknowledge mode the reader is silent until the station says good() or bad(): it then
beeps for a pair that is on the card, and for nothing else.
"""

from collections.abc import Sequence

from device.drivers.readers.codecs import honeywell
from device.drivers.readers.codecs.heard import Heard, MenuReply, Reply
from device.drivers.readers.link import Link
from device.drivers.readers.menu import Menu, check_texts
from device.drivers.readers.profile import Profile, Setting

HOST_ACK = "HSTACK"


class Honeywell:
    """Implements `Dialect`.  Keys are tag and sub-tag ('128ENA'), values what follows them."""

    alive = honeywell.query("DECHDR")

    def __init__(self, profile: Profile) -> None:
        self.stream = honeywell.stream()

    def respond(self, heard: Heard) -> bytes | None:
        return None

    def hello(self, link: Link) -> str:
        reply = link.ask(honeywell.menu("REVINF", for_ever=True), _menu, patience=2, tries=2)
        return " ".join(text for text, _ in reply.parts).strip()

    def access(self, link: Link) -> Menu:
        return Menu(link, honeywell.query, honeywell.menu)

    def check(self, settings: Sequence[Setting]) -> None:
        check_texts(settings)

    def good(self, kept: Sequence[str]) -> bytes:
        return honeywell.GOOD if HOST_ACK in kept else honeywell.BEEP

    def bad(self, kept: Sequence[str]) -> bytes:
        return honeywell.BAD if HOST_ACK in kept else b""

    def seen(self, kept: Sequence[str]) -> bytes:
        return honeywell.SEEN if HOST_ACK in kept else b""

    def trigger(self, *, on: bool) -> bytes:
        return honeywell.TRIGGER if on else honeywell.RELEASE


def _menu(reply: Reply) -> MenuReply | None:
    return reply if isinstance(reply, MenuReply) else None
