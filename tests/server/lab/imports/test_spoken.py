"""A negative that the machine's own words speak against is left to a person."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from server.accounts.roles import Role
from server.lab import assay_versions, wells
from server.lab.imports import plates, queries
from server.lab.imports.models import ImportFile
from server.lab.imports.spoken import contradicts
from server.lab.instruments.reasons import Why
from server.lab.models import Result
from server.lab.run_models import Run
from server.lab.words import Call

CODE = "sars-cov-2-n-orf1ab"
ASSAY = assay_versions.definition(assay_versions.shipped()[CODE])
NOTHING = ["", "-", "N/A", "No Amp", "Undetermined", "OK"]
MORE = ["POSITIVE", "Dương tính yếu", "Presumptive Positive", "Retest", "Nghi ngờ", "+", "ERROR"]
UNSURE = [*MORE, "PRESUMPTIVE POS", "INVALID", "Detected (low)", "Mẫu hơi đục", "Amp"]
WORDS = st.sampled_from([*NOTHING, *MORE, "Âm tính", "neg"])


@dataclass(frozen=True)
class Said:
    target: str
    call: str = ""
    ct: str = ""
    undetermined: bool = True


def verdict(call: str) -> Said:
    return Said("SARS-CoV-2", call, undetermined=False)


ROWS = st.lists(st.builds(Said, st.sampled_from(["N", "ORF1ab"]), WORDS), max_size=4)


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_a_negative_stands_only_where_no_target_says_more(rows: list[Said]) -> None:
    more = any(row.call in MORE for row in rows)
    neither = Said("RP", "Positive") if any(row.call not in NOTHING for row in rows) else Said("RP")
    assert contradicts([neither, *rows], ASSAY, Call.NEGATIVE) is more


@pytest.mark.parametrize(
    ("words", "against"),
    [
        (("Positive", "Negative"), False),
        (("Amp", "No Amp"), False),  # a word that nobody knows speaks against no positive
        (("Negative", "Inconclusive"), True),
        (("Negative", ""), True),
        (("Inconclusive", "Inconclusive"), True),
    ],
)
def test_beside_a_positive_one_target_must_say_so(words: tuple[str, str], *, against: bool) -> None:
    rows = [Said("N", words[0], "24.1"), Said("ORF1ab", words[1], "25.3")]
    assert contradicts(rows, ASSAY, Call.POSITIVE) is against


@pytest.mark.parametrize(
    ("call", "suggested", "against"),
    [
        ("POSITIVE", Call.NEGATIVE, True),
        ("POSITIVE", Call.INVALID, True),
        ("POSITIVE", Call.POSITIVE, False),
        ("Nghi ngờ", Call.NEGATIVE, True),
        ("Nghi ngờ", Call.INCONCLUSIVE, False),
        ("Nghi ngờ", Call.POSITIVE, False),
        ("NEGATIVE", Call.POSITIVE, False),  # of another virus, it may be
        *[(word, Call.NEGATIVE, True) for word in UNSURE],
        *[(word, Call.NEGATIVE, False) for word in ("Âm tính", "Not detected", "N/A", "-", "OK")],
        ("INVALID", Call.INVALID, False),
        ("Retest", Call.INVALID, True),
        ("Retest", Call.POSITIVE, False),
    ],
)
def test_a_verdict_on_what_the_assay_does_not_know(
    call: str, suggested: Call, *, against: bool
) -> None:
    for ct, silent in (("", False), ("31.2", False), ("", True)):
        said = Said("E", call, ct, undetermined=silent)
        assert contradicts([verdict(call)], ASSAY, suggested) is against
        assert contradicts([said], ASSAY, suggested) is against


HEAD = "Giếng;Mã ống;Loại;Gen;Ct;Kết luận\n"
GENES = ("N", "ORF1ab", "RP")
CONTROLS = [
    (well, name, name, gene, "25" if name == "PC" else "-", "")
    for well, name in (("H10", "NTC"), ("H11", "PC"), ("H12", "NEC"))
    for gene in GENES
]
SEEN = [
    ("N", "41.8", "POSITIVE"),
    ("N", "-", "POSITIVE"),
    ("N", "-", "Dương tính yếu"),
    ("SARS-CoV-2", "", "Presumptive Positive"),
    ("E", "31.2", "POSITIVE"),
]


def test_a_gene_that_the_machine_calls_positive_is_entered_as_no_negative(
    sign_in: Any, bring: Any, enter: Any, tubes: Any, database: Any
) -> None:
    words = {"N": ("-", "NEGATIVE"), "ORF1ab": ("-", "NEGATIVE"), "RP": ("25.1", "")}
    held = [tubes[name] for name in ("ready", "second", "third", "received", "paired")]
    said = [(tubes["bare"], words)]
    said += [(tube, words | {gene: more}) for tube, (gene, *more) in zip(held, SEEN, strict=True)]
    rows = [
        (f"A{at}", tube, "mẫu", gene, *each)
        for at, (tube, found) in enumerate(said, 1)
        for gene, each in found.items()
    ]
    lines = "".join(";".join(map(str, row)) + "\n" for row in (*rows, *CONTROLS))
    file = bring(f"Mẻ: 7\n{HEAD}{lines}")
    with database.read() as session:
        shown = plates.preview(session, session.get_one(ImportFile, file.id), CODE)
    assert shown is not None
    assert (shown.calls, shown.left) == ({"negative": 1}, {Why.CALLS_DIFFER: 5})
    enter(file, assay=CODE)
    with database.read() as session:
        results = {each.tube: each.call for each in session.scalars(select(Result))}
        told = {each.number for each in queries.told(session, session.get_one(ImportFile, file.id))}
    assert results == {tubes["bare"]: "negative"}
    assert told == {Why.CALLS_DIFFER}
    with database.read() as session:
        run = session.scalars(select(Run)).one()
        assert {each.target for each in wells.readings_of(session, run)} == {"N", "ORF1ab", "RP"}
    page = sign_in(Role.LAB_TECHNICIAN).get(f"/runs/{run.id}").text
    for said in ("N: Dương tính yếu", "SARS-CoV-2: Presumptive Positive", "E: POSITIVE"):
        assert said in page
    chosen = re.findall(r'<option value="(\w*)" data-key="\w" selected>', page)
    assert chosen == [""] * 5  # and none was made ready to be confirmed
