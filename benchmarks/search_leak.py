"""What a thief of the database learns of names from the index, by counting.

The thief knows how often each syllable is in names (the true shares, which is more than anybody
does), ranks the index's numbers by how many people have them, and takes the commonest number for
the commonest syllable, and so on.  Told is how often that is right: of plain keyed hashes of
syllables, and of ours.  Who says the commonest syllable of everybody is the third figure.
"""

from collections import Counter, defaultdict
from random import Random
from uuid import UUID

from benchmarks.search_people import name_of
from server.people.name_parts import numbers_of, parts_of


def leak(people: int, seed: int = 11) -> dict[str, float]:
    """Return the share of people's marks that are attributed rightly, in percent."""
    rng = Random(seed)  # noqa: S311 - no secret
    crowd = [(UUID(int=rng.getrandbits(128)), name_of(rng)[0]) for _ in range(people)]
    plain = [(part, part) for _, name in crowd for part in set(parts_of(name))]
    ours = [
        (str(number), part)
        for each, name in crowd
        for number, part in _told(each, name)
    ]  # fmt: skip
    shares = Counter(part for _, part in plain)
    indexed = Counter(part for _, part in ours)
    return {
        "leak_plain_hashes": 100 * _ranked(plain, shares),
        "leak_our_numbers": 100 * max(_ranked(ours, indexed), _ranked(ours, shares)),
        "leak_guessing": 100 * max(n for part, n in indexed.items() if part) / len(ours),
    }


def _told(each: UUID, name: str) -> list[tuple[int, str]]:
    """Return each number of a name with the part that it stands for, '' for a filler."""
    found = []
    parts = set(parts_of(name))
    alone = {part: {*numbers_of(each, part)} - _fillers(each) for part in parts}
    for number in numbers_of(each, name):
        if number is not None:
            whose = next((part for part, own in alone.items() if number in own), "")
            found.append((number, whose))
    return found


def _fillers(each: UUID) -> set[int | None]:
    return {*numbers_of(each, "Nguyễn Văn Thị")}


def _ranked(marks: list[tuple[str, str]], shares: Counter[str]) -> float:
    """Attribute the marks by rank; return how many are right."""
    by_mark = Counter(mark for mark, _ in marks)
    guess = dict(
        zip(
            (m for m, _ in by_mark.most_common()),
            (p for p, _ in shares.most_common()),
            strict=False,
        )
    )
    right: dict[str, int] = defaultdict(int)
    for mark, part in marks:
        right[mark] += guess.get(mark) == part
    return sum(right.values()) / len(marks)
