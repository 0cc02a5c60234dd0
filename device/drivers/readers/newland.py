"""Newland readers: settings are text commands, and codes come as lines behind an AIM identifier.

No command for a single beep is known: the station's own sounder says what happened.
"""

from collections.abc import Sequence

from device.drivers.readers.codecs import newland
from device.drivers.readers.codecs.heard import Heard, MenuReply, Reply
from device.drivers.readers.link import Link
from device.drivers.readers.menu import Menu, check_texts
from device.drivers.readers.profile import Profile, Setting


class Newland:
    """Implements `Dialect`.  Keys are tag and sub-tag ('128ENA'), values what follows them."""

    alive = newland.query(newland.HEALTH)

    def __init__(self, profile: Profile) -> None:
        self.stream = newland.stream()

    def respond(self, heard: Heard) -> bytes | None:
        return None

    def hello(self, link: Link) -> str:
        reply = link.ask(newland.command(newland.IDENTITY), _menu, patience=2, tries=2)
        return " ".join(text.removeprefix(newland.IDENTITY) for text, _ in reply.parts).strip()

    def access(self, link: Link) -> Menu:
        return Menu(link, newland.query, newland.command)

    def check(self, settings: Sequence[Setting]) -> None:
        check_texts(settings)

    def good(self, kept: Sequence[str]) -> bytes:
        return b""

    def bad(self, kept: Sequence[str]) -> bytes:
        return b""

    def seen(self, kept: Sequence[str]) -> bytes:
        return b""

    def trigger(self, *, on: bool) -> bytes:
        return newland.command(newland.TRIGGER_ON if on else newland.TRIGGER_OFF)


def _menu(reply: Reply) -> MenuReply | None:
    return reply if isinstance(reply, MenuReply) else None
