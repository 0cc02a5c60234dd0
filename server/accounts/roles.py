"""Which role may do what: the one table of it; where, stands in `within`.

A province's officer and a district's are one role at two places.  Technicians and verifiers see
tubes, lots and times but no names; a registrar sees who is listed, never a finding; administrators
see no health data; an auditor sees who did what, and nobody's record.
"""

from enum import StrEnum

from server.permissions import Permission


class Role(StrEnum):
    SWAB_TEAM = "swab-team"
    LAB_TECHNICIAN = "lab-technician"
    LAB_VERIFIER = "lab-verifier"
    HEALTH_OFFICER = "health-officer"
    REGISTRAR = "registrar"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.SWAB_TEAM: frozenset(
        {
            Permission.BOX_WRITE,
            Permission.CHECK_IN_WRITE,
            Permission.LOT_READ,
            Permission.POINT_READ,
            Permission.ZONE_READ,
        }
    ),
    Role.LAB_TECHNICIAN: frozenset(
        {
            Permission.ARRIVAL_WITHDRAW,
            Permission.ASSAY_WRITE,
            Permission.BOX_WRITE,
            Permission.DESK_WRITE,
            Permission.LOT_READ,
            Permission.RECEPTION_WRITE,
            Permission.RESULT_DECIDE,
            Permission.RESULT_RELEASE,
            Permission.RESULT_VERIFY,
            Permission.RESULT_WRITE,
        }
    ),
    Role.LAB_VERIFIER: frozenset(
        {
            Permission.DESK_WRITE,
            Permission.LOT_READ,
            Permission.RESULT_DECIDE,
            Permission.RESULT_RELEASE,
            Permission.RESULT_VERIFY,
            Permission.RESULT_WRITE,
        }
    ),
    Role.REGISTRAR: frozenset(
        {
            Permission.CARD_WRITE,
            Permission.LOT_READ,
            Permission.LOT_WRITE,
            Permission.MATCH_DECIDE,
            Permission.POINT_READ,
            Permission.POINT_WRITE,
            Permission.ROSTER_READ,
            Permission.SHIFT_READ,
            Permission.TARGET_READ,
            Permission.ZONE_READ,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.ALERT_READ,
            Permission.AUDIT_READ,
            Permission.SHIFT_READ,
        }
    ),
    Role.HEALTH_OFFICER: frozenset(
        {
            Permission.ARRIVAL_WITHDRAW,
            Permission.BOX_WRITE,
            Permission.CALLBACK_WRITE,
            Permission.CHECK_IN_WRITE,
            Permission.CONFLICT_DECIDE,
            Permission.DECLARATION_READ,
            Permission.DELIVERY_READ,
            Permission.DELIVERY_WRITE,
            Permission.DESK_LIMIT,
            Permission.DESK_WRITE,
            Permission.IDENTITY_DECIDE,
            Permission.LOT_READ,
            Permission.MATCH_DECIDE,
            Permission.OUTCOME_EXPORT,
            Permission.OUTCOME_READ,
            Permission.PERSON_READ,
            Permission.REQUEST_ANSWER,
            Permission.POINT_READ,
            Permission.ROSTER_READ,
            Permission.SHIFT_READ,
            Permission.STORY_READ,
            Permission.SUMMARY_READ,
            Permission.TARGET_READ,
            Permission.TARGET_WRITE,
            Permission.TRACE_EXPORT,
            Permission.TRACE_READ,
            Permission.TRACE_WRITE,
            Permission.VACCINATION_WRITE,
            Permission.ZONE_READ,
            Permission.ZONE_WRITE,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ALERT_READ,
            Permission.AUDIT_READ,
            Permission.CARD_WRITE,
            Permission.DELIVERY_READ,
            Permission.DELIVERY_WRITE,
            Permission.LOT_READ,
            Permission.LOT_WRITE,
            Permission.MATCH_DECIDE,
            Permission.PARTNER_WRITE,
            Permission.POINT_READ,
            Permission.POINT_WRITE,
            Permission.ROSTER_READ,
            Permission.SHIFT_READ,
            Permission.STATION_WRITE,
            Permission.TARGET_READ,
            Permission.USER_WRITE,
        }
    ),
}

# They see the tubes that their laboratory has, wherever these were given.
AT_LAB = frozenset({Role.LAB_TECHNICIAN, Role.LAB_VERIFIER})
# A password alone does not open these, where the setting `second_factor` says so.
NEED_SECOND_FACTOR = frozenset({Role.HEALTH_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR})

NAMES = {
    Role.SWAB_TEAM: ("Đội lấy mẫu", "Swab team"),
    Role.LAB_TECHNICIAN: ("Kỹ thuật viên xét nghiệm", "Lab technician"),
    Role.LAB_VERIFIER: ("Người duyệt kết quả", "Result verifier"),
    Role.HEALTH_OFFICER: ("Cán bộ y tế", "Health officer"),
    Role.REGISTRAR: ("Người cấp phát", "Registrar"),
    Role.ADMINISTRATOR: ("Quản trị viên", "Administrator"),
    Role.AUDITOR: ("Người kiểm tra nhật ký", "Auditor"),
}
