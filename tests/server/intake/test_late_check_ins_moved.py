"""A check-in comes late, by a number alone that leads elsewhere since: nobody reads where another
was."""

from uuid import UUID

import pytest
from sqlalchemy import select

from contract import sealing
from contract.duty_events import CheckedIn
from server.declarations.models import CheckIn
from server.intake.applier import apply_pending
from tests.server.intake.test_late_numbers import HOUR, Late, anew
from tests.server.intake.test_late_numbers import late as late
from tests.server.intake.test_numbers_moved import TYPED

pytestmark = pytest.mark.engines


def check_in(late: Late, hours: int, code: bytes = TYPED, *, trusted: bool = True) -> UUID | None:
    sealed = sealing.seal(late.sender.vault.sealing.public_key(), code)
    late.sender.send(
        late.sender.write(
            CheckedIn, at=late.began + hours * HOUR, trusted=trusted, person=sealed,
            person_kind="typed-number", tag="0" * 16,
        )
    )  # fmt: skip
    apply_pending(late.database, late.now)
    with late.database.read() as session:
        return session.scalars(select(CheckIn)).one().person_id


def test_a_late_check_in_is_of_whom_its_number_led_to_when_it_was_made(late: Late) -> None:
    anew(late)
    assert check_in(late, 0) == late.an
    assert late.questions() == []


@pytest.mark.parametrize(("hours", "trusted"), [(4, True), (0, False)])
def test_a_check_in_of_since_or_of_no_sure_time_is_of_whom_its_number_leads_to(
    late: Late, hours: int, *, trusted: bool
) -> None:
    binh = anew(late)
    assert check_in(late, hours, trusted=trusted) == binh
