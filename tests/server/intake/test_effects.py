"""The table of effects knows every kind of event: what a station sends never stops the applier."""

from contract.duty_events import CheckedIn
from contract.events import Event, TubePaired
from server.intake.effects import EFFECTS


def test_every_kind_of_event_has_its_effect() -> None:
    assert {*EFFECTS, TubePaired, CheckedIn} == set(Event.__args__)
