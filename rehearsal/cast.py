"""The people of the day: made up, with Vietnamese names, carrying every kind of code.

A third have no phone; some of those have a card that the team printed for them this morning.
"""

from collections.abc import Sequence
from random import Random

from contract import specimens
from contract.identities import parse
from contract.specimens import Specimen
from rehearsal.script import Visitor

KINDS = {  # how many carry what
    "citizen-7": 18,
    "citizen-11": 10,
    "insurance-old": 6,
    "insurance-new": 6,
    "insurance-child": 4,
    "national": 6,
    "national-masked": 6,
    "unknown": 4,
}
WITHOUT_PHONE = 10  # people who carry a card of ours
DRIVER = b"https://luongxanh.drvn.gov.vn/xe/LX0000777"


def invent(seed: int) -> list[Specimen]:
    """Return everybody who comes, those without a phone last."""
    return specimens.people(sum(KINDS.values()) + WITHOUT_PHONE, Random(seed))  # noqa: S311


def code_of(specimen: Specimen, kind: str, number: int) -> bytes:
    """Return the bytes of the code of one *kind* that *specimen* carries."""
    match kind:
        case "citizen-7":
            return specimens.citizen_card(specimen, fields=7)
        case "citizen-11":
            return specimens.citizen_card(specimen, fields=11)
        case "national":
            return specimens.national_qr(specimen, masked=False)
        case "national-masked":
            return specimens.national_qr(specimen, masked=True)
        case "unknown":  # an app of somewhere else: nothing in it that we understand
            return f"KBYT1/{number:04d}/7f3a91c0d2e{number:03d}".encode()
        case "insurance-old":
            return specimens.insurance_card(specimen, shape="old")
        case "insurance-new":
            return specimens.insurance_card(specimen, shape="new")
        case _:
            return specimens.insurance_card(specimen, shape="child")


def with_codes(people: Sequence[Specimen]) -> list[Visitor]:
    """Give each of *people* the code of their kind, in the order of KINDS."""
    kinds = [kind for kind, count in KINDS.items() for _ in range(count)]
    pairs = zip(people, kinds, strict=False)
    return [
        visitor(specimen, code_of(specimen, kind, number))
        for number, (specimen, kind) in enumerate(pairs)
    ]


def visitor(specimen: Specimen, code: bytes) -> Visitor:
    return Visitor(specimen.name, specimen.birth.year, code, parse(code))


def driver() -> Visitor:
    """Somebody who shows the pass of their lorry."""
    return Visitor("", 0, DRIVER, parse(DRIVER))


def in_order(people: Sequence[Visitor], seed: int) -> list[Visitor]:
    """Return the queue: everybody mixed."""
    queue = list(people)
    Random(seed).shuffle(queue)  # noqa: S311
    return queue
