"""What docs/outcomes.md promises to programs and people is what there is."""

import re
from pathlib import Path

from server.officers.api import OutcomeRow
from server.officers.summary import Summary
from server.outcomes.desks import UNMATCHED

DOC = (Path(__file__).parents[3] / "docs" / "outcomes.md").read_text(encoding="utf-8")


def test_the_fields_of_an_outcome_are_written_down() -> None:
    listed = DOC.split("GET /api/v1/outcomes`")[1].split("\n\n")[0]
    assert re.findall(r"`(\w+)`", listed) == list(OutcomeRow.__struct_fields__)


def test_every_desk_is_written_down() -> None:
    table = DOC.split("## What does not match")[1].split("## ")[0]
    assert set(re.findall(r"`(\w+_\w+)`", table)) == {desk.value for desk in UNMATCHED}


def test_the_counts_that_need_a_word_have_one() -> None:
    listed = DOC.split("GET /api/v1/summary`")[1].split("- `GET")[0]
    assert set(re.findall(r"`(\w+)`", listed)) <= set(Summary.__struct_fields__)
