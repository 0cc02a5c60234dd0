"""Made-up histories of two tubes, and what must come of them: slow, obvious, apart from all code.

A history is content alone.  In which order its parts arrive, and how often, is told elsewhere, so
`expected` cannot know it.
"""

from dataclasses import dataclass, field
from random import Random

CALLS = ("negative", "positive", "inconclusive", "invalid")
LABS = ("north", "south")
Key = tuple[int, int]  # tube, person
Said = tuple[str, str, int, frozenset[str]]  # status, reason, pairing, any of these results


@dataclass(frozen=True)
class Pair:
    """Pairing *n* of the history: who (0 to 2) was given which tube (0 or 1) at which station."""

    n: int
    tube: int
    person: int
    station: int
    late: bool  # a day later, when the laboratory has the tube
    voided: bool  # by its station
    denied: bool  # by its person, when everything was looked through


@dataclass(frozen=True)
class Chain:
    """The results of one tube in one laboratory: each call takes the place of the one before.

    *links* says how: "amend", "retest".  *by_run*: the first is of a machine's run.  *taken_back*:
    '' or how the laboratory took it all back: "run" (the run), "recall" (the last result).
    *rerun* is what was found after that, if anything was.
    """

    calls: tuple[str, ...]
    links: tuple[str, ...]
    by_run: bool
    taken_back: str
    rerun: str


@dataclass
class Life:
    """What the laboratories do with one tube."""

    pool: bool
    reception: tuple[str, ...]  # of "received", "rejected", "undone"
    chains: dict[str, Chain]
    chosen: str  # the laboratory that a person believes where both differ, or ''
    claim: str  # of several claims "first" is upheld, or "none"
    resampled: bool  # the north's last result is recalled, and the tube given up


@dataclass
class History:
    pairs: list[Pair]
    lives: list[Life]
    closed: dict[int, int] = field(default_factory=dict)  # tube: members, as station 0 said
    suspect: frozenset[int] = frozenset()  # stations that suspected all they had paired


def make(lot: Random) -> History:
    lives = [_life(lot, pool=False), _life(lot, pool=lot.random() < 0.5)]
    pairs = []
    for n in range(lot.randint(1, 6)):
        tube, station = lot.randrange(2), lot.randrange(2)
        if lives[tube].pool and lot.random() < 0.7:
            station = 0
        pairs.append(
            Pair(n, tube, lot.randrange(3), station, lot.random() < 0.1, lot.random() < 0.2,
                 lot.random() < 0.1)
        )  # fmt: skip
    closed = {tube: lot.randint(1, 3) for tube in (0, 1) if lives[tube].pool}
    suspect = frozenset(station for station in (0, 1) if lot.random() < 0.5)
    return History(pairs, lives, closed, suspect)


def _life(lot: Random, *, pool: bool) -> Life:
    ways = [("received",)] * 7 + [("rejected",), ("received", "rejected"), (),
            ("rejected", "undone"), ("received", "rejected", "undone")]  # fmt: skip
    reception = lot.choice(ways)
    chains = {lab: _chain(lot) for lab in LABS if lot.random() < (0.8 if lab == "north" else 0.4)}
    if reception and reception[-1] == "rejected":
        chains = {}
    plain = list(chains) == ["north"] and not chains["north"].taken_back
    resampled = plain and not chains["north"].links and bool(reception) and lot.random() < 0.2
    return Life(pool, reception, chains, lot.choice(("", *LABS)), lot.choice(("first", "none")),
                resampled)  # fmt: skip


def _chain(lot: Random) -> Chain:
    by_run = lot.random() < 0.4
    links = tuple(lot.choice(("amend", "retest")) for _ in range(lot.choice((0, 0, 0, 1, 2))))
    calls = tuple(lot.choice(CALLS) for _ in range(len(links) + 1))
    if by_run:
        calls = (lot.choice(("negative", "positive")), *calls[1:])
    taken_back = lot.choice(("", "", "", "recall", "run" if by_run else ""))
    rerun = lot.choice(("", *CALLS)) if taken_back else ""
    return Chain(calls, links, by_run, taken_back, rerun)


def name_of(lab: str, n: int) -> str:
    """Return what the n-th result of a chain is called; a rerun comes after all links."""
    return f"{lab}-{n}"


def expected(history: History) -> dict[Key, Said]:
    """Return what the record of each person must say of each tube."""
    found: dict[Key, Said] = {}
    for tube, life in enumerate(history.lives):
        pairs = _upheld([each for each in history.pairs if each.tube == tube], life)
        pairs = [each for each in pairs if not each.denied]
        for person in {each.person for each in pairs}:
            first = min((p for p in pairs if p.person == person), key=lambda p: (p.late, p.n))
            said = _said(life, first)
            if said is not None:
                found[tube, person] = said
    return found


def held(history: History) -> set[int]:
    """Return the tubes that nothing may leave of before a person looked at what was suspected."""
    return {
        each.tube for each in history.pairs if each.station in history.suspect and not each.voided
    }


def _upheld(pairs: list[Pair], life: Life) -> list[Pair]:
    """Return the pairings that nobody voided and, of several claims, a person upheld."""
    live = [each for each in pairs if not each.voided]

    def claim(pair: Pair) -> int:
        return pair.station if life.pool else pair.person

    if len({claim(each) for each in live}) <= 1:
        return live
    if life.claim == "none":
        return []
    return [each for each in live if claim(each) == claim(live[0])]


def _said(life: Life, pair: Pair) -> Said | None:
    nothing: frozenset[str] = frozenset()
    if not life.reception:
        return None
    if pair.late:
        return ("resample", "paired-after-reception", pair.n, nothing)
    if life.reception[-1] == "rejected":
        return ("resample", "leaking", pair.n, nothing)
    if life.resampled:
        return ("resample", "result-recalled", pair.n, nothing)
    call, names = _final(life)
    if not call:
        return None
    if not life.pool or call == "negative":
        return (call, "", pair.n, names)
    return ("resample", f"pool-{call}", pair.n, names)


def _final(life: Life) -> tuple[str, frozenset[str]]:
    """Return the call that speaks for the tube, and the results that say so; '' if none does."""
    heads = {lab: head for lab, chain in life.chains.items() if (head := last_of(lab, chain))}
    certain = {lab: head for lab, head in heads.items() if head[0] != "invalid"} or heads
    calls = {call for call, _ in certain.values()}
    if len(calls) == 1:
        return calls.pop(), frozenset(name for _, name in certain.values())
    if life.chosen in certain:
        call, name = certain[life.chosen]
        return call, frozenset([name])
    return "", frozenset()


def last_of(lab: str, chain: Chain) -> tuple[str, str] | None:
    """Return the call that a laboratory stands by, and the name of its result."""
    at = len(chain.calls) - 1
    if not gone(chain):
        return chain.calls[at], name_of(lab, at)
    return (chain.rerun, name_of(lab, at + 1)) if chain.rerun else None


def gone(chain: Chain) -> bool:
    """Return whether the last result was taken back: a retest after a run stands without it."""
    return chain.taken_back == "recall" or (
        chain.taken_back == "run" and "retest" not in chain.links
    )
