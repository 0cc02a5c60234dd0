"""What a code says of its bearer, as the columns of a record that begins with it."""

from typing import Any

from contract import names
from contract.identities import PersonCode
from server.people import queries
from server.people.agreement import birth_year_of


def first_words(code: PersonCode) -> dict[str, Any]:
    name, year = names.display(code.name) if code.name else None, birth_year_of(code)
    return {
        "name": name,
        "name_blind": queries.name_blind(code.name),
        "birth": None if year is None else str(code.birth),
        "birth_year": year,
        "sex": str(code.sex) if code.sex else None,
        "address": code.address,
        "block_blind": queries.block_blind(name, year),
    }
