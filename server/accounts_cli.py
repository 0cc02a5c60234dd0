"""`ghepmau-server add-user`: give a person access from the server's own machine."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from contract.spoken import said
from server import vault
from server.accounts import doors, services
from server.accounts.roles import NAMES, Role
from server.accounts.within import EVERYWHERE
from server.config import Loaded
from server.db import open_database
from server.errors import BadInput
from server.speaking import say, tell

Add = Callable[..., argparse.ArgumentParser]
BY = "operator"


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    user = add("add-user", add_user, said("Cấp quyền vào cho một người.", "Give a person access."))
    user.add_argument("--login", required=True)
    user.add_argument("--name", required=True)
    user.add_argument("--role", required=True, choices=[str(role) for role in Role])
    user.add_argument(
        "--place",
        default="",
        help=said(
            "nơi làm việc; được xem nơi đó và mọi nơi trong đó",
            "where they work; they see it and what is in it",
        ),
    )
    user.add_argument(
        "--sees",
        default="",
        help=said(
            "những nơi khác được xem, cách nhau bằng dấu cách",
            "other places that they see, between spaces",
        ),
    )
    user.add_argument(
        "--everywhere",
        action="store_const",
        dest="sees",
        const=EVERYWHERE,
        help=said("được xem tất cả", "they see all"),
    )
    user.add_argument(
        "--password-stdin",
        action="store_true",
        help=said(
            "đọc mật khẩu; nếu không thì in liên kết", "read a password; else a link is printed"
        ),
    )


def add_user(asked: argparse.Namespace, loaded: Loaded) -> None:
    if not asked.place and not asked.sees:
        raise BadInput(
            "Nói rõ người này được xem ở đâu: --place NƠI hoặc --everywhere.",
            "say where they may look: --place PLACE, or --everywhere",
        )
    vault.install(vault.Vault.load(loaded.settings.vault_path))
    password = asked.typed.readline().rstrip("\r\n") if asked.password_stdin else None
    settings, now = loaded.settings, datetime.now(UTC)
    database = open_database(loaded.settings.database_url)
    try:
        with database.write() as session:
            services.add_user(
                session, asked.login, name=asked.name, role=Role(asked.role), password=password,
                place=asked.place, sees=asked.sees, shortest=settings.password_length, by=BY,
                now=now,
            )  # fmt: skip
            life = timedelta(hours=settings.link_hours)
            link = None
            if password is None:
                link = doors.give_link(session, asked.login, life=life, by=BY, now=now)
    finally:
        database.engine.dispose()
    role = NAMES[Role(asked.role)][0]
    tell(
        f"{asked.login} đăng nhập được với vai trò {role}.",
        f"{asked.login} may log in as {asked.role}.",
    )
    if link:
        origin = settings.public_url or f"http://{settings.host}:{settings.port}"
        say(
            said("Đặt mật khẩu, một lần", "To choose a password, once")
            + f": {origin}/welcome#{link}"
        )
