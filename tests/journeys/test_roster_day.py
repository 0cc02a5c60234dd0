"""A roster's day, through the real server and the station's own code: list, wire, table, seats."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Thread
from uuid import UUID

import msgspec
import pytest
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from contract import signing, specimens
from contract.tubes import TubeId
from device.backlog import Backlog
from device.codes import Codes
from device.drafts import Drafts, Moment
from device.enrolment import Office, Papers
from device.facts import Outcome, Paired, PersonHeld, Refused, Use
from device.inputs import Input
from device.journal import Journal
from device.ledger import Ledger
from device.pairing import step
from device.reasons import Refusal
from device.stages import Rules, State
from device.uplink import Uplink
from device.upstream import MY_ROSTER, Upstream
from server import vault
from server.accounts import enrolment
from server.accounts.models import Station
from server.app import create_app, database_of
from server.config import Settings
from server.intake.applier import apply_pending
from server.sampling import lots, roster_matches, roster_seats, rosters
from server.sampling.roster_import import read
from server.schema import tables
from server.sheets import rows_of_text

AN, BINH, CHI = specimens.people(3, Random(21))
BY = "user:quantri"


@dataclass
class Server:
    """The real server, on a port of its own."""

    folder: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        settings = Settings(data=str(self.folder), background=False)
        vault.install(vault.Vault.create(settings.vault_path))
        self.app = create_app(settings, lambda: self.now)
        self.database = database_of(self.app)
        tables.create_all(self.database.engine)
        self.http = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.thread = Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http.port}"

    def close(self) -> None:
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()
        self.database.engine.dispose()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "server").mkdir()
    opened = Server(tmp_path / "server")
    yield opened
    opened.close()


class Table:
    """The station's codes, machine, journal and uplink, without its hardware."""

    def __init__(self, server: Server, state: Path, name: str) -> None:
        with server.database.write() as session:
            enrolment_code = _code(session, name, server.now)
        self.office, upstream = Office(state), Upstream(server.address)
        secrets = self.office.secrets_or_new()
        answer = upstream.enrol(enrolment_code, signing.public_text(secrets.key))
        papers = msgspec.json.decode(answer.body, type=Papers)
        self.office.keep_secrets(secrets)
        self.office.keep(msgspec.structs.replace(papers, server=server.address, now=""))
        self.uplink = Uplink(self.office, Backlog(state), upstream, refresh_every=0.0)
        self.journal = Journal(state / "journal", name)
        self.drafts, self.state, self.at = Drafts(name, papers.place), State(), 100.0
        self.papers, self.secrets = papers, secrets
        self.used: dict[str, frozenset[str]] = {}
        self.server = server

    def sync(self) -> None:
        for _ in range(3):
            self.uplink.turn()
        self.codes = Codes(
            self.secrets.tags, self.papers.sealing, self.office.lots(), self.papers.cards,
            roster=self.office.roster(),
        )  # fmt: skip

    def use_of(self, tube: str) -> Use | None:
        return Use(self.used[tube]) if tube in self.used else None

    def tubes_today(self, tag: str) -> int:
        return 0

    @property
    def shift_open(self) -> bool:
        return True

    def show(self, person: specimens.Specimen) -> Sequence[Outcome]:
        return self._see(self.codes.from_camera(specimens.citizen_card(person), "qr", self._tick()))

    def scan(self, tube: TubeId) -> Sequence[Outcome]:
        return self._see(self.codes.from_reader(tube.text.encode(), "]C0", self._tick()))

    def _tick(self) -> float:
        self.at += 2.0
        return self.at

    def _see(self, seen: Input) -> Sequence[Outcome]:
        self.state, outcomes = step(self.state, seen, self, Rules())
        for outcome in outcomes:
            if isinstance(outcome, Paired):
                moment = Moment(self.server.now, True, "boot-1", int(self.at * 1e9))  # noqa: FBT003
                draft = self.drafts.of(outcome, moment, Ledger())
                if draft is not None:
                    self.journal.append(draft)
                self.used[outcome.tube.text] = frozenset({outcome.person.tag})
        return outcomes


def _code(session: Session, name: str, now: datetime) -> str:
    session.add(
        Station(id=name, label=name, place="p", duty="sampling", state="created", created_at=now)
    )
    session.flush()
    return enrolment.issue_code(session, name, life=timedelta(minutes=9), by=BY, now=now)


@pytest.fixture
def table(server: Server, tmp_path: Path) -> Iterator[Table]:
    (tmp_path / "ban-1").mkdir()
    table = Table(server, tmp_path / "ban-1", "ban-1")
    with closing(table.journal):
        yield table


def prepare(server: Server, days: int) -> UUID:
    """Hand in a list of two, so many days ahead; the station has its tubes and nine free ones."""
    listed = "Họ tên;CCCD\n" + "".join(f"{each.name};{each.number}\n" for each in (AN, BINH))
    with server.database.write() as session:
        guests = [row.guest for row in read(rows_of_text(listed), year=2026).taken]
        roster = rosters.make_roster(
            session, guests, title="Nhà máy A", series=30, place="p", station="ban-1", by=BY,
            now=server.now, day=(server.now + timedelta(hours=7, days=days)).date(),
        )  # fmt: skip
        roster_matches.suggest(session, roster)
        lots.register_lot(
            session, series=26, count=9, place="p", station="ban-1", by=BY, now=server.now
        )
    return roster.id


@pytest.mark.parametrize("days", [0, 1])
def test_the_right_person_is_confirmed_another_refused_and_a_free_tube_releases_the_label(
    server: Server, table: Table, days: int
) -> None:
    """Loaded on the day itself, or on the evening before and off-line since then."""
    roster_id = prepare(server, days)
    table.sync()
    server.now += timedelta(days=days)
    ans, binhs, free, other = (
        TubeId.mint(30, 1), TubeId.mint(30, 2), TubeId.mint(26, 1), TubeId.mint(26, 2),
    )  # fmt: skip
    kept = table.office.roster_file.read_bytes()
    assert [said in kept for said in (AN.number.encode(), b"cccd")] == [False, False]

    assert isinstance(table.show(CHI)[0], PersonHeld)
    assert table.scan(ans) == [Refused(Refusal.ASSIGNED_TO_OTHER, ans.text)]
    table.scan(other)
    table.show(AN)
    [paired] = table.scan(ans)
    assert isinstance(paired, Paired)
    assert (paired.assigned, paired.released) == (True, ())
    table.show(BINH)
    [taken] = table.scan(free)
    assert isinstance(taken, Paired)
    assert (taken.assigned, taken.released) == (False, (binhs.text,))

    table.sync()
    assert apply_pending(server.database, server.now) == 3
    with server.database.read() as session:
        seats = roster_seats.seats(session, rosters.roster_named(session, roster_id))
        assert [str(seat.presence) for seat in seats] == ["came", "elsewhere"]
        assert seats[1].pairing is not None
        assert seats[1].pairing.tube == free


def test_a_roster_that_did_not_change_is_not_sent_again(server: Server, table: Table) -> None:
    table.sync()
    station, key = table.papers.station, table.secrets.key
    upstream = Upstream(server.address)
    first = upstream.get(MY_ROSTER, station, key)
    assert (first.status, bool(first.tag)) == (200, True)
    assert upstream.get(MY_ROSTER, station, key, first.tag).status == 304
    stranger = signing.private_key(bytes(32))
    assert upstream.get(MY_ROSTER, station, stranger, first.tag).status == 401
