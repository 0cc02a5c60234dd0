"""Zebra readers in SSI, and the GM67 dialect of it: settings are numbered parameters.

Keys are parameter numbers in hex ('8A', 'F025'), or 'op:C9' for a command that sets something.
The GM67 is not known to tell its parameters, so it is set anew at each start.
"""

from collections.abc import Sequence

from device.drivers.readers.codecs import ssi
from device.drivers.readers.codecs.heard import Damaged, Heard, Reply
from device.drivers.readers.link import Link
from device.drivers.readers.profile import Profile, ProfileError, Setting, from_hex

_COMMAND = "op:"
_PACKETS = ssi.set_param(b"\xee", b"\x01")
_REFUSED = ssi.Packet(ssi.Op.NAK, 0, b"")


class Ssi:
    """Implements `Dialect`."""

    alive = ssi.ASK_REVISION

    def __init__(self, profile: Profile) -> None:
        self.stream, self.grammar = ssi.stream()
        self._gm67 = profile.driver == "gm67"

    def respond(self, heard: Heard) -> bytes | None:
        if isinstance(heard, ssi.Packet) and heard.op in ssi.NEED_ACK:
            return ssi.ACK
        if isinstance(heard, Damaged) and heard.frame[1] in (ssi.Op.CODE, ssi.Op.LONG_CODE):
            return ssi.RESEND
        return None

    def hello(self, link: Link) -> str:
        if self._gm67:
            link.send(ssi.WAKE)
            link.listen(0.05)
            link.ask(_PACKETS, _taken, again=ssi.again(_PACKETS), tries=2)
            return "GM67"
        again = ssi.again(ssi.ASK_REVISION)
        reply = link.ask(ssi.ASK_REVISION, _said, again=again, tries=2)
        return reply.data.decode("latin-1").strip() or "SSI"

    def access(self, link: Link) -> "Parameters":
        return Parameters(link, beep=0x00 if self._gm67 else 0xFF, tells=not self._gm67)

    def check(self, settings: Sequence[Setting]) -> None:
        for one in settings:
            number = from_hex(one.key.removeprefix(_COMMAND), one)
            if len(number) != ssi.number_size(number[0]) or not from_hex(one.value, one):
                raise ProfileError(
                    f"tham số {one.key}: không phải số hiệu và giá trị của tham số",
                    f"parameter {one.key}: not a parameter's number and value",
                )

    def good(self, kept: Sequence[str]) -> bytes:
        return ssi.packet(ssi.Op.BEEP, b"\x00")

    def bad(self, kept: Sequence[str]) -> bytes:
        return ssi.packet(ssi.Op.BEEP, b"\x12")

    def seen(self, kept: Sequence[str]) -> bytes:
        return b""

    def trigger(self, *, on: bool) -> bytes:
        return ssi.START if on else ssi.STOP


class Parameters:
    """Implements `Access`."""

    def __init__(self, link: Link, beep: int, *, tells: bool) -> None:
        self._link, self._beep, self._tells = link, beep, tells

    def get(self, setting: Setting) -> str | None:
        if not self._tells:
            return None
        number = bytes.fromhex(setting.key)
        frame = ssi.packet(ssi.Op.ASK_PARAM, number)

        def fits(reply: Reply) -> bytes | None:
            if isinstance(reply, ssi.Packet) and reply.param and reply.param[0] == number:
                return reply.param[1]
            return b"" if _refused(reply) else None

        return self._link.ask(frame, fits, again=ssi.again(frame)).hex().upper() or None

    def put(self, setting: Setting) -> bool:
        return self._order(setting, 0)

    def keep(self, settings: Sequence[Setting]) -> None:
        for one in settings:
            self._order(one, ssi.FOR_EVER)

    def _order(self, setting: Setting, status: int) -> bool:
        value = bytes.fromhex(setting.value)
        if setting.key.startswith(_COMMAND):
            frame = ssi.packet(int(setting.key.removeprefix(_COMMAND), 16), value, status)
        else:
            frame = ssi.set_param(bytes.fromhex(setting.key), value, self._beep, status)
        return self._link.ask(frame, _taken, again=ssi.again(frame)).op == ssi.Op.ACK


def _refused(reply: Reply) -> bool:
    """Whether this is a NAK that asking again does not help."""
    return isinstance(reply, ssi.Packet) and reply.op == ssi.Op.NAK and reply.data != b"\x01"


def _taken(reply: Reply) -> ssi.Packet | None:
    if isinstance(reply, ssi.Packet) and (reply.op == ssi.Op.ACK or _refused(reply)):
        return reply
    return None


def _said(reply: Reply) -> ssi.Packet | None:
    if isinstance(reply, ssi.Packet) and reply.op in (ssi.Op.REVISION, ssi.Op.ACK):
        return reply
    return _REFUSED if _refused(reply) else None
