"""Wire events of the duties beside sampling: check-in at a point, tubes at the laboratory."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from contract.envelope import Count, Envelope, Sealed, Short, TubeText

Box = Annotated[str, msgspec.Meta(pattern=r"^B:[0-9]{10}$")]
Symptoms = Literal["", "no", "yes"]  # '': nobody asked


class DutyChanged(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="duty-changed"):
    """The station does something else from here on: a `contract.duties.Duty`.

    `by` a 'card'.  `before` is what it did until now.
    """

    duty: Short
    before: Short
    by: Short = "card"


class CheckedIn(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="checked-in"):
    """A person, or a vehicle (`person_kind` 'vehicle-pass'), was at this station's point.

    `person` is the code they held up, sealed to the server; `tag` is the station's own keyed hash
    of it.  `symptoms` is what they said, `took_ms` how long they took to say it.
    """

    person: Sealed
    person_kind: Short
    tag: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    symptoms: Symptoms = ""
    took_ms: Count = 0
    place: Short = ""


class CheckInVoided(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="check-in-voided"):
    """An earlier check-in of this station does not hold."""

    check_in: UUID
    reason: Short


class BoxOpened(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="box-opened"):
    """A box of tubes reached the laboratory; `expected` tubes, where its label says so.

    A box may be opened again: `tubes` is how many of it arrived before.
    """

    box: Box
    expected: Count | None = None
    tubes: Count = 0


class TubeArrived(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="tube-arrived"):
    """A tube of `box` is at the laboratory; `count` is how many of the box are, with this one."""

    tube: TubeText
    box: Box
    count: Count


class BoxClosed(Envelope, frozen=True, kw_only=True, tag_field="kind", tag="box-closed"):
    """A box is closed: `by` its 'label' or a 'card'.

    `tubes` arrived in it; `expected`, where it is known, should have.
    """

    box: Box
    tubes: Count
    expected: Count | None = None
    by: Short = ""
