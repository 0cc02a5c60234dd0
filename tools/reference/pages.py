"""Reference pages, each a function that reads tables of the product and returns Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import get_args

import msgspec
from sqlalchemy import Column, Table

from contract.envelope import Envelope
from contract.events import Event
from device.refusal_words import REFUSALS
from device.signals import SIGNALS
from server.accounts.permission_words import WORDS
from server.accounts.roles import GRANTS, Role
from server.db import Encrypted, EncryptedBytes
from server.lab.lifecycle import RUN_STEPS, STEPS, RunStep, Step
from server.permissions import Permission
from server.schema import tables
from tools.reference.drawing import DOMAINS, PACKAGES, drawing

_MADE = "\n*Made from the code when this site was built.*\n"


def packages() -> str:
    return "\n".join(
        (
            "# Packages, drawn from the code",
            "Upper may import lower, never the reverse: import-linter holds it in every gate.",
            "\n## The packages\n",
            drawing(PACKAGES, "Packages and their imports"),
            "\n## The server's domains\n",
            drawing(DOMAINS, "The server's domains and their imports"),
            _MADE,
        )
    )


def roles() -> str:
    rows = ([f"{WORDS[each][0]} · *{WORDS[each][1]}* `{each}`",
             *("✔" if each in GRANTS[role] else "" for role in Role)]
            for each in Permission)  # fmt: skip
    return "\n".join(
        (
            "# Roles and what each may do",
            "One table decides; a route without a row in it does not start.\n",
            table(["permission", *(role.value for role in Role)], rows),
            _MADE,
        )
    )


def steps() -> str:
    return "\n".join(
        (
            "# The life of a result and of a run",
            "What is not in the table cannot be done. ② asks for somebody else than who entered;",
            "◆ asks for controls that passed.\n",
            "## A result\n",
            _matrix(STEPS),
            "\n## A run\n",
            _matrix(RUN_STEPS),
            _MADE,
        )
    )


def _matrix(steps: Mapping[tuple[StrEnum, StrEnum], Step | RunStep]) -> str:
    states = list(dict.fromkeys(state for state, _ in steps))
    actions = list(dict.fromkeys(action for _, action in steps))
    rows = (
        [f"**{state}**", *(_step(steps.get((state, action))) for action in actions)]
        for state in states
    )
    return table(["from", *(f"`{action}`" for action in actions)], rows)


def _step(step: Step | RunStep | None) -> str:
    if step is None:
        return ""
    controls = isinstance(step, RunStep) and step.controls
    return f"{step.to}{' ②' if step.second_person else ''}{' ◆' if controls else ''}"


def signs() -> str:
    heard = (
        [f"`{sign.name}`", sign.shape,
         " ".join(f"{tone.hertz or '·'}" for tone in sign.tones), sign.light.value,
         "" if sign.seconds is None else f"{sign.seconds:g} s"]
        for sign in SIGNALS.values()
    )  # fmt: skip
    said = ([f"`{reason}`", said.vi, said.en] for reason, said in REFUSALS.items())
    return "\n".join(
        (
            "# What a station says",
            "## Sounds and lights\n",
            table(["sign", "shape", "tones, Hz", "light", "for"], heard),
            "\n## Every refusal, and its sentence\n",
            table(["reason", "câu trên màn hình", "sentence"], said),
            _MADE,
        )
    )


def events() -> str:
    common = {field.name for field in msgspec.structs.fields(Envelope)}
    rows = (
        [f"`{kind.__struct_config__.tag}`", _first(kind.__doc__),
         ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(kind)
                   if field.name not in common)]
        for kind in get_args(Event)
    )  # fmt: skip
    return "\n".join(
        (
            "# Events on the wire",
            "A station sends these and nothing else; each carries "
            + ", ".join(f"`{name}`" for name in sorted(common)) + ".\n",
            table(["kind", "what happened", "and its own fields"], rows),
            _MADE,
        )
    )  # fmt: skip


def database() -> str:
    parts = ["# The database", "🔒 is readable only with the vault's keys.\n"]
    for each in sorted(tables.sorted_tables, key=lambda found: found.name):
        parts += [
            f"## {each.name}\n",
            table(["column", "type", ""], map(_column, each.columns)),
            "",
        ]
    return "\n".join([*parts, _MADE])


def _column(column: "Column[object]") -> list[str]:
    sealed = isinstance(column.type, Encrypted | EncryptedBytes)
    kind = "🔒" if sealed else type(column.type).__name__.lower()
    notes = ["key"] if column.primary_key else []
    notes += [] if column.nullable or column.primary_key else ["required"]
    notes += [f"→ {_target(key.column.table)}" for key in column.foreign_keys]
    return [f"`{column.name}`", kind, ", ".join(notes)]


def _target(found: Table) -> str:
    return f"[{found.name}](#{found.name})"


def _first(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar inside a cell does not end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


PAGES = {
    "reference/packages.md": packages,
    "reference/roles.md": roles,
    "reference/steps.md": steps,
    "reference/signs.md": signs,
    "reference/events.md": events,
    "reference/database.md": database,
}
