"""Which role may do what: the one table of it.

Technicians see tubes, lots and times but no names; administrators see no health data.
"""

from enum import StrEnum

from server.permissions import Permission


class Role(StrEnum):
    SWAB_TEAM = "swab-team"
    LAB_TECHNICIAN = "lab-technician"
    HEALTH_OFFICER = "health-officer"
    ADMINISTRATOR = "administrator"


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
    Role.HEALTH_OFFICER: frozenset(
        {
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
AT_LAB = frozenset({Role.LAB_TECHNICIAN})

NAMES = {
    Role.SWAB_TEAM: ("Đội lấy mẫu", "Swab team"),
    Role.LAB_TECHNICIAN: ("Kỹ thuật viên xét nghiệm", "Lab technician"),
    Role.HEALTH_OFFICER: ("Cán bộ y tế", "Health officer"),
    Role.ADMINISTRATOR: ("Quản trị viên", "Administrator"),
}
