"""No column that may name somebody is readable: each new one is encrypted, or looked at here."""

import re

from sqlalchemy import JSON, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator

from server import schema
from server.db import Encrypted, EncryptedBytes

# Words in the name of a column that people, or what they say, stand in.
SUSPECT = re.compile(
    r"name|phone|address|birth|number|note|reason|said|wish|comment|text|title|label|message|mail"
    r"|answer|query|filter|detail|body|content|payload|error|operator|sample|value|what|about|why"
)
# Readable on purpose, and why it can name nobody.
LOOKED_AT = {
    "codes of ours": """
        assay_version.note audit_entry.detail chain_alert.detail callback.reason
        check_in.void_reason data_request.answer desk_item.detail disagreement.answer
        disagreement.answered_within identity_question.answer
        outcome.reason pairing.operator pairing_void.reason quarantine.reason quarantine.detail
        reception.reason reception_step.reason record_entry.reason shift_refusal.reason
        slip_suspicion.operator slip_suspicion.reason station_shift.operator
        figure_cell.operator figure_hour.operator figure_span.operator figure_step.operator
        figure_whole.numbers
        lease.name station_tally.reason""",
    "what is public: points, zones, laboratories, stations, partners": """
        locality.name partner.label point.address point.name point.name_key point.name_order
        station.label zone.name""",
    "hashes": """
        declaration_try.address_key login_failure.address_key login_session.address_key
        phone_person.phone""",
    "of somebody without a name beside it": "disagreement.said_sex",
    "what machines call their runs and plates": "import_file.run_name plate.title",
    "sealed by the station before it came": "wire_event.payload",
}
ALLOWED = {name for names in LOOKED_AT.values() for name in names.split()}


def readable() -> set[str]:
    found = set()
    for table in schema.tables.sorted_tables:
        for column in table.columns:
            kind = column.type
            if isinstance(kind, Encrypted | EncryptedBytes):
                continue
            plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
            texts = isinstance(plain, String | Text | LargeBinary | JSON)
            blind = column.name.endswith(("_blind", "_hash", "_by"))  # logins are no names
            if texts and not blind and SUSPECT.search(column.name):
                found.add(f"{table.name}.{column.name}")
    return found


def test_what_people_are_called_and_what_they_write_is_encrypted() -> None:
    """Found one?  Make it `Encrypted("table.column")`, or say in LOOKED_AT why it names nobody."""
    assert readable() - ALLOWED == set()


def test_nothing_is_excused_that_is_not_there() -> None:
    assert ALLOWED - readable() == set()
