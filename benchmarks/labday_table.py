"""The people of a laboratory's day, and the machines' files about their tubes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from contract.tubes import Tube, TubeId
from server.accounts.models import Station
from server.lab.words import Call
from server.people.models import Person
from server.sampling import changes, conflicts
from server.sampling.lots import register_lot
from server.sampling.models import Pairing, PoolClosing

PLACE = "vn-2021:24"
POOLED, POOL_SIZE = 20, 5  # every twentieth tube is a pool of five
SILENT = "Undetermined"
CTS = {
    Call.NEGATIVE: (SILENT, SILENT, "26.1"),
    Call.POSITIVE: ("24.10", "25.3", "27"),
    Call.INVALID: (SILENT, SILENT, SILENT),
    Call.INCONCLUSIVE: ("38.5", SILENT, "27"),
}
TARGETS = (("E", "FAM"), ("RdRP", "VIC"), ("RP", "CY5"))
Wells = Sequence[tuple[str, str, str, tuple[str, str, str]]]  # well, sample, task, Ct


def set_table(session: Session, size: int, *, now: datetime) -> list[TubeId]:
    """Register a station and lots; return the tubes of the day, pools among them."""
    for name in ("ban-1", "ban-2"):
        session.add(
            Station(id=name, label=name, place=PLACE, duty="pairing", state="created",
                    created_at=now)
        )  # fmt: skip
    session.flush()
    for series in (26, 90):
        register_lot(
            session, series=series, count=size + 10, place=PLACE, station=None, by="user:quan",
            now=now,
        )  # fmt: skip
    return [
        TubeId.mint(90 if number % POOLED == 0 else 26, number) for number in range(1, size + 1)
    ]


def sample(session: Session, tubes: Iterable[TubeId], *, now: datetime) -> None:
    """Give each tube to somebody, a pool to five."""
    with changes.together(session, now=now):
        for tube in tubes:
            members = POOL_SIZE if tube.series == 90 else 1
            for _ in range(members):
                give(session, tube, "ban-1", now=now)
            if members > 1:
                session.add(
                    PoolClosing(event_id=uuid4(), tube=tube, station="ban-1", members=members,
                                closed_at=now, received_at=now)
                )  # fmt: skip
            changes.changed(session, tube, now=now)


def give(session: Session, tube: TubeId, station: str, *, now: datetime) -> Pairing:
    """Pair *tube* with somebody new at *station*."""
    person = Person(
        id=uuid4(), name="Nguyễn Thị Mẫu", name_blind=uuid4().bytes, birth_year=1991, sex="F",
        place=PLACE, created_at=now,
    )  # fmt: skip
    session.add(person)
    session.flush()
    pairing = Pairing(
        id=uuid4(), tube=tube, person_id=person.id, station=station, operator="",
        person_kind="citizen-card", order="pool" if tube.series == 90 else "person-first",
        paired_at=now, trusted=True, place=PLACE, took_ms=4200, manual=False, received_at=now,
    )  # fmt: skip
    session.add(pairing)
    session.flush()
    conflicts.review(session, tube, now=now)
    changes.changed(session, tube, now=now)
    return pairing


def wells_of(tubes: dict[Tube, Call], names: dict[Tube, str], run: int) -> Wells:
    """Return what stood in the wells of a plate, controls last: no two runs read alike."""
    held = [
        (names[tube], tube.text, "UNKNOWN", _in_run(CTS[call], run)) for tube, call in tubes.items()
    ]
    controls = [
        ("G12", "NTC", "NTC", (SILENT, SILENT, SILENT)),
        ("H12", "PC", "PC", ("25.1", "26.0", "24")),
    ]
    return [*held, *controls]


def _in_run(cts: tuple[str, str, str], run: int) -> tuple[str, str, str]:
    one, two, own = (ct if ct == SILENT else f"{float(ct) + run / 1000:.3f}" for ct in cts)
    return one, two, own


def quantstudio(run: str, wells: Wells) -> bytes:
    """Return a QuantStudio text as the machine exports it, with its Cyrillic т."""
    every = [
        (well, sample, task, *target, ct)
        for well, sample, task, cts in wells
        for target, ct in zip(TARGETS, cts, strict=True)
    ]
    setup = [f"{n}\t{w}\t{s}\t{t}\t{task}" for n, (w, s, task, t, _, _) in enumerate(every, 1)]
    rows = [
        f"{n}\t{w}\tfalse\t{s}\t{t}\t{task}\t{dye}\t{ct}\t0.9"
        for n, (w, s, task, t, dye, ct) in enumerate(every, 1)
    ]
    head = (
        f"* Block Type = 96-Well Block (0.2mL)\n* Experiment Name = {run}\n"
        f"* Experiment File Name = C:\\runs\\{run}.eds\n"
        "* Instrument Type = QuantStudio(TM) 7 Flex System\n* Instrument Serial Number = 2788\n\n"
        "[Sample Setup]\nWell\tWell Position\tSample Name\tTarget Name\tTask\n"
    )
    middle = (
        "\n\n[Results]\nWell\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tCт"
        "\tCq Conf\n"
    )
    text = head + "\n".join(setup) + middle + "\n".join(rows) + "\n\nAnalysis Type = Singleplex\n"
    return text.encode()


def cfx(run: str, wells: Wells) -> bytes:
    """Return CFX Maestro's "Quantification Cq Results" as CSV."""
    contents = {"NTC": "NTC", "PC": "Pos Ctrl", "UNKNOWN": "Unkn"}
    rows = [
        f",{well[0]}{int(well[1:]):02d},{dye},{target},{contents[task]},{sample},,"
        f"{'NaN' if ct == SILENT else ct},0,0,60,{run}"
        for well, sample, task, cts in wells
        for (target, dye), ct in zip(TARGETS, cts, strict=True)
    ]
    head = ",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Cq Mean,SQ,Set Point,Well Note"
    return "\n".join([head, *rows, ""]).encode()
