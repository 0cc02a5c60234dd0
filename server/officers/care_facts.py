"""What people looked into about a tube's pairings: doubts, slips, decisions, each with its reason.

Reads only.
"""

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contract.tubes import Tube
from server.officers.tale import Fact, Tone, who
from server.sampling import queries as sampling
from server.sampling.decision_models import Decision, Matter, SlipGroup, SlipMember

MATTERS = {
    "person-twice": ("Một người hai ống gần nhau", "One person with two tubes"),
    "voided-after-result": ("Hủy ghép sau khi có kết quả", "Voided after its result"),
}
TOLD_APART = ("conflict",)  # told with the conflict itself


def care_facts(session: Session, tube: Tube) -> Iterator[Fact]:
    yield from _conflicts(session, tube)
    yield from _matters(session, tube)
    yield from _slips(session, tube)
    yield from _decisions(session, tube)


def _conflicts(session: Session, tube: Tube) -> Iterator[Fact]:
    for conflict in sampling.conflicts_of(session, tube):
        count = len(conflict.claims)
        yield Fact(
            conflict.opened_at, "conflict",
            f"Tranh chấp: {count} lần ghép cùng ống; ống bị giữ lại",
            f"Conflict: {count} pairings of one tube; the tube is held", tone=Tone.PROBLEM,
        )  # fmt: skip
        if conflict.decided_at:
            yield Fact(
                conflict.decided_at, "decided", f"Đã quyết định: {conflict.reason}",
                f"Decided: {conflict.reason}", who(conflict.decided_by),
            )  # fmt: skip


def _matters(session: Session, tube: Tube) -> Iterator[Fact]:
    about = or_(Matter.tube == tube, Matter.other_tube == tube)
    for matter in session.scalars(select(Matter).where(about)):
        vi, en = MATTERS.get(matter.kind, (matter.kind, matter.kind))
        other = matter.other_tube if matter.tube == tube else matter.tube
        beside = f" · {other.grouped}" if other else ""
        yield Fact(
            matter.opened_at, "conflict", f"{vi}{beside}", f"{en}{beside}", tone=Tone.PROBLEM
        )


def _slips(session: Session, tube: Tube) -> Iterator[Fact]:
    groups = select(SlipGroup).join(SlipMember, SlipMember.group_id == SlipGroup.id)
    for group in session.scalars(groups.where(SlipMember.tube == tube)):
        yield Fact(
            group.opened_at, "conflict", f"Nghi lệch ống tại {group.station}: bị giữ để xem",
            f"A slip is suspected at {group.station}: held", tone=Tone.PROBLEM,
        )  # fmt: skip


def _decisions(session: Session, tube: Tube) -> Iterator[Fact]:
    made = select(Decision).where(Decision.tube == tube, Decision.matter.not_in(TOLD_APART))
    for each in session.scalars(made):
        yield Fact(
            each.at, "decided", f"Quyết định: {each.verdict}", f"Decided: {each.verdict}",
            who(each.by), each.reason, Tone.CORRECTION if each.supersedes else Tone.PLAIN,
        )  # fmt: skip
