"""`ghepmau-server breach`: material for the report of a breach of personal data."""

import argparse
import csv
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from contract.spoken import said
from server.audit import services as audit
from server.audit.words import of as of_action
from server.config import Loaded
from server.exports import harmless
from server.local_forms import VIETNAM
from server.people.models import Person
from server.speaking import say, tell
from server.upkeep import breach
from server.upkeep.breach import Report
from server.upkeep.opening import BY, Trouble, now, opened
from server.upkeep.upkeep_words import of_data

Add = Callable[..., argparse.ArgumentParser]
KINDS = ("user", "partner", "station")


def add_to(add: Add) -> None:
    """Add the command to the server's."""
    parser = add(
        "breach",
        run,
        said(
            "Cho biết một tài khoản, mã hoặc trạm đã xem được dữ liệu của ai.",
            "Say whose data an account, token or station could see.",
        ),
    )
    parser.add_argument(
        "who",
        help=said(
            "user:lan, partner:gtvt hoặc station:ban-1", "user:lan, partner:gtvt or station:ban-1"
        ),
    )
    parser.add_argument("--since", required=True, type=_moment, metavar="2026-11-23T08:00")
    parser.add_argument("--until", type=_moment, metavar="2026-11-23T17:00")
    parser.add_argument(
        "--persons",
        type=Path,
        metavar="FILE.csv",
        help=said("ghi ra những người bị lộ", "write who was reached"),
    )
    parser.add_argument(
        "--names",
        action="store_true",
        help=said("tên và địa chỉ, để báo cho họ", "names and addresses, to write to them"),
    )


def _moment(written: str) -> datetime:
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            said(
                f"{written!r} không phải ngày giờ: viết như 2026-11-23T08:00",
                f"{written!r} is no date and time: write it like 2026-11-23T08:00",
            )
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=VIETNAM)


def run(asked: argparse.Namespace, loaded: Loaded) -> None:
    if asked.who.partition(":")[0] not in KINDS:
        raise Trouble(
            "nói rõ của ai: user:TÊN, partner:TÊN hoặc station:TÊN",
            "say whose: user:LOGIN, partner:NAME or station:NAME",
        )
    until = asked.until or now()
    with opened(loaded.settings) as database, database.write() as session:
        made = breach.report(session, asked.who, asked.since, until)
        say("\n".join(lines(asked.who, asked.since, until, made)))
        if asked.persons:
            people = breach.names_of(session, list(made.persons)) if asked.names else {}
            _write(asked.persons, made, people)
            tell(
                f"{len(made.persons)} người: {asked.persons}",
                f"{len(made.persons)} persons: {asked.persons}",
            )
        named = ", with names" if asked.names else ""
        detail = f"{len(made.persons)} persons{named}"
        audit.record(session, "breach.reported", asked.who, by=BY, now=now(), detail=detail)


def lines(who: str, since: datetime, until: datetime, made: Report) -> list[str]:
    """Return the report in words: what a notice of a breach asks for."""
    fields = sorted({name for each in made.persons.values() for name in each.fields})
    told = [
        f"{who}, {since:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M}",
        said(
            "số người có dữ liệu có thể bị xem từng người",
            "persons whose data could be seen one by one",
        )
        + f": {len(made.persons)}",
        said(
            f"loại dữ liệu: {', '.join(map(of_data, fields)) or 'không'}",
            f"kinds of data: {', '.join(fields) or 'none'}",
        ),
    ]
    for action, entries in sorted(made.lists.items()):
        kinds = ", ".join(breach.FIELDS[action])
        vi_kinds = ", ".join(map(of_data, breach.FIELDS[action]))
        told.append(
            said(
                f"{of_action(action)[0]} ({action}): {len(entries)} lần, của nhiều người"
                f" ({vi_kinds})",
                f"{action}: {len(entries)} times, of many persons ({kinds})",
            )
        )
        told += [
            f"  {each.at:%Y-%m-%d %H:%M} {each.subject} {each.detail or ''}" for each in entries
        ]
    told += [
        said(
            f"đã làm: {of_action(action)[0]} ({action}), {count} lần",
            f"did: {action}, {count} times",
        )
        for action, count in sorted(made.changes.items())
    ]
    told.append(
        said(
            "Luật yêu cầu báo trong 72 giờ kể từ khi phát hiện.",
            "The law asks for the notice within 72 hours of when the breach was found.",
        )
    )
    return told


def _write(path: Path, made: Report, people: Mapping[UUID, Person]) -> None:
    head = ["person", "first", "last", "times", "kinds of data", "by what"]
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        path.chmod(0o600)
        table = csv.writer(file)
        table.writerow([*head, *(["name", "birth", "address"] if people else [])])
        for each in sorted(made.persons.values(), key=lambda one: one.first):
            row = [
                str(each.person), str(harmless(each.first)), str(harmless(each.last)),
                str(each.times), ", ".join(sorted(each.fields)), ", ".join(sorted(each.actions)),
            ]  # fmt: skip
            known = people.get(each.person)
            if known is not None:
                row += [str(harmless(known.name)), known.birth or "", str(harmless(known.address))]
            table.writerow(row)
