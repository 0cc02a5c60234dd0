"""The form as data: what its answers mean, and which answers it takes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.declarations.form_versions import SHORT, shipped
from server.declarations.questions import (
    NONE,
    Answer,
    Form,
    Option,
    Question,
    is_sound,
    judge,
    kept,
    problems,
)

FULL = shipped()["vn-2021-1"]


def answered(**changed: Answer) -> dict[str, Answer]:
    no = {
        question.id: Answer((NONE,) if question.kind == "many" else ("no",))
        for question in FULL.questions
    }
    return {**no, **{name.replace("_", "-"): answer for name, answer in changed.items()}}


def test_no_to_everything_raises_nothing() -> None:
    assert problems(FULL, answered()) == {}
    verdict = judge(FULL, answered())
    assert (verdict.symptoms, verdict.exposed) == (False, False)


def test_a_sign_or_a_contact_raises_its_own_flag() -> None:
    assert judge(FULL, answered(symptoms=Answer(("fever", "cough")))).symptoms
    assert judge(FULL, answered(from_outbreak=Answer(("yes",)))).exposed
    travelled = answered(travel=Answer(("yes",), "Hà Nội"))
    assert problems(FULL, travelled) == {}
    assert not judge(FULL, travelled).exposed


def test_what_is_not_asked_is_not_known() -> None:
    assert judge(shipped()[SHORT], {"any-symptom": Answer(("yes",))}).exposed is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"symptoms": Answer()},
        {"symptoms": Answer((NONE, "fever"))},
        {"symptoms": Answer(("fever", "fever"))},
        {"symptoms": Answer(("pox",))},
        {"sick": Answer(("yes", "no"))},
        {"sick": Answer(("perhaps",))},
        {"travel": Answer(("yes",), " ")},
        {"travel": Answer(("yes",), "x" * 201)},
    ],
)
def test_an_answer_that_is_none_is_asked_for_again(wrong: dict[str, Any]) -> None:
    assert set(problems(FULL, answered(**wrong))) == set(wrong)


def test_an_answer_to_a_question_of_another_version_is_refused() -> None:
    assert "" in problems(FULL, {**answered(), "moon": Answer(("yes",))})


def test_words_beside_a_no_are_not_kept() -> None:
    assert kept(FULL, answered(travel=Answer(("no",), "Hà Nội")))["travel"].note == ""


_ANSWER = st.builds(
    Answer,
    st.lists(st.sampled_from(["yes", "no", NONE, "fever", "cough", "x"]), max_size=3).map(tuple),
    st.text(max_size=5),
)


@settings(max_examples=60)
@given(st.fixed_dictionaries({question.id: _ANSWER for question in FULL.questions}))
def test_answers_are_refused_or_mean_what_they_say(answers: dict[str, Answer]) -> None:
    if not problems(FULL, answers):
        verdict = judge(FULL, answers)
        signs = set(answers["symptoms"].chosen)
        assert verdict.symptoms == bool(signs & {"fever", "cough"})
        assert verdict.symptoms != (NONE in signs)
        near = ("patient", "from-outbreak", "sick")
        assert verdict.exposed == any(answers[name].chosen == ("yes",) for name in near)
        assert judge(FULL, kept(FULL, answers)) == verdict


@pytest.mark.parametrize(
    "questions",
    [
        (),
        (Question("a", "yes-no", "?", "?"), Question("a", "yes-no", "?", "?")),
        (Question("a", "many", "?", "?"),),
        (Question("a", "many", "?", "?", options=(Option(NONE, "?", "?"),)),),
        (Question("a b", "yes-no", "?", "?"),),
    ],
)
def test_a_form_that_cannot_be_asked_is_not_published(questions: tuple[Question, ...]) -> None:
    assert is_sound(Form("f", 21, "short", questions))
    assert is_sound(Form("f", 0, "short", (Question("a", "yes-no", "?", "?"),)))
    assert is_sound(Form("f", 21, "full", (Question("a", "yes-no", "?", "?"),)))
