"""Settings that are written as text and echoed with how they were taken (Honeywell, Newland)."""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from device.drivers.readers.codecs.heard import ACK, MenuReply, Reply
from device.drivers.readers.link import Link
from device.drivers.readers.profile import ProfileError, Setting

_KEY = re.compile(r"[A-Z0-9]{6}")
_VALUE = re.compile(r"[A-Z0-9]*")


class Command(Protocol):
    def __call__(self, text: str, *, for_ever: bool = False) -> bytes:
        """Return the frame of the command *text*."""


def check_texts(settings: Sequence[Setting]) -> None:
    """Raise ProfileError where a key is not six signs, or a value would end its command."""
    for one in settings:
        if not _KEY.fullmatch(one.key) or not _VALUE.fullmatch(one.value):
            raise ProfileError(
                f"cấu hình {one.key}={one.value}: sáu chữ hoa hoặc số, rồi đến giá trị",
                f"setting {one.key}={one.value}: six capitals and digits, then more",
            )


class Menu:
    """Implements `Access`.  An answer names its question, so a late one is never taken for it."""

    def __init__(self, link: Link, query: Callable[[str], bytes], command: Command) -> None:
        self._link, self._query, self._command = link, query, command

    def get(self, setting: Setting) -> str | None:
        reply = self._ask(self._query(setting.key), setting)
        return reply.value(setting.key) or None

    def put(self, setting: Setting) -> bool:
        frame = self._command(setting.key + setting.value)
        return self._ask(frame, setting).status(setting.key) == ACK

    def keep(self, settings: Sequence[Setting]) -> None:
        for one in settings:
            self._ask(self._command(one.key + one.value, for_ever=True), one)

    def _ask(self, frame: bytes, setting: Setting) -> MenuReply:
        def fits(reply: Reply) -> MenuReply | None:
            if isinstance(reply, MenuReply) and reply.status(setting.key) is not None:
                return reply
            return None

        return self._link.ask(frame, fits, patience=2)
