"""Where the controls of a run stand, as rows: a laboratory adds its own here.  Pure.

NTC holds no template, PC a known positive, EC an extraction of a known negative.
"""

from dataclasses import dataclass

from server.lab.measured import Role

NTC, PC, EC = "NTC", "PC", "EC"
ROLES = {NTC: Role.NEGATIVE, PC: Role.POSITIVE, EC: Role.EXTRACTION}
CONTROLS = {
    NTC: ("Chứng âm, không mẫu", "No-template control"),
    PC: ("Chứng dương", "Positive control"),
    EC: ("Chứng tách chiết", "Extraction control"),
}

ROLE_WORDS = {ROLES[control]: words for control, words in CONTROLS.items()}


@dataclass(frozen=True, slots=True)
class Template:
    """The controls' wells of one plate size, by the names of the wells."""

    size: int
    vi: str
    en: str
    controls: tuple[tuple[str, str], ...] = ()


TEMPLATES = {
    "96-two": Template(96, "96 giếng, NTC và PC cuối", "96, NTC and PC last",
                       (("G12", NTC), ("H12", PC))),
    "96-three": Template(96, "96 giếng, EC, NTC và PC cuối", "96, EC, NTC and PC last",
                         (("F12", EC), ("G12", NTC), ("H12", PC))),
    "96-first": Template(96, "96 giếng, NTC và PC đầu", "96, NTC and PC first",
                         (("A1", NTC), ("A2", PC))),
    "96-none": Template(96, "96 giếng, không chứng", "96, no controls"),
    "384-two": Template(384, "384 giếng, NTC và PC cuối", "384, NTC and PC last",
                        (("O24", NTC), ("P24", PC))),
    "384-four": Template(384, "384 giếng, NTC và PC ở bốn góc phần tư",
                         "384, NTC and PC in each quadrant",
                         (("O23", NTC), ("O24", NTC), ("P23", PC), ("P24", PC))),
    "384-none": Template(384, "384 giếng, không chứng", "384, no controls"),
}  # fmt: skip
