"""What an assay is: its targets with their limits, its controls, its rules.  Data, read from TOML.

A definition that could call a tube negative in silence is refused when it is read: every negative
needs the internal control, if the assay has one.
"""

import re
import tomllib
from typing import Annotated, Any

import msgspec

from server.errors import DomainError
from server.lab.measured import HIGHEST_CT, Role
from server.lab.words import Call

Cycles = Annotated[float, msgspec.Meta(ge=0, le=HIGHEST_CT)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Dye = Annotated[str, msgspec.Meta(max_length=20)]
_ODD = re.compile(r"[^0-9a-z]+")


class BadAssay(DomainError):
    code = "bad-assay"
    status = 422


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gene that is looked for: risen up to `detected_to`, in doubt up to `doubtful_to`."""

    name: Name
    detected_to: Cycles
    doubtful_to: Cycles = 0.0  # 0: nothing is in doubt
    aliases: tuple[Name, ...] = ()
    dye: Dye = ""  # of its channel, for the layout that a machine reads


class Internal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The internal control: a sample where it does not rise in time proves nothing."""

    name: Name
    valid_to: Cycles
    aliases: tuple[Name, ...] = ()
    dye: Dye = ""


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A control that every run needs.

    A positive one rises between `lowest` and `highest`; in the others nothing rises at all.
    """

    role: Role
    lowest: Cycles = 0.0
    highest: Cycles = HIGHEST_CT
    internal: bool = False  # whether its internal control must rise too


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`call` follows where at least so many targets rose; the first rule that fits decides."""

    call: Call
    detected: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0
    doubtful: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0
    targets: tuple[Name, ...] = ()  # these must be among the detected
    internal: bool = False  # the internal control must have risen


class Assay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of an assay's definition."""

    code: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{1,39}$")]
    name: Name
    name_en: Name
    targets: Annotated[tuple[Target, ...], msgspec.Meta(min_length=1, max_length=8)]
    rules: Annotated[tuple[Rule, ...], msgspec.Meta(min_length=1, max_length=20)]
    controls: tuple[Control, ...] = ()
    internal: Internal | None = None
    method: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] = "rt-pcr"

    def target(self, name: str) -> Target | Internal | None:
        """Return what *name* means here, however a machine spells it; None if nothing."""
        return self._spelt.get(spelt(name))

    @property
    def channels(self) -> tuple[Target | Internal, ...]:
        """All that is measured in a well: the targets, then the internal control."""
        return (*self.targets, *((self.internal,) if self.internal else ()))

    @property
    def _spelt(self) -> dict[str, Target | Internal]:
        return {spelt(name): each for each in self.channels for name in (each.name, *each.aliases)}


def spelt(name: str) -> str:
    """Return *name* as it is compared: letters and digits only, in small letters."""
    return _ODD.sub("", name.casefold())


def parse(text: str) -> Assay:
    """Read a definition; raise BadAssay that says what is wrong with it."""
    try:
        document: dict[str, Any] = tomllib.loads(text)
        assay = msgspec.convert(document, Assay)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _bad(str(error), str(error)) from error
    _check_names(assay)
    _check_limits(assay)
    _check_rules(assay)
    return assay


def _check_names(assay: Assay) -> None:
    spellings = [{spelt(name) for name in (each.name, *each.aliases)} for each in assay.channels]
    names = [name for each in spellings for name in each]
    if "" in names or len(set(names)) < len(names):
        raise _bad("hai đích trùng tên", "two targets share a name")
    wanted = {spelt(name) for rule in assay.rules for name in rule.targets}
    if not wanted <= {spelt(target.name) for target in assay.targets}:
        raise _bad("quy tắc nói đến đích không có", "a rule names a target that there is not")


def _check_limits(assay: Assay) -> None:
    if any(0 < each.doubtful_to < each.detected_to for each in assay.targets):
        raise _bad(
            "ngưỡng nghi ngờ thấp hơn ngưỡng phát hiện", "what is in doubt ends below the detected"
        )
    if any(each.lowest > each.highest for each in assay.controls):
        raise _bad("khoảng Ct của chứng bị ngược", "the window of a control is upside down")
    roles = {each.role for each in assay.controls}
    if Role.SAMPLE in roles or len(roles) < len(assay.controls):
        raise _bad("mỗi loại chứng khai một lần", "each kind of control is described once")


def _check_rules(assay: Assay) -> None:
    for rule in assay.rules:
        if rule.call is Call.POSITIVE and not (rule.detected or rule.targets):
            raise _bad("dương tính phải có đích lên", "a positive needs a target that rose")
        if rule.call is Call.NEGATIVE and (rule.detected or rule.doubtful or rule.targets):
            raise _bad("âm tính không có đích nào lên", "in a negative no target rises")
        if rule.call is Call.NEGATIVE and assay.internal and not rule.internal:
            raise _bad("âm tính phải có chứng nội", "a negative needs the internal control")


def _bad(vi: str, en: str) -> DomainError:
    return BadAssay(f"Bản mô tả xét nghiệm sai: {vi}.", f"The assay's definition is wrong: {en}.")
