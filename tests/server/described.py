"""Right and wrong requests made from an operation's own description, each answered as it says."""

import os
from collections.abc import Callable
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.operations import Operation

EXAMPLES, SEED = int(os.environ.get("EXAMPLES", "8")), int(os.environ.get("SEED", "26"))
HERE = "http://localhost"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
Sent = requests.PreparedRequest


def ask_as_described(
    document: dict[str, Any], row: Operation, send: Callable[[Sent], Any],
    know: Callable[[schemathesis.Case], None],
) -> None:  # fmt: skip
    """Send many requests of an operation; *know* puts into two of three what this server knows."""
    described = schemathesis.openapi.from_dict(document)[row.path][row.method]
    any_of_it = described.as_strategy(GenerationMode.POSITIVE) | described.as_strategy(
        GenerationMode.NEGATIVE
    )

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=any_of_it, known=st.sampled_from([True, True, False]))
    def answers(case: schemathesis.Case, *, known: bool) -> None:
        if known:
            know(case)
        sent = requests.Request(**case.as_transport_kwargs(base_url=HERE)).prepare()
        case.validate_response(send(sent), checks=CHECKS)

    answers()
