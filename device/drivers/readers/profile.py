"""What we want a reader to be set to: one TOML file for each model in `firmware_config/readers`.

A key of the file that nobody knows, a value that the protocol cannot carry, or a setting without
its reason stops the start: a reader that is half set is worse than none.
"""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from contract.complaints import vietnamese
from contract.spoken import Spoken

FOLDERS = (
    Path("/etc/ghepmau/readers"),
    Path(__file__).parents[3] / "firmware_config" / "readers",
)
Driver = Literal["gm65", "ssi", "gm67", "honeywell", "newland"]


class ProfileError(Spoken, ValueError):
    """A reader's file of wanted settings cannot be used; the message says where and why."""


class Reads(StrEnum):
    """What a reader is there for."""

    TUBES = "tubes"
    BOTH = "both"  # tubes and persons, where a station has no camera


class Evidence(StrEnum):
    """How sure we are that this setting does what it says."""

    VERIFIED = "verified"  # in the maker's manual, or in a capture of a real reader
    NOTES = "notes"  # in somebody's working driver or notes
    UNVERIFIED = "unverified"  # from memory; a reader may refuse it


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to be set.

    mask    the bits of the value that are ours (registers only); the others stay as they are
    reads   only where the reader is there for this
    answers only where the station answers (or does not answer) each code with good() or bad()
    must    without it codes could be misunderstood: a reader that does not keep it is not used
    blind   cannot be read back: sent first, and only when something else has to change
    """

    key: Annotated[str, msgspec.Meta(min_length=2, max_length=16)]
    value: Annotated[str, msgspec.Meta(max_length=32)]
    why: Annotated[str, msgspec.Meta(min_length=8)]
    evidence: Evidence
    mask: str = ""
    reads: Reads | None = None
    answers: bool | None = None
    must: bool = False
    blind: bool = False


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of reader: how to reach it and what it should be set to."""

    driver: Driver
    model: str
    bauds: Annotated[list[int], msgspec.Meta(min_length=1)]
    setting: list[Setting]
    framing: Literal["lines", "packets"] = "lines"
    aim: Literal["always", "maybe"] = "always"  # whether each code says what kind it is
    answer_seconds: Annotated[float, msgspec.Meta(gt=0, le=5)] = 0.5
    alive_seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 10.0

    def wanted(self, reads: Reads, *, answers: bool = False) -> tuple[Setting, ...]:
        """Return the settings for a reader that is there for *reads*, in their order."""
        return tuple(
            one
            for one in self.setting
            if one.reads in (None, reads) and one.answers in (None, answers)
        )


def from_hex(text: str, setting: Setting) -> bytes:
    """Return the bytes that *text* spells; raise ProfileError naming *setting* if none."""
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ProfileError(
            f"cấu hình {setting.key}: {text!r} không phải số hệ 16",
            f"setting {setting.key}: {text!r} is not hexadecimal",
        ) from error


def find_profile(name: str) -> Path:
    """Return the file of the model *name*: a path, or a name as in `firmware_config/readers`."""
    if "/" in name:
        return Path(name)
    for folder in FOLDERS:
        path = folder / f"{name}.toml"
        if path.is_file():
            return path
    raise ProfileError(
        f"không có tệp cấu hình cho đầu đọc tên {name!r} trong {FOLDERS[0]}",
        f"no file of settings for a reader called {name!r} in {FOLDERS[0]}",
    )


def load_profile(path: Path) -> Profile:
    """Read *path*; raise ProfileError with a sentence about the first fault."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Profile)
    except OSError as error:
        raise ProfileError(
            f"{path}: không đọc được: {error.strerror}", f"{path}: cannot be read: {error.strerror}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(
            f"{path}: không phải TOML: {error}", f"{path}: is not TOML: {error}"
        ) from error
    except msgspec.ValidationError as error:
        raise ProfileError(f"{path}: {vietnamese(str(error))}", f"{path}: {error}") from error
