"""The people of one simulated day, what they hold up, and the truth that the product never sees."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.right_rates import Fault
from contract.specimens import Specimen, citizen_card, insurance_card, national_qr, people

Keyed = tuple[str, str]  # a number's system and value


@dataclass(frozen=True, slots=True)
class Who:
    """One person of the day, and the code that they carry."""

    index: int
    specimen: Specimen
    code: bytes

    @property
    def number(self) -> str:
        return self.specimen.number


def crowd(count: int, lot: Random) -> list[Who]:
    """Draw *count* people: mostly citizen cards; one in ten an insurance card, or the national QR.

    Every fifth shares the phone of who stands before them, as families do.
    """
    drawn = people(count, lot)
    return [Who(at, one, _code(one, drawn[at - 1], lot)) for at, one in enumerate(drawn)]


def _code(one: Specimen, before: Specimen, lot: Random) -> bytes:
    kind = lot.random()
    if kind < 0.8:
        return citizen_card(one, 7 if lot.random() < 0.7 else 11)
    if kind < 0.9:
        return insurance_card(one)
    shared = Specimen(one.name, one.birth, one.sex, one.province, one.serial, one.address,
                      before.phone if lot.random() < 0.2 else one.phone)  # fmt: skip
    return national_qr(shared)


def numbers_of(who: Who) -> set[Keyed]:
    """Return the numbers that are this person's and nobody else's, on whatever code."""
    one = who.specimen
    return {("cccd", one.number), ("bhxh", one.insurance), ("qid", one.qid)}


@dataclass(slots=True)
class Vial:
    """One tube of plastic: what its label says, and whose swab is in it (None: nobody's)."""

    text: str
    station: int
    holds: int | None = None
    sent: bool = False
    tainted: Fault | None = None  # what went wrong with it
    scant: bool = False  # too little of the swab: the laboratory cannot test it

    @property
    def tells(self) -> bool:
        """Whether a laboratory finds something in it; else it is rejected as empty."""
        return self.holds is not None and not self.scant


@dataclass(slots=True)
class Mishap:
    """One injected fault: whom it could give a wrong result, and what caught it at the table."""

    fault: Fault
    vials: list[Vial] = field(default_factory=list)
    caught: str = ""


@dataclass(slots=True)
class Truth:
    """Who was swabbed into which tube, what went wrong, and how the day felt at the tables."""

    vials: list[Vial] = field(default_factory=list)
    mishaps: list[Mishap] = field(default_factory=list)
    paired: int = 0  # people who left with a pair
    first_try: int = 0  # of them, without a refusal or a second attempt
    false_alarms: int = 0  # refusals and second looks of people to whom nothing had happened
    lost: int = 0  # people who left without one

    def content(self, tested: Sequence[Vial]) -> dict[str, set[int]]:
        """Return whose swabs were tested under each number."""
        found: dict[str, set[int]] = {}
        for vial in tested:
            found.setdefault(vial.text, set()).update([] if vial.holds is None else [vial.holds])
        return found
