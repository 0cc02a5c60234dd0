"""Where the person at the screen may look: for views, which hand it to queries."""

from collections.abc import Mapping
from dataclasses import replace

from server.accounts.roles import AT_LAB, Role
from server.accounts.within import Within
from server.errors import DomainError
from server.forms import optional_text, place_or_text
from server.web import user


class NotYourPlace(DomainError):
    code = "not-your-place"
    status = 404
    field = "place"


def current_within() -> Within:
    """Return the scope of who is signed in; nowhere for whoever is not."""
    found = user()
    if found is None:
        return Within()
    scope = Within.of_account(found.place, found.sees)
    return replace(scope, at_lab=Role(found.role) in AT_LAB)


def in_scope(place: str, typed: str = "") -> str:
    """Return *place* where something may be set.  '' is all.  Raises NotYourPlace; of several
    that were *typed* it says which."""
    if not current_within().covers(place):
        if typed:
            raise NotYourPlace(
                f"“{typed[:40]}”: không có nơi hay điểm nào như vậy trong địa bàn của bạn. Xem lại"
                " tên, hoặc chọn mã.",
                f"“{typed[:40]}”: there is no such place or point in what you may see. Look at the"
                " name again, or choose its code.",
            )
        raise NotYourPlace(
            "Nơi này ngoài địa bàn của bạn. Chọn một nơi trong địa bàn.",
            "This place is outside what you may see. Choose one inside.",
        )
    return place


def place_in(form: Mapping[str, str]) -> str:
    """Return the place that a form names, else the person's own; it must be in scope."""
    given = place_or_text(optional_text(form, "place", longest=64))
    return in_scope(given) if given else own_place()


def own_place() -> str:
    """Return where the person works; where they do not see that, the one place that they see.

    Raises NotYourPlace where they see several.
    """
    found, within = user(), current_within()
    place = found.place if found else ""
    if not within.covers(place) and len(within.areas) == 1:
        return next(iter(within.areas))
    return in_scope(place)
