"""The GM65 family: settings are bits of registers, saved all together.

It has no beep that a host could order, and no echo in its answers: one question at a time.
"""

from collections.abc import Sequence

from device.drivers.readers.codecs import gm65
from device.drivers.readers.codecs.heard import Heard, Reply
from device.drivers.readers.link import Link
from device.drivers.readers.profile import Profile, ProfileError, Setting, from_hex


class Gm65:
    """Implements `Dialect`.  Keys are register addresses, values and masks one byte, all hex."""

    alive = gm65.HEARTBEAT

    def __init__(self, profile: Profile) -> None:
        self.stream = gm65.stream(profile.framing)

    def respond(self, heard: Heard) -> bytes | None:
        return None

    def hello(self, link: Link) -> str:
        asked = [gm65.read_register(address) for address in (gm65.HARDWARE, gm65.SOFTWARE)]
        hardware, software = (link.ask(one, _answer, tries=2) for one in asked)
        return f"hardware {hardware.data.hex()}, software {software.data.hex()}"

    def access(self, link: Link) -> "Registers":
        return Registers(link)

    def check(self, settings: Sequence[Setting]) -> None:
        for one in settings:
            sizes = (len(from_hex(text, one)) for text in (one.key, one.value, one.mask or "FF"))
            if tuple(sizes) != (2, 1, 1):
                raise ProfileError(
                    f"thanh ghi {one.key}: hai byte địa chỉ, một byte giá trị, một byte mặt nạ",
                    f"register {one.key}: two bytes of address, one of value, mask",
                )
            if _value(one) & ~_mask(one):
                raise ProfileError(
                    f"thanh ghi {one.key}: giá trị có bit ngoài mặt nạ",
                    f"register {one.key}: the value has bits outside its mask",
                )

    def good(self, kept: Sequence[str]) -> bytes:
        return b""

    def bad(self, kept: Sequence[str]) -> bytes:
        return b""

    def seen(self, kept: Sequence[str]) -> bytes:
        return b""

    def trigger(self, *, on: bool) -> bytes:
        return gm65.TRIGGER if on else gm65.RELEASE


class Registers:
    """Implements `Access`."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def get(self, setting: Setting) -> str | None:
        whole = self._read(setting)
        return None if whole is None else f"{whole & _mask(setting):02X}"

    def put(self, setting: Setting) -> bool:
        value = _value(setting)
        if _mask(setting) != 0xFF:
            whole = self._read(setting)
            if whole is None:
                return False
            value |= whole & ~_mask(setting)
        frame = gm65.write_register(_address(setting), bytes((value,)))
        return self._link.ask(frame, _answer).status == gm65.Status.OK

    def keep(self, settings: Sequence[Setting]) -> None:
        self._link.ask(gm65.SAVE, _answer, patience=4)

    def _read(self, setting: Setting) -> int | None:
        answer = self._link.ask(gm65.read_register(_address(setting)), _answer)
        return answer.data[0] if answer.status == gm65.Status.OK and answer.data else None


def _answer(reply: Reply) -> gm65.Answer | None:
    if isinstance(reply, gm65.Answer) and reply.status != gm65.Status.WRONG_CRC:
        return reply
    return None  # our question arrived damaged: ask again


def _address(setting: Setting) -> int:
    return int(setting.key, 16)


def _value(setting: Setting) -> int:
    return int(setting.value, 16)


def _mask(setting: Setting) -> int:
    return int(setting.mask or "FF", 16)
