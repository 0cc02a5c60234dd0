"""What a person may be allowed to do, named object:action, in alphabetical order.

Which role holds which permission stands in one table: `server.accounts.roles`.
"""

from enum import StrEnum


class Permission(StrEnum):
    ALERT_READ = "alert:read"
    ASSAY_WRITE = "assay:write"
    AUDIT_READ = "audit:read"
    ARRIVAL_WITHDRAW = "arrival:withdraw"
    BOX_WRITE = "box:write"
    CALLBACK_WRITE = "callback:write"
    CARD_WRITE = "card:write"
    CHECK_IN_WRITE = "check-in:write"
    CONFLICT_DECIDE = "conflict:decide"
    DECLARATION_READ = "declaration:read"  # the answers
    DELIVERY_READ = "delivery:read"
    DELIVERY_WRITE = "delivery:write"
    DESK_LIMIT = "desk:limit"
    DESK_WRITE = "desk:write"
    IDENTITY_DECIDE = "identity:decide"
    LOT_READ = "lot:read"
    LOT_WRITE = "lot:write"
    MATCH_DECIDE = "match:decide"
    OUTCOME_EXPORT = "outcome:export"  # a list that names people
    OUTCOME_READ = "outcome:read"
    PARTNER_WRITE = "partner:write"
    PERSON_READ = "person:read"
    POINT_READ = "point:read"
    POINT_WRITE = "point:write"
    RECEPTION_WRITE = "reception:write"
    REQUEST_ANSWER = "request:answer"
    RESULT_DECIDE = "result:decide"
    RESULT_RELEASE = "result:release"
    RESULT_VERIFY = "result:verify"
    RESULT_WRITE = "result:write"
    ROSTER_READ = "roster:read"
    SHIFT_READ = "shift:read"
    STATION_WRITE = "station:write"
    STORY_READ = "story:read"
    SUMMARY_READ = "summary:read"
    TARGET_READ = "target:read"
    TARGET_WRITE = "target:write"
    TRACE_EXPORT = "trace:export"
    TRACE_READ = "trace:read"
    TRACE_WRITE = "trace:write"
    USER_WRITE = "user:write"
    VACCINATION_WRITE = "vaccination:write"
    ZONE_READ = "zone:read"
    ZONE_WRITE = "zone:write"


class Scope(StrEnum):
    """What a partner's program may be allowed to do, whatever roles there are for people."""

    FHIR_READ = "fhir:read"  # results of persons whose number the partner knows
    RESOLVE = "resolve"  # a code's person key
    RESOLVE_STATUS = "resolve:status"  # and that person's last test and declaration
    UPSTREAM = "upstream"  # hand over outcomes and figures of a server below
