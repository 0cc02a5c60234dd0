"""Suggestions are scored and explained; they never come from a contradiction."""

from dataclasses import replace
from datetime import date, datetime
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from contract import names, specimens
from contract.identities import parse
from server.people import queries
from server.people.candidates import candidates_of, described
from server.people.matching import (
    LIKELY,
    SUGGESTED,
    Agreement,
    Described,
    Part,
    compare,
    read_parts,
    years_near,
)
from server.people.models import Person
from server.people.services import person_of

CROWD = specimens.people(40, Random(8))
SAID = st.builds(
    Described,
    name=st.sampled_from(["", "Nguyễn Thị Mẫu", "NGUYEN THI MAU", "Nguyễn Mẫu", "Lý Văn An",
                          "Lí Văn An", "Lý Văn Ân", "Trần An"]),
    birth=st.sampled_from(["", "1991-03-05", "1991-05-03", "1990-03-05", "1962-01-01"]),
    birth_year=st.sampled_from([None, 1991, 1990, 1962]),
    sex=st.sampled_from(["", "M", "F"]),
    phones=st.sampled_from([frozenset[str](), frozenset({"0912345678"})]),
    address=st.sampled_from(["", "Thôn Mẫu, Hồng Thái", "Xóm Khác, Tân Phú"]),
)  # fmt: skip


@settings(max_examples=150)
@given(SAID, SAID)
def test_a_score_is_the_same_both_ways_and_explains_itself(
    one: Described, other: Described
) -> None:
    score, back = compare(one, other), compare(other, one)
    assert score == back
    assert 0 <= score.points <= 100
    assert tuple(read_parts(score.written)) == score.parts


@settings(max_examples=150)
@given(SAID, SAID)
def test_another_name_or_birth_is_never_suggested_and_another_sex_never_likely(
    one: Described, other: Described
) -> None:
    score = compare(one, other)
    parts = dict(score.parts)
    if Agreement.DIFFERENT in {parts[Part.NAME], parts[Part.BIRTH]}:
        assert score.points < SUGGESTED
    if parts[Part.SEX] is Agreement.DIFFERENT:
        assert score.points < LIKELY


def altered(born: date, how: str, digit: int) -> str:
    """Return *born* with one digit changed, or with day and month swapped: maybe no date at all."""
    text = born.isoformat()
    if how == "swapped":
        return f"{text[:5]}{text[8:]}-{text[5:7]}"
    at = [0, 1, 2, 3, 5, 6, 8, 9][digit % 8]
    return f"{text[:at]}{(int(text[at]) + 1 + digit // 8) % 10}{text[at + 1 :]}"


@settings(max_examples=100)
@given(
    st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.sampled_from(["digit", "swapped", "year"]),
    st.integers(0, 71), st.sampled_from([-1, 0, 1]), st.tuples(st.booleans(), st.booleans()),
)  # fmt: skip
@example(date(1991, 3, 5), "digit", 2, 0, (True, True))
@example(date(1991, 3, 5), "year", 0, 1, (False, False))
def test_whoever_would_be_suggested_is_asked_for_whatever_went_wrong_with_their_birth(
    born: date, how: str, digit: int, later: int, whole: tuple[bool, bool]
) -> None:
    """All else agrees: who has the other's year of birth wrong by little must be looked for."""
    on = f"{born.year + later}{born.isoformat()[4:]}"
    then = on if how == "year" else altered(born, how, digit)
    full = Described("Nguyễn Thị Mẫu", "", born.year, "F", frozenset({"0912345678"}), "Thôn Mẫu")
    one = replace(full, birth=born.isoformat() if whole[0] else "")
    other = replace(full, birth=then if whole[1] else "", birth_year=int(then[:4]))
    years = years_near(one)
    assert years is not None
    assert born.year in years
    if compare(one, other).points >= SUGGESTED:
        assert other.birth_year in years
    assert years_near(replace(one, birth_year=None)) is None


@settings(max_examples=60)
@given(SAID, SAID, st.dates(), st.dates())
def test_nobody_of_another_year_than_the_near_ones_is_suggested(
    one: Described, other: Described, born: date, then: date
) -> None:
    """Whoever is left out when records are asked for would not have been suggested."""
    one = replace(one, birth=born.isoformat() if one.birth else "", birth_year=born.year)
    other = replace(other, birth=then.isoformat() if other.birth else "", birth_year=then.year)
    if then.year not in (years_near(one) or set()):
        assert compare(one, other).points < SUGGESTED


@settings(max_examples=60)
@given(SAID)
def test_whoever_is_told_of_more_in_agreement_scores_no_less(one: Described) -> None:
    fuller = Described(
        one.name, one.birth, one.birth_year, one.sex or "F",
        one.phones | {"0987654321"}, one.address or "Thôn Mẫu",
    )  # fmt: skip
    assert compare(fuller, fuller).points >= compare(one, one).points


def test_the_parts_say_what_agrees() -> None:
    listed = Described("NGUYEN THI MAU", "", 1991, "F")
    record = Described("Nguyễn Thị Mẫu", "1991-03-05", 1991, "F", frozenset({"0912345678"}))
    score = compare(listed, record)
    assert score.written == "name=bare birth=year sex=same phone=unknown address=unknown"
    assert SUGGESTED <= score.points < LIKELY
    assert compare(record, record).points >= LIKELY
    assert dict(compare(Described("Hoà"), Described("Hoá")).parts)[Part.NAME] is Agreement.NEAR


def meet(session: Session, now: datetime, each: specimens.Specimen) -> Person:
    code = parse(specimens.citizen_card(each))
    return person_of(session, code, by="station:a", now=now, evidence="event:1", place="p")


def test_people_on_record_are_found_without_marks_without_a_middle_name_and_by_phone_alone(
    session: Session, now: datetime
) -> None:
    met = [meet(session, now, each) for each in CROWD]
    session.flush()
    bare = [
        Described(names.match_key(each.name).upper(), "", each.birth.year, each.sex)
        for each in CROWD
    ]
    found = candidates_of(session, bare)
    assert all(
        person.id in {each.person.id for each in some}
        for person, some in zip(met, found, strict=True)
    )
    three = next(each for each in CROWD if len(each.name.split()) > 2)
    words = three.name.split()
    short = Described(f"{words[0]} {words[-1]}", three.birth.isoformat(), three.birth.year)
    (some,) = candidates_of(session, [short])
    assert met[CROWD.index(three)].id in {each.person.id for each in some}
    assert candidates_of(session, [Described("Không Ai Cả", "", 1950)]) == [[]]
    assert described(met[0]).birth == CROWD[0].birth.isoformat()


def test_what_candidates_are_found_by_gives_no_name_away(session: Session, now: datetime) -> None:
    person = meet(session, now, CROWD[0])
    for blind in (person.name_blind, person.block_blind):
        assert blind is not None
        assert len(blind) == 32
        assert set(blind) <= set("0123456789abcdef")
    assert person.block_blind == queries.block_blind(
        names.match_key(CROWD[0].name), CROWD[0].birth.year
    )
