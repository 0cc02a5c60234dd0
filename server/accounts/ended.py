"""A form that comes after its log-in ran out: kept, and back on its page after the next one.

Kept is what people filled in, what tells one form from another, and how that stood which they
decided about: no files, no passwords, no codes that hold once, and nothing of the pages of one's
own account, which ask for those.
"""

from collections.abc import Callable

import msgspec
from flask import flash, g, redirect, request
from flask.typing import ResponseReturnValue

from server import returning
from server.accounts import kept_forms
from server.refilled import SHOWN, STAMPS, Refusal, Sent
from server.web import now, reading, surely, t, transaction, user

NEVER = frozenset({"account", "accounts", "factors", "staying"})  # they ask for secrets, or nothing
SECRETS = (STAMPS - SHOWN) | {"password", "old", "new"}


class Kept(msgspec.Struct, frozen=True):
    """A form as it came, and the pages that it may have been on."""

    path: str
    pages: list[str]
    values: dict[str, list[str]]


def keep(token: str, is_ours: Callable[[str], bool]) -> bool:
    """Keep the form that came with *token*, a log-in that ran out; False where it is not kept.

    It must be of a page of ours that was made in that log-in.  No body is read before it is known
    that there was one.
    """
    if request.blueprint in NEVER:
        return False
    with surely() as session:
        person = kept_forms.whose(session, token, now=now())
    if person is None or not returning.fields() or not is_ours(token):
        return False
    path = request.full_path if request.query_string else request.path
    values = {name: each for name, each in returning.fields().lists() if name not in SECRETS}
    content = msgspec.json.encode(Kept(path, returning.pages(), values)).decode()
    with transaction() as session:
        return kept_forms.keep(session, person, token, content, now=now())


def give_back() -> ResponseReturnValue:
    """Answer with the page that the form was on, filled as it was typed; nothing was done yet."""
    person = user()
    with reading() as session:
        found = kept_forms.kept(session, person.id, g.visitor, now=now()) if person else None
    if found is None:
        return _gone("/")
    kept = msgspec.json.decode(found, type=Kept)
    why = Refusal(
        t(
            "Phiên đăng nhập đã hết trước khi gửi: CHƯA ghi gì. Xem lại rồi gửi.",
            "The log-in had ended before this was sent: NOTHING is stored yet. Look, then send.",
        )
    )
    pages = [each for each in kept.pages if returning.is_openable(each)]
    page = returning.page_with(Sent(kept.path, kept.values), pages, why, 200)
    return page or _gone(pages[0] if pages else "/")


def _gone(page: str) -> ResponseReturnValue:
    flash(
        t(
            "Không điền lại được biểu mẫu: đã quá lâu, hoặc trang đã đổi. CHƯA ghi gì.",
            "The form could not be filled again: it is too long ago, or the page changed. "
            "NOTHING is stored.",
        )
    )
    return redirect(page)
