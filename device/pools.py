"""Pools: several persons in one tube.  The part of the pairing machine for an open pool.  Pure."""

from dataclasses import replace

from contract.tubes import Tube
from device.facts import (
    LetGo,
    Paired,
    Past,
    Person,
    PoolOpened,
    PoolShut,
    Refused,
    SamePair,
    ShutBy,
    Voided,
)
from device.inputs import PersonShown
from device.reasons import LetGoReason, Refusal
from device.second_look import ask_at_pool, may_join
from device.stages import (
    HoldingPerson,
    HoldingTube,
    Idle,
    Last,
    OpenPool,
    Rules,
    State,
    Step,
    clear_both,
    milliseconds,
)


def open_pool(state: State, tube: Tube, at: float, rules: Rules) -> Step:
    """Open a pool with its *tube*; a person who is held is its first member."""
    if isinstance(state.stage, HoldingTube):
        return clear_both(state, Refused(Refusal.SECOND_TUBE, tube.text))
    held = state.stage if isinstance(state.stage, HoldingPerson) else None
    pool = OpenPool(tube, (), held.since if held else at)
    if held is None:
        return replace(state, stage=pool), [PoolOpened(tube)]
    state, joined = join(state, pool, held.person, at, rules)
    return state, [PoolOpened(tube), *joined]


def at_pool(state: State, pool: OpenPool, event: PersonShown, past: Past, rules: Rules) -> Step:
    """A person was shown while *pool* is open: they join, or are looked at twice before."""
    person, at = event.person, event.at
    if person.tag not in pool.members and not may_join(pool, person, at, past, rules):
        return ask_at_pool(state, pool, person, at, past)
    return join(state, pool, person, at, rules)


def join(state: State, pool: OpenPool, person: Person, at: float, rules: Rules) -> Step:
    """Add *person* to *pool*, and close it at its cap; nobody goes into a pool twice."""
    if person.tag in pool.members:
        return state, [SamePair(pool.tube.text)]
    members = (*pool.members, person.tag)
    paired = Paired(pool.tube, person, "pool", milliseconds(pool.since, at), len(members))
    last = Last(pool.tube.text, person.tag, at)
    if len(members) < rules.pool_cap:
        return replace(state, stage=OpenPool(pool.tube, members, at), last=last), [paired]
    state = replace(state, stage=Idle(), last=last)
    return state, [paired, PoolShut(pool.tube.text, len(members), "cap")]


def tube_at_pool(state: State, pool: OpenPool, tube: Tube) -> Step:
    """A tube was scanned while *pool* is open: its own closes it, any other is refused."""
    if tube == pool.tube:
        return close_pool(state, pool, "tube")
    return state, [Refused(Refusal.POOL_OPEN, tube.text)]


def forgotten(state: State, at: float, rules: Rules) -> Step | None:
    """Close a pool that nobody has joined for too long: the next person is no member of it."""
    pool = state.stage
    if not isinstance(pool, OpenPool) or at - pool.since <= rules.pool_idle_seconds:
        return None
    return close_pool(state, pool, "idle")


def close_pool(state: State, pool: OpenPool, by: ShutBy) -> Step:
    """Close *pool*; an empty one is put away as if it had never been opened."""
    state = replace(state, stage=Idle())
    if not pool.members:
        reason = LetGoReason.TUBE_TIMEOUT if by == "idle" else LetGoReason.TUBE_CANCEL
        return state, [LetGo(reason, pool.tube.text)]
    return state, [PoolShut(pool.tube.text, len(pool.members), by)]


def without(state: State, tube: str, tag: str) -> State:
    """Take the person with *tag* out of the open pool of *tube*, if it is open, after a void."""
    pool = state.stage
    if not isinstance(pool, OpenPool) or pool.tube.text != tube:
        return state
    left = tuple(member for member in pool.members if member != tag)
    return replace(state, stage=replace(pool, members=left))


def void_pool(state: State, pool: OpenPool, reason: str) -> Step:
    """The whole pool does not hold: its tube was spilt or dropped."""
    voided = [Voided(pool.tube.text, tag, reason) for tag in pool.members]
    return replace(state, stage=Idle(), last=None), [*voided, PoolShut(pool.tube.text, 0, "void")]
